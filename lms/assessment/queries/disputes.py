"""Reading disputes: one's own of an attempt, and those that authors answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import (
    Attempt,
    Bank,
    Dispute,
    DisputeAnswer,
    PlanVersion,
    Question,
    QuestionVersion,
)
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Opened, Past
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.queries.regrading import answers_at
from lms.assessment.rules import showing
from lms.kit.errors import NotFound
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute with the question that it is about; whose it is stays apart."""

    dispute: Dispute
    answer: DisputeAnswer | None
    key: str
    bank: str  # its slug
    bank_title: str
    test: str


def of_attempt(session: Session, attempt_id: int) -> list[tuple[Dispute, DisputeAnswer | None]]:
    """The disputes of an attempt by position, with what was answered."""
    rows = session.execute(
        select(Dispute, DisputeAnswer)
        .outerjoin(DisputeAnswer, DisputeAnswer.dispute_id == Dispute.id)
        .where(Dispute.attempt_id == attempt_id)
        .order_by(Dispute.position)
    )
    return [(row[0], row[1]) for row in rows]


def _disputed() -> Select[Dispute, DisputeAnswer, str, str, str, str]:
    return (
        select(Dispute, DisputeAnswer, Question.key, Bank.slug, Bank.title, PlanVersion.title)
        .join(QuestionVersion, QuestionVersion.id == Dispute.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .join(Attempt, Attempt.id == Dispute.attempt_id)
        .join(PlanVersion, PlanVersion.id == Attempt.plan_version_id)
        .outerjoin(DisputeAnswer, DisputeAnswer.dispute_id == Dispute.id)
    )


def listing(session: Session, *, open_ones: bool, before: int | None = None, limit: int) -> list[Disputed]:
    """Those that wait for an answer, or have one, the newest first, paged by key. One query."""
    waits = DisputeAnswer.id.is_(None)
    query = _disputed().where(waits if open_ones else ~waits).order_by(Dispute.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Dispute.id < before)
    return [Disputed(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute as its author answers it: the question, what was answered to it, how many dispute it too."""

    disputed: Disputed
    person_id: int
    question: ReadyQuestion
    given: object
    others: int
    by: str  # who answered


def case(session: Session, code: str) -> Case:
    """A dispute by its code. Raises: NotFound("assessment.dispute_not_found")."""
    row = session.execute(_disputed().where(Dispute.code == code)).one_or_none()
    if row is None:
        raise NotFound("assessment.dispute_not_found")
    found = Disputed(*row)
    dispute = found.dispute
    version = session.get_one(QuestionVersion, dispute.question_version_id)
    others = select(func.count()).where(and_(Dispute.question_version_id == version.id, Dispute.id != dispute.id))
    by = session.get(Person, found.answer.answered_by) if found.answer else None
    return Case(
        disputed=found,
        person_id=session.get_one(Attempt, dispute.attempt_id).person_id,
        question=ready(session, [(version.id, version.content_hash)])[version.content_hash],
        given=answers_at(session, [(dispute.attempt_id, dispute.position)]).get((dispute.attempt_id, dispute.position)),
        others=session.scalar(others) or 0,
        by=by.name if by else "",
    )


def shows_questions(opened: Opened, past: Sequence[Past], allowed: int, now: datetime) -> bool:
    """Whether the review of a graded attempt shows its questions now, by the policy of its plan. No query.

    `past` is the person's history of the test, `allowed` how many attempts they have in all.
    """
    attempt = opened.attempt
    if any(each.attempt.closed_at is None for each in past) or attempt.closed_at is None:
        return False
    if not any(each.attempt.id == attempt.id and each.result is not None for each in past):
        return False
    rules = content.plan_rules(attempt.plan)
    own = [each for each in past if each.attempt.enrolment_id == opened.enrolment.id]
    done = len(own) >= allowed or any(each.result is not None and each.result.passed for each in own)
    at = showing.phase(now, closed_at=attempt.closed_at, closes=rules.closes, done=done)
    return showing.shown(rules.review, at, done=done).anything


WINDOW = timedelta(days=90)
"""How long after an attempt its questions can be disputed."""
