"""Going on to the next page where pages do not come back, and looking at an answer, which locks it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lms.assessment.commands.starting import page_step
from lms.assessment.models import AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Opened
from lms.assessment.rules.pages import CHECK_TAB, Page, pages
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.permissions import Actor


def turn_page(session: Session, actor: Actor, *, attempt_code: str, to: int, now: datetime) -> Page:
    """Leave the page that is open for the next one, `to`; the page that is open then. Asked again, nothing changes.

    Raises: NotFound for any attempt but one's own; Conflict("assessment.closed"), ("assessment.time_over");
    Invalid("assessment.no_such_page") for any page but the next, or where pages come back.
    """
    opened = reading.lock_own(session, actor, attempt_code)
    _refuse_closed(opened, now)
    open_page = reading.locks_of(reading.steps_of(session, opened.attempt.id)).page
    if open_page is None:
        raise Invalid("assessment.no_such_page")
    if to <= open_page.number:
        return open_page  # a form that was sent twice, or another tab has gone on
    plan = content.plan_rules(opened.attempt.plan)
    every = pages([item.scenario for item in reading.items_of(session, opened.attempt.id)], plan.page_size)
    if to != open_page.number + 1 or to > len(every):
        raise Invalid("assessment.no_such_page")
    session.add(page_step(opened.attempt.id, every[to - 1], now))
    session.flush()
    return every[to - 1]


def check(session: Session, actor: Actor, *, attempt_code: str, position: int, now: datetime) -> None:
    """Lock the answer to a question, to be shown at once what its plan shows of it while the attempt is open.

    Raises: NotFound for any attempt but one's own; Conflict("assessment.closed"), ("assessment.time_over"),
    ("assessment.check_not_offered"), or with the reason why the question takes no answer;
    Invalid("assessment.check_unanswered").
    """
    opened = reading.lock_own(session, actor, attempt_code)
    _refuse_closed(opened, now)
    review = content.plan_rules(opened.attempt.plan).review
    if review is None or not review.during.anything:
        raise Conflict("assessment.check_not_offered")
    steps = reading.steps_of(session, opened.attempt.id)
    locked = reading.locks_of(steps)
    if position in locked.checked:
        return
    if key := locked.refusal(position):
        raise Conflict(f"assessment.{key}")
    if position > opened.attempt.plan.questions or position < 1:
        raise NotFound("assessment.answer.undrawn")
    if position not in reading.standing(steps).answered():
        raise Invalid("assessment.check_unanswered")
    session.add(
        AttemptStep(
            attempt_id=opened.attempt.id,
            kind="check",
            position=position,
            tab=CHECK_TAB,
            seq=position,
            payload={},
            late=False,
            at=now,
        )
    )
    session.flush()


def _refuse_closed(opened: Opened, now: datetime) -> None:
    if opened.attempt.closed_at is not None:
        raise Conflict("assessment.closed")
    if now > opened.attempt.deadline_at:
        raise Conflict("assessment.time_over")
