"""Evidence: loaders that decide who reaches a record, and lists of verifications, OJT records, signatures and plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.catalog.models import Enrolment
from lms.hours.models import HoursEntry
from lms.kit.db import fraction
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person, Site
from lms.people.queries import scope_condition
from lms.skills.models import JobProfileVersion, OjtRecord, SignOff, Verification

_VERIFICATION = (
    joinedload(Verification.skill),
    joinedload(Verification.profile),
    joinedload(Verification.person),
    joinedload(Verification.evaluator),
    joinedload(Verification.programme),
)
_OJT = (
    joinedload(OjtRecord.profile),
    joinedload(OjtRecord.person),
    joinedload(OjtRecord.observer),
    joinedload(OjtRecord.programme),
)


@dataclass(frozen=True)
class RecordRow:
    """A verification or an OJT record with its signatures. `corrected`: a later row took its place or took it back."""

    record: Verification | OjtRecord
    signatures: tuple[SignOff, ...]
    corrected: bool

    @property
    def is_ojt(self) -> bool:
        return isinstance(self.record, OjtRecord)

    @property
    def counts(self) -> bool:
        return not self.corrected and not self.record.withdrawn

    @property
    def lacking(self) -> tuple[str, ...]:
        """Roles that have still to sign, in order; nobody signs what no longer counts."""
        return lacking_roles(self.record, self.signatures) if self.counts else ()

    @property
    def score(self) -> Fraction | None:
        return fraction(self.record.score_num, self.record.score_den)

    @property
    def threshold(self) -> Fraction | None:
        """The threshold of a verification; an OJT record has none."""
        if isinstance(self.record, OjtRecord):
            return None
        return Fraction(self.record.threshold_num, self.record.threshold_den)


def roles_of(record: Verification | OjtRecord) -> tuple[str, ...]:
    """Who has to sign a record, in order, by the profile that was in force for it."""
    asked = record.profile.ojt_sign_roles if isinstance(record, OjtRecord) else record.profile.sign_roles
    return tuple(asked)


def lacking_roles(record: Verification | OjtRecord, signatures: Sequence[SignOff]) -> tuple[str, ...]:
    """Roles whose signature a record still lacks, in order."""
    given = {row.role for row in signatures}
    return tuple(role for role in roles_of(record) if role not in given)


def next_role(row: RecordRow) -> str | None:
    """Whose turn it is to sign; None where nobody's signature lacks."""
    return next(iter(row.lacking), None)


def verification_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> Verification:
    """The verification with this code, of somebody whom the actor's scope for `permission` reaches on the day `on`.

    Raises: NotFound("skills.record_not_found") for a code that does not exist and for a stranger alike.
    """
    found = session.scalar(
        select(Verification)
        .options(*_VERIFICATION)
        .where(Verification.code == code, scope_condition(actor, permission, on, Verification.__table__.c.person_id))
    )
    if found is None:
        raise NotFound("skills.record_not_found")
    return found


def ojt_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> OjtRecord:
    """The OJT record with this code, likewise."""
    found = session.scalar(
        select(OjtRecord)
        .options(*_OJT)
        .where(OjtRecord.code == code, scope_condition(actor, permission, on, OjtRecord.__table__.c.person_id))
    )
    if found is None:
        raise NotFound("skills.record_not_found")
    return found


def verification_by_code(session: Session, code: str) -> Verification | None:
    """For a form that is sent twice; no page may show what this returns without asking `verification_for`."""
    return session.scalar(select(Verification).where(Verification.code == code))


def ojt_by_code(session: Session, code: str) -> OjtRecord | None:
    """The same for OJT."""
    return session.scalar(select(OjtRecord).where(OjtRecord.code == code))


def is_corrected(session: Session, record: Verification | OjtRecord) -> bool:
    """Whether a later row took the place of this one."""
    model = type(record)
    return session.scalar(select(model.id).where(model.corrects_id == record.id)) is not None


def replacement_of(session: Session, record: Verification | OjtRecord) -> Verification | OjtRecord | None:
    """The row that took the place of this one, or took it back."""
    if isinstance(record, OjtRecord):
        return session.scalar(select(OjtRecord).where(OjtRecord.corrects_id == record.id))
    return session.scalar(select(Verification).where(Verification.corrects_id == record.id))


