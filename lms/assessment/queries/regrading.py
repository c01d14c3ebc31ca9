"""Reading what a regrade touches: the graded attempts that drew a question, what each gave there, and the result that stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import (
    Attempt,
    AttemptItem,
    AttemptStep,
    Bank,
    PlanVersion,
    Question,
    QuestionVersion,
    Regrade,
    Result,
)
from lms.assessment.queries.attempts import pure_step
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.rules.policy import latest
from lms.kit.errors import NotFound
from lms.people.models import Person

BATCH = 500
"""Attempts that are read, and results that are written, in one go."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A graded attempt that drew the question. `given` recognises its answer there; None where nothing was answered."""

    attempt_id: int
    attempt_code: str
    person_id: int
    enrolment_id: int
    position: int
    version_id: int
    given: str | None
    answer: Any
    result_id: int
    rows: Sequence[dict[str, Any]]
    score: Fraction
    mark: Fraction
    passed: bool
    answered: int
    sections: Sequence[dict[str, Any]]  # of the plan
    graded_on: Any


@dataclass(frozen=True, slots=True)
class DrawnVersion:
    """A version of a question, how many graded attempts drew it, and since when."""

    id: int
    content_hash: str
    attempts: int
    first_at: datetime


def question_of(session: Session, slug: str, key: str) -> tuple[Bank, Question]:
    """A question by its bank and key. Raises: NotFound("assessment.question_not_found")."""
    row = session.execute(
        select(Bank, Question).join(Question, Question.bank_id == Bank.id).where(Bank.slug == slug, Question.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.question_not_found")
    return row[0], row[1]


def drawn_versions(session: Session, question_id: int) -> list[DrawnVersion]:
    """The versions of a question that graded attempts drew, the newest first."""
    graded = select(Result.attempt_id).where(Result.kind == "original").scalar_subquery()
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash, func.count(), func.min(Attempt.started_at))
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(QuestionVersion.question_id == question_id, Attempt.id.in_(graded))
        .group_by(QuestionVersion.id, QuestionVersion.content_hash)
        .order_by(QuestionVersion.id.desc())
    )
    return [DrawnVersion(*row) for row in rows]


def questions_of(session: Session, version_ids: Collection[int]) -> dict[int, ReadyQuestion]:
    """Question versions ready to show and grade, by id."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash).where(QuestionVersion.id.in_(version_ids))
    ).all()
    found = ready(session, [(row[0], row[1]) for row in rows])
    return {row[0]: found[row[1]] for row in rows}


_STANDING = select(func.max(Result.id)).where(Result.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
_TOUCHED = (
    select(Attempt, AttemptItem.position, AttemptItem.question_version_id, Result, PlanVersion.sections)
    .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    .join(Result, Result.id == _STANDING)
    .join(PlanVersion, PlanVersion.id == Attempt.plan_version_id)
    .where(
        AttemptItem.question_version_id.in_(bindparam("versions", expanding=True)),
        Attempt.id > bindparam("after"),
    )
    .order_by(Attempt.id)
)


def touched(session: Session, versions: Collection[int], *, only: int | None = None) -> Iterator[list[Touched]]:
    """The attempts that a regrade of these question versions touches, in portions; `only` one of them by its id.

    Two queries a portion, whatever it holds.
    """
    questions = questions_of(session, versions)
    after = 0
    while versions:
        query = _TOUCHED.limit(BATCH) if only is None else _TOUCHED.where(Attempt.id == only)
        rows = session.execute(query, {"versions": sorted(versions), "after": after}).all()
        if not rows:
            return
        answers = _answers(session, [(row[0].id, row[1]) for row in rows])
        yield [_touched(row, questions[row[2]], answers.get((row[0].id, row[1]))) for row in rows]
        if only is not None or len(rows) < BATCH:
            return
        after = rows[-1][0].id


def _touched(row: Any, question: ReadyQuestion, answer: Any) -> Touched:
    attempt, position, version_id, result, sections = row
    return Touched(
        attempt_id=attempt.id,
        attempt_code=attempt.code,
        person_id=attempt.person_id,
        enrolment_id=attempt.enrolment_id,
        position=position,
        version_id=version_id,
        given=None if answer is None else question.kind.reply(question.body, answer),
        answer=answer,
        result_id=result.id,
        rows=result.items,
        score=Fraction(result.score_num, result.score_den),
        mark=Fraction(result.pass_num, result.pass_den),
        passed=result.passed,
        answered=result.answered,
        sections=sections,
        graded_on=result.graded_on,
    )


def _answers(session: Session, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """What stands as the answer at each (attempt, position)."""
    wanted = set(places)
    rows = session.scalars(
        select(AttemptStep)
        .where(
            AttemptStep.attempt_id.in_({attempt for attempt, _ in wanted}),
            AttemptStep.position.in_({position for _, position in wanted}),
            AttemptStep.kind == "answer",
        )
        .order_by(AttemptStep.id)
    )
    steps: dict[tuple[int, int], list[AttemptStep]] = defaultdict(list)
    for step in rows:
        if (place := (step.attempt_id, step.position or 0)) in wanted:
            steps[place].append(step)
    found = {}
    for place, some in steps.items():
        standing = latest(pure_step(step) for step in some).get(place[1])
        found[place] = None if standing is None else standing.answer["answer"]
    return found


def in_force(session: Session, attempt_id: int) -> list[tuple[Regrade, int]]:
    """The regrades of questions that an attempt drew and that it does not follow yet, in order, with the position of each."""
    done = select(Result.regrade_id).where(Result.attempt_id == attempt_id, Result.regrade_id.is_not(None))
    rows = session.execute(
        select(Regrade, AttemptItem.position, AttemptItem.question_version_id)
        .join(QuestionVersion, QuestionVersion.question_id == Regrade.question_id)
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .where(AttemptItem.attempt_id == attempt_id, Regrade.id.not_in(done))
        .order_by(Regrade.id)
    )
    return [(regrade, position) for regrade, position, version in rows if version in regrade.versions]


def passed_otherwise(session: Session, enrolment_id: int, attempt_id: int) -> bool:
    """Whether another attempt of an enrolment stands as passed."""
    later = aliased(Result)
    newer = exists().where(later.attempt_id == Result.attempt_id, later.id > Result.id)
    query = (
        select(Result.id)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.id != attempt_id, Result.passed, ~newer)
        .limit(1)
    )
    return session.scalar(query) is not None


def regrade_by_code(session: Session, code: str) -> Regrade:
    """A regrade. Raises: NotFound("assessment.regrade_not_found")."""
    found = session.scalar(select(Regrade).where(Regrade.code == code))
    if found is None:
        raise NotFound("assessment.regrade_not_found")
    return found


@dataclass(frozen=True, slots=True)
class RegradeRow:
    """A regrade with its question's key, who made it, and how many results it has written."""

    regrade: Regrade
    key: str
    by: str
    written: int


def regrades_of(session: Session, bank_id: int, *, key: str = "", limit: int = 100) -> list[RegradeRow]:
    """The regrades of a bank, or of one question of it, the newest first."""
    written = select(func.count()).where(Result.regrade_id == Regrade.id).correlate(Regrade).scalar_subquery()
    query = (
        select(Regrade, Question.key, Person, written)
        .join(Question, Question.id == Regrade.question_id)
        .join(Person, Person.id == Regrade.made_by)
        .where(Question.bank_id == bank_id)
        .order_by(Regrade.id.desc())
        .limit(limit)
    )
    if key:
        query = query.where(Question.key == key)
    return [RegradeRow(row[0], row[1], row[2].name, row[3]) for row in session.execute(query)]
