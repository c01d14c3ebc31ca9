"""A regrade: how a question counts is changed after people were graded, and new results stand beside the old (invariant 6).

A result keeps what every question of its attempt earned, as rows `{"position", "fraction", "points", "topic", "section"}`. A
change touches the row of its question alone, so that changes of one attempt compose in the order in which they were made, and
whoever reads the rows of two results sees exactly what a regrade did.
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


MAX_POINTS = 100
MAX_ACCEPTED = 50
Row = Mapping[str, Any]


class NothingLeft(ValueError):
    """Without this question an attempt would have none: it cannot be left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed. `accepted`: how each further right answer is recognised (`Replies` of the question's type)."""

    kind: RegradeKind
    accepted: frozenset[str] = frozenset()
    points: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.kind is RegradeKind.ACCEPT) != bool(self.accepted):
            raise ValueError("answers belong to accepting, and to nothing else")
        if (self.kind is RegradeKind.POINTS) != (self.points is not None):
            raise ValueError("points belong to weighing, and to nothing else")
        if self.points is not None and not 0 < self.points <= MAX_POINTS:
            raise ValueError(f"{self.points} points")

    def payload(self) -> dict[str, Any]:
        """What the record keeps of it."""
        if self.points is not None:
            return {"points": f"{self.points.numerator}/{self.points.denominator}"}
        return {"answers": sorted(self.accepted)} if self.accepted else {}

    @classmethod
    def stored(cls, kind: str, payload: Mapping[str, Any]) -> Change:
        """The change that a record keeps."""
        points = payload.get("points")
        return cls(
            RegradeKind(kind),
            frozenset(payload.get("answers", ())),
            None if points is None else Fraction(points),
        )


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
        return {**row, "points": f"{change.points.numerator}/{change.points.denominator}"}
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
