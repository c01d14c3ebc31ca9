"""Who may see whom (invariant 13): the conditions and loaders that every upper floor asks."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission, Scope
from lms.people.models import Person, Placement

_RECORDS = frozenset({Permission.READ_PEOPLE, Permission.MANAGE_PEOPLE})


def in_force(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """The placements that hold on a day."""
    return and_(Placement.from_day <= on, or_(Placement.to_day.is_(None), Placement.to_day >= on))


def scope_condition(
    actor: Actor, permission: Permission, on: date, person_id: ColumnElement[int]
) -> ColumnElement[bool]:
    """The SQL condition that `person_id` lies in the actor's scope for `permission` on the day `on`.

    Upper floors put it into every list and every loader: what it refuses does not exist for the actor.
    """
    scope = actor.scope(permission)
    if scope.everybody:
        return true()
    if scope.empty:
        return false()
    conditions: list[ColumnElement[bool]] = []
    if scope.own and actor.person_id is not None:
        conditions.append(person_id == actor.person_id)
    placed = _placed_condition(actor, scope, _anchored(on) if permission in _RECORDS else in_force(on))
    if placed is not None:
        conditions.append(person_id.in_(placed))
    return or_(false(), *conditions)


def _anchored(on: date) -> ColumnElement[bool]:
    """The primary placement that says whose file a person is: the last one begun by the day, else the first to come.

    Who keeps the files must still reach a person who left (to take them back) or who begins next week.
    """
    other = aliased(Placement)
    of_person = and_(other.person_id == Placement.person_id, other.is_primary)
    begun_later = exists().where(of_person, other.from_day <= on, other.from_day > Placement.from_day)
    earlier = exists().where(of_person, other.from_day < Placement.from_day)
    return or_(and_(Placement.from_day <= on, ~begun_later), and_(Placement.from_day > on, ~earlier))


def _placed_condition(actor: Actor, scope: Scope, counted: ColumnElement[bool]) -> Select[int] | None:
    """Persons whose primary placement that is `counted` is in one of the scope's places or in the actor's team."""
    parts: list[ColumnElement[bool]] = []
    if scope.team:
        parts.append(Placement.supervisor_id == actor.person_id)
    for site_id, programme_id in sorted(scope.places, key=lambda place: (place[0] or 0, place[1] or 0)):
        conditions: list[ColumnElement[bool]] = []
        if site_id is not None:
            conditions.append(Placement.site_id == site_id)
        if programme_id is not None:
            conditions.append(Placement.programme_id == programme_id)
        parts.append(and_(*conditions))
    if not parts:
        return None
    return select(Placement.person_id).where(Placement.is_primary, counted, or_(*parts))


def place_condition(
    actor: Actor,
    permission: Permission,
    on: date,
    *,
    person_id: ColumnElement[int],
    site_id: ColumnElement[int | None],
    programme_id: ColumnElement[int | None],
) -> ColumnElement[bool]:
    """The scope condition for a record that kept its own place (invariant 8).

    A reader bound to sites or programmes sees the records made there, whoever has moved since, and no others;
    a team's coordinator sees the team's.
    """
    scope = actor.scope(permission)
    if scope.everybody:
        return true()
    parts: list[ColumnElement[bool]] = []
    for site, programme in scope.places:
        conditions: list[ColumnElement[bool]] = []
        if site is not None:
            conditions.append(site_id == site)
        if programme is not None:
            conditions.append(programme_id == programme)
        parts.append(and_(*conditions))
    if scope.team:
        team = select(Placement.person_id).where(
            Placement.is_primary, in_force(on), Placement.supervisor_id == actor.person_id
        )
        parts.append(person_id.in_(team))
    if scope.own and actor.person_id is not None:
        parts.append(person_id == actor.person_id)
    return or_(false(), *parts)


def person_for(session: Session, actor: Actor, person_code: str, permission: Permission, on: date) -> Person:
    """The person with this code, where the actor's scope for `permission` reaches them.

    Raises: NotFound("people.not_found") for a code that does not exist and for a stranger alike.
    """
    person = session.scalar(
        select(Person).where(Person.code == person_code, scope_condition(actor, permission, on, Person.__table__.c.id))
    )
    if person is None:
        raise NotFound("people.not_found")
    return person


def person_to_change(session: Session, actor: Actor, person_code: str, permission: Permission, on: date) -> Person:
    """`person_for` with the person's row locked until the end of the transaction: two changes of one file wait in line.

    Raises: NotFound("people.not_found").
    """
    person = person_for(session, actor, person_code, permission, on)
    # Columns only: SQLite has one writer at a time and knows no row locks; PostgreSQL locks the row.
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    return person


def readable_person(session: Session, actor: Actor, person_code: str, on: date) -> Person:
    """The person with this code, where the actor may read them as one of the team or as a file.

    Raises: NotFound("people.not_found").
    """
    key = Person.__table__.c.id
    reach = or_(*(scope_condition(actor, each, on, key) for each in (Permission.READ_TEAM, Permission.READ_PEOPLE)))
    person = session.scalar(select(Person).where(Person.code == person_code, reach))
    if person is None:
        raise NotFound("people.not_found")
    return person


def may_see(session: Session, actor: Actor, person_id: int, permission: Permission, on: date) -> bool:
    """Whether the actor's scope for `permission` reaches the person."""
    condition = scope_condition(actor, permission, on, Person.__table__.c.id)
    return session.scalar(select(Person.id).where(Person.id == person_id, condition)) is not None
