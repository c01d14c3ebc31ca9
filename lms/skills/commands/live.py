"""Live-contact periods: who really took contacts, entered as it happened, against the gate or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement
from lms.people.queries import person_for
from lms.skills import queries
from lms.skills.commands.common import human, needed, refuse_unemployed
from lms.skills.models import LiveContactPeriod
from lms.skills.queries import Dossiers
from lms.skills.rules import GateState

SOURCES = ("roster", "telephony", "coordinator")


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included (None: still does); `under_ojt`: as supervised practice."""

    from_day: date
    to_day: date | None = None
    under_ojt: bool = False


def enter_live_period(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    programme_id: int,
    period: Period,
    confirmed: bool,
    now: datetime,
    source: str = "coordinator",
) -> LiveContactPeriod:
    """Enter that a person took contacts of a programme. The gate on the first day is kept with it, whatever it was.

    Contacts against the gate are entered too, for they happened; the caller must have `confirmed` it.
    Raises: NotFound; Invalid("skills.future" | "skills.dates_wrong" | "skills.not_employed" | "skills.not_placed"); Conflict
    ("skills.live_overlap" | "skills.live_against_gate").
    """
    human(session, actor, now)
    person = _person(session, actor, person_code, now)
    row = _checked(
        session,
        actor,
        person_id=person,
        programme_id=programme_id,
        period=period,
        confirmed=confirmed,
        source=source,
        now=now,
    )
    _store(session, actor, row, action="live.enter", now=now)
    return row


def end_live_period(session: Session, actor: Actor, *, code: str, last_day: date, now: datetime) -> LiveContactPeriod:
    """Say which was the last day of a period that was still open. The gate at its start stays as it was kept.

    Raises: NotFound; Conflict("skills.live_not_current" | "skills.live_ended"); Invalid("skills.future" | "skills.dates_wrong").
    """
    human(session, actor, now)
    old = _current(session, actor, code, now)
    if old.to_day is not None:
        raise Conflict("skills.live_ended")
    zone = queries.zone_of_site(session, old.site_id)
    if last_day > local_day(now, zone):
        raise Invalid("skills.future", field="last_day")
    if last_day < old.from_day:
        raise Invalid("skills.dates_wrong", field="last_day")
    row = _copy(old, actor, now, to_day=last_day, reason="Fin del período")
    _store(session, actor, row, action="live.end", before=old, now=now)
    return row


def correct_live_period(
    session: Session,
    actor: Actor,
    *,
    code: str,
    period: Period,
    reason: str,
    confirmed: bool,
    now: datetime,
) -> LiveContactPeriod:
    """Take the place of a period entered wrongly; the gate is looked up again for the new first day.

    Raises: NotFound; Conflict("skills.live_not_current"); Invalid("skills.reason_missing"); else as `enter_live_period`.
    """
    human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = _current(session, actor, code, now)
    row = _checked(
        session,
        actor,
        person_id=old.person_id,
        programme_id=old.programme_id,
        period=period,
        confirmed=confirmed,
        source=old.source,
        now=now,
        corrects=old,
    )
    row.corrects_id, row.reason = old.id, reason
    _store(session, actor, row, action="live.correct", before=old, now=now)
    return row


def withdraw_live_period(session: Session, actor: Actor, *, code: str, reason: str, now: datetime) -> LiveContactPeriod:
    """Take a period back altogether: it never happened.

    Raises: NotFound; Conflict("skills.live_not_current"); Invalid("skills.reason_missing").
    """
    human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = _current(session, actor, code, now)
    row = _copy(old, actor, now, withdrawn=True, reason=reason)
    _store(session, actor, row, action="live.withdraw", before=old, now=now)
    return row


def against_gate(state: GateState, under_ojt: bool) -> bool:
    """Whether contacts began against the gate: closed, or supervised and not under supervision."""
    return state is GateState.CLOSED or (state is GateState.SUPERVISED and not under_ojt)


def _person(session: Session, actor: Actor, person_code: str, now: datetime) -> int:
    found = person_for(session, actor, person_code, Permission.LIVE_CONTACTS, local_day(now, actor.zone))
    if found.id == actor.person_id:
        raise NotAllowed("skills.own")
    return found.id


