"""A multiple choice as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import choice, flag, line, rows, text

FIELDS = (
    choice("scoring", "all", "partial", "weights"),
    rows(
        "options",
        text("text"),
        flag("correct", when=("scoring", ("all", "partial"))),
        line("grade", when=("scoring", ("weights",))),
        text("feedback"),
        least=4,
    ),
)
