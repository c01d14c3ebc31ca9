"""From the grades of single questions to the result of an attempt, in exact rationals (invariant 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Graded:
    """One question of an attempt: what it is worth, and the share of that which the answer earned (0 to 1).

    `section` is its section of the plan by number; None: it is of none.
    """

    topic: str
    points: Fraction
    grade: Fraction
    answered: bool = True
    section: int | None = None

    def __post_init__(self) -> None:
        if self.points <= 0 or not 0 <= self.grade <= 1:
            raise ValueError(f"{self.points} points at a grade of {self.grade}")


@dataclass(frozen=True, slots=True)
class Tally:
    """Points earned of those possible, and the questions they come from."""

    earned: Fraction
    possible: Fraction
    questions: int
    right: int  # full marks
    answered: int

    @property
    def score(self) -> Fraction:
        """The exact share earned, 0 to 1."""
        return self.earned / self.possible


@dataclass(frozen=True, slots=True)
class SectionMark:
    """What was reached in a section that has a mark of its own, by its number in the plan."""

    section: int
    score: Fraction
    mark: Fraction

    @property
    def passed(self) -> bool:
        """Whether the score reaches the mark, compared exactly."""
        return self.score >= self.mark


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an attempt. `topics` is in the order in which topics first occur, `sections` by number."""

    total: Tally
    topics: dict[str, Tally]
    pass_mark: Fraction
    sections: tuple[SectionMark, ...] = ()

    @property
    def score(self) -> Fraction:
        """The exact share of all points, 0 to 1."""
        return self.total.score

    @property
    def passed(self) -> bool:
        """Whether the score reaches the pass mark, and that of every section which has one: exactly, never after rounding."""
        return self.score >= self.pass_mark and all(each.passed for each in self.sections)


def result(
    questions: Iterable[Graded], pass_mark: Fraction, section_marks: Mapping[int, Fraction] | None = None
) -> Result:
    """Add up an attempt; `section_marks` are those of the sections that have one of their own, by number.

    A section of which no question is left has nothing to reach.
    Raises: ValueError where there is no question, or a mark is not above 0 and at most 1; TypeError where a
    grade or a mark is not exact (a float).
    """
    found, marks = list(questions), section_marks or {}
    if not found:
        raise ValueError("an attempt without questions has no score")
    exact = (pass_mark, *marks.values(), *(each.grade for each in found))
    if any(not isinstance(number, Fraction) for number in exact):
        raise TypeError("scores are exact: Fraction, never float")
    for mark in (pass_mark, *marks.values()):
        if not 0 < mark <= 1:
            raise ValueError(f"a pass mark of {mark}")
    by_topic: dict[str, list[Graded]] = {}
    by_section: dict[int, list[Graded]] = {}
    for each in found:
        by_topic.setdefault(each.topic, []).append(each)
        if each.section in marks and each.section is not None:
            by_section.setdefault(each.section, []).append(each)
    return Result(
        _tally(found),
        {topic: _tally(some) for topic, some in by_topic.items()},
        pass_mark,
        tuple(SectionMark(number, _tally(some).score, marks[number]) for number, some in sorted(by_section.items())),
    )


def _tally(questions: list[Graded]) -> Tally:
    return Tally(
        earned=sum((each.grade * each.points for each in questions), Fraction(0)),
        possible=sum((each.points for each in questions), Fraction(0)),
        questions=len(questions),
        right=sum(each.grade == 1 for each in questions),
        answered=sum(each.answered for each in questions),
    )
