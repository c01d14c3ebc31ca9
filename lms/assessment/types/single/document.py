"""A single choice as its author writes it."""

from __future__ import annotations

from lms.assessment.types.base import Body, Document
from lms.assessment.types.options import WEIGHTS, dump_options, load_options
from lms.kit.content import Reader

SCORINGS = ("all", WEIGHTS)


def load(reader: Reader) -> Body:
    """The options, and `scoring` only where it is by weights."""
    weighted = reader.choice("scoring", SCORINGS, default="all") == WEIGHTS
    options = load_options(reader, low=2, weighted=weighted)
    if not weighted:
        right = sum(option["correct"] for option in options)
        if options and right != 1:
            reader.error("options", f"hay {right} opciones con «correct: true»; en «single» tiene que haber una")
        return {"options": options}
    for option in options:
        option["correct"] = option["grade"] == "1"
    if options and not any(option["correct"] for option in options):
        reader.error("options", "ninguna opción vale 1: la mejor de «single» vale todo")
    return {"options": options, "scoring": WEIGHTS}


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    return {"options": dump_options(body)} | ({"scoring": WEIGHTS} if "scoring" in body else {})
