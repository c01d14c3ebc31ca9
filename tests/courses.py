"""Courses for tests, written straight into the tables: small, without files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.catalog.events import CourseCompleted
from lms.catalog.models import Completion, Course, CourseVersion, Enrolment
from lms.kit.events import emit
from lms.kit.ids import new_code
from tests.cast import Cast, Member


def make_course(
    session: Session, now: datetime, *, slug: str = "curso", survey: str = "", test: str = ""
) -> CourseVersion:
    """A published course without modules."""
    course = Course(slug=slug, title="Curso de prueba")
    session.add(course)
    session.flush()
    version = CourseVersion(
        course_id=course.id,
        number=1,
        content_hash="c" * 64,
        published_at=now,
        title="Curso de prueba",
        summary="",
        training_types=["initial", "refresher"],
        mode="self-paced",
        valid_months=12,
        test=test,
        survey=survey,
        retrain="none",
        about={"audience": "", "objectives": [], "method": [], "cover_html": "", "glossary": []},
    )
    session.add(version)
    session.flush()
    course.current_version_id = version.id
    return version


def make_enrolment(session: Session, cast: Cast, member: Member, version: CourseVersion, now: datetime) -> Enrolment:
    """An enrolment of a member of the cast in the first site and programme."""
    enrolment = Enrolment(
        code=new_code(),
        person_id=member.id,
        course_id=version.course_id,
        version_id=version.id,
        training_type="initial",
        assigned_at=now,
        assigned_on=now.date(),
        due_on=None,
        site_id=cast.site_id,
        programme_id=cast.programme_id,
        job_id=cast.job_id,
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def complete(session: Session, enrolment: Enrolment, now: datetime, *, expires_on: date | None = None) -> Completion:
    """Write a completion and tell who listens."""
    completion = Completion(
        code=new_code(),
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        version_id=enrolment.version_id,
        training_type=enrolment.training_type,
        completed_at=now,
        completed_on=now.date(),
        expires_on=expires_on,
        site_id=enrolment.site_id,
        programme_id=enrolment.programme_id,
        job_id=enrolment.job_id,
    )
    session.add(completion)
    enrolment.ended_at = now
    session.flush()
    emit(session, CourseCompleted(completion.id, enrolment.id, enrolment.person_id))
    return completion
