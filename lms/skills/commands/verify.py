"""Verifications: recorded with the threshold then in force, signed by the evaluator in the same act, corrected by a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.kit import audit, events
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.skills import queries
from lms.skills.commands import plans
from lms.skills.commands.common import Case, case_for, human, needed, refuse
from lms.skills.commands.profiles import METHODS
from lms.skills.commands.signing import add_signature
from lms.skills.events import VerificationRecorded
from lms.skills.models import ProfileRequirement, Verification
from lms.skills.rules import VerificationKind, exact_share, verification_refusal


@dataclass(frozen=True)
class Observed:
    """What the evaluator saw: `score` exact from 0 to 1, on a day of the site, by a method (a skill's is its profile's).

    `plan`: what is to be done, should it not be enough; "" for the usual words.
    """

    score: Fraction
    observed_on: date
    comment: str = ""
    method: str = "observation"
    plan: str = ""


def record_verification(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    programme_id: int,
    kind: VerificationKind,
    skill_code: str | None,
    observed: Observed,
    now: datetime,
    code: str = "",
) -> Verification:
    """Record that the actor verified a person, and sign as evaluator. Failing opens an action plan.

    The threshold is that of the profile in force on the day observed; the verdict is computed, exactly. `code` (of the
    form) makes it idempotent: sent twice, it is recorded once; sent again with something else, it is refused.
    Raises: what `case_for` raises; Invalid("skills.score_range" | "skills.method_unknown"); Conflict("skills.order.*") with
    what lacks (invariant 9); Conflict("skills.code_taken").
    """
    evaluator = human(session, actor, now)
    case = _case(session, actor, person_code=person_code, programme_id=programme_id, observed=observed, now=now)
    if code and (first := queries.verification_by_code(session, code)) is not None:
        skill_id = _skill_id(session, kind, skill_code)
        return _again(first, case, evaluator, kind=kind, skill_id=skill_id, observed=observed)
    skill_id = _skill_id(session, kind, skill_code)
    return _write(
        session,
        actor,
        case,
        kind=kind,
        skill_id=skill_id,
        observed=observed,
        now=now,
        code=code,
    )


def correct_verification(
    session: Session,
    actor: Actor,
    *,
    code: str,
    observed: Observed,
    reason: str,
    now: datetime,
) -> Verification:
    """Take the place of a verification by a new one of the same thing; the old one stays visible and no longer counts.

    The new one has to be signed again by everybody. Its plan, were it open, is closed as corrected.
    Raises: NotFound; Conflict("skills.already_corrected"); Invalid("skills.reason_missing"); else as `record_verification`.
    """
    human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = queries.verification_for(session, actor, code, Permission.VERIFY, local_day(now, actor.zone))
    case = _case(session, actor, person_code=old.person.code, programme_id=old.programme_id, observed=observed, now=now)
    _refuse_corrected(session, old)
    plans.close_corrected(session, actor, old, reason, now=now)
    return _write(
        session,
        actor,
        case,
        kind=VerificationKind(old.kind),
        skill_id=old.skill_id,
        observed=observed,
        now=now,
        corrects=old,
        reason=reason,
    )


def withdraw_verification(session: Session, actor: Actor, *, code: str, reason: str, now: datetime) -> Verification:
    """Take back a verification that should never have been recorded; it stays visible, with who took it back and why.

    One that failed is taken back by its own evaluator only: anybody else would undo alone what closes the gate, and has
    to correct it, which everybody signs (invariant 9).

    Raises: NotFound; NotAllowed("skills.own" | "skills.withdraw_failed"); Conflict("skills.already_corrected"); Invalid
    ("skills.reason_missing").
    """
    actor_id = human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = queries.verification_for(session, actor, code, Permission.VERIFY, local_day(now, actor.zone))
    if old.person_id == actor_id:
        raise NotAllowed("skills.own")
    queries.lock_person(session, old.person_id)
    _refuse_corrected(session, old)
    if any(not row.passed and row.evaluator_id != actor_id for row in queries.corrected_by(session, old)):
        raise NotAllowed("skills.withdraw_failed")
    plans.close_corrected(session, actor, old, reason, now=now)
    kept = ("person_id", "kind", "skill_id", "profile_id", "method", "score_num", "score_den", "threshold_num")
    placed = ("threshold_den", "passed", "observed_on", "valid_until", "site_id", "programme_id", "job_id")
    back = Verification(
        **{name: getattr(old, name) for name in kept + placed},
        code=new_code(),
        evaluator_id=actor_id,
        recorded_at=now,
        corrects_id=old.id,
        withdrawn=True,
        reason=reason,
    )
    session.add(back)
    session.flush()
    audit.record(
        session,
        actor,
        action="verification.withdraw",
        subject=("verification", old.code),
        after={"reason": reason, "by": back.code},
        now=now,
    )
    return back


def _case(
    session: Session, actor: Actor, *, person_code: str, programme_id: int, observed: Observed, now: datetime
) -> Case:
    check_observed(observed)
    return case_for(
        session,
        actor,
        person_code=person_code,
        programme_id=programme_id,
        permission=Permission.VERIFY,
        day=observed.observed_on,
        field="observed_on",
        now=now,
    )


def check_observed(observed: Observed) -> None:
    """Raises: Invalid("skills.score_range" | "skills.method_unknown")."""
    if not exact_share(observed.score):
        raise Invalid("skills.score_range", field="score")
    if observed.method not in METHODS:
        raise Invalid("skills.method_unknown", field="method")


def _again(
    first: Verification,
    case: Case,
    evaluator: int,
    *,
    kind: VerificationKind,
    skill_id: int | None,
    observed: Observed,
) -> Verification:
    """The record that this form made. Raises: Conflict("skills.code_taken") where it says something else now: who went
    back and changed the score must not be told that it was recorded.
    """
    said = (first.person_id, first.evaluator_id, first.kind, first.skill_id, first.observed_on, first.comment)
    now_said = (case.person.id, evaluator, kind.value, skill_id, observed.observed_on, observed.comment.strip())
    if said != now_said or Fraction(first.score_num, first.score_den) != observed.score:
        raise Conflict("skills.code_taken")
    return first


def _skill_id(session: Session, kind: VerificationKind, skill_code: str | None) -> int | None:
    if kind is VerificationKind.PRE_OJT:
        if skill_code:
            raise Invalid("skills.pre_ojt_has_no_skill", field="skill")
        return None
    return queries.skill_by_code(session, skill_code or "").id


def _refuse_corrected(session: Session, old: Verification) -> None:
    if old.withdrawn or queries.is_corrected(session, old):
        raise Conflict("skills.already_corrected")


def _write(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    kind: VerificationKind,
    skill_id: int | None,
    observed: Observed,
    now: datetime,
    code: str = "",
    corrects: Verification | None = None,
    reason: str = "",
) -> Verification:
    row = new_verification(case, actor, kind=kind, skill_id=skill_id, observed=observed, now=now, code=code)
    row.corrects_id, row.reason = corrects.id if corrects is not None else None, reason
    session.add(row)
    session.flush()
    _after(session, actor, case, row, observed=observed, corrects=corrects, now=now)
    return row


def new_verification(
    case: Case,
    actor: Actor,
    *,
    kind: VerificationKind,
    skill_id: int | None,
    observed: Observed,
    now: datetime,
    code: str = "",
) -> Verification:
    """The row of a verification, if its turn has come. Raises: Conflict("skills.order.*") with what lacks."""
    _refuse_out_of_order(case, kind, skill_id)
    requirement = next((item for item in case.profile.requirements if item.skill_id == skill_id), None)
    threshold, valid_days = _asked(case, requirement)
    passed = observed.score >= threshold
    return Verification(
        code=code or new_code(),
        person_id=case.person.id,
        kind=kind.value,
        skill_id=skill_id,
        profile_id=case.profile.id,
        method=requirement.method if requirement is not None else observed.method,
        score_num=observed.score.numerator,
        score_den=observed.score.denominator,
        threshold_num=threshold.numerator,
        threshold_den=threshold.denominator,
        passed=passed,
        observed_on=observed.observed_on,
        valid_until=observed.observed_on + timedelta(days=valid_days) if passed and valid_days else None,
        evaluator_id=actor.person_id,
        comment=observed.comment.strip(),
        site_id=case.placement.site_id,
        programme_id=case.placement.programme_id,
        job_id=case.placement.job_id,
        recorded_at=now,
        reason="",
    )


def _after(
    session: Session,
    actor: Actor,
    case: Case,
    row: Verification,
    *,
    observed: Observed,
    corrects: Verification | None,
    now: datetime,
) -> None:
    """What a verification brings with it: the evaluator's signature, a plan where it failed, the audit row, the event."""
    add_signature(session, actor, row, "evaluator", now=now)
    passed = row.passed
    plan = None if passed else plans.open_plan(session, actor, case, row, observed.plan, now=now)
    note_verification(session, actor, row, observed, corrects=corrects, now=now)
    events.emit(session, VerificationRecorded(row.id, row.person_id, passed, plan.id if plan is not None else None))


