"""Answers as a browser would send them, right or wrong on purpose: the key is read where it stands, on the server."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from lms.assessment.queries.attempts import Item
from lms.assessment.types.base import Body
from lms.assessment.types.options import right_ones

Wanted = list[int]
"""Indices of a question's elements in the order in which they are given; shown positions are worked out from them."""


def _single(body: Body, right: bool, chance: Random | None) -> Wanted:
    good = right_ones(body)
    found = [index for index in range(len(body["options"])) if (index in good) is right]
    # Of the wrong options some tempt more than others: the first ones of a question, in this company.
    return found[:1] if chance is None else chance.choices(found, range(len(found) + 1, 1, -1))


def _multiple(body: Body, right: bool, _chance: Random | None) -> Wanted:
    good = right_ones(body)
    return [index for index in range(len(body["options"])) if (index in good) is right]


def _true_false(body: Body, right: bool, _chance: Random | None) -> Wanted:
    return [0 if body["answer"] is right else 1]


def _matching(body: Body, right: bool, _chance: Random | None) -> Wanted:
    return _turned(len(body["pairs"]), right)


def _ordering(body: Body, right: bool, _chance: Random | None) -> Wanted:
    return _turned(len(body["items"]), right)


def _turned(size: int, right: bool) -> Wanted:
    # Everything one place on: nothing is where it belongs.
    return [(place + (0 if right else 1)) % size for place in range(size)]


_KINDS: dict[str, Callable[[Body, bool, Random | None], Wanted]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": _ordering,
}


def _number(body: Body, right: bool) -> str:
    if not right:
        return "987654321"
    answer = next(each for each in body["answers"] if each["grade"] == "1")
    unit = next((each["name"] for each in body.get("units", ()) if each["factor"] == "1"), "")
    return f"{answer.get('value') or answer['low']} {unit}".strip()


def _text(body: Body, right: bool) -> str:
    # A star stands for nothing too.
    good = next(each["text"] for each in body["answers"] if each["grade"] == "1")
    return good.replace("*", "") if right else "zzz no es eso zzz"


def _gap(gap: Body, right: bool) -> str | int:
    if gap["kind"] == "chosen":
        return next(at for at, each in enumerate(gap["options"]) if (each["grade"] == "1") is right)
    return _number(gap, right) if gap["kind"] == "numeric" else _text(gap, right)


_TYPED: dict[str, Callable[[Body, bool], Any]] = {
    "numeric": _number,
    "short_text": _text,
    "gaps": lambda body, right: [_gap(gap, right) for gap in body["gaps"]],
}
"""Canonical answers of the types that are typed in."""


def raw_answer(item: Item, *, right: bool, chance: Random | None = None) -> list[str]:
    """What a browser sends for a drawn question: full marks, or none at all. `chance` picks among wrong options.

    Raises: KeyError for a type of question that this demo does not know, such as one that a person grades; ValueError
    where the type's own grading does not agree.
    """
    kind, body = item.question.kind, item.question.body
    if kind.name in _TYPED:
        raw = list(kind.given(body, _TYPED[kind.name](body, right), item.order))
    else:
        wanted = _KINDS[kind.name](body, right, chance)
        # The two choices of true and false are never shuffled.
        raw = [str(index if not item.order else item.order.index(index)) for index in wanted]
    if kind.grade(body, kind.parse_answer(raw, body, item.order)) != Fraction(int(right)):
        raise ValueError(f"{item.question.key}: {raw} is not the answer that was meant")
    return raw
