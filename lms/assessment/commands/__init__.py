"""What can be done with tests: publish, start, answer, hand in, sweep."""

from lms.assessment.commands.answering import Entry, Outcome, Saved, flag, save, save_form, save_series
from lms.assessment.commands.batch import Sitting, sit_all
from lms.assessment.commands.closing import submit, sweep
from lms.assessment.commands.granting import extend, grant, take_back
from lms.assessment.commands.paging import check, turn_page
from lms.assessment.commands.publishing import publish_bank, publish_plan
from lms.assessment.commands.rooms import close_room, open_room
from lms.assessment.commands.starting import start

__all__ = [
    "Entry",
    "Outcome",
    "Saved",
    "Sitting",
    "check",
    "close_room",
    "extend",
    "flag",
    "grant",
    "open_room",
    "publish_bank",
    "publish_plan",
    "save",
    "save_form",
    "save_series",
    "sit_all",
    "start",
    "submit",
    "sweep",
    "take_back",
    "turn_page",
]
