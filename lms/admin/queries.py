"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from lms.kit.anchors import AuditCheckpoint
from lms.kit.audit import AuditEntry, AuditPayload, AuditSeal
from lms.kit.dated import DatedSetting
from lms.kit.errors import NotFound
from lms.people.models import Person


@dataclass(frozen=True)
class TrailFilter:
    """What to show: an action ("access.grant" or "access."), a kind of subject, its code, a person, days (both included)."""

    action: str = ""
    kind: str = ""
    subject: str = ""
    person: str = ""  # employee number or code: as who acted, or as whom it was about
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class TrailRow:
    """An entry, what changed (None: erased on a person's request), whether it is sealed, and whom it is about."""

    entry: AuditEntry
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    sealed: bool
    about: Person | None


def trail(
    session: Session, wanted: TrailFilter, *, zone: str, before_id: int | None = None, limit: int = 50
) -> list[TrailRow]:
    """Entries, the newest first, paged by key: `before_id` is the id of the last one shown."""
    about = and_(AuditEntry.subject_kind == "person", Person.code == AuditEntry.subject_code)
    query = (
        select(AuditEntry, AuditPayload, AuditSeal.id, Person)
        .outerjoin(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .outerjoin(Person, about)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if wanted.action.endswith("."):
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    elif wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.kind:
        query = query.where(AuditEntry.subject_kind == wanted.kind)
    if wanted.subject:
        query = query.where(AuditEntry.subject_code == wanted.subject)
    if wanted.person:
        persons = select(Person).where(
            or_(Person.employee_number == wanted.person.upper(), Person.code == wanted.person)
        )
        chosen = persons.subquery()
        query = query.where(
            or_(
                AuditEntry.actor_id.in_(select(chosen.c.id)),
                and_(AuditEntry.subject_kind == "person", AuditEntry.subject_code.in_(select(chosen.c.code))),
            )
        )
    if wanted.first is not None:
        query = query.where(AuditEntry.at >= _midnight(wanted.first, zone))
    if wanted.last is not None:
        query = query.where(AuditEntry.at < _midnight(wanted.last + timedelta(days=1), zone))
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return [
        TrailRow(
            entry,
            None if payload is None else payload.payload.get("before", {}),
            None if payload is None else payload.payload.get("after", {}),
            seal is not None,
            person,
        )
        for entry, payload, seal, person in session.execute(query)
    ]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def actions(session: Session) -> Sequence[str]:
    """Every action there is an entry of, for the choice of a filter."""
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def kinds(session: Session) -> Sequence[str]:
    """Every kind of subject there is an entry of."""
    return session.scalars(select(AuditEntry.subject_kind).distinct().order_by(AuditEntry.subject_kind)).all()


def setting_history(session: Session) -> Sequence[DatedSetting]:
    """Every row of every setting, the latest days first."""
    return session.scalars(select(DatedSetting).order_by(DatedSetting.from_day.desc(), DatedSetting.id.desc())).all()


def setting_by_code(session: Session, code: str) -> DatedSetting:
    """A row of a setting. Raises: NotFound("admin.setting_not_found")."""
    found = session.scalar(select(DatedSetting).where(DatedSetting.code == code))
    if found is None:
        raise NotFound("admin.setting_not_found")
    return found


@dataclass(frozen=True)
class Sealing:
    """How many entries there are, how many the chain holds, up to which it was signed and when, when it was last verified."""

    entries: int
    sealed: int
    anchored: int
    anchored_at: datetime | None
    verified_at: datetime | None
    verified_by: str
    faults: int | None  # None: never verified, or what was found then was erased


def sealing(session: Session) -> Sealing:
    """The state of the chain, counted and not checked: `kit.anchors.verify` checks. Two queries."""
    entries, sealed, anchored, anchored_at = session.execute(
        select(
            select(func.count()).select_from(AuditEntry).scalar_subquery(),
            select(func.count()).select_from(AuditSeal).scalar_subquery(),
            select(func.max(AuditCheckpoint.seal_id)).scalar_subquery(),
            select(func.max(AuditCheckpoint.at)).scalar_subquery(),
        )
    ).one()
    last = session.execute(
        select(AuditEntry, AuditPayload)
        .outerjoin(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .where(AuditEntry.subject_kind == "audit", AuditEntry.action == "audit.verify")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    entry, payload = last or (None, None)
    return Sealing(
        entries,
        sealed,
        anchored or 0,
        anchored_at,
        entry.at if entry is not None else None,
        entry.actor_name if entry is not None else "",
        payload.payload.get("after", {}).get("faults") if payload is not None else None,
    )


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of people by id."""
    if not ids:
        return {}
    rows = session.execute(select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(ids)))
    return {person_id: f"{given} {family}" for person_id, given, family in rows}
