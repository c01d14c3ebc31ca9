"""What can be done with tests: publish, start, answer, hand in, sweep."""

from lms.assessment.commands.answering import Entry, Outcome, Saved, flag, save, save_form, save_series
from lms.assessment.commands.closing import submit, sweep
from lms.assessment.commands.publishing import publish_bank, publish_plan
from lms.assessment.commands.starting import start

__all__ = [
    "Entry",
    "Outcome",
    "Saved",
    "flag",
    "publish_bank",
    "publish_plan",
    "save",
    "save_form",
    "save_series",
    "start",
    "submit",
    "sweep",
]
