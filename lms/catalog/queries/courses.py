"""Courses and their versions: for publishing, assigning and the author's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, defer

from lms.catalog.models import Completion, Course, CourseModule, CourseVersion, Enrolment
from lms.catalog.queries.versions import VersionContent, content, contents
from lms.kit.errors import NotFound
from lms.people.models import Person


@dataclass(frozen=True)
class VersionRow:
    """A version in the author's list: who published it, and how many people take it or completed it."""

    version: CourseVersion
    published_by: str
    modules: int
    minutes: int
    open: int
    completed: int


@dataclass(frozen=True)
class CourseRow:
    """A course with its versions, the newest first."""

    course: Course
    versions: tuple[VersionRow, ...]

    @property
    def current(self) -> VersionRow | None:
        return next((row for row in self.versions if row.version.id == self.course.current_version_id), None)


_BY_SLUG = select(Course).where(Course.slug == bindparam("slug"))


def course_by_slug(session: Session, slug: str, *, lock: bool = False) -> Course | None:
    """The course with this stable id; None where it was never published."""
    found: Course | None = session.scalar(_BY_SLUG.with_for_update() if lock else _BY_SLUG, {"slug": slug})
    return found


def version_by_hash(session: Session, course_id: int, content_hash: str) -> CourseVersion | None:
    """The version of a course with exactly this content."""
    return session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.content_hash == content_hash)
    )


def last_number(session: Session, course_id: int) -> int:
    """The number of a course's newest version; 0 where it has none."""
    return session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id)) or 0


def current_content(session: Session, slug: str) -> VersionContent:
    """What new enrolments of a course get.

    Raises: NotFound("catalog.course_not_found") for a course that does not exist or was never published.
    """
    course = course_by_slug(session, slug)
    if course is None or course.current_version_id is None:
        raise NotFound("catalog.course_not_found")
    return content(session, course.current_version_id)


def assignable(session: Session) -> list[VersionContent]:
    """The current version of every published course, by title."""
    ids = session.scalars(select(Course.current_version_id).where(Course.current_version_id.is_not(None))).all()
    found = contents(session, [version_id for version_id in ids if version_id is not None])
    return sorted(found.values(), key=lambda version: version.title.casefold())


def course_rows(session: Session) -> list[CourseRow]:
    """Every course with its versions and how much they are used. Five queries."""
    courses = session.scalars(select(Course).order_by(Course.title, Course.id)).all()
    versions = session.execute(
        select(CourseVersion, Person)
        .options(defer(CourseVersion.about))  # the glossary and the cover: a list needs neither
        .outerjoin(Person, Person.id == CourseVersion.published_by)
        .order_by(CourseVersion.number.desc())
    ).all()
    sizes = {
        version_id: (int(count), int(minutes))
        for version_id, count, minutes in session.execute(
            select(CourseModule.version_id, func.count(), func.sum(CourseModule.minutes)).group_by(
                CourseModule.version_id
            )
        )
    }
    running = _counts(
        session.execute(
            select(Enrolment.version_id, func.count())
            .where(Enrolment.ended_at.is_(None))
            .group_by(Enrolment.version_id)
        ).all()
    )
    done = _counts(session.execute(select(Completion.version_id, func.count()).group_by(Completion.version_id)).all())
    by_course: dict[int, list[VersionRow]] = {course.id: [] for course in courses}
    for version, person in versions:
        modules, minutes = sizes.get(version.id, (0, 0))
        row = VersionRow(
            version,
            person.name if person else "",
            modules,
            minutes,
            running.get(version.id, 0),
            done.get(version.id, 0),
        )
        by_course[version.course_id].append(row)
    return [CourseRow(course, tuple(by_course[course.id])) for course in courses]


def _counts(rows: Sequence[tuple[int, int]]) -> dict[int, int]:
    return {version_id: int(count) for version_id, count in rows}
