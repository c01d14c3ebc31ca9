"""Results of attempts: the row that an attempt is graded by, and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.events import AttemptGraded
from lms.assessment.models import PlanVersion, Result
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.rules import grading
from lms.assessment.rules.grading import Graded
from lms.catalog.commands import record_part
from lms.kit.clock import local_day
from lms.kit.db import fraction
from lms.kit.errors import NotFound
from lms.kit.events import emit
from lms.kit.permissions import Actor

Marks = Mapping[int, Fraction]
"""What people gave the answers that only they can grade, by position."""


def settle(session: Session, actor: Actor, opened: Opened, standing: Result, *, now: datetime) -> None:
    """Say what the result that stands means for the course of a closed attempt, and tell the upper floors."""
    if opened.enrolment.ended_at is None:
        # A withdrawn enrolment keeps the result of what was under way, but its course is over.
        state = "done" if standing.passed else "failed"
        record_part(session, actor, opened.enrolment, "test", state, now=now)
    attempt = opened.attempt
    emit(session, AttemptGraded(attempt.id, standing.id, attempt.person_id, attempt.enrolment_id, standing.passed))


def new_result(  # noqa: PLR0917 - the facts of a grading
    opened: Opened,
    items: Sequence[Item],
    answers: Mapping[int, Any],
    actor: Actor,
    now: datetime,
    marks: Marks | None = None,
) -> Result:
    """The row of the original result of an attempt: what was saved in time, graded by rule, and by people where only they can.

    Raises: NeedsPerson where an answer of the latter kind has no mark yet.
    """
    attempt = opened.attempt
    mark = fraction(attempt.plan.pass_num, attempt.plan.pass_den)
    if mark is None:  # pragma: no cover - both columns are NOT NULL
        raise NotFound("assessment.no_test")
    given = marks or {}
    graded = [_graded(item, answers.get(item.position), given.get(item.position)) for item in items]
    whole = grading.result(graded, mark, section_marks(attempt.plan))
    return Result(
        attempt_id=attempt.id,
        kind="original",
        score_num=whole.score.numerator,
        score_den=whole.score.denominator,
        pass_num=mark.numerator,
        pass_den=mark.denominator,
        passed=whole.passed,
        answered=whole.total.answered,
        items=[_row(item.position, each) for item, each in zip(items, graded, strict=True)],
        sections=section_rows(whole),
        graded_at=now,
        graded_on=local_day(now, opened.zone or actor.zone),
        graded_by=None,  # by rule; a regrade names its person
        reason="",
    )


def _graded(item: Item, answer: Any, mark: Fraction | None) -> Graded:
    kind, body = item.question.kind, item.question.body
    answered = kind.is_answered(answer)
    by_person = kind.by_person and (mark is not None or not answered)
    grade = mark or Fraction(0) if by_person else kind.grade(body, answer)
    return Graded(item.question.topic, item.points, grade, answered, item.section)


def _row(position: int, graded: Graded) -> dict[str, Any]:
    row = {
        "position": position,
        "fraction": ratio(graded.grade),
        "points": ratio(graded.points),
        "topic": graded.topic,
    }
    return row if graded.section is None else {**row, "section": graded.section}


def section_marks(plan: PlanVersion) -> dict[int, Fraction]:
    """The sections of a plan that have a mark of their own, by number."""
    marked = enumerate(plan.sections)
    return {number: Fraction(section["pass_mark"]) for number, section in marked if "pass_mark" in section}


def section_rows(whole: grading.Result) -> list[dict[str, Any]]:
    """What a result keeps of the sections with a mark."""
    return [
        {"section": each.section, "score": ratio(each.score), "mark": ratio(each.mark), "passed": each.passed}
        for each in whole.sections
    ]


def ratio(number: Fraction) -> str:
    """An exact number as records keep it: "n/d"."""
    return f"{number.numerator}/{number.denominator}"
