"""Who acts: the actor behind a session, grants, what people may be placed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Grant, Role
from lms.people.models import AccessGrant, Job, Person, Placement, Programme, Site, UserSession
from lms.people.queries.scope import in_force

_NOW: BindParameter[datetime] = bindparam("now", type_=UserSession.__table__.c.expires_at.type)
_ON: BindParameter[date] = bindparam("on", type_=Placement.__table__.c.from_day.type)


def _grants_in_force(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Grants that neither were revoked nor have run out."""
    return and_(AccessGrant.revoked_at.is_(None), or_(AccessGrant.until.is_(None), AccessGrant.until > now))


_SESSION, _PERSON, _GRANT = UserSession.__table__.c, Person.__table__.c, AccessGrant.__table__.c


@lru_cache(maxsize=8)
def _by_token(counts: tuple[tuple[str, ScalarSelect[int]], ...]) -> Select[Any]:
    """Asked by every page: built once, and of columns alone, it costs a twentieth of the same query built anew for entities."""
    return (
        select(
            _SESSION.id.label("session_id"),
            _PERSON.id.label("person_id"),
            *(_PERSON[name] for name in ("given_name", "family_name", "code", "employee_number", "locale")),
            *(_GRANT[name] for name in ("role", "site_id", "programme_id", "until")),
            Site.__table__.c.zone,
            *(count.label(f"count_{name}") for name, count in counts),
        )
        .join_from(UserSession.__table__, Person.__table__, _PERSON.id == _SESSION.person_id)
        .outerjoin(AccessGrant.__table__, and_(_GRANT.person_id == _PERSON.id, _grants_in_force(_NOW)))
        .outerjoin(
            Placement.__table__,
            and_(Placement.__table__.c.person_id == _PERSON.id, Placement.__table__.c.is_primary, in_force(_ON)),
        )
        .outerjoin(Site.__table__, Site.__table__.c.id == Placement.__table__.c.site_id)
        .where(
            _SESSION.token_hash == bindparam("token"),
            _SESSION.ended_at.is_(None),
            _SESSION.expires_at > _NOW,
            _PERSON.active,
        )
    )


def actor_by_token(
    session: Session,
    token_hash: str,
    now: datetime,
    zone: str,
    *,
    counts: Mapping[str, ScalarSelect[int]] | None = None,
    bare: bool = False,
) -> Actor | None:
    """Who is signed in with this session token: one query for session, person, grants, site and `counts` (what waits for
    them, by name: subqueries over the person's row); None where nobody is. `bare`: without the counts.
    """
    counted = () if bare else tuple((counts or {}).items())
    rows = session.execute(_by_token(counted), {"token": token_hash, "now": now, "on": now.date()}).all()
    if not rows:
        return None
    first = rows[0]
    return Actor(
        person_id=first.person_id,
        name=f"{first.given_name} {first.family_name}",
        code=first.code,
        employee_number=first.employee_number,
        locale=first.locale,
        zone=first.zone or zone,
        grants=tuple(
            Grant(Role(row.role), row.site_id, row.programme_id, row.until) for row in rows if row.role is not None
        ),
        session_id=first.session_id,
        counts={name: getattr(first, f"count_{name}") for name, _ in counted},
    )


def actor_for_person(session: Session, person: Person, now: datetime, zone: str = "UTC") -> Actor:
    """A person as an actor, outside a browser session: for the demo, tests and the command line."""
    grants = session.scalars(select(AccessGrant).where(AccessGrant.person_id == person.id, _grants_in_force(now))).all()
    return _actor(person, tuple(_grant(row) for row in grants), zone, None)


def actor_by_id(session: Session, person_id: int, now: datetime, zone: str) -> Actor | None:
    """A person as an actor as they are now, in the zone of their site: for the worker; None where the account is closed."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        return None
    placed = select(Site.zone).join(Placement, Placement.site_id == Site.id)
    own = session.scalar(placed.where(Placement.person_id == person_id, Placement.is_primary, in_force(now.date())))
    return actor_for_person(session, person, now, own or zone)


def _grant(row: AccessGrant) -> Grant:
    return Grant(Role(row.role), row.site_id, row.programme_id, row.until)


def _actor(person: Person, grants: tuple[Grant, ...], zone: str, session_id: int | None) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        code=person.code,
        employee_number=person.employee_number,
        locale=person.locale,
        zone=zone,
        grants=grants,
        session_id=session_id,
    )


def grant_of(session: Session, person_id: int, grant_code: str, now: datetime) -> AccessGrant:
    """A grant in force of a person, by its code.

    Raises: NotFound("people.grant_not_found").
    """
    row = session.scalar(
        select(AccessGrant).where(
            AccessGrant.code == grant_code, AccessGrant.person_id == person_id, _grants_in_force(now)
        )
    )
    if row is None:
        raise NotFound("people.grant_not_found")
    return row


def administrators(session: Session, now: datetime) -> Sequence[AccessGrant]:
    """Grants that make an active person administrator of the whole installation, without an end."""
    return session.scalars(
        select(AccessGrant)
        .join(Person, Person.id == AccessGrant.person_id)
        .where(
            AccessGrant.role == Role.ADMINISTRATOR,
            AccessGrant.site_id.is_(None),
            AccessGrant.programme_id.is_(None),
            AccessGrant.until.is_(None),
            Person.active,
            _grants_in_force(now),
        )
    ).all()


_SITE = select(Site).where(Site.code == bindparam("code"))
_PROGRAMME = select(Programme).where(Programme.code == bindparam("code"))
_JOB = select(Job).where(Job.code == bindparam("code"))


def site_by_code(session: Session, code: str) -> Site | None:
    found: Site | None = session.scalar(_SITE, {"code": code})
    return found


def programme_by_code(session: Session, code: str) -> Programme | None:
    found: Programme | None = session.scalar(_PROGRAMME, {"code": code})
    return found


def job_by_code(session: Session, code: str) -> Job | None:
    found: Job | None = session.scalar(_JOB, {"code": code})
    return found


def name_taken(session: Session, kind: type[Site | Programme | Job], name: str) -> bool:
    """Whether a site, programme or job of this name is there already."""
    return session.scalar(select(kind.id).where(kind.name == name)) is not None


def grants_of(session: Session, person_id: int, now: datetime) -> Sequence[AccessGrant]:
    """The grants in force of a person."""
    return session.scalars(
        select(AccessGrant)
        .options(joinedload(AccessGrant.site), joinedload(AccessGrant.programme))
        .where(AccessGrant.person_id == person_id, _grants_in_force(now))
        .order_by(AccessGrant.id)
    ).all()


def sites(session: Session) -> Sequence[Site]:
    return session.scalars(select(Site).order_by(Site.name)).all()


def programmes(session: Session) -> Sequence[Programme]:
    return session.scalars(select(Programme).order_by(Programme.name)).all()


def jobs(session: Session) -> Sequence[Job]:
    return session.scalars(select(Job).order_by(Job.name)).all()


def supervisors(session: Session) -> Sequence[Person]:
    """People who hold a coordinator's grant, for the choice of a supervisor."""
    return session.scalars(
        select(Person)
        .where(
            Person.active,
            Person.id.in_(
                select(AccessGrant.person_id).where(
                    AccessGrant.role == Role.COORDINATOR, AccessGrant.revoked_at.is_(None)
                )
            ),
        )
        .order_by(Person.family_name, Person.given_name)
    ).all()
