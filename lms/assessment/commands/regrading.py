"""Regrading: a question counts otherwise, and every attempt that drew it gets a new result beside the old (invariant 6).

A regrade holds for the question versions that it names, before and after: an attempt that is graded later follows it at once.
What people see first is what is applied: a preview has a name, and a regrade is refused where it would do something else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.assessment.commands.rewriting import Outcome, outcomes, rewrite, write
from lms.assessment.models import Bank, Question, Regrade, Result
from lms.assessment.queries import attempts as attempt_reading
from lms.assessment.queries import regrading as reading
from lms.assessment.queries.attempts import Opened
from lms.assessment.queries.regrading import Reader
from lms.assessment.queries.standing import of_attempts
from lms.assessment.rules.regrade import (
    Change,
    Effect,
    Made,
    RegradeKind,
    Summary,
    fingerprint,
    in_force,
    summary,
)
from lms.kit import audit, jobs
from lms.kit.db import lock, lock_shared
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Permission

JOB = "assessment.regrade"
AT_ONCE = 200
"""Results that are written while somebody waits; more are written by a job, in portions."""
MAX_REASON = 1_000
_TURN = "regrade"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a regrade would do; `seen` names exactly that."""

    effects: tuple[Effect, ...]
    summary: Summary
    seen: str


def preview(session: Session, bank: Bank, change: Change, versions: Collection[int]) -> Preview:
    """What `change` of these question versions would do to the attempts graded so far. Writes nothing.

    Raises: Conflict("assessment.regrade_nothing_left") where an attempt would be left without a question.
    """
    reader = Reader(session, bank.id, [Made("", change, frozenset(versions))])
    force = in_force(reader.made)
    found: list[Effect] = []
    for portion in reader.every(versions):
        found += [_effect(each) for each in outcomes(portion, force)]
    return Preview(tuple(found), summary(found), fingerprint(change, found))


def _effect(outcome: Outcome) -> Effect:
    each, whole = outcome.touched, outcome.whole
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
    at_once: int = AT_ONCE,
) -> Regrade:
    """Apply to everybody what a preview showed; `seen` is that preview's. More than `at_once` results are a job's.

    Raises: NotAllowed("assessment.not_allowed", "assessment.regrade_own"); NotFound("assessment.question_not_found");
    Invalid("assessment.regrade_reason", "assessment.regrade_versions");
    Conflict("assessment.regrade_changed") where people were graded or regraded since;
    Conflict("assessment.regrade_nothing", "assessment.regrade_nothing_left", "assessment.regrade_withdrawn").
    """
    if not actor.can(Permission.PUBLISH) or actor.person_id is None:
        raise NotAllowed("assessment.not_allowed")
    reason = sound_reason(reason)
    if change.kind is RegradeKind.MARK:
        raise NotAllowed("assessment.not_allowed")  # who corrects a mark has marked: see `commands.marking`
    bank, question = reading.question_of(session, slug, key)
    take_turn(session)
    versions = _versions(session, question, change, versions)
    if reading.drew(session, actor.person_id, versions):
        raise NotAllowed("assessment.regrade_own")
    shown = preview(session, bank, change, versions)
    if shown.seen != seen:
        raise Conflict("assessment.regrade_changed")
    if not shown.effects and change.kind is not RegradeKind.WITHDRAW:
        raise Conflict("assessment.regrade_nothing")
    row = record(session, actor, question, f"{slug}/{key}", change, versions, reason, shown.summary, now)
    if len(shown.effects) <= at_once:
        reader, after = Reader(session, bank.id), 0
        while done := carry(session, row, reader, after=after, now=now):
            after = done.last
    else:
        params = {"regrade": row.code, "detail": f"{slug}/{key}", "total": len(shown.effects)}
        jobs.ask(session, actor, name=JOB, params=params, now=now)
    return row


