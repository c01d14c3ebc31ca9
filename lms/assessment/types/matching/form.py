"""A matching as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import LINES, Field, rows, text

FIELDS = (
    rows("pairs", text("left"), text("right"), text("feedback"), least=3),
    Field("distractors", LINES),
)
