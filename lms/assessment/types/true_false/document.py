"""A true or false as its author writes it."""

from __future__ import annotations

from lms.assessment.types.base import MAX_FEEDBACK, Body, Document
from lms.kit.content import Reader


def load(reader: Reader) -> Body:
    """Whether the stem is true, and what is wrong with the other answer."""
    return {"answer": reader.flag("answer"), "feedback": reader.advised("feedback", max_length=MAX_FEEDBACK)}


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    return {"answer": body["answer"]} | ({"feedback": body["feedback"]} if body["feedback"] else {})
