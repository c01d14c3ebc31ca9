"""What assessment tells the floors above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttemptGraded:
    """An attempt was closed and graded, by its person or because its time was over."""

    attempt_id: int
    result_id: int
    person_id: int
    enrolment_id: int
    passed: bool


@dataclass(frozen=True, slots=True)
class ResultRegraded:
    """A graded attempt has another result: the old one stands beside it and counts no more."""

    attempt_id: int
    result_id: int
    person_id: int
    enrolment_id: int
    passed_before: bool
    passed: bool
