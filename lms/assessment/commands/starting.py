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
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, ExamRoom, PlanVersion, Test
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import conditions, content
from lms.assessment.queries.attempts import Past
from lms.assessment.rules import pages, policy
from lms.assessment.rules.asking import NOTHING_GRANTED, Granted, decide
from lms.assessment.rules.draw import Drawn, draw_from
from lms.assessment.rules.networks import is_allowed
from lms.assessment.rules.pages import Page
from lms.assessment.rules.pins import typed_pin
from lms.assessment.rules.plan import FORWARD, TestPlan
from lms.assessment.rules.policy import AttemptFacts, Start
from lms.assessment.rules.stream import SEED_BYTES
from lms.catalog import commands as catalog
from lms.catalog.models import Enrolment
from lms.catalog.queries import content as course_content
from lms.catalog.queries import enrolment_for
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, LmsError, NotFound
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
    address: str = "",
    pin: str = "",
) -> Attempt:
    """One's attempt at the test of an enrolment: the open one where there is one, else a new one.

    `address` is where the request comes from and `pin` what was typed for the room: looked at where the plan wants it, and
    the address when an open attempt is resumed too.
    Where an earlier attempt has run out of time unseen, it is graded and returned closed: its result comes first.
    Raises: NotFound for a stranger; Conflict("assessment.no_test"), ("assessment.enrolment_ended"),
    ("assessment.pending"), ("assessment.passed_already"), ("assessment.none_left"), ("assessment.wait",
    "assessment.not_yet", "assessment.window_over") with `at`, ("assessment.address"), ("assessment.room_wrong").
    """
    enrolment = enrolment_for(session, actor, enrolment_code, Permission.LEARN, local_day(now, actor.zone))
    if enrolment.person_id != actor.person_id:
        raise NotFound("assessment.no_test")  # a reader of other people's enrolments takes no test for them
    found = content.test_plan(session, course_content(session, enrolment.version_id).test)
    if found is None:
        raise Conflict("assessment.no_test")
    test, plan = found
    given = conditions.granted(session, enrolment.person_id, test.id)
    asked = _Asked(enrolment, test, plan, content.plan_rules(plan), given, grace_seconds, now, address, pin)
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
    rules: TestPlan
    granted: Granted
    grace_seconds: int
    now: datetime
    address: str
    pin: str


def _standing_attempt(session: Session, actor: Actor, asked: _Asked, past: Sequence[Past]) -> Attempt | None:
    """The attempt that comes before a new one; None where a new one may begin. Raises: Conflict where none may."""
    now = asked.now
    unfinished = next((each.attempt for each in past if each.attempt.closed_at is None), None)
    if unfinished is not None:
        grace = timedelta(seconds=unfinished.grace_seconds)
        if policy.timing(now, unfinished.deadline_at, grace).counts:
            refuse_address(content.plan_rules(unfinished.plan), asked.address)
            return unfinished
        opened = reading.lock_own(session, actor, unfinished.code)
        if opened.attempt.closed_at is None:
            close(session, actor, opened, now=now)
        return opened.attempt
    mine = [each.facts for each in past if each.attempt.enrolment_id == asked.enrolment.id]
    refuse_start(asked.enrolment, asked.rules, mine, now, asked.granted)
    return None


def refuse_start(
    enrolment: Enrolment,
    plan: TestPlan,
    history: Sequence[AttemptFacts],
    now: datetime,
    granted: Granted = NOTHING_GRANTED,
) -> None:
    """Raises: Conflict where no new attempt may begin after those of `history`, which are closed."""
    if enrolment.ended_at is not None:
        raise Conflict("assessment.enrolment_ended")
    decision = decide(plan, history, now, granted)
    at = "" if decision.next_at is None else f"{decision.next_at:%Y-%m-%d %H:%M}"
    refusals: dict[Start, LmsError] = {
        Start.REVIEW: Conflict("assessment.pending"),
        Start.PASSED: Conflict("assessment.passed_already"),
        Start.NONE_LEFT: Conflict("assessment.none_left"),
        Start.WAIT: Conflict("assessment.wait", at=at),
        Start.NOT_YET: Conflict("assessment.not_yet", at=at),
        Start.OVER: Conflict("assessment.window_over", at=at),
    }
    if decision.start in refusals:
        raise refusals[decision.start]


def refuse_address(plan: TestPlan, address: str) -> None:
    """Raises: Conflict("assessment.address") where the plan names networks and `address` lies in none."""
    if not is_allowed(address, plan.addresses):
        raise Conflict("assessment.address")


def _enter(session: Session, asked: _Asked) -> ExamRoom | None:
    """The room of a supervised test. Whatever is wrong with it is told in the same words."""
    refuse_address(asked.rules, asked.address)
    if not asked.rules.room:
        return None
    room = conditions.room_by_pin(session, typed_pin(asked.pin), asked.test.id, asked.now)
    # Who opened the room is no supervision of oneself.
    mine = room is not None and room.opened_by == asked.enrolment.person_id
    if room is None or mine or not is_allowed(asked.address, room.addresses):
        raise Conflict("assessment.room_wrong")
    return room


def _begin(session: Session, actor: Actor, asked: _Asked, number: int) -> Attempt | None:
    """Draw and store a new attempt; None where the database already holds an open one (invariant 4)."""
    enrolment, plan, now = asked.enrolment, asked.plan, asked.now
    room = _enter(session, asked)
    seen = reading.seen_by(session, enrolment.person_id, asked.test.id)
    seed = secrets.token_bytes(SEED_BYTES)
    table = content.draw_table(session, plan)
    drawn = draw_from(table, seen, seed)
    placement = placement_on(session, enrolment.person_id, local_day(now, actor.zone))
    attempt = new_attempt(
        enrolment,
        asked.test,
        plan,
        number,
        seed,
        seen,
        placement,
        deadline=policy.deadline(now, plan.minutes, asked.granted.time, asked.rules.closes),
        algorithm=table.algorithm,
        grace_seconds=asked.grace_seconds,
        now=now,
    )
    attempt.room_id = room.id if room else None
    try:
        with session.begin_nested():
            session.add(attempt)
            session.flush()
    except IntegrityError:
        return None
    session.execute(insert(AttemptItem), [item_row(attempt, place, each) for place, each in enumerate(drawn, 1)])
    if asked.rules.navigation == FORWARD:
        first = pages.pages([each.scenario for each in drawn], asked.rules.page_size)[0]
        session.add(page_step(attempt.id, first, now))
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
    deadline: datetime,
    algorithm: str,
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
        algorithm=algorithm,
        seen={str(question): order for question, order in seen.items()},
        started_at=now,
        deadline_at=deadline,
        grace_seconds=grace_seconds,
        site_id=placement.site_id if placement else None,
        programme_id=placement.programme_id if placement else None,
        job_id=placement.job_id if placement else None,
    )


def page_step(attempt_id: int, page: Page, now: datetime) -> AttemptStep:
    """The step that opens a page of an attempt that goes forward only, and leaves the one before."""
    return AttemptStep(
        attempt_id=attempt_id,
        kind="page",
        tab=pages.PAGE_TAB,
        seq=page.number,
        payload=page.as_dict(),
        late=False,
        at=now,
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
        "points_num": drawn.points.numerator,
        "points_den": drawn.points.denominator,
        "section": drawn.section,
    }