def _current(session: Session, actor: Actor, code: str, now: datetime) -> LiveContactPeriod:
    old = queries.live_period_for(session, actor, code, Permission.LIVE_CONTACTS, local_day(now, actor.zone))
    queries.lock_person(session, old.person_id)
    if not queries.is_current(session, old):
        raise Conflict("skills.live_not_current")
    return old


def _checked(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    programme_id: int,
    period: Period,
    confirmed: bool,
    source: str,
    now: datetime,
    corrects: LiveContactPeriod | None = None,
) -> LiveContactPeriod:
    """A row that may be stored, with the gate of its first day."""
    queries.lock_person(session, person_id)
    held = Dossiers(session, {person_id})
    besides = corrects.id if corrects is not None else None
    other = queries.overlapping_live_period(
        session, person_id, programme_id, period.from_day, period.to_day, besides=besides
    )
    return new_live_period(
        held,
        actor,
        person_id=person_id,
        programme_id=programme_id,
        period=period,
        other=other,
        confirmed=confirmed,
        source=source,
        now=now,
    )


def new_live_period(
    held: Dossiers,
    actor: Actor,
    *,
    person_id: int,
    programme_id: int,
    period: Period,
    other: LiveContactPeriod | None,
    confirmed: bool,
    source: str,
    now: datetime,
) -> LiveContactPeriod:
    """The row of a period, if its days are possible; `other` is one that it would overlap. Raises: as `enter_live_period`."""
    placed = _placed(held, person_id, programme_id, period, now)
    if other is not None:
        raise Conflict("skills.live_overlap", field="from_day", day=other.from_day)
    state = held.gate(person_id, programme_id, period.from_day).state
    if against_gate(state, period.under_ojt) and not confirmed:
        raise Conflict("skills.live_against_gate", field="confirmed", day=period.from_day)
    return LiveContactPeriod(
        code=new_code(),
        person_id=person_id,
        programme_id=programme_id,
        site_id=placed.site_id,
        job_id=placed.job_id,
        from_day=period.from_day,
        to_day=period.to_day,
        source=source,
        under_ojt=period.under_ojt,
        gate_at_start=state.value,
        recorded_at=now,
        recorded_by=actor.person_id,
        reason="",
    )


def _placed(held: Dossiers, person_id: int, programme_id: int, period: Period, now: datetime) -> Placement:
    """The placement of the first day, when the days of the period are possible at all."""
    placed = held.placement(person_id, programme_id, period.from_day)
    if placed is None or placed.from_day > period.from_day or (placed.to_day or period.from_day) < period.from_day:
        raise Invalid("skills.not_placed", field="from_day")
    today = local_day(now, placed.site.zone)
    if period.from_day > today:
        raise Invalid("skills.future", field="from_day")
    if period.to_day is not None and period.to_day > today:
        raise Invalid("skills.future", field="to_day")
    if period.to_day is not None and period.to_day < period.from_day:
        raise Invalid("skills.dates_wrong", field="to_day")
    refuse_unemployed(held, person_id, period.from_day, "from_day")
    if period.to_day is not None:
        refuse_unemployed(held, person_id, period.to_day, "to_day")
    return placed


def _copy(old: LiveContactPeriod, actor: Actor, now: datetime, **changes: object) -> LiveContactPeriod:
    kept = [
        "person_id",
        "programme_id",
        "site_id",
        "job_id",
        "from_day",
        "to_day",
        "source",
        "under_ojt",
        "gate_at_start",
    ]
    values: dict[str, object] = {name: getattr(old, name) for name in kept} | changes
    return LiveContactPeriod(
        code=new_code(), recorded_at=now, recorded_by=actor.person_id, corrects_id=old.id, **values
    )


def _store(
    session: Session,
    actor: Actor,
    row: LiveContactPeriod,
    *,
    action: str,
    now: datetime,
    before: LiveContactPeriod | None = None,
) -> None:
    session.add(row)
    session.flush()
    note_live(session, actor, row, action=action, now=now, before=before)


def note_live(
    session: Session,
    actor: Actor,
    row: LiveContactPeriod,
    *,
    action: str,
    now: datetime,
    before: LiveContactPeriod | None = None,
) -> None:
    """The audit row of a period."""
    audit.record(
        session,
        actor,
        action=action,
        subject=("live_period", before.code if before is not None else row.code),
        before={"from": before.from_day, "to": before.to_day} if before is not None else None,
        after={"from": row.from_day, "to": row.to_day, "gate": row.gate_at_start, "reason": row.reason},
        now=now,
    )
