"""Who may do what: grants, the places they hold in, and the first administrator."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Permission, Role
from lms.people import queries
from lms.people.commands.records import Details, store_person
from lms.people.commands.signin import issue_code
from lms.people.models import AccessGrant, Job, Person, Programme, Site

MANAGE = Permission.MANAGE_ACCESS
K_ = TypeVar("K_", Site, Programme, Job)


def grant_role(
    session: Session,
    actor: Actor,
    person_code: str,
    *,
    role: str,
    site: str = "",
    programme: str = "",
    last_day: date | None = None,
    now: datetime,
) -> AccessGrant:
    """Give a role, in a site or programme (codes; "" for no bound), until the end of `last_day` (None: no end).

    Grants are read with every request: the person's open sessions have it from the next page on.

    Raises: NotFound; NotAllowed("people.grant_self"), ("people.place_outside") where the actor's own scope is narrower;
    Invalid at the field; Conflict("people.grant_held").
    """
    today = local_day(now, actor.zone)
    person = queries.person_to_change(session, actor, person_code, MANAGE, today)
    if person.id == actor.person_id:
        raise NotAllowed("people.grant_self")
    if role not in set(Role):
        raise Invalid("people.role_unknown", field="role")
    bounds = _bounds(session, actor, Role(role), site, programme)
    if last_day is not None and last_day < today:
        raise Invalid("people.dates_wrong", field="last_day")
    for held in queries.grants_of(session, person.id, now):
        if (held.role, held.site_id, held.programme_id) == (role, *bounds) and held.until is None:
            raise Conflict("people.grant_held", field="role")
    row = AccessGrant(
        code=new_code(),
        person_id=person.id,
        role=Role(role).value,
        site_id=bounds[0],
        programme_id=bounds[1],
        granted_at=now,
        granted_by=actor.person_id,
        until=_end_of(last_day, actor.zone),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, action="access.grant", subject=("person", person.code), after=facts(row), now=now)
    return row


def _bounds(session: Session, actor: Actor, role: Role, site: str, programme: str) -> tuple[int | None, int | None]:
    """The ids of the places a grant is bound to, refused where the actor could not reach them."""
    place, client = queries.site_by_code(session, site), queries.programme_by_code(session, programme)
    if site and place is None:
        raise Invalid("people.choice_unknown", field="site")
    if programme and client is None:
        raise Invalid("people.choice_unknown", field="programme")
    bounds = (place.id if place else None, client.id if client else None)
    if role is Role.LEARNER and bounds != (None, None):
        raise Invalid("people.scope_meaningless", field="site")
    if not actor.scope(MANAGE).covers(*bounds):
        raise NotAllowed("people.place_outside", field="site")
    return bounds


def _end_of(last_day: date | None, zone: str) -> datetime | None:
    if last_day is None:
        return None
    return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))


def facts(row: AccessGrant) -> dict[str, object]:
    """A grant as the audit trail tells it."""
    return {
        "grant": row.code,
        "role": row.role,
        "site": row.site.name if row.site else "",
        "programme": row.programme.name if row.programme else "",
        "until": row.until,
    }


def revoke_role(session: Session, actor: Actor, person_code: str, grant_code: str, *, now: datetime) -> AccessGrant:
    """Take a role back; it holds no longer from the person's next page on.

    Raises: NotFound; NotAllowed("people.grant_self"), ("people.place_outside"); Conflict("people.last_administrator").
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    if person.id == actor.person_id:
        raise NotAllowed("people.grant_self")
    row = queries.grant_of(session, person.id, grant_code, now)
    if not actor.scope(MANAGE).covers(row.site_id, row.programme_id) and row.role != Role.LEARNER:
        raise NotAllowed("people.place_outside")
    if {grant.id for grant in queries.administrators(session, now)} == {row.id}:
        raise Conflict("people.last_administrator")
    row.revoked_at, row.revoked_by = now, actor.person_id
    audit.record(session, actor, action="access.revoke", subject=("person", person.code), before=facts(row), now=now)
    return row


def add_site(session: Session, actor: Actor, *, name: str, zone: str, now: datetime) -> Site:
    """A new site with its IANA time zone.

    Raises: Invalid("people.name_needed"), ("people.zone_unknown"); Conflict("people.name_taken"); NotAllowed.
    """
    if zone not in available_timezones():
        raise Invalid("people.zone_unknown", field="zone")
    site = Site(code=new_code(), name=_new_name(session, actor, Site, name), zone=zone)
    return _added(session, actor, site, {"name": site.name, "zone": zone}, now)


def add_programme(session: Session, actor: Actor, *, name: str, now: datetime) -> Programme:
    """A new programme. Raises: as `add_site`."""
    programme = Programme(code=new_code(), name=_new_name(session, actor, Programme, name))
    return _added(session, actor, programme, {"name": programme.name}, now)


def add_job(session: Session, actor: Actor, *, name: str, key_customer_related: bool, now: datetime) -> Job:
    """A new job. Raises: as `add_site`."""
    job = Job(code=new_code(), name=_new_name(session, actor, Job, name), key_customer_related=key_customer_related)
    return _added(session, actor, job, {"name": job.name, "key_customer_related": key_customer_related}, now)


def _new_name(session: Session, actor: Actor, kind: type[Site | Programme | Job], name: str) -> str:
    clean = " ".join(name.split())
    if not actor.scope(MANAGE).everybody:
        raise NotAllowed("people.place_outside")
    if not clean:
        raise Invalid("people.name_needed", field="name")
    if queries.name_taken(session, kind, clean):
        raise Conflict("people.name_taken", field="name")
    return clean


def _added(session: Session, actor: Actor, row: K_, after: dict[str, object], now: datetime) -> K_:
    session.add(row)
    session.flush()
    kind = row.__tablename__
    audit.record(session, actor, action=f"{kind}.add", subject=(kind, row.code), after=after, now=now)
    return row


def set_up(session: Session, *, details: Details, key: str, hours: int, now: datetime) -> tuple[Person, str]:
    """The first administrator of an empty installation, with the one-time code to sign in; `key`: see `issue_code`.

    They get no employment: sites and jobs, which a placement needs, are the first thing they will enter.

    Raises: Conflict("people.already_set_up") where there is an administrator; Invalid for the details.
    """
    if queries.administrators(session, now):
        raise Conflict("people.already_set_up")
    person = store_person(session, details, now=now)
    row = AccessGrant(code=new_code(), person_id=person.id, role=Role.ADMINISTRATOR, granted_at=now)
    session.add(row)
    session.flush()
    audit.record(session, SYSTEM, action="access.set_up", subject=("person", person.code), after=facts(row), now=now)
    return person, issue_code(session, SYSTEM, person, key=key, hours=hours, now=now)