def record_row(session: Session, record: Verification | OjtRecord) -> RecordRow:
    """A record with its signatures; two queries."""
    column = SignOff.ojt_id if isinstance(record, OjtRecord) else SignOff.verification_id
    signatures = session.scalars(
        select(SignOff).options(joinedload(SignOff.signer)).where(column == record.id).order_by(SignOff.id)
    ).all()
    return RecordRow(record, tuple(signatures), is_corrected(session, record))


@dataclass(frozen=True)
class History:
    """Everything recorded about a person, the newest first, corrected rows among them."""

    verifications: tuple[RecordRow, ...]
    ojt: tuple[RecordRow, ...]


def people_history(session: Session, person_id: int, *, limit: int) -> History:
    """The last `limit` verifications and OJT records of a person with their signatures; three queries."""
    verifications = session.scalars(
        select(Verification)
        .options(*_VERIFICATION)
        .where(Verification.person_id == person_id)
        .order_by(Verification.observed_on.desc(), Verification.id.desc())
        .limit(limit)
    ).all()
    practice = session.scalars(
        select(OjtRecord)
        .options(*_OJT)
        .where(OjtRecord.person_id == person_id)
        .order_by(OjtRecord.day.desc(), OjtRecord.id.desc())
        .limit(limit)
    ).all()
    under = _signatures(session, [row.id for row in verifications], [row.id for row in practice])
    corrected = {row.corrects_id for row in verifications}
    ojt_corrected = {row.corrects_id for row in practice}
    return History(
        tuple(RecordRow(row, under["verification", row.id], row.id in corrected) for row in verifications),
        tuple(RecordRow(row, under["ojt", row.id], row.id in ojt_corrected) for row in practice),
    )


def _signatures(
    session: Session, verification_ids: Collection[int], ojt_ids: Collection[int]
) -> defaultdict[tuple[str, int], tuple[SignOff, ...]]:
    found: defaultdict[tuple[str, int], tuple[SignOff, ...]] = defaultdict(tuple)
    rows = session.scalars(
        select(SignOff)
        .options(joinedload(SignOff.signer))
        .where(or_(SignOff.verification_id.in_(verification_ids), SignOff.ojt_id.in_(ojt_ids)))
        .order_by(SignOff.id)
    )
    for row in rows:
        key = ("verification", row.verification_id) if row.verification_id else ("ojt", row.ojt_id or 0)
        found[key] = (*found[key], row)
    return found


def uncorrected_verification() -> ColumnElement[bool]:
    """The SQL condition that a verification counts: no later row corrects it and it is no taking back."""
    later = aliased(Verification)
    return and_(~Verification.withdrawn, ~exists(select(later.id).where(later.corrects_id == Verification.id)))


def uncorrected_ojt() -> ColumnElement[bool]:
    """The same for OJT records."""
    later = aliased(OjtRecord)
    return and_(~OjtRecord.withdrawn, ~exists(select(later.id).where(later.corrects_id == OjtRecord.id)))


def waiting_for_signature(
    session: Session, actor: Actor, permission: Permission, on: date, *, limit: int
) -> list[RecordRow]:
    """Records of people in scope that lack a signature, the oldest first, at most `limit` of each kind; three queries.

    A record of the actor's own is left out: nobody signs for themselves.
    """
    verifications = session.scalars(
        _unsigned(select(Verification).options(*_VERIFICATION), actor, permission, on, limit)
    ).all()
    practice = session.scalars(_unsigned_ojt(select(OjtRecord).options(*_OJT), actor, permission, on, limit)).all()
    under = _signatures(session, [row.id for row in verifications], [row.id for row in practice])
    rows = [RecordRow(row, under["verification", row.id], False) for row in verifications]
    rows += [RecordRow(row, under["ojt", row.id], False) for row in practice]
    return sorted(rows, key=lambda row: row.record.recorded_at)


