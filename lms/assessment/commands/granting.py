"""More time and more attempts for a person: granted for a test, taken back by a new row; or time in an attempt under way."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.models import Accommodation, Attempt, AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import conditions, content
from lms.assessment.queries.attempts import Opened
from lms.assessment.queries.conditions import Given
from lms.assessment.rules import policy
from lms.catalog.queries import person_code
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person
from lms.people.queries import person_for

EXTEND_TAB = "extend"
"""The tab of the steps that move a deadline; a browser's tabs have longer names."""
MOST_TIME, MOST_ATTEMPTS, MOST_MINUTES = Fraction(4), 10, 240


def grant(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    test_slug: str,
    time: Fraction,
    attempts: int,
    reason: str,
    now: datetime,
) -> Accommodation:
    """Give a person more time (a factor of the test's minutes), more attempts, or both. Where an attempt of theirs is open,
    its deadline moves at once.

    Raises: NotFound for a person out of scope or no such test; NotAllowed("assessment.grant_self");
    Invalid("assessment.grant_nothing"), ("assessment.grant_bounds"), ("assessment.reason_missing").
    """
    person = person_for(session, actor, person_code, Permission.VERIFY, local_day(now, actor.zone))
    _refuse_own(actor, person)
    test = conditions.test_by_slug(session, test_slug)
    if not 1 <= time <= MOST_TIME or not 0 <= attempts <= MOST_ATTEMPTS:
        raise Invalid("assessment.grant_bounds", attempts=MOST_ATTEMPTS)
    if time == 1 and not attempts:
        raise Invalid("assessment.grant_nothing", field="time")
    _refuse_silence(reason)
    row = Accommodation(
        code=new_code(),
        person_id=person.id,
        test_id=test.id,
        time_num=time.numerator,
        time_den=time.denominator,
        attempts=attempts,
        reason=reason.strip(),
        given_by=actor.person_id,
        given_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        action="accommodation.grant",
        subject=("accommodation", row.code),
        after={"person": person.code, "test": test.slug, "time": time, "attempts": attempts, "reason": row.reason},
        now=now,
    )
    if time > 1:
        _lengthen(session, actor, row, now)
    return row


def _lengthen(session: Session, actor: Actor, row: Accommodation, now: datetime) -> None:
    """Move the deadline of the attempt that is open, where one is and what was granted ends later."""
    attempt = reading.open_attempt(session, row.person_id, row.test_id)
    if attempt is None:
        return
    opened = reading.lock_attempt(session, [Attempt.id == attempt.id])
    factor = conditions.granted(session, row.person_id, row.test_id).time
    plan = content.plan_rules(opened.attempt.plan)
    due = policy.deadline(opened.attempt.started_at, plan.minutes, factor, plan.closes)
    if opened.attempt.closed_at is None and not opened.is_late(now) and due > opened.attempt.deadline_at:
        _move(session, actor, opened, due=due, reason=row.reason, now=now)


def take_back(session: Session, actor: Actor, *, code: str, reason: str, now: datetime) -> Accommodation:
    """Take back what was granted, by a new row; an attempt under way keeps the time that it was given.

    Raises: NotFound for one that does not exist and for a person out of scope alike; NotAllowed("assessment.grant_self");
    Conflict("assessment.grant_back"); Invalid("assessment.reason_missing").
    """
    found, person = reachable(session, actor, code, now)
    _refuse_own(actor, person)
    _refuse_silence(reason)
    if found.back is not None:
        raise Conflict("assessment.grant_back")
    row = Accommodation(
        code=new_code(),
        person_id=person.id,
        test_id=found.test.id,
        time_num=1,
        time_den=1,
        attempts=0,
        reason=reason.strip(),
        given_by=actor.person_id,
        given_at=now,
        corrects_id=found.row.id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody else took it back between the look and the write
        raise Conflict("assessment.grant_back") from None
    audit.record(
        session,
        actor,
        action="accommodation.take_back",
        subject=("accommodation", found.row.code),
        before={"time": found.time, "attempts": found.row.attempts},
        after={"reason": row.reason},
        now=now,
    )
    return row


def reachable(session: Session, actor: Actor, code: str, now: datetime) -> tuple[Given, Person]:
    """An accommodation of a person in the actor's scope.

    Raises: NotFound, the same for one that does not exist and one out of scope.
    """
    found = conditions.accommodation(session, code)
    owner = person_code(session, found.row.person_id)
    return found, person_for(session, actor, owner, Permission.VERIFY, local_day(now, actor.zone))


def extend(session: Session, actor: Actor, *, attempt_code: str, minutes: int, reason: str, now: datetime) -> datetime:
    """Give one attempt under way more minutes; the new deadline, at the latest the end of its plan.

    Raises: NotFound for an attempt out of scope; NotAllowed("assessment.grant_self"); Invalid("assessment.minutes_bounds"),
    ("assessment.reason_missing"); Conflict("assessment.closed") for one that has ended,
    ("assessment.no_more_time") where the plan ends before.
    """
    on = local_day(now, actor.zone)
    _, person = reading.attempt_for(session, actor, attempt_code, Permission.VERIFY, on)
    _refuse_own(actor, person)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("assessment.minutes_bounds", field="minutes", most=MOST_MINUTES)
    _refuse_silence(reason)
    opened = reading.lock_attempt(session, [Attempt.code == attempt_code])
    if opened.attempt.closed_at is not None or opened.is_late(now):
        raise Conflict("assessment.closed")
    closes = content.plan_rules(opened.attempt.plan).closes
    due = opened.attempt.deadline_at + timedelta(minutes=minutes)
    due = due if closes is None else min(due, closes)
    if due <= opened.attempt.deadline_at:
        raise Conflict("assessment.no_more_time")
    _move(session, actor, opened, due=due, reason=reason.strip(), now=now)
    return due


def _move(session: Session, actor: Actor, opened: Opened, *, due: datetime, reason: str, now: datetime) -> None:
    """Move the deadline of a locked attempt: by a step that says from when to when, who and why."""
    attempt = opened.attempt
    before = attempt.deadline_at
    moves = sum(step.tab == EXTEND_TAB for step in reading.steps_of(session, attempt.id))
    session.add(
        AttemptStep(
            attempt_id=attempt.id,
            kind="extend",
            tab=EXTEND_TAB,
            seq=1 + moves,
            payload={"from": before.isoformat(), "to": due.isoformat(), "by": actor.name, "reason": reason},
            late=False,
            at=now,
        )
    )
    attempt.deadline_at = due
    session.flush()
    audit.record(
        session,
        actor,
        action="attempt.extend",
        subject=("attempt", attempt.code),
        before={"deadline": before},
        after={"deadline": due, "reason": reason},
        now=now,
    )


def _refuse_own(actor: Actor, person: Person) -> None:
    if person.id == actor.person_id:
        raise NotAllowed("assessment.grant_self")


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise Invalid("assessment.reason_missing", field="reason")
