"""Settings that change over time: the only writers of `dated_setting`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from lms.admin import queries
from lms.kit import audit, dated
from lms.kit.clock import local_day
from lms.kit.dated import REGISTRY, DatedSetting
from lms.kit.db import lock
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.queries import site_for, sites

MANAGE = Permission.MANAGE_ACCESS


def add_setting(
    session: Session,
    actor: Actor,
    *,
    key: str,
    value: int,
    from_day: date,
    to_day: date | None,
    site_code: str = "",
    note: str,
    now: datetime,
) -> DatedSetting:
    """Let a value hold from a day on (today or later), to a day or until further notice, in one site or ("") in all.

    Raises: NotFound("people.site_not_found"); NotAllowed("admin.setting_scope"); Invalid: "admin.setting_unknown",
    "admin.setting_range", "admin.setting_past", "admin.setting_dates", "admin.setting_note"; Conflict
    ("admin.setting_overlap") with the days of the range that it meets.
    """
    spec = REGISTRY.get(key)
    if spec is None:
        raise Invalid("admin.setting_unknown", field="key")
    site_id = _place(session, actor, site_code)
    if not spec.low <= value <= spec.high:
        raise Invalid("admin.setting_range", field="value", low=spec.low, high=spec.high)
    if from_day < _today(session, actor, site_id, now):
        raise Invalid("admin.setting_past", field="from_day")
    if to_day is not None and to_day < from_day:
        raise Invalid("admin.setting_dates", field="to_day")
    if not note.strip():
        raise Invalid("admin.setting_note", field="note")
    _locked(session)
    for row in dated.rows_in_force(session):
        if row.key == key and row.site_id == site_id and row.meets(from_day, to_day):
            raise _overlap(row)
    facts = {"value": value, "from_day": from_day, "to_day": to_day, "site_id": site_id, "note": note.strip()}
    return _write(session, actor, "setting.add", {"key": key, **facts}, now=now)


def end_setting(session: Session, actor: Actor, *, code: str, last_day: date, now: datetime) -> DatedSetting:
    """Give a range its last day, today or later, or yesterday where it is to hold no longer; past days keep their value.

    Raises: NotFound("admin.setting_not_found"); NotAllowed("admin.setting_scope"); Conflict("admin.setting_corrected");
    Invalid("admin.setting_end_past" | "admin.setting_dates" | "admin.setting_end_later").
    """
    old = _changeable(session, actor, code)
    if last_day < _today(session, actor, old.site_id, now) - timedelta(days=1):
        raise Invalid("admin.setting_end_past", field="last_day")
    if last_day < old.from_day:
        raise Invalid("admin.setting_dates", field="last_day")
    if old.to_day is not None and last_day > old.to_day:
        raise Invalid("admin.setting_end_later", field="last_day")
    return _write(session, actor, "setting.end", _facts(old) | {"to_day": last_day}, corrects=old, now=now)


def withdraw_setting(session: Session, actor: Actor, *, code: str, now: datetime) -> DatedSetting:
    """Take back a range that has not begun. Raises: as `end_setting`; Conflict("admin.setting_begun")."""
    old = _changeable(session, actor, code)
    if old.from_day <= _today(session, actor, old.site_id, now):
        raise Conflict("admin.setting_begun")
    return _write(session, actor, "setting.withdraw", _facts(old) | {"withdrawn": True}, corrects=old, now=now)


def _place(session: Session, actor: Actor, site_code: str) -> int | None:
    if site_code:
        return site_for(session, actor, site_code, MANAGE).id
    if not actor.scope(MANAGE).everybody:
        raise NotAllowed("admin.setting_scope")
    return None


def _today(session: Session, actor: Actor, site_id: int | None, now: datetime) -> date:
    """The day that has begun wherever the value would hold: where it is tomorrow already, the day of the actor is past."""
    zones = {site.zone for site in sites(session) if site_id in {None, site.id}}
    return max(local_day(now, zone) for zone in {actor.zone, *zones})


def _locked(session: Session) -> None:
    """Two writers on two nodes take turns, and the second one sees what the first wrote."""
    lock(session, "dated_setting")
    dated.forget(session)


def _changeable(session: Session, actor: Actor, code: str) -> DatedSetting:
    _locked(session)
    old = queries.setting_by_code(session, code)
    if not actor.scope(MANAGE).covers(old.site_id, None):
        raise NotAllowed("admin.setting_scope")
    if old.id not in {row.id for row in dated.rows_in_force(session)}:
        raise Conflict("admin.setting_corrected")
    return old


def _overlap(row: DatedSetting) -> Conflict:
    """Days as a person writes them; a range without an end says so by its own text."""
    first = row.from_day.strftime("%d/%m/%Y")
    if row.to_day is None:
        return Conflict("admin.setting_overlap_open", field="from_day", first=first, value=row.value)
    return Conflict(
        "admin.setting_overlap", field="from_day", first=first, last=row.to_day.strftime("%d/%m/%Y"), value=row.value
    )


def _facts(row: DatedSetting) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("key", "value", "from_day", "to_day", "site_id", "note")}


def _write(
    session: Session,
    actor: Actor,
    action: str,
    facts: dict[str, object],
    *,
    now: datetime,
    corrects: DatedSetting | None = None,
) -> DatedSetting:
    row = DatedSetting(
        **facts,
        code=new_code(),
        set_at=now,
        set_by=actor.person_id,
        set_by_name=actor.name,
        corrects_id=corrects.id if corrects is not None else None,
    )
    session.add(row)
    session.flush()
    dated.forget(session)
    audit.record(
        session,
        actor,
        action=action,
        subject=("setting", row.key),
        before=_facts(corrects) if corrects is not None else None,
        after=facts,
        now=now,
    )
    return row
