"""The people who are measured: learners hired, enrolled, a third of them certified, through the product's own commands.

Thousands more are copies of theirs, row by row: what a report reads is the same, and making them does not take an hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

import config
from benchmarks.content import COURSE
from lms.admin.publishing import publish_content, read_content
from lms.app import make_bus, make_database
from lms.assessment import commands as tests
from lms.assessment.models import Attempt, Result
from lms.assessment.queries.attempts import items_of
from lms.catalog import commands as catalog
from lms.catalog.models import Completion, Course, Enrolment, PartRecord
from lms.catalog.queries import current_content
from lms.demo.answers import raw_answer
from lms.kit import migrate
from lms.kit.clock import utc_now
from lms.kit.db import Base, Database
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Role
from lms.people import queries
from lms.people.commands import access, records
from lms.people.commands.placing import Place
from lms.people.commands.records import Details
from lms.people.models import AccessGrant, Employment, Person, Placement
from lms.people.passwords import Passwords

SEEDED, LEARNERS, MANY = 30, 300, 5000
"""Made by commands; in the world that is measured; in the one that only reports are measured on."""
PASSWORD = "una frase para medir"  # noqa: S105 - of a database that lives as long as the run
HR = "H000"


@dataclass(frozen=True)
class Learner:
    """Who takes part in a measurement: what to sign in with, and the code of the enrolment."""

    number: str
    enrolment: str


@dataclass(frozen=True)
class World:
    """A filled database. `readers` have read half; `takers` have three attempts each before them."""

    settings: config.Settings
    database: Database
    readers: tuple[Learner, ...]
    takers: tuple[Learner, ...]


def make_world(settings: config.Settings, content: Any) -> World:
    """Migrate the database of `settings` and fill it. `content` is the folder that `write_content` wrote."""
    database = make_database(settings, make_bus(settings))
    migrate.upgrade(database.engine)
    now = utc_now() - timedelta(days=3)
    with database.writing() as session:
        publish_content(session, SYSTEM, read_content(content), now=now)
        place = _places(session, now)
    # The readers' own hash is the product's; of those who only take the test it costs next to nothing: hashing is counted apart.
    dear = Passwords(settings.argon2_memory_kib, settings.argon2_time).hash(PASSWORD)
    cheap = Passwords(8, 1).hash(PASSWORD)
    with database.writing() as session:
        for number in range(SEEDED):
            _learner(session, number, place, cheap if number % 3 == 2 else dear, now)
    grow(database, LEARNERS)
    with database.reading() as session:
        rows = [
            Learner(number, enrolment)
            for number, enrolment in session.execute(
                select(Person.employee_number, Enrolment.code)
                .join(Enrolment, Enrolment.person_id == Person.id)
                .order_by(Person.id)
            )
        ]
    return World(settings, database, tuple(rows[1::3]), tuple(rows[2::3]))


def _places(session: Session, now: datetime) -> Place:
    site = access.add_site(session, SYSTEM, name="Sede de medición", zone="America/Argentina/Buenos_Aires", now=now)
    programme = access.add_programme(session, SYSTEM, name="Campaña de medición", now=now)
    job = access.add_job(session, SYSTEM, name="Agente", key_customer_related=True, now=now)
    place = Place(site.code, programme.code, job.code, "")
    hr = _hire(session, HR, "Recursos", place, now)
    hr.password_hash = Passwords(8, 1).hash(PASSWORD)
    access.grant_role(session, SYSTEM, hr.code, role=Role.HR, now=now)
    return place


def _hire(session: Session, number: str, given: str, place: Place, now: datetime) -> Person:
    details = Details(number, given, "Medición")
    return records.hire(session, SYSTEM, details=details, hired_on=date(2026, 1, 5), place=place, now=now)


def _learner(session: Session, number: int, place: Place, password_hash: str, now: datetime) -> None:
    """The learner of this number: of three, one has passed everything, one has read half, one has not begun."""
    person = _hire(session, f"M{number:05d}", f"Persona {number}", place, now)
    person.password_hash = password_hash
    enrolment = catalog.enrol(
        session, SYSTEM, person_code=person.code, course_slug=COURSE, training_type="initial", due_on=None, now=now
    )
    if number % 3 != 2:
        actor = queries.actor_for_person(session, person, now)
        modules = current_content(session, COURSE).modules
        for module in modules if number % 3 == 0 else modules[:6]:
            catalog.finish_module(session, actor, enrolment.code, module.key, now)
    if number % 3 == 0:
        attempt = tests.start(session, actor, enrolment_code=enrolment.code, now=now)
        entries = [
            tests.Entry(item.position, "medicion", item.position, raw_answer(item, right=item.position > number % 4))
            for item in items_of(session, attempt.id)
        ]
        tests.save(session, actor, attempt_code=attempt.code, entries=entries, now=now + timedelta(minutes=9))
        tests.submit(session, actor, attempt_code=attempt.code, now=now + timedelta(minutes=10))


def grow(database: Database, many: int = MANY) -> None:
    """Copy the first learners until there are `many`, with everything that a report reads of them."""
    with database.writing() as session:
        number = Person.employee_number
        seeded = session.scalars(select(Person.id).where(number.like("M%")).order_by(Person.id)).all()
        there = session.scalars(select(func.count()).where(number.like("M%") | number.like("N%"))).one()
        people = list(seeded)
        copies = [(people[place % len(people)], place) for place in range(many - there)]
        _copy(session, people, copies)


def _copy(session: Session, people: Iterable[int], copies: list[tuple[int, int]]) -> None:
    """`copies`: for each copy the person it is made of and its number. Rows of one person keep their order."""
    persons, person_ids = _rows(session, Person, Person.__table__.c.id.in_(people)), _after(session, Person)
    by_id = {row["id"]: row for row in persons}
    new_people = [(source, person_ids + at) for at, (source, _place) in enumerate(copies)]
    made = [
        {**by_id[source], "id": key, "code": new_code(), "employee_number": f"N{key:06d}"} for source, key in new_people
    ]
    _insert(session, Person, made)
    for model in (Employment, Placement, AccessGrant):
        _follow(session, model, "person_id", new_people, {})
    enrolments = _follow(session, Enrolment, "person_id", new_people, {})
    _follow(session, PartRecord, "enrolment_id", enrolments, {})
    owner = dict(_people_of(session, enrolments))
    _follow(session, Completion, "enrolment_id", enrolments, {"person_id": owner})
    attempts = _follow(session, Attempt, "enrolment_id", enrolments, {"person_id": owner})
    _follow(session, Result, "attempt_id", attempts, {})
    _settle(session)


def _settle(session: Session) -> None:
    """Set PostgreSQL's counters behind the keys that were written here; SQLite takes the next one by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in (Person, Employment, Placement, AccessGrant, Enrolment, PartRecord, Completion, Attempt, Result):
        name = _table(model).name
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))  # noqa: S608 - our own tables


