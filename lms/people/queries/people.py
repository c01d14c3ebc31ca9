"""People in lists and one by one: placements, employments, the directory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, String, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from lms.kit.db import fold
from lms.kit.folding import folded
from lms.kit.permissions import Actor, Permission
from lms.people.models import Employment, Person, Placement
from lms.people.queries.scope import in_force, scope_condition
from lms.people.rules import Line, Movement

WITH_PLACE: tuple[ORMOption, ...] = (
    joinedload(Placement.site),
    joinedload(Placement.programme),
    joinedload(Placement.job),
    joinedload(Placement.supervisor),
)


@dataclass(frozen=True)
class PersonRow:
    """A person in a list, with the primary placement of the day (None: not placed) and the key the list is paged by."""

    person: Person
    placement: Placement | None
    key: str = ""


def people_in_scope(
    session: Session,
    actor: Actor,
    permission: Permission,
    on: date,
    *,
    search: str = "",
    after: str = "",
    limit: int = 50,
    active: bool | None = True,
    movement: Movement | None = None,
    since: date | None = None,
) -> list[PersonRow]:
    """People the actor's scope reaches, by name, paged by key: `after` is the `key` of the last row shown.

    `search` finds parts of the name and of the employee number, whatever the case and the accents. `active` None: all.
    `movement` keeps those who came or left between `since` and `on`, see `moved`.
    """
    key = sort_key_column()
    query = (
        select(Person, Placement, key)
        .outerjoin(Placement, and_(Placement.person_id == Person.id, Placement.is_primary, in_force(on)))
        .options(*WITH_PLACE)
        .where(scope_condition(actor, permission, on, Person.__table__.c.id))
        .order_by(key)
        .limit(limit)
    )
    if active is not None:
        query = query.where(Person.active == active)
    if movement is not None and since is not None:
        query = query.where(Person.id.in_(select(Employment.person_id).where(moved(movement, since, on))))
    for word in folded(search).split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(
                fold(Person.given_name + " " + Person.family_name).like(pattern, escape="\\"),
                func.lower(Person.employee_number).like(pattern, escape="\\"),
            )
        )
    if after:
        query = query.where(key > after)
    return [PersonRow(person, placement, row_key) for person, placement, row_key in session.execute(query)]


def moved(movement: Movement, since: date, on: date) -> ColumnElement[bool]:
    """The employments that began within the days after `since` up to `on`, or that ended on a day from `since` to before `on`."""
    if movement is Movement.HIRED:
        return and_(Employment.hired_on > since, Employment.hired_on <= on)
    return and_(Employment.left_on >= since, Employment.left_on < on)


def sort_key_column() -> ColumnElement[str]:
    """The key that lists of people are ordered and paged by: family name, given name, employee number."""
    name = fold(Person.family_name + literal("\x1f", String()) + Person.given_name)
    return name + literal("\x1f", String()) + Person.employee_number


def sort_key(person: Person) -> str:
    """The value of `sort_key_column` for a person."""
    return folded(f"{person.family_name}\x1f{person.given_name}") + f"\x1f{person.employee_number}"


# Asked by almost every command: built once, for building them costs more than running them.
_PLACED_ON = (
    select(Placement)
    .options(*WITH_PLACE)
    .where(Placement.person_id == bindparam("person"), Placement.is_primary)
    .where(
        Placement.from_day <= bindparam("day"), or_(Placement.to_day.is_(None), Placement.to_day >= bindparam("day"))
    )
)
_PLACED = (
    select(Placement)
    .options(*WITH_PLACE)
    .where(Placement.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Placement.from_day.desc(), Placement.id.desc())
)
_EMPLOYED = (
    select(Employment)
    .where(Employment.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Employment.hired_on)
)


def placement_on(session: Session, person_id: int, on: date) -> Placement | None:
    """The primary placement of a person on a day, with site, programme and job; None where there is none."""
    found: Placement | None = session.scalar(_PLACED_ON, {"person": person_id, "day": on})
    return found


def placements_of(session: Session, person_id: int) -> Sequence[Placement]:
    """Every placement of a person, the newest first."""
    return session.scalars(_PLACED, {"people": [person_id]}).all()


def placements_of_many(session: Session, person_ids: Collection[int]) -> dict[int, list[Placement]]:
    """Every placement of some people, the newest first; who has none has an empty list."""
    found: dict[int, list[Placement]] = {person_id: [] for person_id in person_ids}
    for row in session.scalars(_PLACED, {"people": list(found)}):
        found[row.person_id].append(row)
    return found


def employments_of(session: Session, person_id: int) -> Sequence[Employment]:
    """Every employment of a person, the oldest first."""
    return session.scalars(_EMPLOYED, {"people": [person_id]}).all()


def employments_of_many(session: Session, person_ids: Collection[int]) -> dict[int, list[Employment]]:
    """The same of several people; who has none has an empty list."""
    found: dict[int, list[Employment]] = {person_id: [] for person_id in person_ids}
    if found:
        for row in session.scalars(_EMPLOYED, {"people": list(found)}):
            found[row.person_id].append(row)
    return found


def zone_of(placement: Placement | None, default: str) -> str:
    """The time zone whose days count for a person in this placement."""
    return default if placement is None else placement.site.zone


def headcount_rows(session: Session, first: date, last: date) -> Sequence[tuple[Employment, Placement | None]]:
    """Employments that touch the days `first` to `last`, each with every primary placement that overlaps them.

    For headcounts: a person placed twice in the period comes twice; the caller counts distinct people in the cell.
    """
    return [
        (row[0], row[1])
        for row in session.execute(
            select(Employment, Placement)
            .outerjoin(
                Placement,
                and_(
                    Placement.person_id == Employment.person_id,
                    Placement.is_primary,
                    Placement.from_day <= last,
                    or_(Placement.to_day.is_(None), Placement.to_day >= first),
                ),
            )
            .where(Employment.hired_on <= last, or_(Employment.left_on.is_(None), Employment.left_on >= first))
        )
    ]


def supervision_lines(session: Session, first: date) -> list[Line]:
    """Who is supervised by whom from the day `first` on, in every primary placement that lasts till then or begins later."""
    rows = session.execute(
        select(Placement.person_id, Placement.supervisor_id, Placement.from_day, Placement.to_day).where(
            Placement.is_primary,
            Placement.supervisor_id.is_not(None),
            or_(Placement.to_day.is_(None), Placement.to_day >= first),
        )
    )
    return [
        Line(person, supervisor, begins, ends) for person, supervisor, begins, ends in rows if supervisor is not None
    ]


def number_taken(session: Session, number: str, besides: int | None) -> bool:
    """Whether somebody other than the person `besides` has this employee number."""
    return (
        session.scalar(select(Person.id).where(Person.employee_number == number, Person.id != (besides or -1)))
        is not None
    )


def email_taken(session: Session, email: str, besides: int | None) -> bool:
    """Whether somebody other than the person `besides` has this e-mail."""
    return session.scalar(select(Person.id).where(Person.email == email, Person.id != (besides or -1))) is not None


def leavers(session: Session, on: date) -> Sequence[Person]:
    """Active people who were employed once and are not on the day `on`, nor will be."""
    return session.scalars(
        select(Person)
        .where(
            Person.active,
            Person.id.in_(select(Employment.person_id)),
            Person.id.not_in(
                select(Employment.person_id).where(or_(Employment.left_on.is_(None), Employment.left_on >= on))
            ),
        )
        .order_by(Person.id)
    ).all()


def active_person(session: Session, person_code: str) -> Person | None:
    """The active person with this code, whoever asks: for the choice of a supervisor, who may be of another site."""
    return session.scalar(select(Person).where(Person.code == person_code, Person.active))
