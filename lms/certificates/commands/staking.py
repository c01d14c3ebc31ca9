"""Certificates at stake: a regrade turned a result that one stands on into a failure, and a person decides (invariant 6).

Nothing is revoked by itself. The question stays, and so does every decision of it; a "keep" can be taken back by another row.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.events import ResultRegraded
from lms.assessment.models import Result
from lms.assessment.queries.standing import last_passed
from lms.certificates import queries
from lms.certificates.commands.issuing import revoke
from lms.certificates.models import CertificateDecision, CertificateQuestion
from lms.certificates.queries import staking
from lms.certificates.queries.staking import AtStake
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Permission
from lms.notify.commands import tell
from lms.people.queries import holders, placement_on

KEEP, REVOKE, REOPEN = "keep", "revoke", "reopen"
MAX_REASON = 500


def ask_after(session: Session, event: ResultRegraded) -> None:
    """Hears of regrades: where a certificate stands on what has failed after all, a question waits for who may revoke."""
    if event.passed or not event.passed_before:
        return
    result = session.get_one(Result, event.result_id)
    now = result.graded_at
    found = queries.of_enrolment(session, event.enrolment_id, now.date())
    if found is None or found.revocation is not None:
        return
    if last_passed(session, event.enrolment_id) or staking.is_open(session, found.certificate.id):
        return  # another attempt of the course proves it, or somebody is asked already
    question = CertificateQuestion(
        code=new_code(), certificate_id=found.certificate.id, result_id=result.id, raised_at=now
    )
    session.add(question)
    session.flush()
    audit.record(
        session,
        SYSTEM,
        action="certificate.question",
        subject=("certificate", found.certificate.code),
        after={"question": question.code, "result": result.id},
        now=now,
    )
    placed = placement_on(session, event.person_id, now.date())
    people = holders(
        session,
        Permission.REVOKE,
        site_id=placed.site_id if placed else None,
        programme_id=placed.programme_id if placed else None,
        supervisor_id=placed.supervisor_id if placed else None,
        now=now,
    )
    tell(
        session,
        kind="certificate.question",
        key=question.code,
        people=set(people) - {event.person_id},
        params={"course": found.certificate.course_title},
        now=now,
        pile=True,
    )


def decide(
    session: Session, actor: Actor, code: str, *, decision: str, reason: str, now: datetime
) -> CertificateDecision:
    """Say that a certificate at stake stands, or revoke it.

    Raises: NotFound out of scope; NotAllowed("certificates.own"); Invalid("certificates.reason_missing",
    "certificates.decision_unknown"); Conflict("certificates.decided", "certificates.already_revoked").
    """
    if decision not in {KEEP, REVOKE}:
        raise Invalid("certificates.decision_unknown", field="decision")
    asked = _asked(session, actor, code, reason, now)
    if asked.decision is not None and asked.decision.decision != REOPEN:
        raise Conflict("certificates.decided")
    if decision == REVOKE:
        today = local_day(now, actor.zone)
        revoke(session, actor, asked.certificate.code, reason=reason, today=today, now=now)
    return _write(session, actor, asked, decision, reason=reason, now=now)


def reopen(session: Session, actor: Actor, code: str, *, reason: str, now: datetime) -> CertificateDecision:
    """Take a "keep" back: the question waits again. What was revoked stays so: the course is taken anew.

    Raises: as `decide`, and Conflict("certificates.not_kept").
    """
    asked = _asked(session, actor, code, reason, now)
    if asked.decision is None or asked.decision.decision != KEEP:
        raise Conflict("certificates.not_kept")
    return _write(session, actor, asked, REOPEN, reason=reason, now=now)


def _asked(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> AtStake:
    asked = staking.question_for(session, actor, code, local_day(now, actor.zone))
    if asked.certificate.person_id == actor.person_id or actor.person_id is None:
        raise NotAllowed("certificates.own")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid("certificates.reason_missing", field="reason")
    return asked


def _write(
    session: Session, actor: Actor, asked: AtStake, decision: str, *, reason: str, now: datetime
) -> CertificateDecision:
    row = CertificateDecision(
        question_id=asked.question.id,
        decision=decision,
        reason=reason.strip(),
        decided_by=actor.person_id,
        decided_at=now,
        corrects_id=asked.decision.id if asked.decision else None,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # somebody else decided meanwhile: the table holds one row after each
        raise Conflict("certificates.decided") from None
    audit.record(
        session,
        actor,
        action=f"certificate.{decision}",
        subject=("certificate", asked.certificate.code),
        after={"question": asked.question.code, "reason": row.reason},
        now=now,
    )
    return row
