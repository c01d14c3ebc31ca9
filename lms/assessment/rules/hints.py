"""Hints about how an attempt was taken, for a trainer. Pure. They are never verdicts: each has innocent reasons.

The neighbour's model is stated with every figure: whoever gets a question wrong picks among its wrong answers with the same
chance for each, whatever others do. Real people prefer some wrong answers, so what looks rare here is less so in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import factorial
from typing import Any

from lms.assessment.types.base import Presented

QUICK = timedelta(seconds=2)
"""An answer that comes this soon after the one before, to another question, is shown as quick."""
LEAST_ALIKE = 2
"""Fewer wrong answers in common say nothing at all, and are not shown."""


@dataclass(frozen=True, slots=True)
class Event:
    """A step as the hints see it. `amount`: seconds away, or signs pasted."""

    kind: str
    at: datetime
    position: int | None
    tab: str
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Traces:
    """What steps tell: how often and how long the page was left, what was pasted, which answers came quickly."""

    left_times: int
    left_seconds: int
    pasted: tuple[tuple[int, int], ...]  # (position, signs)
    quick: tuple[int, ...]  # positions

    @property
    def anything(self) -> bool:
        return bool(self.left_times or self.pasted or self.quick)


def traces(steps: Iterable[Event]) -> Traces:
    """Read them from the steps of an attempt, in the server's order.

    Answers that a queue sent together after the line was back carry one moment: those of one tab with the very same moment
    are no sign of anything, and are not called quick.
    """
    found = list(steps)
    left = [each for each in found if each.kind == "left"]
    answers = [each for each in found if each.kind == "answer"]
    quick = [
        each.position
        for before, each in pairwise(answers)
        if each.position != before.position and timedelta(0) < each.at - before.at <= QUICK and each.position
    ]
    return Traces(
        left_times=len(left),
        left_seconds=sum(each.amount for each in left),
        pasted=tuple((each.position or 0, each.amount) for each in found if each.kind == "paste"),
        quick=tuple(dict.fromkeys(quick)),
    )


def wrong_answers(shown: Presented) -> int:
    """How many wrong answers a question has by the model; 0 where they cannot be counted (what is typed)."""
    size = len(shown.choices)
    if shown.entry is not None or shown.gaps:
        return 0
    if shown.type == "ordering":
        return factorial(size) - 1
    if shown.prompts:
        return int(size ** len(shown.prompts)) - 1
    return (2**size - 2) if shown.several else size - 1


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered to a question version: how the answer is recognised, and whether it earned everything."""

    reply: str
    right: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two attempts beside each other: questions that both had, that both got wrong, and the same wrong answers.

    `chance` is how probable so many or more are by the model, for the questions whose wrong answers can be counted.
    """

    shared: int
    both_wrong: int
    alike: int
    chance: Fraction


def likeness(mine: Mapping[int, Given], other: Mapping[int, Given], wrong: Mapping[int, int]) -> Likeness:
    """Compare two attempts by question version; `wrong` says how many wrong answers each version has (0: not counted)."""
    shared = mine.keys() & other.keys()
    both = [key for key in sorted(shared) if not mine[key].right and not other[key].right and wrong.get(key, 0) > 0]
    alike = sum(mine[key].reply == other[key].reply for key in both)
    return Likeness(len(shared), len(both), alike, at_least(alike, [Fraction(1, wrong[key]) for key in both]))


def at_least(hits: int, chances: Sequence[Fraction]) -> Fraction:
    """The probability of `hits` or more among independent events with these chances, exactly."""
    spread = [Fraction(1)]
    for chance in chances:
        spread = [
            (spread[at] if at < len(spread) else 0) * (1 - chance) + (spread[at - 1] if at else 0) * chance
            for at in range(len(spread) + 1)
        ]
    return sum(spread[max(0, hits) :], Fraction(0))


def amount_of(kind: str, payload: Mapping[str, Any]) -> int:
    """The seconds or signs that a step of a trace carries."""
    return int(payload.get({"left": "seconds", "paste": "length"}.get(kind, ""), 0))
