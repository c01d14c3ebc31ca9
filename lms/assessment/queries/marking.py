"""Reading answers that a person has to grade: the queue of who may, one answer with its rubric, the marks it has.

An answer is within reach by the place its attempt was made in. One's own is in nobody's queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, AttemptItem, Mark, PlanVersion, QuestionVersion, Result
from lms.assessment.queries.attempts import Item, Opened, attempt_for, items_of, reached
from lms.assessment.queries.regrading import answers_at
from lms.assessment.rules.marking import GAP, Settled, Turn, settle
from lms.assessment.types.registry import TYPES
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person

BY_PERSON = tuple(name for name, kind in TYPES.items() if kind.by_person)


def pending() -> ColumnElement[bool]:
    """That an attempt was handed in and waits for people."""
    return and_(Attempt.closed_at.is_not(None), ~exists().where(Result.attempt_id == Attempt.id))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer of the queue. Its person is not named: who marks does not know whose it is."""

    attempt: Attempt
    position: int
    title: str
    turn: Turn


def queue(
    session: Session,
    actor: Actor,
    on: date,
    *,
    after: tuple[int, int] = (0, 0),
    limit: int,
    gap: Fraction = GAP,
) -> tuple[list[Waiting], tuple[int, int] | None]:
    """What the actor may mark now, the oldest attempt first, and where the next page begins (None: nowhere). Three queries.

    `after` is the attempt (by id) and position of the last row looked at: a page may be shorter than `limit`, for what
    was left empty and what waits for somebody else is passed over.
    """
    later = or_(Attempt.id > after[0], and_(Attempt.id == after[0], AttemptItem.position > after[1]))
    rows = session.execute(
        select(Attempt, AttemptItem.position, QuestionVersion.body, PlanVersion.title)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(PlanVersion, PlanVersion.id == Attempt.plan_version_id)
        .where(
            QuestionVersion.type.in_(BY_PERSON),
            pending(),
            reached(actor, Permission.MARK, on),
            Attempt.person_id != (actor.person_id or -1),
            later,
            ~exists().where(
                Mark.attempt_id == Attempt.id,
                Mark.position == AttemptItem.position,
                Mark.marked_by == (actor.person_id or -1),
            ),
        )
        .order_by(Attempt.id, AttemptItem.position)
        .limit(limit + 1)
    ).all()
    shown = rows[:limit]
    places = [(row[0].id, row[1]) for row in shown]
    given, marks = answers_at(session, places), marks_at(session, {row[0].id for row in shown})
    found = []
    for attempt, position, body, title in shown:
        if given.get((attempt.id, position)) is None:
            continue
        stands = settled(marks[attempt.id, position], body, gap)
        if stands.turn is not Turn.NONE:
            found.append(Waiting(attempt, position, title, stands.turn))
    return found, places[-1] if len(rows) > limit else None


def settled(marks: Sequence[Mark], body: Mapping[str, Any], gap: Fraction = GAP) -> Settled:
    """Where an answer to a question stands."""
    return settle([Fraction(mark.grade_num, mark.grade_den) for mark in marks], body["reviewers"], gap)


def marks_at(session: Session, attempt_ids: Collection[int]) -> dict[tuple[int, int], list[Mark]]:
    """The marks of some attempts by (attempt, position), in the order in which they were given. One query."""
    found: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    if attempt_ids:
        for mark in session.scalars(select(Mark).where(Mark.attempt_id.in_(attempt_ids)).order_by(Mark.id)):
            found[mark.attempt_id, mark.position].append(mark)
    return found


@dataclass(frozen=True, slots=True)
class Answer:
    """An open answer: where it stands, what was written, the marks so far. `person` is for commands, not for the marker."""

    opened: Opened
    person: Person
    item: Item
    written: str
    marks: Sequence[Mark]
    graded: bool


def answer_for(session: Session, actor: Actor, code: str, position: int, on: date) -> Answer:
    """An answer that the actor may mark, or might have. Four queries.

    Raises: NotFound("assessment.attempt_not_found") out of scope; NotFound("assessment.mark_not_found") where this is no
    open answer of an attempt that was handed in.
    """
    opened, person = attempt_for(session, actor, code, Permission.MARK, on)
    items = items_of(session, opened.attempt.id, [position]) if 0 < position < 10_000 else []
    if not items or not items[0].question.kind.by_person or opened.attempt.closed_at is None:
        raise NotFound("assessment.mark_not_found")
    written = answers_at(session, [(opened.attempt.id, position)]).get((opened.attempt.id, position))
    if written is None:
        raise NotFound("assessment.mark_not_found")
    marks = marks_at(session, [opened.attempt.id])[opened.attempt.id, position]
    graded = session.scalar(select(Result.id).where(Result.attempt_id == opened.attempt.id).limit(1)) is not None
    return Answer(opened, person, items[0], written, marks, graded)


def is_pending(session: Session, attempt: Attempt) -> bool:
    """Whether an attempt was handed in and waits for people."""
    return session.scalar(select(Attempt.id).where(Attempt.id == attempt.id, pending())) is not None


def named_marks(session: Session, attempt_id: int) -> list[tuple[Mark, str]]:
    """Every mark of an attempt with the name of who gave it, for who reads its steps."""
    rows = session.execute(
        select(Mark, Person)
        .join(Person, Person.id == Mark.marked_by)
        .where(Mark.attempt_id == attempt_id)
        .order_by(Mark.position, Mark.id)
    )
    return [(row[0], row[1].name) for row in rows]
