"""A true or false as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import TRUTH, Field, text

FIELDS = (Field("answer", TRUTH), text("feedback"))
