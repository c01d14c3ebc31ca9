"""An ordering as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import LINES, Field, choice, text

FIELDS = (Field("items", LINES), choice("scoring", "exact", "pairs"), text("feedback"))
