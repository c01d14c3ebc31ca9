"""What every list behind a figure has in common: the asker's scope, the cell's filters, the names of places."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from lms.kit.permissions import Actor, Permission
from lms.metrics.rules import Ask
from lms.people import queries as people
from lms.people.models import Employment, Job, Person, Placement, Programme, Site

Selected_ = TypeVarTuple("Selected_")
Column = ColumnElement[Any]


@dataclass(frozen=True)
class Columns:
    """Where a table keeps the facts that scope and filters look at; the place is that of the record's own day."""

    person: Column
    day: Column
    site: Column
    programme: Column
    job: Column
    training_type: Column | None = None


def place_columns(table: Any, day: str, training_type: str | None = None) -> Columns:
    """The columns of a table that keeps its own place; `day` and `training_type` name two of its columns."""
    held = table.__table__.c
    return Columns(
        held.person_id,
        held[day],
        held.site_id,
        held.programme_id,
        held.job_id,
        held[training_type] if training_type else None,
    )


def narrow(query: Select[*Selected_], ask: Ask, columns: Columns) -> Select[*Selected_]:
    """The query within the asker's scope (invariant 13) and the cell's filters, the same for every list of a figure."""
    query = query.where(
        people.place_condition(
            ask.actor,
            Permission.READ_METRICS,
            ask.as_of,
            person_id=columns.person,
            site_id=columns.site,
            programme_id=columns.programme,
        )
    )
    cell = ask.cell
    for column, wanted in (
        (columns.site, cell.site_id),
        (columns.programme, cell.programme_id),
        (columns.job, cell.job_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if cell.training_type and columns.training_type is not None:
        query = query.where(columns.training_type == cell.training_type)
    if cell.supervisor_id is not None:
        query = query.where(supervised(columns.person, columns.day, cell.supervisor_id))
    return query


def supervised(person: Column, day: Column, supervisor_id: int) -> ColumnElement[bool]:
    """That the person's primary placement of the day had this supervisor."""
    return exists(
        select(Placement.id).where(
            Placement.person_id == person,
            Placement.is_primary,
            Placement.supervisor_id == supervisor_id,
            Placement.from_day <= day,
            or_(Placement.to_day.is_(None), Placement.to_day >= day),
        )
    )


def employed(person: Column, day: Column) -> ColumnElement[bool]:
    """That the person was employed on the day."""
    return exists(
        select(Employment.id).where(
            and_(
                Employment.person_id == person,
                Employment.hired_on <= day,
                or_(Employment.left_on.is_(None), Employment.left_on >= day),
            )
        )
    )


@dataclass(frozen=True)
class Choices:
    """What the filters of a page offer, within the asker's scope."""

    sites: tuple[Site, ...]
    programmes: tuple[Programme, ...]
    jobs: tuple[Job, ...]
    supervisors: tuple[Person, ...]


def choices(session: Session, ask: Ask) -> Choices:
    """Sites, programmes, jobs and supervisors to choose from; four queries."""
    scope = ask.actor.scope(Permission.READ_METRICS)
    sites = [site for site in people.sites(session) if scope.everybody or _reaches(scope.places, 0, site.id)]
    programmes = [row for row in people.programmes(session) if scope.everybody or _reaches(scope.places, 1, row.id)]
    return Choices(tuple(sites), tuple(programmes), tuple(people.jobs(session)), _supervisors(session, ask))


def _supervisors(session: Session, ask: Ask) -> tuple[Person, ...]:
    """Who supervises somebody in scope on the day."""
    held = Placement.__table__.c
    placed = select(Placement.supervisor_id).where(
        Placement.is_primary,
        people.in_force(ask.as_of),
        people.place_condition(
            ask.actor,
            Permission.READ_METRICS,
            ask.as_of,
            person_id=held.person_id,
            site_id=held.site_id,
            programme_id=held.programme_id,
        ),
    )
    rows = session.scalars(
        select(Person).where(Person.id.in_(placed)).order_by(Person.family_name, Person.given_name, Person.id)
    )
    return tuple(rows)


def _reaches(places: Collection[tuple[int | None, int | None]], part: int, wanted: int) -> bool:
    return any(place[part] in (None, wanted) for place in places)


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """The people behind a page of records."""
    if not person_ids:
        return {}
    return {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(person_ids)))}


def reachable(
    session: Session, actor: Actor, permissions: Collection[Permission], person_ids: Collection[int], on: date
) -> frozenset[int]:
    """Whom of these people the reader reaches by one of the permissions; one query.

    A list keeps the records of its place, whoever has moved since; the pages of those who moved are not the reader's.
    """
    if not person_ids:
        return frozenset()
    key = Person.__table__.c.id
    within = or_(*(people.scope_condition(actor, permission, on, key) for permission in permissions))
    return frozenset(session.scalars(select(Person.id).where(Person.id.in_(person_ids), within)))


def place_names(session: Session) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Names of sites, programmes and jobs by their keys; three queries."""
    return (
        {row.id: row.name for row in people.sites(session)},
        {row.id: row.name for row in people.programmes(session)},
        {row.id: row.name for row in people.jobs(session)},
    )


def month_key(day: date) -> date:
    """The month a record of this day belongs to: days are stored in the site's zone already."""
    return day.replace(day=1)
