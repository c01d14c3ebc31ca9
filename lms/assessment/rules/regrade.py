"""A regrade: how a question counts is changed after people were graded, and new results stand beside the old (invariant 6).

A result keeps what every question of its attempt earned, as rows `{"position", "fraction", "points", "topic", "section"}`. A
change touches the row of its question alone, and the rows of a new result are always those of the original one with every
change in force replayed in the order in which they were made: so changes compose, one of them can be withdrawn, and it does
not matter in which order the results of several regrades come to be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.grading import Graded, Result, result


class RegradeKind(StrEnum):
    VOID_DROP = "void_drop"  # the question counts no more: the others share the whole
    VOID_FULL = "void_full"  # everybody gets its points
    ACCEPT = "accept"  # further answers are right too
    POINTS = "points"  # it weighs something else
    MARK = "mark"  # one open answer of one attempt earns something else
    WITHDRAW = "withdraw"  # an earlier regrade of the question counts no more


MAX_POINTS = 100
MAX_ACCEPTED = 50
Row = Mapping[str, Any]


class NothingLeft(ValueError):
    """Without this question an attempt would have none: it cannot be left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed. `accepted`: how each further right answer is recognised (`reply` of the question's type).

    `attempt` and `grade` belong to a mark that is corrected, `criteria` says how it came about; `withdraws` is a code.
    """

    kind: RegradeKind
    accepted: frozenset[str] = frozenset()
    points: Fraction | None = None
    grade: Fraction | None = None
    attempt: str = ""
    criteria: tuple[tuple[str, int], ...] = ()
    withdraws: str = ""

    def __post_init__(self) -> None:
        if (self.kind is RegradeKind.ACCEPT) != bool(self.accepted):
            raise ValueError("answers belong to accepting, and to nothing else")
        if (self.kind is RegradeKind.POINTS) != (self.points is not None):
            raise ValueError("points belong to weighing, and to nothing else")
        if (self.kind is RegradeKind.MARK) != (self.grade is not None and bool(self.attempt)):
            raise ValueError("a grade and an attempt belong to a mark, and to nothing else")
        if (self.kind is RegradeKind.WITHDRAW) != bool(self.withdraws):
            raise ValueError("a code belongs to withdrawing, and to nothing else")
        if self.points is not None and not 0 < self.points <= MAX_POINTS:
            raise ValueError(f"{self.points} points")
        if self.grade is not None and not 0 <= self.grade <= 1:
            raise ValueError(f"a grade of {self.grade}")

    def payload(self) -> dict[str, Any]:
        """What the record keeps of it."""
        if self.points is not None:
            return {"points": _ratio(self.points)}
        if self.grade is not None:
            return {"attempt": self.attempt, "grade": _ratio(self.grade), "criteria": dict(self.criteria)}
        if self.withdraws:
            return {"regrade": self.withdraws}
        return {"answers": sorted(self.accepted)} if self.accepted else {}

    @classmethod
    def stored(cls, kind: str, payload: Mapping[str, Any]) -> Change:
        """The change that a record keeps."""
        points, grade = payload.get("points"), payload.get("grade")
        return cls(
            RegradeKind(kind),
            frozenset(payload.get("answers", ())),
            None if points is None else Fraction(points),
            None if grade is None else Fraction(grade),
            payload.get("attempt", ""),
            tuple(sorted(payload.get("criteria", {}).items())),
            payload.get("regrade", ""),
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A regrade that was made, or would be: its code, its change, the question versions that it names."""

    code: str
    change: Change
    versions: frozenset[int]

    def concerns(self, attempt: str, version: int) -> bool:
        """Whether it changes what a question version earned in an attempt, by its code."""
        return version in self.versions and self.change.attempt in ("", attempt)


def in_force(regrades: Iterable[Made]) -> list[Made]:
    """Those that count, in order: none that a later one withdrew, and nothing that only withdraws."""
    found = list(regrades)
    withdrawn = {each.change.withdraws for each in found if each.change.withdraws}
    return [each for each in found if not each.change.withdraws and each.code not in withdrawn]


def replayed(
    rows: Sequence[Row], attempt: str, drawn: Mapping[int, int], made: Iterable[Made], given: Mapping[int, str]
) -> list[Row]:
    """The rows of an original result with every regrade of `made` that concerns its attempt, in order.

    `drawn`: the version at each position that some regrade names; `given`: how the answer there is recognised (none: none).
    """
    found = list(rows)
    for each in made:
        for position, version in drawn.items():
            if each.concerns(attempt, version):
                found = changed(found, position, each.change, given.get(position))
    return found


def changed(rows: Sequence[Row], position: int, change: Change, given: str | None) -> list[Row]:
    """The rows of a result after `change` of the question at `position`; `given` recognises the answer there (None: none).

    What a question earned before stays written in the old result alone. A question that was left out comes back where
    everybody gets its points, and stays out where only its answers or its weight change.
    """
    return [_row(row, change, given) if row["position"] == position else row for row in rows]


def _row(row: Row, change: Change, given: str | None) -> Row:
    if change.kind is RegradeKind.VOID_DROP:
        return {**row, "void": True}
    if change.kind is RegradeKind.VOID_FULL:
        return {key: value for key, value in row.items() if key != "void"} | {"fraction": "1/1"}
    if change.points is not None:
        return {**row, "points": _ratio(change.points)}
    if change.grade is not None:
        return {**row, "fraction": _ratio(change.grade)}
    return {**row, "fraction": "1/1"} if given is not None and given in change.accepted else row


def total(rows: Iterable[Row], mark: Fraction, section_marks: Mapping[int, Fraction]) -> Result:
    """What rows add up to (its counts of answered questions mean nothing: rows do not tell). Raises: NothingLeft."""
    counted = [
        Graded(row["topic"], Fraction(row["points"]), Fraction(row["fraction"]), section=row.get("section"))
        for row in rows
        if not row.get("void")
    ]
    if not counted:
        raise NothingLeft
    return result(counted, mark, section_marks)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a regrade does to one attempt: the result that stands now, and the one that would."""

    attempt_id: int
    before: Fraction
    after: Fraction
    passed_before: bool
    passed_after: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """How many attempts a regrade touches, and what becomes of them."""

    attempts: int
    up: int
    down: int
    passed: int  # from failed to passed
    failed: int  # from passed to failed

    def as_dict(self) -> dict[str, int]:
        return {
            "attempts": self.attempts,
            "up": self.up,
            "down": self.down,
            "passed": self.passed,
            "failed": self.failed,
        }


def summary(effects: Iterable[Effect]) -> Summary:
    """Count them."""
    found = list(effects)
    return Summary(
        attempts=len(found),
        up=sum(each.after > each.before for each in found),
        down=sum(each.after < each.before for each in found),
        passed=sum(each.passed_after and not each.passed_before for each in found),
        failed=sum(each.passed_before and not each.passed_after for each in found),
    )


def fingerprint(change: Change, effects: Iterable[Effect]) -> str:
    """What a preview showed, as 64 signs: what is applied must have the same, or people would be regraded unseen."""
    rows = sorted(
        [each.attempt_id, str(each.before), str(each.after), each.passed_before, each.passed_after] for each in effects
    )
    return content_hash([change.kind.value, change.payload(), rows])


def _ratio(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"