def _unsigned(
    query: Select[Verification], actor: Actor, permission: Permission, on: date, limit: int
) -> Select[Verification]:
    # The manager signs last: what the manager has not signed is what still waits.
    manager = exists().where(SignOff.verification_id == Verification.id, SignOff.role == "manager")
    return (
        query.where(
            scope_condition(actor, permission, on, Verification.__table__.c.person_id),
            Verification.person_id != (actor.person_id or 0),
            uncorrected_verification(),
            ~manager,
        )
        .order_by(Verification.recorded_at, Verification.id)
        .limit(limit)
    )


def _unsigned_ojt(
    query: Select[OjtRecord], actor: Actor, permission: Permission, on: date, limit: int
) -> Select[OjtRecord]:
    manager = exists().where(SignOff.ojt_id == OjtRecord.id, SignOff.role == "manager")
    return (
        query.where(
            scope_condition(actor, permission, on, OjtRecord.__table__.c.person_id),
            OjtRecord.person_id != (actor.person_id or 0),
            OjtRecord.profile_id.in_(_asks_manager_for_ojt()),
            uncorrected_ojt(),
            ~manager,
        )
        .order_by(OjtRecord.recorded_at, OjtRecord.id)
        .limit(limit)
    )


def _asks_manager_for_ojt() -> Select[int]:
    # A JSON list of roles, read as text: the one way that both databases share.
    roles = cast(JobProfileVersion.ojt_sign_roles, String)
    return select(JobProfileVersion.id).where(roles.like('%"manager"%'))


def corrected_by(session: Session, row: Verification) -> list[Verification]:
    """A verification, the one that it corrects, the one that this corrects, and so on back to the first."""
    found = [row]
    while found[-1].corrects_id is not None:
        found.append(session.get_one(Verification, found[-1].corrects_id))
    return found


def ojt_minutes_on(session: Session, person_id: int, on: date) -> int:
    """Minutes of OJT recorded for a person on a day, on all programmes, corrections taken into account."""
    return (
        session.scalar(
            select(func.coalesce(func.sum(OjtRecord.minutes), 0)).where(
                OjtRecord.person_id == person_id, OjtRecord.day == on, uncorrected_ojt()
            )
        )
        or 0
    )


def hours_entry_of(session: Session, record: OjtRecord) -> HoursEntry | None:
    """The entry of the hours ledger that an OJT record posted."""
    return session.scalar(
        select(HoursEntry).where(HoursEntry.source_kind == "ojt", HoursEntry.source_code == record.code)
    )


def hours_left(session: Session, entry: HoursEntry) -> int:
    """What is left of an entry of the ledger after the corrections made to it, in minutes."""
    later = session.scalar(select(func.sum(HoursEntry.minutes)).where(HoursEntry.corrects_id == entry.id))
    return entry.minutes + (later or 0)


def lock_person(session: Session, person_id: int) -> None:
    """Hold the person's row to the end of the transaction: two commands on one person's evidence take turns.

    SQLite has one writer at a time anyway and ignores it.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


_LOCKED = select(Person).where(Person.id.in_(bindparam("people", expanding=True))).order_by(Person.id).with_for_update()


def lock_people(session: Session, person_ids: Collection[int]) -> Sequence[Person]:
    """The same for several people, in an order that is the same for everybody; the people themselves."""
    return session.scalars(_LOCKED, {"people": list(person_ids)}).all()


def zone_of_site(session: Session, site_id: int) -> str:
    """The time zone of a site."""
    return session.get_one(Site, site_id).zone


def latest_training_type(session: Session, person_id: int) -> str:
    """Why the person is in training: the type of their latest enrolment, "initial" where there is none."""
    found = session.scalar(
        select(Enrolment.training_type).where(Enrolment.person_id == person_id).order_by(Enrolment.id.desc()).limit(1)
    )
    return found or "initial"


_TRAINING_TYPES = (
    select(Enrolment.person_id, Enrolment.training_type)
    .where(Enrolment.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Enrolment.id)
)


def latest_training_types(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The same for several people; who has no enrolment is not in it."""
    rows = session.execute(_TRAINING_TYPES, {"people": list(person_ids)})
    return {person_id: training_type for person_id, training_type in rows}  # noqa: C416 - a Row is no tuple to mypy
