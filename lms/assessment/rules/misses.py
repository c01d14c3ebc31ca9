"""Which answers came near an accepted one without being it: for an author to judge. Pure.

A text is near by a slip of a letter or two (`types.typed.near_misses`). A number is near where its digits are right and its
size or sign is not, where it lies within twice the tolerance, or where only its unit is missing or unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.assessment.types.base import Body
from lms.assessment.types.numbers import exact, read_number
from lms.assessment.types.numeric.rules import bounds, first_holding, words
from lms.assessment.types.short_text.rules import misses as text_misses
from lms.assessment.types.typed import plain

Given = Iterable[tuple[Any, int]]
"""Canonical answers, with how many people gave each."""
_UNIT_FAULTS = frozenset({"no_unit", "unknown_unit"})


@dataclass(frozen=True, slots=True)
class Miss:
    """What `people` gave; `nearest` is the accepted answer that it came near; `part` the gap where it stood ("" for none)."""

    part: str
    text: str
    people: int
    nearest: str


def misses_of(kind: str, body: Body, given: Given) -> list[Miss]:
    """The near misses of a question, the most frequent first; none for a type in which nothing is typed."""
    if kind == "short_text":
        return _texts("", body, given)
    if kind == "numeric":
        return _numbers("", body, given)
    if kind != "gaps":
        return []
    found: list[Miss] = []
    answers = list(given)
    for place, gap in enumerate(body["gaps"]):
        entries = [
            (answer[place], people) for answer, people in answers if answer is not None and answer[place] is not None
        ]
        if gap["kind"] == "typed":
            found += _texts(gap["id"], gap, entries)
        elif gap["kind"] == "numeric":
            found += _numbers(gap["id"], gap, entries)
    return sorted(found, key=lambda miss: (-miss.people, miss.part, miss.text))


def _texts(part: str, body: Body, given: Given) -> list[Miss]:
    return [Miss(part, each.text, each.times, plain(each.nearest)) for each in text_misses(body, given)]


def _numbers(part: str, body: Body, given: Given) -> list[Miss]:
    counted: Counter[str] = Counter()
    for answer, people in given:
        if answer is not None and first_holding(body, answer) is None:
            counted[" ".join(str(answer).split())] += people
    found = []
    for text, people in counted.items():
        near = _nearest(body, text)
        if near is not None:
            found.append(Miss(part, text, people, words(near, body)))
    return sorted(found, key=lambda miss: (-miss.people, miss.text))


def _nearest(body: Body, text: str) -> Body | None:
    """The accepted answer that is worth something and that a number came near; None for none."""
    read = read_number(text, body.get("units", ()), unit_required=body.get("unit") == "required")
    value = read.value
    if value is None and read.fault in _UNIT_FAULTS:
        value = _bare(text)
    if value is None:
        return None
    for each in body["answers"]:
        ends = bounds(each)
        if each["grade"] != "0" and ends is not None and _near(value, ends, exact(each.get("value", ""))):
            found: Body = each
            return found
    return None


def _bare(text: str) -> Fraction | None:
    """The number at the beginning of a text, whatever unit follows."""
    digits = text.strip()
    while digits and not digits[-1].isdigit():
        digits = digits[:-1]
    return read_number(digits).value


def _near(value: Fraction, ends: tuple[Fraction, Fraction], wanted: Fraction | None) -> bool:
    low, high = ends
    reach = (high - low) / 2
    if low - reach <= value <= high + reach:
        return True
    sizes = [Fraction(10) ** power for power in range(-3, 4)]
    return any(low <= sign * value * size <= high for sign in (1, -1) for size in sizes) and (
        wanted is None or wanted != 0
    )
