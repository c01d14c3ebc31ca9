"""Knowledge as evidence: completed courses, here and before, and from which day on each was known or taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, bindparam, cast, null, select, union_all
from sqlalchemy.orm import Session

from lms.catalog.models import Completion, CompletionRevocation, Course, PriorCertificate
from lms.kit.clock import local_day
from lms.kit.db import UtcDateTime
from lms.kit.provenance import ImportWithdrawal
from lms.skills.rules import KnowledgePass

_BATCH = 5_000
"""Ids of one statement: both databases bound the number of parameters."""

PEOPLE: BindParameter[int] = bindparam("people", expanding=True)

_KNOWLEDGE = union_all(
    select(
        Completion.person_id,
        Course.slug,
        Completion.completed_on,
        Completion.expires_on,
        CompletionRevocation.revoked_on,
        cast(null(), UtcDateTime()).label("imported_at"),
    )
    .join(Course, Course.id == Completion.course_id)
    .outerjoin(CompletionRevocation, CompletionRevocation.completion_id == Completion.id)
    .where(Completion.person_id.in_(PEOPLE)),
    select(
        PriorCertificate.person_id,
        Course.slug,
        PriorCertificate.issued_on,
        PriorCertificate.expires_on,
        ImportWithdrawal.withdrawn_on,
        PriorCertificate.recorded_at,
    )
    .join(Course, Course.id == PriorCertificate.course_id)
    .outerjoin(ImportWithdrawal, ImportWithdrawal.row_key == PriorCertificate.row_key)
    .where(PriorCertificate.person_id.in_(PEOPLE)),
)


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in portions that a statement takes."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


@dataclass(frozen=True)
class Proof:
    """A completed course as knowledge, and from which day on it was revoked (None: it was not).

    `imported_at`: when an imported one was entered (None: it was completed here); before, nobody knew of it.
    """

    known: KnowledgePass
    revoked_on: date | None
    imported_at: datetime | None = None

    def recorded_by(self, on: date, zone: str) -> bool:
        return self.imported_at is None or local_day(self.imported_at, zone) <= on

    def known_by(self, on: date) -> KnowledgePass:
        """What it proves, as it was known at the end of the day `on`: once revoked, it stood up to the day before."""
        if self.revoked_on is None or self.revoked_on > on:
            return self.known
        last = self.revoked_on - timedelta(days=1)
        return replace(self.known, expires_on=min(self.known.expires_on or last, last))


def knowledge(session: Session, person_ids: Collection[int]) -> dict[int, list[Proof]]:
    """What completed courses prove of each of these people, those brought along too. One query for up to 5,000."""
    found: dict[int, list[Proof]] = defaultdict(list)
    for ids in batches(person_ids):
        rows = session.execute(_KNOWLEDGE, {"people": ids})
        for person_id, slug, passed_on, expires_on, revoked_on, imported_at in rows:
            found[person_id].append(Proof(KnowledgePass(slug, passed_on, expires_on), revoked_on, imported_at))
    return found
