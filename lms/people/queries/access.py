"""Who acts: the actor behind a session, grants, what people may be placed in."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.kit.db import UtcDateTime
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Grant, Role
from lms.people.models import AccessGrant, Job, Person, Placement, Programme, Site, UserSession
from lms.people.queries.scope import in_force


def _grants_in_force(now: datetime) -> ColumnElement[bool]:
    """Grants that neither were revoked nor have run out."""
    return and_(AccessGrant.revoked_at.is_(None), or_(AccessGrant.until.is_(None), AccessGrant.until > now))


@functools.cache
def _signed_in(counts: tuple[ScalarSelect[int], ...]) -> Select[*tuple[Any, ...]]:
    """The statement of `actor_by_token`: the same for every request of the product, so it is put together once."""
    now: Any = bindparam("now", type_=UtcDateTime())
    day: Any = bindparam("day", type_=Date())
    return (
        select(UserSession.id, Person, AccessGrant, Site.zone, *counts)
        .join(Person, Person.id == UserSession.person_id)
        .outerjoin(AccessGrant, and_(AccessGrant.person_id == Person.id, _grants_in_force(now)))
        .outerjoin(Placement, and_(Placement.person_id == Person.id, Placement.is_primary, in_force(day)))
        .outerjoin(Site, Site.id == Placement.site_id)
        .where(
            UserSession.token_hash == bindparam("token_hash"),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            Person.active,
        )
    )


def actor_by_token(
    session: Session,
    token_hash: str,
    now: datetime,
    zone: str,
    counts: Mapping[str, ScalarSelect[int]] | None = None,
) -> Actor | None:
    """Who is signed in with this session token: one query for session, person, grants, site and `counts` (what waits for
    them, by name: subqueries over the person's row); None where nobody is.
    """
    counts = counts or {}
    rows = session.execute(
        _signed_in(tuple(counts.values())), {"token_hash": token_hash, "now": now, "day": now.date()}
    ).all()
    if not rows:
        return None
    session_id, person, _, site_zone, *counted = rows[0]
    grants = tuple(_grant(row[2]) for row in rows if row[2] is not None)
    known = dict(zip(counts, counted, strict=True))
    return replace(_actor(person, grants, site_zone or zone, session_id), counts=known)


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


def site_by_code(session: Session, code: str) -> Site | None:
    return session.scalar(select(Site).where(Site.code == code))


def programme_by_code(session: Session, code: str) -> Programme | None:
    return session.scalar(select(Programme).where(Programme.code == code))


def job_by_code(session: Session, code: str) -> Job | None:
    return session.scalar(select(Job).where(Job.code == code))


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
