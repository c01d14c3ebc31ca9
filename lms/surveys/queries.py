"""Reading surveys: what somebody is asked, and what groups answered. Never one response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.catalog.models import Course, CourseVersion, Enrolment
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor
from lms.surveys import rules
from lms.surveys.models import Survey, SurveyParticipation, SurveyRelease, SurveyResponse, SurveyVersion
from lms.surveys.rules import QuestionKind, SurveyQuestion


def question_document(question: SurveyQuestion) -> dict[str, Any]:
    """A question as it is stored with its version."""
    return {
        "id": question.id,
        "kind": question.kind.value,
        "text": question.text,
        "required": question.required,
        "low": question.low,
        "high": question.high,
        "options": list(question.options),
    }


def questions_of(version: SurveyVersion) -> tuple[SurveyQuestion, ...]:
    """The questions of a version, as rules read them."""
    return tuple(
        SurveyQuestion(
            id=item["id"],
            kind=QuestionKind(item["kind"]),
            text=item["text"],
            required=item["required"],
            low=item["low"],
            high=item["high"],
            options=tuple(item["options"]),
        )
        for item in version.questions
    )


def participation_for(session: Session, actor: Actor, enrolment_code: str) -> tuple[SurveyParticipation, SurveyVersion]:
    """What the actor is asked after a course of their own.

    Raises: NotFound("surveys.not_found"), for somebody else's course too.
    """
    row = session.execute(
        select(SurveyParticipation, SurveyVersion)
        .join(SurveyVersion, SurveyVersion.id == SurveyParticipation.version_id)
        .join(Enrolment, Enrolment.id == SurveyParticipation.enrolment_id)
        .where(Enrolment.code == enrolment_code, SurveyParticipation.person_id == actor.person_id)
    ).one_or_none()
    if row is None:
        raise NotFound("surveys.not_found")
    return row[0], row[1]


def answered_for(session: Session, enrolment_id: int) -> bool | None:
    """Whether the survey of an enrolment was answered; None where none was offered."""
    return session.scalar(select(SurveyParticipation.answered).where(SurveyParticipation.enrolment_id == enrolment_id))


@dataclass(frozen=True)
class Waiting:
    """A survey that somebody has not answered yet."""

    enrolment_code: str
    course_title: str


def waiting_for(session: Session, person_id: int) -> list[Waiting]:
    """Surveys offered to a person and not answered."""
    rows = session.execute(
        select(Enrolment.code, CourseVersion.title)
        .join(SurveyParticipation, SurveyParticipation.enrolment_id == Enrolment.id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(SurveyParticipation.person_id == person_id, SurveyParticipation.answered.is_(False))
        .order_by(SurveyParticipation.id.desc())
    )
    return [Waiting(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class SurveyRow:
    """A survey with how many were asked and answered, and how many answers are readable."""

    slug: str
    title: str
    asked: int
    answered: int
    readable: int


def surveys_overview(session: Session) -> list[SurveyRow]:
    """Every survey, with its counts."""
    asked = (
        select(
            SurveyParticipation.survey_id,
            func.count().label("asked"),
            func.count().filter(SurveyParticipation.answered).label("answered"),
        )
        .group_by(SurveyParticipation.survey_id)
        .subquery()
    )
    readable = (
        select(SurveyVersion.survey_id, func.sum(SurveyRelease.responses).label("readable"))
        .join(SurveyRelease, SurveyRelease.version_id == SurveyVersion.id)
        .group_by(SurveyVersion.survey_id)
        .subquery()
    )
    rows = session.execute(
        select(Survey.slug, SurveyVersion.title, asked.c.asked, asked.c.answered, readable.c.readable)
        .join(SurveyVersion, SurveyVersion.id == Survey.current_version_id)
        .outerjoin(asked, asked.c.survey_id == Survey.id)
        .outerjoin(readable, readable.c.survey_id == Survey.id)
        .order_by(SurveyVersion.title)
    )
    return [SurveyRow(row[0], row[1], row[2] or 0, row[3] or 0, int(row[4] or 0)) for row in rows]


@dataclass(frozen=True)
class Results:
    """What the readable answers of a survey's current version come to; a summary of None has too few answers."""

    title: str
    questions: tuple[SurveyQuestion, ...]
    summaries: dict[str, rules.QuestionSummary | None]
    readable: int


def results(session: Session, slug: str, *, minimum: int) -> Results:
    """The distributions of a survey. Raises: NotFound("surveys.not_found")."""
    version = session.scalar(
        select(SurveyVersion).join(Survey, Survey.current_version_id == SurveyVersion.id).where(Survey.slug == slug)
    )
    if version is None:
        raise NotFound("surveys.not_found")
    responses = session.scalars(select(SurveyResponse.answers).where(SurveyResponse.version_id == version.id)).all()
    questions = questions_of(version)
    return Results(version.title, questions, rules.summarise(questions, responses, minimum), len(responses))


@dataclass(frozen=True)
class Satisfaction:
    """The satisfaction scale of the answers released in a month: exact mean (1 to 5), and how many answers it stands on."""

    month: date
    mean: Fraction
    answers: int
    course_id: int | None = None


def satisfaction_by_month(session: Session, first: date, last: date) -> list[Satisfaction]:
    """By month, the mean of every readable satisfaction answer; a month without a release is absent.

    Only whole releases are read, so that every mean stands on the minimum of answers or more.
    """
    totals: dict[date, tuple[int, int]] = {}
    rows: Sequence[Any] = session.execute(
        select(SurveyRelease.month, SurveyVersion.satisfaction, SurveyResponse.answers)
        .join(SurveyRelease, SurveyRelease.id == SurveyResponse.release_id)
        .join(SurveyVersion, SurveyVersion.id == SurveyResponse.version_id)
        .where(SurveyRelease.month >= first, SurveyRelease.month <= last)
    ).all()
    for month, key, answers in rows:
        value = answers.get(key)
        if value is not None:
            total, count = totals.get(month, (0, 0))
            totals[month] = (total + int(value), count + 1)
    return [Satisfaction(month, Fraction(total, count), count) for month, (total, count) in sorted(totals.items())]


def response_rates(session: Session, first: date, last: date) -> dict[date, tuple[int, int]]:
    """By month of offer: how many answered, and how many were asked."""
    rows = session.execute(
        select(
            SurveyParticipation.asked_month,
            func.count().filter(SurveyParticipation.answered),
            func.count(),
        )
        .where(SurveyParticipation.asked_month >= first, SurveyParticipation.asked_month <= last)
        .group_by(SurveyParticipation.asked_month)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def course_of(session: Session, slug: str) -> str | None:
    """The title of a course that asks this survey."""
    return session.scalar(
        select(Course.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(CourseVersion.survey == slug)
    )
