"""Options with their shares, as other programs have them, and our single and multiple choice: one way and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.assessment.formats.exchange import Document, Losses, Refused
from lms.assessment.types.base import folded
from lms.assessment.types.shares import parse_share, share_text

_LABEL = re.compile(r"\(?([A-Za-z]|[0-9]{1,2})[.)](?:\s+|(?=[^\s0-9]))")
_NEAR = Fraction(1, 20)
"""How far from the whole the right options may be together where all are worth the same (33% + 33% + 33%)."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option as it was read, its texts already ours."""

    text: str
    share: Fraction
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The part of a document that options make, and what was understood otherwise than it was written."""

    document: Document
    notes: tuple[str, ...] = ()


def share_of_percent(text: str) -> Fraction:
    """The share that a percentage without its sign means. Raises: Refused."""
    try:
        share = parse_share(f"{text.strip()}%")
    except ValueError:
        raise Refused(f"«{text.strip()[:40]}» no es un porcentaje") from None
    if not -1 <= share <= 1:
        raise Refused(f"el porcentaje «{text.strip()}» está fuera de -100 a 100")
    return share


def percent_of(share: Fraction) -> str:
    """A share as a percentage without its sign, with five digits where it is no whole one."""
    percent = share * 100
    if percent.denominator == 1:
        return str(percent.numerator)
    text = f"{abs(percent.numerator) * 10**5 // percent.denominator:06d}"
    decimals = text[-5:].rstrip("0")
    return f"{'-' if percent < 0 else ''}{text[:-5]}{'.' if decimals else ''}{decimals}"


def is_held(share: Fraction) -> bool:
    """Whether `percent_of` keeps the share."""
    return parse_share(f"{percent_of(share)}%") == share


def choice_document(options: Sequence[Option], *, single: bool) -> Choice:
    """Type, options and scoring. Raises: Refused, for a trainer, where nothing sensible can be made of them."""
    notes: list[str] = []
    options = _unlabelled(options, notes)
    if len(options) < 2:
        raise Refused("tiene una sola opción; tienen que ser dos o más" if options else "no tiene opciones")
    _check_texts(options)
    right = [option for option in options if option.share > 0]
    if not right:
        raise Refused("ninguna opción está marcada como correcta")
    total = sum((option.share for option in right), Fraction(0))
    if single and max(option.share for option in right) < 1:
        if len(right) < 2 or abs(total - 1) > _NEAR:
            raise Refused("ninguna opción vale 100%")
        notes.append("dice tener una sola respuesta y varias opciones suman 100%: se toma como opción múltiple")
        single = False
    if not single and len(right) == 1 and right[0].share == 1:
        notes.append("admite varias respuestas y una sola opción es correcta: se toma como opción única")
        single, options = True, [Option(each.text, max(each.share, Fraction(0)), each.feedback) for each in options]
    return Choice(_single(options) if single else _multiple(options, total), tuple(notes))


def _single(options: Sequence[Option]) -> Document:
    shares = [option.share for option in options]
    if shares.count(Fraction(1)) == 1 and shares.count(Fraction(0)) == len(shares) - 1:
        return {"type": "single", "options": [_flagged(option) for option in options]}
    return {"type": "single", "options": [_graded(option) for option in options], "scoring": "weights"}


def _multiple(options: Sequence[Option], total: Fraction) -> Document:
    right = [option for option in options if option.share > 0]
    equal = {option.share for option in right}
    if len(equal) == 1 and abs(total - 1) <= _NEAR:
        part = Fraction(1, len(right))
        options = [Option(each.text, part, each.feedback) if each.share > 0 else each for each in options]
        if len(right) > 1 and all(each.share == -part for each in options if each.share <= 0):
            return {"type": "multiple", "options": [_flagged(option) for option in options], "scoring": "partial"}
    elif total < 1:
        raise Refused(f"las opciones correctas suman {percent_of(total)}%; tienen que sumar 100%")
    return {"type": "multiple", "options": [_graded(option) for option in options], "scoring": "weights"}


def _flagged(option: Option) -> Document:
    found: Document = {"text": option.text} | ({"correct": True} if option.share > 0 else {})
    return found | ({"feedback": option.feedback} if option.feedback else {})


def _graded(option: Option) -> Document:
    found: Document = {"text": option.text} | ({"grade": share_text(option.share)} if option.share else {})
    return found | ({"feedback": option.feedback} if option.feedback else {})


def _check_texts(options: Sequence[Option]) -> None:
    seen: set[str] = set()
    for option in options:
        if not option.text:
            raise Refused("una opción está vacía")
        key = folded(option.text)
        if key in seen:
            raise Refused(f"la opción «{option.text[:60]}» está dos veces")
        seen.add(key)


def _unlabelled(options: Sequence[Option], notes: list[str]) -> list[Option]:
    """The options without "a)", "b)"... in front, where every one has its own in order: options are shuffled."""
    labels = [_LABEL.match(option.text) for option in options]
    if len(options) < 2 or not all(labels):
        return list(options)
    said = [match[1].lower() for match in labels if match]
    letters = [chr(ord("a") + at) for at in range(len(options))]
    if said not in (letters, [str(at + 1) for at in range(len(options))]):
        return list(options)
    notes.append("las opciones llevan su letra o número («a)», «1.») en el texto: se quita, porque se mezclan")
    cut = [option.text[match.end() :].strip() if match else "" for option, match in zip(options, labels, strict=True)]
    return [Option(text, option.share, option.feedback) for text, option in zip(cut, options, strict=True)]


def shares_of(document: Document, losses: Losses, program: str) -> list[Fraction]:
    """What each option of a single or multiple choice is worth where options are worth a share each.

    `program` is the target, as a person calls it.
    """
    options: list[dict[str, Any]] = document["options"]
    scoring = document.get("scoring", "all")
    if scoring == "weights":
        found = [parse_share(str(option.get("grade", "1" if option.get("correct") else "0"))) for option in options]
        if not all(is_held(share) for share in found):
            losses.note(document, f"{program} no guarda exactamente lo que vale cada opción")
        return found
    right = sum(bool(option.get("correct")) for option in options)
    if document["type"] == "single":
        return [Fraction(int(bool(option.get("correct")))) for option in options]
    if scoring == "all":
        losses.note(
            document,
            f"{program} no conoce «todo o nada»: elegir solo algunas correctas da puntos, y una incorrecta los quita",
        )
    part, wrong = Fraction(1, max(1, right)), -Fraction(1, max(1, right)) if scoring == "partial" else Fraction(-1)
    if not is_held(part):
        losses.note(document, f"{program} no guarda exactamente lo que vale cada opción")
    return [part if option.get("correct") else wrong for option in options]
