"""How far a learner is: steps of parts, the completion that follows from them, the hours of modules, the place in the text."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.catalog import queries
from lms.catalog.events import CourseCompleted
from lms.catalog.models import Completion, Enrolment, PartRecord, ReadingPosition
from lms.catalog.queries import EnrolmentView, ModuleContent, VersionContent
from lms.catalog.rules import PartState, States, completion
from lms.hours import commands as hours
from lms.hours.commands import Posting
from lms.kit import audit, events
from lms.kit.clock import add_months, local_day
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement


def expiry(completed_on: date, valid_months: int | None) -> date | None:
    """The last day on which a completion stands, `valid_months` months later; None where it does not expire.

    The same day of the month, or the month's last where it has no such day: 31 January and one month is the end of
    February, 29 February and twelve months is 28 February.
    """
    if valid_months is None:
        return None
    month = add_months(completed_on, valid_months)
    return month.replace(day=min(completed_on.day, monthrange(month.year, month.month)[1]))


def may_follow(before: PartState, after: PartState) -> bool:
    """Whether a step is worth recording: done stays done, and the same state twice is one step."""
    return before is not PartState.DONE and before is not after and after is not PartState.NOT_STARTED


def record_part(
    session: Session, actor: Actor, enrolment: Enrolment, part: str, state: str, *, now: datetime
) -> Completion | None:
    """Record the state a part reached ("module:<key>" or "test"; in_progress, done or failed), and complete the course where
    that was the last thing missing. Returns the completion where this step made one.

    The upper floors call it with an enrolment they loaded for their own actor. A step that says nothing new leaves no
    trace; an enrolment that was withdrawn keeps the fact but completes no more.

    Raises: Invalid("catalog.part_unknown" | "catalog.state_unknown").
    """
    if state not in frozenset(PartState) - {PartState.NOT_STARTED}:
        raise Invalid("catalog.state_unknown")
    queries.lock_enrolment(session, enrolment)
    view = queries.view_of(session, enrolment)
    if part not in {known.key for known in view.version.parts}:
        raise Invalid("catalog.part_unknown")
    if not may_follow(view.states.get(part, PartState.NOT_STARTED), PartState(state)):
        return None
    session.add(PartRecord(enrolment_id=enrolment.id, part=part, state=PartState(state).value, at=now))
    session.flush()
    states = {**view.states, part: PartState(state)}
    if view.completion is not None or view.withdrawn or not completion(view.version.parts, states):
        return None
    return _complete(session, actor, view, now)


def reopen_part(session: Session, enrolment: Enrolment, part: str, *, now: datetime) -> bool:
    """Say that a part which was done has failed after all, where its course is not complete; returns whether it was so.

    What a course was completed by is not looked at here: taking a completion back is for a person to decide.
    """
    queries.lock_enrolment(session, enrolment)
    view = queries.view_of(session, enrolment)
    if view.completion is not None or view.states.get(part) is not PartState.DONE:
        return False
    session.add(PartRecord(enrolment_id=enrolment.id, part=part, state=PartState.FAILED.value, at=now))
    session.flush()
    return True


def complete_where_done(
    session: Session, actor: Actor, enrolment: Enrolment, states: States, *, now: datetime
) -> Completion | None:
    """Complete the course of an enrolment that is open, if by these states nothing lacks any more."""
    version = queries.content(session, enrolment.version_id)
    if enrolment.ended_at is not None or not completion(version.parts, states):
        return None
    return _complete(session, actor, queries.view_of(session, enrolment), now)


def _complete(session: Session, actor: Actor, view: EnrolmentView, now: datetime) -> Completion:
    """Write the fact with its day and place, in the zone of the person's site, and tell the upper floors."""
    enrolment, version = view.enrolment, view.version
    placement, day = queries.place_at(session, enrolment.person_id, now, actor.zone)
    done = Completion(
        code=new_code(),
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        version_id=enrolment.version_id,
        training_type=enrolment.training_type,
        completed_at=now,
        completed_on=day,
        expires_on=expiry(day, version.valid_months),
        site_id=placement.site_id if placement else None,
        programme_id=placement.programme_id if placement else None,
        job_id=placement.job_id if placement else None,
    )
    session.add(done)
    enrolment.ended_at = now
    session.flush()
    audit.record(
        session,
        actor,
        action="course.complete",
        subject=("enrolment", enrolment.code),
        after={
            "completion": done.code,
            "course": version.slug,
            "version": version.number,
            "expires_on": done.expires_on,
        },
        now=now,
    )
    events.emit(session, CourseCompleted(done.id, enrolment.id, enrolment.person_id))
    return done


