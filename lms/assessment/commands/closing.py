"""Closing attempts: handed in, or out of time. Either way what was saved in time is graded, once (invariants 3 to 6)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from lms.assessment.commands.failing import after_failure
from lms.assessment.commands.regrading import catch_up, grading
from lms.assessment.commands.results import new_result, settle
from lms.assessment.models import Attempt, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Opened
from lms.kit import audit
from lms.kit.db import fraction
from lms.kit.errors import LmsError
from lms.kit.permissions import SYSTEM, Actor, Permission
from lms.notify.commands import tell
from lms.people.queries import holders

log = logging.getLogger(__name__)
CANNOT_BE_GRADED = (LmsError, ArithmeticError, LookupError, ValueError, DataError)
"""What an attempt itself is to blame for. Whatever else goes wrong (a lock, the disk) ends the transaction, to be tried again."""
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


def sweep(session: Session, *, now: datetime, limit: int = 200, failed: set[str] | None = None) -> int:
    """Close and grade what has run out of time, grace included; returns how many.

    `limit` bounds the work of one transaction: call again while it returns any. An attempt that cannot be graded is told in
    the log and put into `failed`, whose attempts are passed over: nobody else waits for it.
    """
    closed, failed = 0, set() if failed is None else failed
    for code in reading.expired(session, now, limit, failed):
        try:
            with session.begin_nested():
                opened = reading.lock_attempt(session, [Attempt.code == code])
                if opened.attempt.closed_at is None:  # its person may have handed it in since
                    close(session, SYSTEM, opened, now=now)
                    closed += 1
        except CANNOT_BE_GRADED:
            log.exception("attempt %s ran out of time and could not be closed", code)
            failed.add(code)
    return closed


def close(session: Session, actor: Actor, opened: Opened, *, now: datetime) -> Result | None:
    """Grade a locked, open attempt and tell who wants to know.

    Where a person has to grade something of it, it is closed and has no result yet: None. An open question that was left
    empty needs nobody to say what it earns.
    """
    grading(session)
    attempt = opened.attempt
    late = opened.is_late(now)
    session.add(AttemptStep(**close_step(attempt.id, late=late, now=now)))
    items = reading.items_of(session, attempt.id)
    answers = reading.standing(reading.steps_of(session, attempt.id)).answers
    attempt.closed_at = now
    if any(item.question.kind.by_person and answers.get(item.position) is not None for item in items):
        session.flush()
        note_close(session, actor, attempt, None, late=late, now=now)
        tell_markers(session, attempt, now=now)
        return None
    return finish(session, actor, opened, new_result(opened, items, answers, actor, now), action=_ended(late), now=now)


def finish(session: Session, actor: Actor, opened: Opened, result: Result, *, action: str, now: datetime) -> Result:
    """Write the original result of an attempt and, beside it, what the regrades in force make of it; returns what stands.

    `action` names what led to it in the audit trail.
    """
    session.add(result)
    session.flush()
    standing = catch_up(session, opened, result, now=now)
    graded = {"score": fraction(standing.score_num, standing.score_den), "passed": standing.passed}
    subject = ("attempt", opened.attempt.code)
    audit.record(session, actor, action=action, subject=subject, after=graded, now=now)
    settle(session, actor, opened, standing, now=now)
    if not standing.passed:
        zone = opened.zone or actor.zone
        after_failure(session, opened.attempt, opened.enrolment, opened.course, zone=zone, now=now)
    return standing


def _ended(late: bool) -> str:
    return "attempt.expire" if late else "attempt.submit"


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
        action=_ended(late),
        subject=("attempt", attempt.code),
        after=graded,
        now=now,
    )


def tell_markers(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Tell who may mark, once a week at most, that answers wait for them."""
    people = holders(
        session,
        Permission.MARK,
        site_id=attempt.site_id,
        programme_id=attempt.programme_id,
        supervisor_id=None,
        now=now,
    )
    others = set(people) - {attempt.person_id}
    tell(session, kind="assessment.to_mark", key=attempt.code, people=others, params={}, now=now, pile=True)
