"""Regrading: a question counts otherwise, and every attempt that drew it gets a new result beside the old (invariant 6).

A regrade holds for the question versions that it names, before and after: an attempt that is graded later follows it at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands.results import ratio
from lms.assessment.events import ResultRegraded
from lms.assessment.models import Question, Regrade, Result
from lms.assessment.queries import regrading as reading
from lms.assessment.queries.attempts import Opened
from lms.assessment.queries.regrading import Touched
from lms.assessment.rules.grading import Result as Whole
from lms.assessment.rules.regrade import (
    Change,
    Effect,
    NothingLeft,
    RegradeKind,
    Summary,
    changed,
    fingerprint,
    summary,
    total,
)
from lms.catalog.commands import record_part, reopen_part
from lms.catalog.models import Enrolment
from lms.kit import audit, jobs
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.events import emit
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Permission
from lms.notify.commands import tell

JOB = "assessment.regrade"
AT_ONCE = 500
"""Results that are written while somebody waits; more are written by a job, in portions."""
MAX_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a regrade would do; `seen` names exactly that."""

    effects: tuple[Effect, ...]
    summary: Summary
    seen: str


def preview(session: Session, change: Change, versions: Collection[int]) -> Preview:
    """What `change` of these question versions would do to the attempts graded so far. Writes nothing.

    Raises: Conflict("assessment.regrade_nothing_left") where an attempt would be left without a question.
    """
    effects = tuple(
        _effect(each, whole)
        for portion in reading.touched(session, versions)
        for each, _, whole in _outcomes(portion, change)
    )
    return Preview(effects, summary(effects), fingerprint(change, effects))


Outcome = tuple[Touched, list[dict[str, object]], Whole]


def _outcomes(portion: Iterable[Touched], change: Change) -> list[Outcome]:
    """Each attempt whose result says something else after the change, with its new rows and what they add up to."""
    found: list[Outcome] = []
    for each in portion:
        rows = [dict(row) for row in changed(each.rows, each.position, change, each.given)]
        if rows == list(each.rows):
            continue
        marks = {
            number: Fraction(section["pass_mark"])
            for number, section in enumerate(each.sections)
            if "pass_mark" in section
        }
        try:
            found.append((each, rows, total(rows, each.mark, marks)))
        except NothingLeft:
            raise Conflict("assessment.regrade_nothing_left") from None
    return found


def _effect(each: Touched, whole: Whole) -> Effect:
    return Effect(each.attempt_id, each.score, whole.score, each.passed, whole.passed)


def regrade(
    session: Session,
    actor: Actor,
    *,
    slug: str,
    key: str,
    change: Change,
    versions: Sequence[int],
    reason: str,
    seen: str,
    now: datetime,
) -> Regrade:
    """Apply to everybody what a preview showed; `seen` is that preview's.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.question_not_found");
    Invalid("assessment.regrade_reason", "assessment.regrade_versions");
    Conflict("assessment.regrade_changed") where people were graded or regraded since;
    Conflict("assessment.regrade_nothing", "assessment.regrade_nothing_left").
    """
    if not actor.can(Permission.PUBLISH) or actor.person_id is None:
        raise NotAllowed("assessment.not_allowed")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid("assessment.regrade_reason", field="reason", limit=MAX_REASON)
    _, question = reading.question_of(session, slug, key)
    # One regrade of a question at a time: the second sees what the first did, and that its preview no longer holds.
    session.execute(select(Question.id).where(Question.id == question.id).with_for_update())
    drawn = {each.id for each in reading.drawn_versions(session, question.id)}
    if not versions or not set(versions) <= drawn:
        raise Invalid("assessment.regrade_versions", field="versions")
    shown = preview(session, change, versions)
    if shown.seen != seen:
        raise Conflict("assessment.regrade_changed")
    if not shown.effects:
        raise Conflict("assessment.regrade_nothing")
    made = Regrade(
        code=new_code(),
        question_id=question.id,
        kind=change.kind.value,
        payload=change.payload(),
        versions=sorted(versions),
        reason=reason.strip(),
        changed=shown.summary.as_dict(),
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor,
        action="question.regrade",
        subject=("question", f"{slug}/{key}"),
        after={"regrade": made.code, "kind": made.kind, "reason": made.reason, **made.changed},
        now=now,
    )
    if len(shown.effects) <= AT_ONCE:
        for portion in reading.touched(session, versions):
            carry(session, made, portion, now=now)
    else:
        jobs.ask(session, actor, name=JOB, params={"regrade": made.code, "detail": f"{slug}/{key}"}, now=now)
    return made


