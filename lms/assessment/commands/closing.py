"""Closing attempts: handed in, or out of time. Either way what was saved in time is graded, once (invariants 3 to 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.events import AttemptGraded
from lms.assessment.models import Attempt, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.rules import grading
from lms.assessment.rules.grading import Graded
from lms.catalog.commands import record_part
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.db import fraction
from lms.kit.errors import NotFound
from lms.kit.events import emit
from lms.kit.permissions import SYSTEM, Actor

SERVER_TAB = "server"
"""The tab of the steps that the server itself writes; a browser's tabs have longer names."""


def submit(session: Session, actor: Actor, *, attempt_code: str, now: datetime) -> Result | None:
    """Hand in one's own attempt and grade it; handed in before, its result comes again and nothing changes.

    None where a person has yet to grade something of it.
    After deadline and grace it counts as expired: what was saved in time is what is graded.
    Raises: NotFound("assessment.attempt_not_found").
    """
    opened = reading.lock_own(session, actor, attempt_code)
    if opened.attempt.closed_at is not None:
        return next(reversed(reading.results_of(session, opened.attempt.id)), None)
    return close(session, actor, opened, now=now)


def sweep(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Close and grade what has run out of time, grace included; returns how many.

    `limit` bounds the work of one transaction: call again while it returns that many.
    """
    closed = 0
    for code in reading.expired(session, now, limit):
        opened = reading.lock_attempt(session, [Attempt.code == code])
        if opened.attempt.closed_at is None:  # its person may have handed it in since
            close(session, SYSTEM, opened, now=now)
            closed += 1
    return closed


def close(session: Session, actor: Actor, opened: Opened, *, now: datetime) -> Result | None:
    """Grade a locked, open attempt and tell who wants to know.

    Where a person has to grade something of it, it is closed and has no result yet: None.
    """
    attempt = opened.attempt
    late = opened.is_late(now)
    session.add(AttemptStep(**close_step(attempt.id, late=late, now=now)))
    items = reading.items_of(session, attempt.id)
    answers = reading.standing(reading.steps_of(session, attempt.id)).answers
    if any(item.question.kind.by_person for item in items):
        attempt.closed_at = now
        session.flush()
        note_close(session, actor, attempt, None, late=late, now=now)
        return None
    result = new_result(opened, items, answers, actor, now)
    attempt.closed_at = now
    session.add(result)
    session.flush()
    note_close(session, actor, attempt, result, late=late, now=now)
    if opened.enrolment.ended_at is None:
        # A withdrawn enrolment keeps the result of what was under way, but its course is over.
        state = "done" if result.passed else "failed"
        record_part(session, actor, opened.enrolment, "test", state, now=now)
    emit(session, AttemptGraded(attempt.id, result.id, attempt.person_id, attempt.enrolment_id, result.passed))
    return result


def close_step(attempt_id: int, *, late: bool, now: datetime) -> dict[str, Any]:
    """The last step of an attempt, by column."""
    return {
        "attempt_id": attempt_id,
        "kind": "expire" if late else "submit",
        "position": None,
        "tab": SERVER_TAB,
        "seq": 1,
        "payload": {},
        "late": False,
        "at": now,
    }


def note_close(
    session: Session, actor: Actor, attempt: Attempt, result: Result | None, *, late: bool, now: datetime
) -> None:
    """The audit row of an attempt's end; without a result yet, it says that one is pending."""
    graded: dict[str, object] = {"pending": True}
    if result is not None:
        graded = {"score": fraction(result.score_num, result.score_den), "passed": result.passed}
    audit.record(
        session,
        actor,
        action="attempt.expire" if late else "attempt.submit",
        subject=("attempt", attempt.code),
        after=graded,
        now=now,
    )


def new_result(
    opened: Opened, items: Sequence[Item], answers: Mapping[int, Any], actor: Actor, now: datetime
) -> Result:
    """The row of the original result of an attempt: what was saved in time, graded."""
    attempt = opened.attempt
    mark = fraction(attempt.plan.pass_num, attempt.plan.pass_den)
    if mark is None:  # pragma: no cover - both columns are NOT NULL
        raise NotFound("assessment.no_test")
    graded = [_graded(item, answers.get(item.position)) for item in items]
    whole = grading.result(graded, mark)
    return Result(
        attempt_id=attempt.id,
        kind="original",
        score_num=whole.score.numerator,
        score_den=whole.score.denominator,
        pass_num=mark.numerator,
        pass_den=mark.denominator,
        passed=whole.passed,
        answered=whole.total.answered,
        items=[
            {
                "position": item.position,
                "fraction": f"{each.grade.numerator}/{each.grade.denominator}",
                "points": f"{each.points}/1",
                "topic": each.topic,
            }
            for item, each in zip(items, graded, strict=True)
        ],
        graded_at=now,
        graded_on=local_day(now, opened.zone or actor.zone),
        graded_by=None,  # by rule; a regrade names its person
        reason="",
    )


def _graded(item: Item, answer: Any) -> Graded:
    kind, body = item.question.kind, item.question.body
    return Graded(item.question.topic, item.points, kind.grade(body, answer), kind.is_answered(answer))
