"""Writes a text with gaps in Moodle's notation of embedded answers."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lms.assessment.formats.choices import is_held, percent_of
from lms.assessment.formats.exchange import Document, Losses
from lms.assessment.formats.losing import answer_of_moodle, decimal, number_of_moodle
from lms.assessment.formats.markdown_text import unescaped
from lms.assessment.formats.moodle.cloze import STEM
from lms.assessment.types.gaps.places import PLACE
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import parse_share

_SPECIAL = re.compile(r"[~#}={\\\"/%]")
PROGRAM = "Moodle"


def cloze_of(document: Document, losses: Losses) -> str:
    """Stem and text, the gaps in Moodle's notation."""
    gaps = {str(gap["id"]): gap for gap in document["gaps"]}
    text = PLACE.sub(
        lambda match: _gap(gaps[match[1]], document, losses) if match[1] in gaps else match[0], document["text"]
    )
    return text if document["stem"] == STEM else f"{document['stem']}\n\n{text}"


def _gap(gap: Mapping[str, Any], document: Document, losses: Losses) -> str:
    kind = str(gap["kind"])
    if kind == "chosen":
        said = [_option(option, document, losses) for option in gap["options"]]
        name = "MULTICHOICE"
    elif kind == "numeric":
        said = [_number(answer, document, losses) for answer in gap["answers"]]
        name = "NUMERICAL"
        if gap.get("units"):
            losses.note(document, f"{PROGRAM} no guarda las unidades de un hueco")
    else:
        said = [_typed(answer, document, losses) for answer in gap["answers"]]
        name = "SHORTANSWER_C" if gap.get("case") else "SHORTANSWER"
        if not gap.get("accents"):
            losses.note(document, f"{PROGRAM} siempre distingue los acentos en las respuestas breves")
    if gap.get("feedback") and kind != "chosen":
        said.append(f"%0%*{_feedback(gap, document, losses)}")
    elif gap.get("feedback"):
        losses.note(document, f"{PROGRAM} no guarda la retroalimentación de un hueco de opciones")
    return f"{{{gap.get('weight', 1)}:{name}:{'~'.join(said)}}}"


def _option(option: Mapping[str, Any], document: Document, losses: Losses) -> str:
    share = Fraction(1) if option.get("correct") else parse_share(str(option.get("grade", "0")))
    return f"{_share(share, document, losses)}{_rich(option['text'], document, losses)}{_feedback(option, document, losses)}"


def _typed(answer: Mapping[str, Any], document: Document, losses: Losses) -> str:
    share = parse_share(str(answer.get("grade", "1")))
    said = _escape(answer_of_moodle(answer["text"]))
    return f"{_share(share, document, losses)}{said}{_feedback(answer, document, losses)}"


def _number(answer: Mapping[str, Any], document: Document, losses: Losses) -> str:
    share = parse_share(str(answer.get("grade", "1")))
    value, tolerance = value_and_tolerance(answer, document, losses)
    said = f"{value}:{tolerance}" if tolerance else value
    return f"{_share(share, document, losses)}{said}{_feedback(answer, document, losses)}"


def value_and_tolerance(answer: Mapping[str, Any], document: Document, losses: Losses) -> tuple[str, str]:
    """A number and how far from it an answer may be; two ends are the middle of them."""
    if "low" not in answer:
        tolerance = str(answer.get("tolerance", ""))
        of = number_of_moodle(tolerance, document, losses, of=answer["value"]) if tolerance else ""
        return number_of_moodle(answer["value"], document, losses), of
    low, high = exact(answer["low"]) or Fraction(0), exact(answer["high"]) or Fraction(0)
    for end in (answer["low"], answer["high"]):
        number_of_moodle(end, document, losses)
    return decimal((low + high) / 2), decimal((high - low) / 2) if high > low else ""


def _share(share: Fraction, document: Document, losses: Losses) -> str:
    if not is_held(share):
        losses.note(document, f"{PROGRAM} no guarda exactamente lo que vale cada respuesta")
    return "=" if share == 1 else f"%{percent_of(share)}%"


def _feedback(entry: Mapping[str, Any], document: Document, losses: Losses) -> str:
    return f"#{_rich(entry['feedback'], document, losses)}" if entry.get("feedback") else ""


def _rich(text: str, document: Document, losses: Losses) -> str:
    """A text inside a gap: Moodle takes it for HTML."""
    plain = unescaped(text)
    if plain is None:
        losses.note(document, f"{PROGRAM} no guarda el formato de los textos de un hueco: van como están escritos")
        plain = " ".join(text.split())
    return _escape(plain)


def _escape(text: str) -> str:
    """Plain text as HTML with the signs of a gap escaped; Moodle sees no sign right after an ampersand."""
    said = _SPECIAL.sub(lambda match: f"\\{match[0]}", html.escape(text, quote=False))
    return f"{said} " if said.endswith("&amp;") else said
