"""Reading attempts that were taken at the same time, for the hints of a trainer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, QuestionVersion
from lms.assessment.queries.attempts import reached
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.queries.regrading import answers_at
from lms.assessment.rules.hints import LEAST_ALIKE, Event, Given, Likeness, amount_of, likeness, wrong_answers
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person

MOST = 200
"""Attempts that are compared, those that began nearest in time; in a large examination most people sit elsewhere."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An attempt at the same test whose time overlaps, within reach of who looks, and how alike it is."""

    attempt: Attempt
    person: str
    likeness: Likeness


def events(steps: Iterable[AttemptStep]) -> list[Event]:
    """Stored steps as the hints see them."""
    return [Event(row.kind, row.at, row.position, row.tab, amount_of(row.kind, row.payload)) for row in steps]


def neighbours(session: Session, actor: Actor, attempt: Attempt, on: date) -> list[Neighbour]:
    """The most alike of the attempts taken meanwhile, the least probable first. Four queries, whatever the number.

    Compared with those of the same room where the test was supervised, else of the same site.
    """
    if attempt.closed_at is None:
        return []
    place = Attempt.room_id == attempt.room_id if attempt.room_id else Attempt.site_id == attempt.site_id
    rows = session.execute(
        select(Attempt, Person)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            Attempt.test_id == attempt.test_id,
            Attempt.person_id != attempt.person_id,
            Attempt.started_at < attempt.closed_at,
            Attempt.closed_at > attempt.started_at,
            place,
            reached(actor, Permission.READ_ATTEMPTS, on),
        )
        .order_by(func.abs(Attempt.id - attempt.id), Attempt.id)
        .limit(MOST)
    ).all()
    if not rows:
        return []
    drawn, questions = _drawn(session, [attempt.id, *(row[0].id for row in rows)])
    answers = answers_at(session, [(each, position) for each, some in drawn.items() for position in some])
    wrong = {
        version: wrong_answers(question.kind.present(question.body, range(question.kind.shuffle_size(question.body))))
        for version, question in questions.items()
    }
    mine = _given(attempt.id, drawn, answers, questions)
    found = [
        Neighbour(row[0], row[1].name, likeness(mine, _given(row[0].id, drawn, answers, questions), wrong))
        for row in rows
    ]
    alike = [each for each in found if each.likeness.alike >= LEAST_ALIKE]
    return sorted(alike, key=lambda each: (each.likeness.chance, each.attempt.id))[:SHOWN]


def _drawn(session: Session, attempt_ids: Sequence[int]) -> tuple[dict[int, dict[int, int]], dict[int, ReadyQuestion]]:
    """The question versions of some attempts by position, and those versions."""
    rows = session.execute(
        select(
            AttemptItem.attempt_id, AttemptItem.position, AttemptItem.question_version_id, QuestionVersion.content_hash
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id.in_(attempt_ids))
    ).all()
    drawn: dict[int, dict[int, int]] = defaultdict(dict)
    for attempt, position, version, _ in rows:
        drawn[attempt][position] = version
    hashes = {row[2]: row[3] for row in rows}
    questions = ready(session, list(hashes.items()))
    return drawn, {version: questions[digest] for version, digest in hashes.items()}


def _given(
    attempt_id: int,
    drawn: Mapping[int, Mapping[int, int]],
    answers: Mapping[tuple[int, int], Any],
    questions: Mapping[int, ReadyQuestion],
) -> dict[int, Given]:
    found = {}
    for position, version in drawn[attempt_id].items():
        answer, question = answers.get((attempt_id, position)), questions[version]
        if answer is not None and not question.kind.by_person:
            right = question.kind.grade(question.body, answer) == 1
            found[version] = Given(question.kind.reply(question.body, answer), right)
    return found
