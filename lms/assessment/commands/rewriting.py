"""The new results of a regrade: what each attempt comes to, written beside the old, and what follows for its person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands.failing import after_failure, passed_late
from lms.assessment.commands.results import ratio
from lms.assessment.events import ResultRegraded
from lms.assessment.models import Attempt, Regrade, Result
from lms.assessment.queries.regrading import Touched
from lms.assessment.queries.standing import last_passed
from lms.assessment.rules.grading import Result as Whole
from lms.assessment.rules.regrade import Made, NothingLeft, replayed, total
from lms.catalog.commands import record_part, reopen_part
from lms.catalog.models import Enrolment
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.db import insert_all, reserve_ids
from lms.kit.errors import Conflict
from lms.kit.events import emit
from lms.kit.permissions import SYSTEM
from lms.notify.commands import tell


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt whose result says something else now: its new rows, and what they add up to."""

    touched: Touched
    rows: list[dict[str, Any]]
    whole: Whole

    @property
    def turned(self) -> bool:
        """Whether it passes where it failed, or the other way round."""
        return self.touched.passed is not self.whole.passed


def outcomes(portion: Iterable[Touched], force: Sequence[Made]) -> list[Outcome]:
    """Those of some attempts whose standing result is not what the regrades in force make of the original one.

    Raises: Conflict("assessment.regrade_nothing_left") where an attempt would be left without a question.
    """
    found: list[Outcome] = []
    for each in portion:
        rows = [dict(row) for row in replayed(each.original, each.attempt_code, each.drawn, force, each.given)]
        if rows == list(each.rows):
            continue
        marks = {
            number: Fraction(section["pass_mark"])
            for number, section in enumerate(each.sections)
            if "pass_mark" in section
        }
        try:
            found.append(Outcome(each, rows, total(rows, each.mark, marks)))
        except NothingLeft:
            raise Conflict("assessment.regrade_nothing_left") from None
    return found


def write(session: Session, made: Regrade, found: Sequence[Outcome], *, now: datetime) -> list[Result]:
    """Write the new results, in one statement."""
    rows = [_result(made, outcome, now) for outcome in found]
    for number, row in zip(reserve_ids(session, Result, len(rows)), rows, strict=True):
        row.id = number
    if rows:
        insert_all(session, Result, rows)
    return rows


def rewrite(session: Session, made: Regrade, found: Sequence[Outcome], *, now: datetime) -> None:
    """Write the new results and, where a verdict turned, what follows for the course and its person."""
    rows = write(session, made, found, now=now)
    turned = {outcome.touched.enrolment_id for outcome in found if outcome.turned}
    query = select(Enrolment).where(Enrolment.id.in_(turned))
    enrolments = {row.id: row for row in session.scalars(query)} if turned else {}
    for outcome, row in zip(found, rows, strict=True):
        each, passed = outcome.touched, outcome.whole.passed
        if outcome.turned:
            _follow(session, made, outcome, enrolments[each.enrolment_id], now=now)
        emit(
            session,
            ResultRegraded(each.attempt_id, row.id, each.person_id, each.enrolment_id, each.passed, passed),
        )


def _result(made: Regrade, outcome: Outcome, now: datetime) -> Result:
    each, whole = outcome.touched, outcome.whole
    left_out = sum(bool(row.get("void")) and row["position"] in each.given for row in outcome.rows)
    return Result(
        attempt_id=each.attempt_id,
        kind="regrade",
        score_num=whole.score.numerator,
        score_den=whole.score.denominator,
        pass_num=each.mark.numerator,
        pass_den=each.mark.denominator,
        passed=whole.passed,
        answered=each.answered - left_out,
        items=outcome.rows,
        sections=[
            {"section": one.section, "score": ratio(one.score), "mark": ratio(one.mark), "passed": one.passed}
            for one in whole.sections
        ],
        graded_at=now,
        graded_on=local_day(now, each.zone or SYSTEM.zone),
        graded_by=made.made_by,
        reason=made.reason,
        regrade_id=made.id,
    )


def _follow(session: Session, made: Regrade, outcome: Outcome, enrolment: Enrolment, *, now: datetime) -> None:
    """What a verdict that turned means. What was completed stays: whether it should is for a person to say."""
    each, passed = outcome.touched, outcome.whole.passed
    audit.record(
        session,
        SYSTEM,
        action="attempt.regrade",
        subject=("attempt", each.attempt_code),
        before={"score": each.score, "passed": each.passed},
        after={"score": outcome.whole.score, "passed": passed, "regrade": made.code},
        now=now,
    )
    if passed and enrolment.ended_at is None:
        record_part(session, SYSTEM, enrolment, "test", "done", now=now)
    elif passed and enrolment.withdrawn_reason is not None:
        passed_late(
            session, session.get_one(Attempt, each.attempt_id), enrolment, zone=each.zone or SYSTEM.zone, now=now
        )
    elif not passed and last_passed(session, each.enrolment_id) is None:
        reopen_part(session, enrolment, "test", now=now)
        attempt = session.get_one(Attempt, each.attempt_id)
        after_failure(session, attempt, enrolment, enrolment.course, zone=each.zone or SYSTEM.zone, now=now)
    tell(
        session,
        kind="assessment.regraded",
        key=f"{made.code}:{each.attempt_code}",
        people=[each.person_id],
        params={"attempt": each.attempt_code, "passed": passed},
        now=now,
    )