def finish_module(session: Session, actor: Actor, enrolment_code: str, module_key: str, now: datetime) -> EnrolmentView:
    """A learner says that a module is done: it is recorded, and its minutes enter the hours, once. Returns where that leaves
    the enrolment. Finishing a module twice changes nothing.

    Raises: NotFound("catalog.enrolment_not_found" | "catalog.module_not_found"); Conflict("catalog.enrolment_ended").
    """
    enrolment, view, module = _module_of(session, actor, enrolment_code, module_key, now)
    if view.state_of(module) is PartState.DONE:
        return view
    if not view.open:
        raise Conflict("catalog.enrolment_ended")
    placement, day = queries.place_at(session, enrolment.person_id, now, actor.zone)
    hours.post_one(session, actor, module_hours(enrolment, view.version, module, placement, day), now=now)
    record_part(session, actor, enrolment, f"module:{module.key}", PartState.DONE, now=now)
    return queries.view_of(session, enrolment)


def module_hours(
    enrolment: Enrolment, version: VersionContent, module: ModuleContent, placement: Placement | None, day: date
) -> Posting:
    """What a finished module enters into the ledger."""
    return Posting(
        person_id=enrolment.person_id,
        day=day,
        minutes=module.minutes,
        kind="training",
        training_type=enrolment.training_type,
        mode="self-paced",
        basis="nominal",
        source_kind="module",
        source_code=f"{enrolment.code}:{module.key}",
        placement=placement,
        course_id=version.slug,
        course_title=version.title,
        course_version=version.content_hash,
        detail=module.title,
    )


def save_position(
    session: Session, actor: Actor, *, enrolment_code: str, module_key: str, anchor: str, now: datetime
) -> None:
    """Keep the heading a learner is reading ("": only that the module is open), and that the module was begun.

    Convenience, no evidence: the last place replaces the one before, without an audit row. On an enrolment that has ended
    the place is still kept, for whoever reads again; progress is not touched.

    Raises: NotFound("catalog.enrolment_not_found" | "catalog.module_not_found"); Invalid("catalog.anchor_unknown").
    """
    enrolment, view, module = _module_of(session, actor, enrolment_code, module_key, now)
    if anchor and module.heading(anchor) is None:
        raise Invalid("catalog.anchor_unknown")
    if view.open and view.state_of(module) is PartState.NOT_STARTED:
        record_part(session, actor, enrolment, f"module:{module.key}", PartState.IN_PROGRESS, now=now)
    if not anchor:
        return
    position = queries.position_of(session, enrolment.id, module.key)
    if position is None:
        session.add(ReadingPosition(enrolment_id=enrolment.id, module_key=module.key, anchor=anchor, at=now))
    elif position.at <= now:
        position.anchor, position.at = anchor, now
    session.flush()


def _module_of(
    session: Session, actor: Actor, enrolment_code: str, module_key: str, now: datetime
) -> tuple[Enrolment, EnrolmentView, ModuleContent]:
    on = local_day(now, actor.zone)
    enrolment = queries.enrolment_for(session, actor, enrolment_code, Permission.LEARN, on, lock=True)
    view = queries.view_of(session, enrolment)
    module = view.version.module(module_key)
    if module is None:
        raise NotFound("catalog.module_not_found")
    return enrolment, view, module
