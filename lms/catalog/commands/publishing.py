"""Publishing: a course that was read from its files becomes an immutable version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.catalog import queries
from lms.catalog.loader import LoadedCourse
from lms.catalog.models import Course, CourseModule, CourseVersion, SearchEntry
from lms.catalog.rendering.sections import sections
from lms.kit import audit
from lms.kit.folding import folded
from lms.kit.permissions import Actor


def publish_course(
    session: Session, actor: Actor, loaded: LoadedCourse, *, survey_id: str, now: datetime
) -> CourseVersion:
    """Publish what was read, in the caller's one transaction: a new version, its modules, and it becomes the current one.

    Content that was published before (the same hash) is not published again: its version is returned as it is, and made
    current again where an author went back to it. Open enrolments stay on the version they have.
    """
    course = _course(session, loaded)
    known = queries.version_by_hash(session, course.id, loaded.content_hash)
    if known is not None:
        _index(session, known, loaded)
        if course.current_version_id != known.id:
            _make_current(session, actor, course, known, now)
        return known
    version = CourseVersion(
        course_id=course.id,
        number=queries.last_number(session, course.id) + 1,
        content_hash=loaded.content_hash,
        published_at=now,
        published_by=actor.person_id,
        title=loaded.title,
        summary=loaded.summary,
        training_types=[kind.value for kind in loaded.training_types],
        mode=loaded.mode.value,
        valid_months=loaded.valid_months,
        test=loaded.test,
        survey=survey_id,
        retrain=loaded.retrain.value,
        about=_about(loaded),
    )
    session.add(version)
    session.flush()
    session.add_all(_modules(version, loaded))
    _index(session, version, loaded)
    _make_current(session, actor, course, version, now)
    return version


def _course(session: Session, loaded: LoadedCourse) -> Course:
    """The course's row, locked: two authors who publish at once get two numbers."""
    course = queries.course_by_slug(session, loaded.id, lock=True)
    if course is not None:
        return course
    course = Course(slug=loaded.id, title=loaded.title)
    try:
        with session.begin_nested():
            session.add(course)
    except IntegrityError:
        first = queries.course_by_slug(session, loaded.id, lock=True)
        if first is None:
            raise
        return first
    return course


def _about(loaded: LoadedCourse) -> dict[str, object]:
    return {
        "audience": loaded.audience,
        "objectives": list(loaded.objectives),
        "method": list(loaded.method),
        "cover_html": loaded.cover_html,
        "glossary": [
            {"id": term.id, "term": term.term, "definition_html": term.definition_html} for term in loaded.glossary
        ],
    }


def _modules(version: CourseVersion, loaded: LoadedCourse) -> list[CourseModule]:
    return [
        CourseModule(
            version_id=version.id,
            key=module.id,
            position=position,
            title=module.title,
            summary=module.summary,
            minutes=module.minutes,
            html=module.html,
            about={"objectives": list(module.objectives), "toc": [list(entry) for entry in module.toc]},
        )
        for position, module in enumerate(loaded.modules, 1)
    ]


def _index(session: Session, version: CourseVersion, loaded: LoadedCourse) -> None:
    """Make the text of a version searchable, once: also of one that was published before there was a search."""
    if queries.is_indexed(session, version.id):
        return
    found = [(module.id, section) for module in loaded.modules for section in sections(module.html)]
    session.add_all(
        SearchEntry(
            version_id=version.id,
            module_key=key,
            position=position,
            anchor=section.anchor,
            heading=section.heading,
            body=section.body,
            folded=folded(f"{section.heading} {section.body}"),
        )
        for position, (key, section) in enumerate(found, 1)
    )


def _make_current(session: Session, actor: Actor, course: Course, version: CourseVersion, now: datetime) -> None:
    before = course.current_version
    course.current_version_id, course.title = version.id, version.title
    session.flush()
    session.expire(course, ["current_version"])
    audit.record(
        session,
        actor,
        action="course.publish",
        subject=("course", course.slug),
        before={"number": before.number, "hash": before.content_hash} if before else None,
        after={"number": version.number, "hash": version.content_hash, "title": version.title},
        now=now,
    )
