"""A single choice as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import choice, flag, line, rows, text

_WEIGHTED = ("scoring", ("weights",))
FIELDS = (
    choice("scoring", "all", "weights"),
    rows(
        "options",
        text("text"),
        flag("correct", when=("scoring", ("all",))),
        line("grade", when=_WEIGHTED),
        text("feedback"),
        least=3,
    ),
)
