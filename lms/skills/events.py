"""Facts of the road to live contacts that upper floors may want to hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VerificationRecorded:
    """Somebody was verified, passed or not; a failed one has opened the action plan `plan_id`."""

    verification_id: int
    person_id: int
    passed: bool
    plan_id: int | None


@dataclass(frozen=True)
class RecordSigned:
    """A signature was given; `complete` when it was the last one that lacked."""

    person_id: int
    programme_id: int
    complete: bool