def _people_of(session: Session, enrolments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The person of each new enrolment, by the enrolment's key."""
    keys = {key for _source, key in enrolments}
    rows = session.execute(select(Enrolment.id, Enrolment.person_id))
    return [(key, person) for key, person in rows if key in keys]


def _rows(session: Session, model: type[Base], *where: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in session.execute(select(_table(model)).where(*where).order_by("id"))]


def _table(model: type[Base]) -> Table:
    found = model.__table__
    assert isinstance(found, Table)
    return found


def _after(session: Session, model: type[Base]) -> int:
    """The first key that is free. PostgreSQL's own counter stands far below; see `_settle`."""
    return int(session.scalar(select(func.max(_table(model).c.id))) or 0) + 1


def _follow(
    session: Session,
    model: type[Base],
    parent: str,
    parents: list[tuple[int, int]],
    owners: dict[str, dict[int, int]],
) -> list[tuple[int, int]]:
    """Copy the rows below each copied parent; the pairs of old and new keys. `owners`: columns that follow the new parent."""
    below: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(session, model, _table(model).c[parent].in_({source for source, _key in parents})):
        below.setdefault(row[parent], []).append(row)
    key, pairs, made = _after(session, model), [], []
    for source, target in parents:
        for row in below.get(source, []):
            key += 1
            pairs.append((row["id"], key))
            copied = {**row, "id": key, parent: target} | {name: owner[target] for name, owner in owners.items()}
            if "code" in copied:
                copied["code"] = new_code()
            made.append(copied)
    _insert(session, model, made)
    return pairs


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), 5000):
        session.execute(insert(_table(model)), rows[first : first + 5000])


@dataclass(frozen=True)
class Takers:
    """A database of people who have read nothing and taken no test yet, `takers` by the course they are enrolled in."""

    database: Database
    takers: dict[str, tuple[Learner, ...]]


def make_takers(settings: config.Settings, content: Any, courses: Iterable[str], count: int) -> Takers:
    """Migrate the database of `settings` and enrol `count` people in each of the courses: one by commands, the others copied."""
    database = make_database(settings, make_bus(settings))
    migrate.upgrade(database.engine)
    now = utc_now() - timedelta(days=3)
    with database.writing() as session:
        publish_content(session, SYSTEM, read_content(content), now=now)
        place = _places(session, now)
    takers = {}
    for number, course in enumerate(courses):
        with database.writing() as session:
            first = _hire(session, f"M{number:05d}", f"Persona {number}", place, now)
            first.password_hash = Passwords(8, 1).hash(PASSWORD)
            catalog.enrol(
                session,
                SYSTEM,
                person_code=first.code,
                course_slug=course,
                training_type="initial",
                due_on=None,
                now=now,
            )
            session.flush()
            _copy(session, [first.id], [(first.id, copy) for copy in range(count - 1)])
        with database.reading() as session:
            takers[course] = tuple(
                Learner(row[0], row[1])
                for row in session.execute(
                    select(Person.employee_number, Enrolment.code)
                    .join(Enrolment, Enrolment.person_id == Person.id)
                    .join(Course, Course.id == Enrolment.course_id)
                    .where(Course.slug == course)
                    .order_by(Person.id)
                )
            )
    return Takers(database, takers)
