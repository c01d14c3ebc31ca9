"""A question as its author wrote it, with its keys: for the pages of who writes and who verifies."""

from __future__ import annotations

from dataclasses import replace

from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.views.presenting import ReviewLine, review_line_of

ACCEPTED = ("numeric", "short_text", "gaps")
"""Types whose accepted answers the page lists."""


def whole_line(question: ReadyQuestion) -> ReviewLine:
    """The question as its author wrote it: every choice in that order, the right ones known, all the feedback."""
    order = tuple(range(question.kind.shuffle_size(question.body)))
    line = review_line_of(question, order, None, number=0, reveal=True)
    # What is accepted and what is remarked is shown whole beside it, whatever the answer.
    line = replace(line, remarks=(), slots=() if question.kind.name in ACCEPTED else line.slots)
    written = question.shown.get("options")
    if written is None:
        return line
    choices = zip(line.choices, written, strict=True)
    return replace(line, choices=tuple(each._replace(feedback=option["feedback"]) for each, option in choices))
