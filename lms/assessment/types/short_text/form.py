"""A short text as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import flag, line, rows, text

FIELDS = (
    rows("answers", line("text"), line("grade"), text("feedback")),
    flag("case"),
    flag("accents"),
    text("feedback"),
)
