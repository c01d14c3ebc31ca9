"""A multiple choice as its author writes it."""

from __future__ import annotations

from fractions import Fraction

from lms.assessment.types.base import Body, Document
from lms.assessment.types.options import WEIGHTS, dump_options, load_options
from lms.kit.content import Reader

SCORINGS = ("all", "partial", WEIGHTS)


def load(reader: Reader) -> Body:
    """The options and how they are scored."""
    scoring = reader.choice("scoring", SCORINGS, default="all")
    options = load_options(reader, low=3, weighted=scoring == WEIGHTS)
    right = sum(option["correct"] for option in options)
    if options and scoring == WEIGHTS:
        _check_weights(reader, options)
    elif options and right < 2:
        reader.error("options", f"«correct: true» en {right} opciones; en «multiple» tienen que ser dos o más")
    if options and right == len(options):
        reader.error("options", "en «multiple» tiene que haber una opción incorrecta por lo menos")
    return {"options": options, "scoring": scoring}


def _check_weights(reader: Reader, options: list[Body]) -> None:
    best = sum((max(Fraction(0), Fraction(option["grade"])) for option in options), Fraction(0))
    if best < 1:
        reader.error("options", f"las opciones que suman dan {best} en total; tienen que dar 1")
    elif best > 1:
        reader.advise("options", f"las opciones que suman dan {best} en total: por encima de 1 no cuenta")


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    scoring = body["scoring"]
    return {"options": dump_options(body)} | ({} if scoring == "all" else {"scoring": scoring})
