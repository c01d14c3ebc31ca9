"""A numeric question as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import Field, choice, line, rows, text

ANSWERS = rows("answers", line("value"), line("tolerance"), line("low"), line("high"), line("grade"), text("feedback"))
UNITS: tuple[Field, ...] = (
    rows("units", line("name"), line("factor"), least=0),
    choice("unit", "optional", "required"),
)
FIELDS = (ANSWERS, *UNITS, text("feedback"))