def note_verification(
    session: Session,
    actor: Actor,
    row: Verification,
    observed: Observed,
    *,
    corrects: Verification | None = None,
    now: datetime,
) -> None:
    """The audit row of a verification."""
    audit.record(
        session,
        actor,
        action="verification.correct" if corrects is not None else "verification.record",
        subject=("verification", row.code),
        before={"code": corrects.code, "score": Fraction(corrects.score_num, corrects.score_den)} if corrects else None,
        after={
            "score": observed.score,
            "threshold": Fraction(row.threshold_num, row.threshold_den),
            "passed": row.passed,
            "on": row.observed_on,
            "reason": row.reason,
        },
        now=now,
    )


def _asked(case: Case, requirement: ProfileRequirement | None) -> tuple[Fraction, int | None]:
    """The threshold and the days of validity that the profile in force asks for."""
    if requirement is None:
        return Fraction(case.profile.pre_ojt_num, case.profile.pre_ojt_den), None
    return Fraction(requirement.threshold_num, requirement.threshold_den), requirement.valid_days


def _refuse_out_of_order(case: Case, kind: VerificationKind, skill_id: int | None) -> None:
    refuse(
        verification_refusal(
            queries.rule_profile(case.profile),
            case.held.facts(case.person.id, case.placement.programme_id, case.today),
            kind=kind,
            skill_id=skill_id,
            observed_on=case.day,
            today=case.today,
            gap_days=case.gap_days,
        )
    )