def carry(session: Session, made: Regrade, portion: Sequence[Touched], *, now: datetime) -> int:
    """Write the new results of some attempts; returns how many. Attempts that follow the regrade already are passed over."""
    ids = [each.attempt_id for each in portion]
    done = set(
        session.scalars(select(Result.attempt_id).where(Result.regrade_id == made.id, Result.attempt_id.in_(ids)))
    )
    outcomes = _outcomes((each for each in portion if each.attempt_id not in done), stored_change(made))
    enrolments = {
        row.id: row
        for row in session.scalars(
            select(Enrolment).where(Enrolment.id.in_({each.enrolment_id for each, _, _ in outcomes}))
        )
    }
    for each, rows, whole in outcomes:
        _write(session, made, each, rows, whole, enrolments[each.enrolment_id], now)
    return len(outcomes)


def _write(  # noqa: PLR0917 - the facts of one new result
    session: Session,
    made: Regrade,
    each: Touched,
    rows: list[dict[str, object]],
    whole: Whole,
    enrolment: Enrolment,
    now: datetime,
) -> None:
    left_out = made.kind == RegradeKind.VOID_DROP and each.given is not None
    new = Result(
        attempt_id=each.attempt_id,
        kind="regrade",
        score_num=whole.score.numerator,
        score_den=whole.score.denominator,
        pass_num=each.mark.numerator,
        pass_den=each.mark.denominator,
        passed=whole.passed,
        answered=each.answered - left_out,
        items=rows,
        sections=[
            {"section": one.section, "score": ratio(one.score), "mark": ratio(one.mark), "passed": one.passed}
            for one in whole.sections
        ],
        graded_at=now,
        graded_on=local_day(now, SYSTEM.zone),
        graded_by=made.made_by,
        reason=made.reason,
        regrade_id=made.id,
    )
    session.add(new)
    session.flush()
    if each.passed is not whole.passed:
        _follow(session, each, enrolment, passed=whole.passed, now=now)
    emit(
        session,
        ResultRegraded(each.attempt_id, new.id, each.person_id, each.enrolment_id, each.passed, whole.passed),
    )
    if each.score != whole.score or each.passed is not whole.passed:
        tell(
            session,
            kind="assessment.regraded",
            key=str(new.id),
            people=[each.person_id],
            params={"attempt": each.attempt_code},
            now=now,
        )


def _follow(session: Session, each: Touched, enrolment: Enrolment, *, passed: bool, now: datetime) -> None:
    """What a verdict that turned means for the course. What was completed stays: whether it should is for a person to say."""
    if passed and enrolment.ended_at is None:
        record_part(session, SYSTEM, enrolment, "test", "done", now=now)
    elif not passed and not reading.passed_otherwise(session, each.enrolment_id, each.attempt_id):
        reopen_part(session, enrolment, "test", now=now)


def catch_up(session: Session, opened: Opened, result: Result, *, now: datetime) -> Result:
    """Let an attempt that was just graded follow the regrades of its questions; returns the result that stands."""
    attempt = opened.attempt
    for made, _ in reading.in_force(session, attempt.id):
        for portion in reading.touched(session, made.versions, only=attempt.id):
            carry(session, made, portion, now=now)
        result = session.scalars(
            select(Result).where(Result.attempt_id == attempt.id).order_by(Result.id.desc()).limit(1)
        ).one()
    return result


def stored_change(made: Regrade) -> Change:
    """The change that a regrade keeps."""
    return Change.stored(made.kind, made.payload)
