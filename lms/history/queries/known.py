"""What the rows of a file are held against: small tables whole, people and earlier imports a portion at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.catalog.models import Course
from lms.history.rules.book import Asked, Book, CourseFact, Named, PersonFact, PlaceFact
from lms.history.rules.columns import plain
from lms.hours.models import MonthClose
from lms.hours.rules import is_closed
from lms.kit.provenance import ImportBatch, ImportRow
from lms.people.models import Employment, Job, Person, Placement, Programme, Site
from lms.skills.models import JobProfileVersion, Skill


def book(session: Session, *, now: datetime, importer_id: int | None, adjustments: bool) -> Book:
    """Courses, skills, places, closed months and profiles; eight queries."""
    courses: dict[str, CourseFact] = {}
    for course in session.scalars(
        select(Course).options(joinedload(Course.current_version)).where(Course.current_version_id.is_not(None))
    ):
        version = course.current_version
        found = CourseFact(
            course.id,
            course.slug,
            course.title,
            version.content_hash if version else "",
            version.valid_months if version else None,
        )
        courses[plain(course.title)] = courses[plain(course.slug)] = found
    skills: dict[str, Named] = {}
    for skill in session.scalars(select(Skill)):
        skills[plain(skill.name)] = skills[plain(skill.code)] = Named(skill.id, skill.name)
    places: dict[str, dict[str, Named]] = {"site": {}, "programme": {}, "job": {}}
    tables: tuple[tuple[str, type[Site] | type[Programme] | type[Job]], ...] = (
        ("site", Site),
        ("programme", Programme),
        ("job", Job),
    )
    for column, model in tables:
        for row_id, code, name in session.execute(select(model.id, model.code, model.name)):
            places[column][plain(name)] = places[column][plain(code)] = Named(row_id, name)
    return Book(
        now, courses, skills, places, _closed(session), _profiles(session), importer_id, adjustments=adjustments
    )


def _closed(session: Session) -> frozenset[date]:
    steps: dict[date, list[MonthClose]] = defaultdict(list)
    for step in session.scalars(select(MonthClose).order_by(MonthClose.id)):
        steps[step.month].append(step)
    return frozenset(month for month, taken in steps.items() if is_closed(taken))


def _profiles(session: Session) -> dict[int, list[Asked]]:
    found: dict[int, list[Asked]] = defaultdict(list)
    versions = session.scalars(
        select(JobProfileVersion)
        .options(selectinload(JobProfileVersion.requirements))
        .order_by(JobProfileVersion.from_day, JobProfileVersion.number)
    )
    for version in versions:
        found[version.job_id].append(
            Asked(version.from_day, {item.skill_id: item.valid_days for item in version.requirements})
        )
    return found


def people_by_number(session: Session, numbers: Collection[str], zone: str) -> dict[str, PersonFact]:
    """The people with these employee numbers (in capitals), with employments and placements; three queries.

    `zone` counts for people who were never placed.
    """
    people = {row.id: row for row in session.scalars(select(Person).where(Person.employee_number.in_(numbers)))}
    spans: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for employment in session.scalars(select(Employment).where(Employment.person_id.in_(people))):
        spans[employment.person_id].append((employment.hired_on, employment.left_on))
    places: dict[int, list[PlaceFact]] = defaultdict(list)
    zones: dict[int, str] = {}
    rows = session.scalars(
        select(Placement)
        .options(joinedload(Placement.site), joinedload(Placement.programme), joinedload(Placement.job))
        .where(Placement.person_id.in_(people))
        .order_by(Placement.from_day, Placement.id)
    )
    for row in rows:
        zones[row.person_id] = row.site.zone
        places[row.person_id].append(
            PlaceFact(
                row.from_day,
                row.to_day,
                row.is_primary,
                Named(row.site_id, row.site.name),
                Named(row.programme_id, row.programme.name),
                Named(row.job_id, row.job.name),
            )
        )
    return {
        person.employee_number: PersonFact(
            person.id,
            person.code,
            person.employee_number,
            person.name,
            zones.get(person.id, zone),
            spans[person.id],
            places[person.id],
        )
        for person in people.values()
    }


@dataclass(frozen=True)
class KnownKey:
    """An imported row: what it said, and the batch it came in."""

    digest: str
    batch: str


def known_keys(session: Session, keys: Collection[str]) -> dict[str, KnownKey]:
    """Which of these rows were imported before; one query."""
    rows = session.execute(
        select(ImportRow.key, ImportRow.digest, ImportBatch.code)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportRow.key.in_(keys))
    )
    return {key: KnownKey(digest, batch) for key, digest, batch in rows}
