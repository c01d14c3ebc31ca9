"""What a report is asked, and what its figures mean: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class State(StrEnum):
    """Where somebody stands with an assigned course; the first that applies, in this order."""

    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"
    COMPLETE = "complete"
    OVERDUE = "overdue"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"


class Outcome(StrEnum):
    """What came of the test of an assigned course."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True)
class Selection:
    """Which assignments: of this course, site, programme, job (codes; "" for all), in this state, with this outcome,
    assigned from `first` to `last` (None: no bound).
    """

    course: str = ""
    site: str = ""
    programme: str = ""
    job: str = ""
    state: State | None = None
    outcome: Outcome | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Graded:
    """An attempt with the result that stands: its score, whether it passed, the day it was graded."""

    number: int
    score: Fraction
    passed: bool
    mark: Fraction
    graded_on: date


@dataclass(frozen=True)
class Marks:
    """What somebody reached in a test: attempts graded, the best and the last score, the mark then in force."""

    attempts: int
    best: Fraction
    last: Fraction
    mark: Fraction
    passed: bool
    last_on: date


def marks(attempts: list[Graded]) -> Marks | None:
    """The marks of graded attempts; None without any. Passed once is passed: later attempts take nothing away."""
    if not attempts:
        return None
    last = max(attempts, key=lambda each: each.number)
    return Marks(
        attempts=len(attempts),
        best=max(each.score for each in attempts),
        last=last.score,
        mark=last.mark,
        passed=any(each.passed for each in attempts),
        last_on=last.graded_on,
    )


def score_text(value: Fraction, sign: str = ".") -> str:
    """A score for a file: percent with one decimal, rounded down as everywhere (80.0 has reached 80)."""
    tenths = value.numerator * 1000 // value.denominator
    return f"{tenths // 10}{sign}{tenths % 10}"


def outcome_of(found: Marks | None) -> Outcome:
    """What came of a test, from its marks."""
    if found is None:
        return Outcome.NONE
    return Outcome.PASSED if found.passed else Outcome.FAILED
