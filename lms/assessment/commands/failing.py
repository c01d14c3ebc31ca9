"""What follows the last attempt that a person has at a test, where it is not passed: the plan says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lms.assessment.models import Attempt
from lms.assessment.queries import conditions, content
from lms.assessment.rules.plan import NOTHING, REFRESHER
from lms.catalog import commands as catalog
from lms.catalog.models import Course, Enrolment
from lms.kit.clock import local_day
from lms.kit.errors import LmsError
from lms.kit.permissions import SYSTEM
from lms.kit.texts import N_
from lms.notify.commands import tell
from lms.people.models import Person
from lms.people.queries import placement_on

FAILED = "test.failed"
PASSED_LATE = "test.passed_late"
"""The kinds of what a coordinator is told."""


def after_failure(
    session: Session, attempt: Attempt, enrolment: Enrolment, course: Course, *, zone: str, now: datetime
) -> None:
    """Do what the plan of a failed attempt says, where the person has no attempt left in this enrolment.

    Called once for each attempt, in the transaction that grades it. The coordinator is the supervisor of the day. A
    refresher takes the place of the enrolment that was failed, for a course is assigned to a person once at a time; where it
    cannot be assigned (the course serves no refreshers, the account is closed, the enrolment is over), telling is all.
    """
    follows = content.plan_rules(attempt.plan).after_failure
    if follows == NOTHING:
        return
    given = conditions.granted(session, attempt.person_id, attempt.test_id)
    allowed = content.attempts_allowed(session, attempt.test_id) + given.attempts
    if attempt.number < allowed:
        return
    person = session.get_one(Person, attempt.person_id)
    made = _refresher(session, person, enrolment, course, now) if follows == REFRESHER else None
    _tell_supervisor(session, person, attempt, FAILED, zone=zone, now=now, refresher=made is not None)


def passed_late(session: Session, attempt: Attempt, enrolment: Enrolment, *, zone: str, now: datetime) -> None:
    """A regrade passes a test whose course was withdrawn from its person meanwhile: a person says what is to stand.

    Nothing is undone by itself: the course may be under way again, as a refresher.
    """
    person = session.get_one(Person, attempt.person_id)
    _tell_supervisor(
        session,
        person,
        attempt,
        PASSED_LATE,
        zone=zone,
        now=now,
        course=enrolment.course.slug,
        enrolment=enrolment.code,
    )


def _tell_supervisor(
    session: Session, person: Person, attempt: Attempt, kind: str, *, zone: str, now: datetime, **more: object
) -> None:
    """Tell the supervisor of the day, once for an attempt and a kind."""
    placement = placement_on(session, person.id, local_day(now, zone))
    facts = {"person": person.name, "code": person.code, "test": attempt.plan.title, "attempts": attempt.number}
    people = [placement.supervisor_id if placement else None]
    tell(session, kind=kind, key=attempt.code, people=people, params=facts | more, now=now)


def _refresher(
    session: Session, person: Person, enrolment: Enrolment, course: Course, now: datetime
) -> Enrolment | None:
    try:
        with session.begin_nested():
            reason = N_("Sin intentos: se asigna como refuerzo")
            catalog.withdraw(session, SYSTEM, enrolment_code=enrolment.code, reason=reason, now=now)
            return catalog.enrol(
                session,
                SYSTEM,
                person_code=person.code,
                course_slug=course.slug,
                training_type="refresher",
                due_on=None,
                now=now,
            )
    except LmsError:
        return None
