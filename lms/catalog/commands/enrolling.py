"""Who takes which course: assigning and withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.catalog import queries
from lms.catalog.events import EnrolmentWithdrawn
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent
from lms.kit import audit, events
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.notify.commands import tell
from lms.people.models import Person
from lms.people.queries import person_for


def enrol(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    course_slug: str,
    training_type: str,
    due_on: date | None,
    now: datetime,
) -> Enrolment:
    """Assign a course to a person in scope, in the version that is current, for a reason, by a day (None: no date).

    The enrolment keeps the person's place of that day.

    Raises: NotFound("people.not_found" | "catalog.course_not_found"); Conflict("catalog.already_enrolled" |
    "catalog.person_inactive"); Invalid("catalog.type_not_served" | "catalog.due_past").
    """
    version = queries.current_content(session, course_slug)
    person = person_for(session, actor, person_code, Permission.ASSIGN, local_day(now, actor.zone))
    return _enrol(session, actor, person, version, training_type=training_type, due_on=due_on, now=now)


def _enrol(
    session: Session,
    actor: Actor,
    person: Person,
    version: VersionContent,
    *,
    training_type: str,
    due_on: date | None,
    now: datetime,
) -> Enrolment:
    if not person.active:
        raise Conflict("catalog.person_inactive")
    if training_type not in version.training_types:
        raise Invalid("catalog.type_not_served", field="training_type")
    placement, day = queries.place_at(session, person.id, now, actor.zone)
    place = {name: getattr(placement, name, None) for name in ("site_id", "programme_id", "job_id")}
    if due_on is not None and due_on < day:
        raise Invalid("catalog.due_past", field="due_on")
    if queries.open_enrolment(session, person.id, version.course_id) is not None:
        raise Conflict("catalog.already_enrolled")
    enrolment = Enrolment(
        code=new_code(),
        person_id=person.id,
        course_id=version.course_id,
        version_id=version.id,
        training_type=training_type,
        assigned_at=now,
        assigned_on=day,
        assigned_by=actor.person_id,
        due_on=due_on,
        **place,
    )
    try:
        with session.begin_nested():
            session.add(enrolment)
    except IntegrityError:  # somebody else assigned it between the look and the write
        raise Conflict("catalog.already_enrolled") from None
    facts: dict[str, object] = {"person": person.code, "course": version.slug, "version": version.number}
    audit.record(
        session,
        actor,
        action="enrolment.assign",
        subject=("enrolment", enrolment.code),
        after=facts | {"training_type": training_type, "due_on": due_on},
        now=now,
    )
    if person.id != actor.person_id:
        told = {"course": version.title, "enrolment": enrolment.code, "due_on": due_on}
        tell(session, kind="course.assigned", key=enrolment.code, people=[person.id], params=told, now=now)
    return enrolment


@dataclass(frozen=True)
class Enrolled:
    """What came of assigning to one person: `enrolment` is None where the course was assigned and open already."""

    person: Person
    enrolment: Enrolment | None


def enrol_many(
    session: Session,
    actor: Actor,
    *,
    person_codes: Sequence[str],
    course_slug: str,
    training_type: str,
    due_on: date | None,
    limit: int,
    now: datetime,
) -> list[Enrolled]:
    """Assign a course to several people; who has it open already keeps that enrolment, and is said.

    All or nothing otherwise: a person out of scope or a refused date assigns it to nobody.

    Raises: as `enrol`; Invalid("catalog.nobody_chosen" | "catalog.too_many_chosen").
    """
    codes = list(dict.fromkeys(person_codes))
    if not codes:
        raise Invalid("catalog.nobody_chosen", field="people")
    if len(codes) > limit:
        raise Invalid("catalog.too_many_chosen", field="people", limit=limit)
    version = queries.current_content(session, course_slug)
    on = local_day(now, actor.zone)
    people = [person_for(session, actor, code, Permission.ASSIGN, on) for code in codes]
    done: list[Enrolled] = []
    with session.begin_nested():
        for person in people:
            try:
                made = _enrol(session, actor, person, version, training_type=training_type, due_on=due_on, now=now)
            except Conflict as refused:
                if refused.key != "catalog.already_enrolled":
                    raise
                made = None
            done.append(Enrolled(person, made))
    return done


def withdraw(session: Session, actor: Actor, *, enrolment_code: str, reason: str, now: datetime) -> Enrolment:
    """End an enrolment that will not be completed; what was done stays on record, and the course can be assigned anew.

    Raises: NotFound("catalog.enrolment_not_found"); Conflict("catalog.enrolment_ended"); Invalid("catalog.reason_missing").
    """
    on = local_day(now, actor.zone)
    enrolment = queries.enrolment_for(session, actor, enrolment_code, Permission.ASSIGN, on, lock=True)
    if not reason.strip():
        raise Invalid("catalog.reason_missing", field="reason")
    if enrolment.ended_at is not None:
        raise Conflict("catalog.enrolment_ended")
    enrolment.ended_at, enrolment.withdrawn_reason = now, reason.strip()
    session.flush()
    audit.record(
        session,
        actor,
        action="enrolment.withdraw",
        subject=("enrolment", enrolment.code),
        before={"open": True},
        after={"open": False, "reason": enrolment.withdrawn_reason},
        now=now,
    )
    events.emit(session, EnrolmentWithdrawn(enrolment.id, enrolment.person_id))
    return enrolment