def sound_reason(reason: str) -> str:
    """Raises: Invalid("assessment.regrade_reason")."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid("assessment.regrade_reason", field="reason", limit=MAX_REASON)
    return reason.strip()


def take_turn(session: Session) -> None:
    """One regrade at a time, and none while an attempt is being graded: each sees what the others did."""
    lock(session, _TURN)


def _versions(session: Session, question: Question, change: Change, versions: Sequence[int]) -> Sequence[int]:
    """The versions concerned. Raises: Invalid("assessment.regrade_versions"); Conflict("assessment.regrade_withdrawn")."""
    if change.kind is RegradeKind.WITHDRAW:
        before, of, _ = reading.regrade_by_code(session, change.withdraws)
        if of.id != question.id or before.kind in {RegradeKind.WITHDRAW, RegradeKind.MARK}:
            raise Invalid("assessment.regrade_versions", field="versions")
        if before.code not in {each.code for each in in_force(reading.made_of(session, question.bank_id))}:
            raise Conflict("assessment.regrade_withdrawn")
        return sorted(before.versions)
    drawn = {each.id for each in reading.drawn_versions(session, question.id)}
    if not versions or not set(versions) <= drawn:
        raise Invalid("assessment.regrade_versions", field="versions")
    return sorted(versions)


def record(  # noqa: PLR0917 - the facts of a regrade, each of its own kind
    session: Session,
    actor: Actor,
    question: Question,
    name: str,
    change: Change,
    versions: Sequence[int],
    reason: str,
    counted: Summary,
    now: datetime,
) -> Regrade:
    """The row of a regrade, and its audit row."""
    row = Regrade(
        code=new_code(),
        question_id=question.id,
        kind=change.kind.value,
        payload=change.payload(),
        versions=list(versions),
        reason=reason,
        changed=counted.as_dict(),
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    told = {"regrade": row.code, "kind": row.kind, "payload": row.payload, "reason": reason, **row.changed}
    audit.record(session, actor, action="question.regrade", subject=("question", name), after=told, now=now)
    return row


@dataclass(frozen=True, slots=True)
class Carried:
    """A portion of a regrade that was carried out: the last attempt of it, and how many results were written."""

    last: int
    attempts: int
    written: int


def carry(session: Session, row: Regrade, reader: Reader, *, after: int, now: datetime) -> Carried | None:
    """Write the new results of the next portion of attempts; None where there is none.

    Begun again from the start it writes nothing twice: what stands as it should is passed over, and the table holds one
    result of a regrade an attempt.
    """
    portion = reader.touched(row.versions, after=after)
    if not portion:
        return None
    follow = reading.following(session, row.id, [each.attempt_id for each in portion])
    rest = [each for each in portion if each.attempt_id not in follow]
    found = outcomes(rest, in_force(reader.made))
    rewrite(session, row, found, now=now)
    return Carried(portion[-1].attempt_id, len(portion), len(found))


def grading(session: Session) -> None:
    """Say, before the locks of a course are taken, that an attempt is being graded: no regrade is applied meanwhile."""
    lock_shared(session, _TURN)


def catch_up(session: Session, opened: Opened, result: Result, *, now: datetime) -> Result:
    """Let an attempt that is just being graded follow the regrades of its questions; returns the result that stands.

    What follows from it for the course is the caller's business: nobody was told of the first one yet.
    """
    attempt_id = opened.attempt.id
    last = attempt_reading.last_regrade(session, attempt_id)
    if last is None:
        return result
    reader = Reader(session, reading.bank_of_attempt(session, attempt_id))
    try:
        found = outcomes(reader.one(attempt_id), in_force(reader.made))
    except Conflict as refused:
        # Regrades look at who was graded then: together they may leave out all that this attempt drew. It is graded all the same.
        left = {"regrade": last.code, "refused": refused.key}
        subject = ("attempt", opened.attempt.code)
        audit.record(session, SYSTEM, action="attempt.regrade", subject=subject, after=left, now=now)
        return result
    write(session, last, found, now=now)
    return of_attempts(session, [attempt_id])[attempt_id]
