"""From the grades of single questions to the result of an attempt, in exact rationals (invariant 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Graded:
    """One question of an attempt: what it is worth, and the share of that which the answer earned (0 to 1)."""

    topic: str
    points: int
    grade: Fraction
    answered: bool = True

    def __post_init__(self) -> None:
        if self.points < 1 or not 0 <= self.grade <= 1:
            raise ValueError(f"{self.points} points at a grade of {self.grade}")


@dataclass(frozen=True, slots=True)
class Tally:
    """Points earned of those possible, and the questions they come from."""

    earned: Fraction
    possible: int
    questions: int
    right: int  # full marks
    answered: int

    @property
    def score(self) -> Fraction:
        """The exact share earned, 0 to 1."""
        return self.earned / self.possible


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an attempt. `topics` is in the order in which topics first occur."""

    total: Tally
    topics: dict[str, Tally]
    pass_mark: Fraction

    @property
    def score(self) -> Fraction:
        """The exact share of all points, 0 to 1."""
        return self.total.score

    @property
    def passed(self) -> bool:
        """Whether the score reaches the pass mark, compared exactly: never after rounding."""
        return self.score >= self.pass_mark


def result(questions: Iterable[Graded], pass_mark: Fraction) -> Result:
    """Add up an attempt.

    Raises: ValueError where there is no question, or the pass mark is not above 0 and at most 1; TypeError where a
    grade or the pass mark is not exact (a float).
    """
    found = list(questions)
    if not found:
        raise ValueError("an attempt without questions has no score")
    if any(not isinstance(number, Fraction) for number in (pass_mark, *(each.grade for each in found))):
        raise TypeError("scores are exact: Fraction, never float")
    if not 0 < pass_mark <= 1:
        raise ValueError(f"a pass mark of {pass_mark}")
    by_topic: dict[str, list[Graded]] = {}
    for each in found:
        by_topic.setdefault(each.topic, []).append(each)
    return Result(_tally(found), {topic: _tally(some) for topic, some in by_topic.items()}, pass_mark)


def _tally(questions: list[Graded]) -> Tally:
    return Tally(
        earned=sum((each.grade * each.points for each in questions), Fraction(0)),
        possible=sum(each.points for each in questions),
        questions=len(questions),
        right=sum(each.grade == 1 for each in questions),
        answered=sum(each.answered for each in questions),
    )
