"""Reading certificates at stake: what was asked, what was decided, and the result that stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import Attempt, Result
from lms.certificates.models import Certificate, CertificateDecision, CertificateQuestion, CertificateRevocation
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person
from lms.people.queries import scope_condition


@dataclass(frozen=True, slots=True)
class AtStake:
    """A question of a certificate. `decision` is the row that stands (None: nobody has answered)."""

    question: CertificateQuestion
    certificate: Certificate
    asked_by: Result
    attempt: Attempt
    revocation: CertificateRevocation | None
    decision: CertificateDecision | None
    by: Person | None

    @property
    def waits(self) -> bool:
        return self.revocation is None and (self.decision is None or self.decision.decision == "reopen")

    @property
    def score(self) -> Fraction:
        return Fraction(self.asked_by.score_num, self.asked_by.score_den)

    @property
    def mark(self) -> Fraction:
        return Fraction(self.asked_by.pass_num, self.asked_by.pass_den)


_LAST = (
    select(func.max(CertificateDecision.id))
    .where(CertificateDecision.question_id == CertificateQuestion.id)
    .correlate(CertificateQuestion)
    .scalar_subquery()
)
_WAITS = and_(
    CertificateRevocation.id.is_(None), or_(CertificateDecision.id.is_(None), CertificateDecision.decision == "reopen")
)
_Row = Select[CertificateQuestion, Certificate, Result, Attempt, CertificateRevocation, CertificateDecision, Person]


def _select(actor: Actor, on: date) -> _Row:
    return (
        select(CertificateQuestion, Certificate, Result, Attempt, CertificateRevocation, CertificateDecision, Person)
        .join(Certificate, Certificate.id == CertificateQuestion.certificate_id)
        .join(Result, Result.id == CertificateQuestion.result_id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .outerjoin(CertificateDecision, CertificateDecision.id == _LAST)
        .outerjoin(Person, Person.id == CertificateDecision.decided_by)
        .where(scope_condition(actor, Permission.REVOKE, on, Certificate.__table__.c.person_id))
    )


def question_for(session: Session, actor: Actor, code: str, on: date) -> AtStake:
    """A question of somebody in the actor's scope. Raises: NotFound("certificates.question_not_found")."""
    row = session.execute(_select(actor, on).where(CertificateQuestion.code == code)).one_or_none()
    if row is None:
        raise NotFound("certificates.question_not_found")
    return AtStake(*row)


def questions(
    session: Session, actor: Actor, on: date, *, waiting: bool, before: int | None = None, limit: int
) -> list[AtStake]:
    """Those that wait (the others: that are settled), the newest first, paged by key. One query."""
    query = _select(actor, on).where(_WAITS if waiting else ~_WAITS)
    if before is not None:
        query = query.where(CertificateQuestion.id < before)
    return [AtStake(*row) for row in session.execute(query.order_by(CertificateQuestion.id.desc()).limit(limit))]


def decisions(session: Session, question_id: int) -> Sequence[tuple[CertificateDecision, str]]:
    """Every decision of a question in order, with the name of who made it."""
    rows = session.execute(
        select(CertificateDecision, Person)
        .join(Person, Person.id == CertificateDecision.decided_by)
        .where(CertificateDecision.question_id == question_id)
        .order_by(CertificateDecision.id)
    )
    return [(row[0], row[1].name) for row in rows]


def is_open(session: Session, certificate_id: int) -> bool:
    """Whether somebody is asked about a certificate already."""
    later = aliased(CertificateDecision)
    settled = exists().where(
        CertificateDecision.question_id == CertificateQuestion.id,
        CertificateDecision.decision != "reopen",
        ~exists().where(later.corrects_id == CertificateDecision.id),
    )
    query = select(CertificateQuestion.id).where(CertificateQuestion.certificate_id == certificate_id, ~settled)
    return session.scalar(query.limit(1)) is not None


def results(session: Session, attempt_id: int) -> list[tuple[Result, Fraction, Fraction]]:
    """Every result of an attempt in order, with its exact score and the pass mark then in force."""
    rows = session.scalars(select(Result).where(Result.attempt_id == attempt_id).order_by(Result.id))
    return [(row, Fraction(row.score_num, row.score_den), Fraction(row.pass_num, row.pass_den)) for row in rows]
