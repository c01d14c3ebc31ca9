"""Grading open answers: a person's mark by the rubric, and the result once the last one is in (invariant 6).

Marks are append-only. Before there is a result a mark cannot be changed; afterwards it is corrected as everything that was
graded is: by a regrade, of this one answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.commands.closing import finish
from lms.assessment.commands.regrading import grading, record, sound_reason, take_turn
from lms.assessment.commands.results import new_result
from lms.assessment.commands.rewriting import outcomes, rewrite
from lms.assessment.models import Attempt, Mark, Question, QuestionVersion, Regrade, Result
from lms.assessment.queries import attempts as attempt_reading
from lms.assessment.queries import marking as reading
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.queries.marking import Answer
from lms.assessment.queries.regrading import Reader
from lms.assessment.rules.marking import GAP, Turn
from lms.assessment.rules.regrade import Change, Effect, Made, RegradeKind, in_force, summary
from lms.assessment.types.open.rules import rubric_of, rubric_share
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.permissions import Actor
from lms.notify.commands import tell

MAX_COMMENT = 4_000


def mark(
    session: Session,
    actor: Actor,
    *,
    attempt_code: str,
    position: int,
    levels: Mapping[str, int],
    comment: str,
    now: datetime,
    gap: Fraction = GAP,
) -> Result | None:
    """Give an open answer a level (by number, from 0) of each criterion of its rubric; the result, where this was the last mark.

    Raises: NotFound out of scope and for what is no open answer; NotAllowed("assessment.mark_own");
    Invalid("assessment.mark_levels", "assessment.mark_comment");
    Conflict("assessment.mark_graded", "assessment.mark_twice", "assessment.mark_done").
    """
    found = _answer(session, actor, attempt_code, position, now)
    grade = _grade(found.item, levels)
    if len(comment) > MAX_COMMENT:
        raise Invalid("assessment.mark_comment", field="comment", limit=MAX_COMMENT)
    opened = attempt_reading.lock_attempt(session, [Attempt.id == found.opened.attempt.id])
    grading(session)
    found = _answer(session, actor, attempt_code, position, now)  # what others did meanwhile
    if found.graded:
        raise Conflict("assessment.mark_graded")
    if any(each.marked_by == actor.person_id for each in found.marks):
        raise Conflict("assessment.mark_twice")
    if reading.settled(found.marks, found.item.question.body, gap).turn is Turn.NONE:
        raise Conflict("assessment.mark_done")
    _write(session, actor, opened, position, levels, grade, comment.strip(), now)
    return _grade_where_done(session, actor, opened, gap=gap, now=now)


def _answer(session: Session, actor: Actor, code: str, position: int, now: datetime) -> Answer:
    found = reading.answer_for(session, actor, code, position, local_day(now, actor.zone))
    if found.person.id == actor.person_id or actor.person_id is None:
        raise NotAllowed("assessment.mark_own")
    return found


def _grade(item: Item, levels: Mapping[str, int]) -> Fraction:
    """What these levels earn. Raises: Invalid("assessment.mark_levels")."""
    rubric = {criterion["id"]: criterion["levels"] for criterion in rubric_of(item.question.body)}
    if set(levels) != set(rubric) or any(not 0 <= level < len(rubric[key]) for key, level in levels.items()):
        raise Invalid("assessment.mark_levels")
    points = {key: rubric[key][level]["points"] for key, level in levels.items()}
    return rubric_share(item.question.body, points)


def _write(  # noqa: PLR0917 - the facts of a mark
    session: Session,
    actor: Actor,
    opened: Opened,
    position: int,
    levels: Mapping[str, int],
    grade: Fraction,
    comment: str,
    now: datetime,
) -> None:
    row = Mark(
        attempt_id=opened.attempt.id,
        position=position,
        criteria=dict(levels),
        grade_num=grade.numerator,
        grade_den=grade.denominator,
        comment=comment,
        marked_by=actor.person_id,
        marked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the table holds one mark of a person
        raise Conflict("assessment.mark_twice") from None
    audit.record(
        session,
        actor,
        action="answer.mark",
        subject=("attempt", opened.attempt.code),
        after={"position": position, "criteria": dict(levels), "grade": grade},
        now=now,
    )


def _grade_where_done(session: Session, actor: Actor, opened: Opened, *, gap: Fraction, now: datetime) -> Result | None:
    """The result of an attempt of which every open answer is settled; None where a mark lacks."""
    attempt = opened.attempt
    items = attempt_reading.items_of(session, attempt.id)
    answers = attempt_reading.standing(attempt_reading.steps_of(session, attempt.id)).answers
    grades = _settled(session, attempt.id, items, answers, gap)
    if grades is None:
        return None
    result = new_result(opened, items, answers, actor, now, grades)
    standing = finish(session, actor, opened, result, action="attempt.grade", now=now)
    tell(
        session,
        kind="assessment.graded",
        key=attempt.code,
        people=[attempt.person_id],
        params={"attempt": attempt.code, "test": attempt.plan.title},
        now=now,
    )
    return standing


def _settled(
    session: Session, attempt_id: int, items: Sequence[Item], answers: Mapping[int, Any], gap: Fraction
) -> dict[int, Fraction] | None:
    """What people gave, by position; None where something is not settled yet."""
    marks = reading.marks_at(session, [attempt_id])
    found = {}
    for item in items:
        if item.question.kind.by_person and answers.get(item.position) is not None:
            grade = reading.settled(marks[attempt_id, item.position], item.question.body, gap).grade
            if grade is None:
                return None
            found[item.position] = grade
    return found


def remark(
    session: Session,
    actor: Actor,
    *,
    attempt_code: str,
    position: int,
    levels: Mapping[str, int],
    reason: str,
    now: datetime,
) -> Regrade:
    """Correct what an open answer earned once its attempt is graded: a new result beside the old, with who and why.

    Raises: as `mark`, and Invalid("assessment.regrade_reason"); Conflict("assessment.not_graded", "assessment.regrade_nothing").
    """
    found = _answer(session, actor, attempt_code, position, now)
    grade, reason = _grade(found.item, levels), sound_reason(reason)
    take_turn(session)
    if not found.graded:
        raise Conflict("assessment.not_graded")
    change = Change(RegradeKind.MARK, grade=grade, attempt=attempt_code, criteria=tuple(sorted(levels.items())))
    question = _question(session, found.item.version_id)
    versions, attempt = [found.item.version_id], found.opened.attempt
    reader = Reader(session, question.bank_id, [Made("", change, frozenset(versions))])
    changed = outcomes(reader.one(attempt.id), in_force(reader.made))
    if not changed:
        raise Conflict("assessment.regrade_nothing")
    effects = [
        Effect(each.touched.attempt_id, each.touched.score, each.whole.score, each.touched.passed, each.whole.passed)
        for each in changed
    ]
    row = record(session, actor, question, attempt_code, change, versions, reason, summary(effects), now)
    rewrite(session, row, changed, now=now)
    return row


def _question(session: Session, version_id: int) -> Question:
    query = select(Question).join(QuestionVersion, QuestionVersion.question_id == Question.id)
    return session.scalars(query.where(QuestionVersion.id == version_id)).one()
