"""Starting an attempt: the policy, the draw, the facts of the day (invariants 1, 2, 4 and 8)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.commands.closing import close
from lms.assessment.models import Attempt, AttemptItem, PlanVersion, Test
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Past
from lms.assessment.rules import policy
from lms.assessment.rules.draw import ALGORITHM, Drawn, draw_from
from lms.assessment.rules.policy import AttemptFacts, Start
from lms.assessment.rules.stream import SEED_BYTES
from lms.catalog import commands as catalog
from lms.catalog.models import Enrolment
from lms.catalog.queries import content as course_content
from lms.catalog.queries import enrolment_for
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, NotFound
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement
from lms.people.queries import placement_on

_TRIES = 3


def start(
    session: Session,
    actor: Actor,
    *,
    enrolment_code: str,
    now: datetime,
    grace_seconds: int = int(policy.GRACE.total_seconds()),
) -> Attempt:
    """One's attempt at the test of an enrolment: the open one where there is one, else a new one.

    Where an earlier attempt has run out of time unseen, it is graded and returned closed: its result comes first.
    Raises: NotFound for a stranger; Conflict("assessment.no_test"), ("assessment.enrolment_ended"),
    ("assessment.pending"), ("assessment.passed_already"), ("assessment.none_left"), ("assessment.wait") with `at`.
    """
    enrolment = enrolment_for(session, actor, enrolment_code, Permission.LEARN, local_day(now, actor.zone))
    if enrolment.person_id != actor.person_id:
        raise NotFound("assessment.no_test")  # a reader of other people's enrolments takes no test for them
    found = content.test_plan(session, course_content(session, enrolment.version_id).test)
    if found is None:
        raise Conflict("assessment.no_test")
    asked = _Asked(enrolment, *found, grace_seconds, now)
    for _ in range(_TRIES):
        past = reading.history(session, enrolment.person_id, asked.test.id)
        attempt = _standing_attempt(session, actor, asked, past)
        if attempt is None:
            number = 1 + sum(each.attempt.enrolment_id == enrolment.id for each in past)
            attempt = _begin(session, actor, asked, number)
        if attempt is not None:
            return attempt
        # Somebody else (another tab, another device) began one in the meantime: look again.
    raise Conflict("assessment.busy")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be started."""

    enrolment: Enrolment
    test: Test
    plan: PlanVersion
    grace_seconds: int
    now: datetime


def _standing_attempt(session: Session, actor: Actor, asked: _Asked, past: Sequence[Past]) -> Attempt | None:
    """The attempt that comes before a new one; None where a new one may begin. Raises: Conflict where none may."""
    now, plan = asked.now, asked.plan
    unfinished = next((each.attempt for each in past if each.attempt.closed_at is None), None)
    if unfinished is not None:
        grace = timedelta(seconds=unfinished.grace_seconds)
        if policy.timing(now, unfinished.deadline_at, grace).counts:
            return unfinished
        opened = reading.lock_own(session, actor, unfinished.code)
        if opened.attempt.closed_at is None:
            close(session, actor, opened, now=now)
        return opened.attempt
    mine = [each.facts for each in past if each.attempt.enrolment_id == asked.enrolment.id]
    refuse_start(asked.enrolment, plan, mine, now)
    return None


def refuse_start(enrolment: Enrolment, plan: PlanVersion, history: Sequence[AttemptFacts], now: datetime) -> None:
    """Raises: Conflict where no new attempt may begin after those of `history`, which are closed."""
    if enrolment.ended_at is not None:
        raise Conflict("assessment.enrolment_ended")
    decision = policy.may_start(history, now, attempts=plan.attempts, delay=timedelta(hours=plan.delay_hours))
    if decision.start is Start.GRADE_FIRST:  # what ran out of time was graded before: a person has to grade this one
        raise Conflict("assessment.pending")
    if decision.start is Start.PASSED:
        raise Conflict("assessment.passed_already")
    if decision.start is Start.NONE_LEFT:
        raise Conflict("assessment.none_left")
    if decision.start is Start.WAIT and decision.next_at is not None:
        raise Conflict("assessment.wait", at=decision.next_at.strftime("%Y-%m-%d %H:%M"))


def _begin(session: Session, actor: Actor, asked: _Asked, number: int) -> Attempt | None:
    """Draw and store a new attempt; None where the database already holds an open one (invariant 4)."""
    enrolment, plan, now = asked.enrolment, asked.plan, asked.now
    seen = reading.seen_by(session, enrolment.person_id, asked.test.id)
    seed = secrets.token_bytes(SEED_BYTES)
    drawn = draw_from(content.draw_table(session, plan), seen, seed)
    placement = placement_on(session, enrolment.person_id, local_day(now, actor.zone))
    attempt = new_attempt(
        enrolment, asked.test, plan, number, seed, seen, placement, grace_seconds=asked.grace_seconds, now=now
    )
    try:
        with session.begin_nested():
            session.add(attempt)
            session.flush()
    except IntegrityError:
        return None
    session.execute(insert(AttemptItem), [item_row(attempt, place, each) for place, each in enumerate(drawn, 1)])
    note_start(session, actor, attempt, asked.test, enrolment, now=now)
    catalog.record_part(session, actor, enrolment, "test", "in_progress", now=now)
    return attempt


def new_attempt(  # noqa: PLR0917 - the facts of its start, each of its own kind
    enrolment: Enrolment,
    test: Test,
    plan: PlanVersion,
    number: int,
    seed: bytes,
    seen: Mapping[int, int],
    placement: Placement | None,
    *,
    grace_seconds: int,
    now: datetime,
) -> Attempt:
    """The row of an attempt."""
    return Attempt(
        code=new_code(),
        person_id=enrolment.person_id,
        test_id=test.id,
        enrolment_id=enrolment.id,
        plan_version_id=plan.id,
        bank_version_id=plan.bank_version_id,
        number=number,
        seed=seed,
        algorithm=ALGORITHM,
        seen={str(question): order for question, order in seen.items()},
        started_at=now,
        deadline_at=policy.deadline(now, plan.minutes),
        grace_seconds=grace_seconds,
        site_id=placement.site_id if placement else None,
        programme_id=placement.programme_id if placement else None,
        job_id=placement.job_id if placement else None,
    )


def note_start(
    session: Session, actor: Actor, attempt: Attempt, test: Test, enrolment: Enrolment, *, now: datetime
) -> None:
    """The audit row of an attempt's start."""
    after = {"test": test.slug, "number": attempt.number, "enrolment": enrolment.code, "deadline": attempt.deadline_at}
    audit.record(session, actor, action="attempt.start", subject=("attempt", attempt.code), after=after, now=now)


def item_row(attempt: Attempt, position: int, drawn: Drawn) -> dict[str, object]:
    """A drawn question at its place, by column."""
    return {
        "attempt_id": attempt.id,
        "position": position,
        "question_version_id": drawn.version_id,
        "option_order": list(drawn.option_order),
        "points_num": drawn.points,
        "points_den": 1,
    }
