"""Facts about courses that upper floors may want to know. They are told in the transaction that makes them true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CourseCompleted:
    """A person completed a course: told once, when the last part that counts was done."""

    completion_id: int
    enrolment_id: int
    person_id: int


@dataclass(frozen=True)
class EnrolmentWithdrawn:
    """An enrolment ended without being completed."""

    enrolment_id: int
    person_id: int
