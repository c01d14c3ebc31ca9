"""Disputes: a learner says what is wrong with a question of a graded attempt, once; an author answers, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, Dispute, DisputeAnswer, PlanVersion
from lms.assessment.queries import attempts as attempt_reading
from lms.assessment.queries import conditions, content
from lms.assessment.queries import disputes as reading
from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.notify.commands import tell
from lms.people.queries import holders

MOST = 2_000
"""Signs of a dispute, and of its answer, where no setting says otherwise."""


def dispute(
    session: Session,
    actor: Actor,
    *,
    attempt_code: str,
    position: int,
    said: str,
    now: datetime,
    most: int = MOST,
) -> Dispute:
    """Say what is wrong with a question of one's own attempt, where its review shows the question.

    Raises: NotFound for any attempt but one's own; Invalid("assessment.answer.undrawn", "assessment.dispute_text");
    Conflict("assessment.dispute_hidden", "assessment.dispute_over", "assessment.dispute_twice").
    """
    opened = attempt_reading.own_attempt(session, actor, attempt_code)
    attempt = opened.attempt
    items = attempt_reading.items_of(session, attempt.id, [position]) if 0 < position < 10_000 else []
    if not items:
        raise Invalid("assessment.answer.undrawn", field="position")
    said = _said(said, most)
    past = attempt_reading.history(session, attempt.person_id, attempt.test_id)
    given = conditions.granted(session, attempt.person_id, attempt.test_id)
    allowed = content.attempts_allowed(session, attempt.test_id) + given.attempts
    if not reading.shows_questions(opened, past, allowed, now):
        raise Conflict("assessment.dispute_hidden")
    if attempt.closed_at is None or now > attempt.closed_at + reading.WINDOW:
        raise Conflict("assessment.dispute_over", days=reading.WINDOW.days)
    row = Dispute(
        code=new_code(),
        attempt_id=attempt.id,
        position=position,
        question_version_id=items[0].version_id,
        said=said,
        disputed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the table holds one a question and attempt
        raise Conflict("assessment.dispute_twice") from None
    told = {"attempt": attempt.code, "position": position}
    audit.record(session, actor, action="question.dispute", subject=("dispute", row.code), after=told, now=now)
    _tell_authors(session, attempt, row, now)
    return row


def _tell_authors(session: Session, attempt: Attempt, row: Dispute, now: datetime) -> None:
    authors = holders(
        session,
        Permission.PUBLISH,
        site_id=attempt.site_id,
        programme_id=attempt.programme_id,
        supervisor_id=None,
        now=now,
    )
    others = set(authors) - {attempt.person_id}
    tell(session, kind="dispute.new", key=row.code, people=others, params={}, now=now, pile=True)


def answer(
    session: Session, actor: Actor, code: str, *, upheld: bool, said: str, now: datetime, most: int = MOST
) -> DisputeAnswer:
    """Say whether a dispute is right, in words that its learner reads.

    Raises: NotFound("assessment.dispute_not_found"); NotAllowed("assessment.not_allowed", "assessment.dispute_own");
    Invalid("assessment.dispute_text"); Conflict("assessment.dispute_answered").
    """
    if not actor.can(Permission.PUBLISH) or actor.person_id is None:
        raise NotAllowed("assessment.not_allowed")
    found = reading.case(session, code)
    if found.person_id == actor.person_id:
        raise NotAllowed("assessment.dispute_own")
    row = DisputeAnswer(
        dispute_id=found.disputed.dispute.id,
        upheld=upheld,
        said=_said(said, most),
        answered_by=actor.person_id,
        answered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the table holds one answer
        raise Conflict("assessment.dispute_answered") from None
    audit.record(
        session,
        actor,
        action="dispute.answer",
        subject=("dispute", code),
        after={"upheld": upheld, "said": row.said},
        now=now,
    )
    attempt = session.get_one(Attempt, found.disputed.dispute.attempt_id)
    told = {
        "attempt": attempt.code,
        "test": session.get_one(PlanVersion, attempt.plan_version_id).title,
        "upheld": upheld,
    }
    tell(session, kind="dispute.answered", key=code, people=[attempt.person_id], params=told, now=now)
    return row


def _said(text: str, most: int) -> str:
    if not text.strip() or len(text) > most:
        raise Invalid("assessment.dispute_text", field="said", limit=most)
    return text.strip()
