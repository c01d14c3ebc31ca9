"""What people give an open answer, and when that is settled. Pure.

One person marks, or two who do not see each other's marks. Two who come near each other give the mean; where they are further
apart than `gap`, a third person decides alone. Everything is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

GAP = Fraction(1, 4)
"""How far two marks may lie apart, as a share of the points, where no setting says otherwise; this far is near enough."""


class Turn(StrEnum):
    """What the next mark of an answer would be."""

    FIRST = "first"
    SECOND = "second"
    DECIDES = "decides"  # the two before are too far apart
    NONE = "none"  # it is settled


@dataclass(frozen=True, slots=True)
class Settled:
    """Where an answer stands: what it earns (None: not settled), and whose turn is next."""

    grade: Fraction | None
    turn: Turn


def settle(marks: Sequence[Fraction], reviewers: int, gap: Fraction = GAP) -> Settled:
    """Where an answer stands after these marks, in the order in which they were given; `reviewers` are 1 or 2.

    Raises: ValueError for more marks than anybody could have given.
    """
    if reviewers not in {1, 2} or len(marks) > 2 * reviewers - 1:
        raise ValueError(f"{len(marks)} marks of {reviewers} reviewers")
    if not marks:
        return Settled(None, Turn.FIRST)
    if reviewers == 1:
        return Settled(marks[0], Turn.NONE)
    if len(marks) == 1:
        return Settled(None, Turn.SECOND)
    if len(marks) == 3:
        return Settled(marks[2], Turn.NONE)
    if abs(marks[0] - marks[1]) <= gap:
        return Settled((marks[0] + marks[1]) / 2, Turn.NONE)
    return Settled(None, Turn.DECIDES)
