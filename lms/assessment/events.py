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
