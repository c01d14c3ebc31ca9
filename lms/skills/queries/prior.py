"""What was brought along about people: imported verifications, and imported practice from the ledger of hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.catalog.models import PriorCertificate
from lms.hours.models import HoursEntry
from lms.kit.clock import local_day
from lms.kit.provenance import HISTORY, ImportRow, ImportWithdrawal
from lms.skills.models import PriorVerification
from lms.skills.rules import OjtFact, VerificationFact, VerificationKind

# Built once, as all that every gate asks; see `dossier`.
_PEOPLE: BindParameter[int] = bindparam("people", expanding=True)
_PRIOR_VERIFICATIONS = (
    select(PriorVerification, ImportWithdrawal.withdrawn_on)
    .outerjoin(ImportWithdrawal, ImportWithdrawal.row_key == PriorVerification.row_key)
    .where(PriorVerification.person_id.in_(_PEOPLE))
    .order_by(PriorVerification.id)
)
_IMPORTED = select(HoursEntry.id).where(HoursEntry.source_kind == HISTORY, HoursEntry.person_id.in_(_PEOPLE))
_PRIOR_PRACTICE = (
    select(HoursEntry)
    .where(
        HoursEntry.person_id.in_(_PEOPLE),
        HoursEntry.kind == "ojt",
        or_(HoursEntry.source_kind == HISTORY, HoursEntry.corrects_id.in_(_IMPORTED)),
    )
    .order_by(HoursEntry.id)
)


class PriorRecords:
    """The imported records of some people, read once: two queries for each of the `batches` of person ids.

    As all evidence they are known from the day they were entered on, and a withdrawn one up to the day before.
    """

    def __init__(self, session: Session, batches: Iterable[Sequence[int]]) -> None:
        self._verifications: dict[int, list[tuple[PriorVerification, date | None]]] = defaultdict(list)
        self._hours: dict[int, list[HoursEntry]] = defaultdict(list)
        for ids in batches:
            for row, withdrawn_on in session.execute(_PRIOR_VERIFICATIONS, {"people": ids}):
                self._verifications[row.person_id].append((row, withdrawn_on))
            for entry in session.scalars(_PRIOR_PRACTICE, {"people": ids}):
                self._hours[entry.person_id].append(entry)

    def verifications(self, person_id: int, on: date, zone: str) -> tuple[VerificationFact, ...]:
        """The imported verifications of a person known on a day. Their ids are below zero: no other row has such."""
        return tuple(
            prior_fact(row)
            for row, withdrawn_on in self._verifications.get(person_id, ())
            if local_day(row.recorded_at, zone) <= on and (withdrawn_on is None or withdrawn_on > on)
        )

    def practice(self, person_id: int, on: date, zone: str) -> tuple[OjtFact, ...]:
        """The imported days of practice known on a day, with the minutes that corrections had left by then."""
        known = [entry for entry in self._hours.get(person_id, ()) if local_day(entry.posted_at, zone) <= on]
        minutes: dict[int, int] = defaultdict(int)
        for entry in known:
            minutes[entry.corrects_id or entry.id] += entry.minutes
        return tuple(_practice(entry, minutes[entry.id]) for entry in known if entry.corrects_id is None)


def prior_fact(row: PriorVerification) -> VerificationFact:
    """An imported verification as the gate looks at it."""
    return VerificationFact(
        id=-row.id,
        kind=VerificationKind(row.kind),
        skill_id=row.skill_id,
        programme_id=row.programme_id,
        subject_id=row.person_id,
        evaluator_id=row.evaluator_id or 0,
        observed_on=row.observed_on,
        recorded_at=row.recorded_at,
        score=Fraction(row.score_num, row.score_den),
        threshold=Fraction(row.threshold_num, row.threshold_den),
        valid_until=row.valid_until,
        imported=True,
    )


def _practice(entry: HoursEntry, minutes: int) -> OjtFact:
    return OjtFact(
        id=-entry.id,
        day=entry.day,
        minutes=minutes,
        programme_id=entry.programme_id or 0,
        subject_id=entry.person_id,
        observer_id=0,
        imported=True,
    )


@dataclass(frozen=True)
class PriorRow:
    """An imported certificate or verification with where it came from, and what took it back (None: it stands)."""

    record: PriorCertificate | PriorVerification
    source: ImportRow
    withdrawal: ImportWithdrawal | None

    @property
    def is_certificate(self) -> bool:
        return isinstance(self.record, PriorCertificate)

    @property
    def score(self) -> Fraction | None:
        """The exact score of a verification."""
        if isinstance(self.record, PriorCertificate):
            return None
        return Fraction(self.record.score_num, self.record.score_den)

    @property
    def threshold(self) -> Fraction | None:
        if isinstance(self.record, PriorCertificate):
            return None
        return Fraction(self.record.threshold_num, self.record.threshold_den)

    @property
    def witness_role(self) -> str:
        return "approver" if self.is_certificate else "evaluator"


def prior_records(session: Session, person_id: int, *, limit: int) -> list[PriorRow]:
    """The imported certificates and verifications of a person, the newest first; two queries.

    Access is the caller's business: this is for pages that show a person they already loaded.
    """
    found = list(_certificates(session, PriorCertificate.__table__.c.person_id == person_id, limit))
    found += _verifications(session, PriorVerification.__table__.c.person_id == person_id, limit)
    return found


def prior_record(session: Session, code: str) -> PriorRow | None:
    """The imported certificate or verification with this code."""
    for found in _certificates(session, PriorCertificate.__table__.c.code == code, 1):
        return found
    for found in _verifications(session, PriorVerification.__table__.c.code == code, 1):
        return found
    return None


def _certificates(session: Session, condition: ColumnElement[bool], limit: int) -> Iterator[PriorRow]:
    rows = session.execute(
        select(PriorCertificate, ImportRow, ImportWithdrawal)
        .join(ImportRow, ImportRow.key == PriorCertificate.row_key)
        .outerjoin(ImportWithdrawal, ImportWithdrawal.row_key == PriorCertificate.row_key)
        .where(condition)
        .order_by(PriorCertificate.issued_on.desc(), PriorCertificate.id.desc())
        .limit(limit)
    )
    for record, source, withdrawal in rows:
        yield PriorRow(record, source, withdrawal)


def _verifications(session: Session, condition: ColumnElement[bool], limit: int) -> Iterator[PriorRow]:
    rows = session.execute(
        select(PriorVerification, ImportRow, ImportWithdrawal)
        .options(joinedload(PriorVerification.skill), joinedload(PriorVerification.programme))
        .join(ImportRow, ImportRow.key == PriorVerification.row_key)
        .outerjoin(ImportWithdrawal, ImportWithdrawal.row_key == PriorVerification.row_key)
        .where(condition)
        .order_by(PriorVerification.observed_on.desc(), PriorVerification.id.desc())
        .limit(limit)
    )
    for record, source, withdrawal in rows:
        yield PriorRow(record, source, withdrawal)
