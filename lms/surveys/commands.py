"""The only writers of surveys. An answer leaves no audit row and no time (invariant 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from secrets import SystemRandom, token_hex

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from lms.catalog.events import CourseCompleted
from lms.catalog.models import Completion, CourseVersion, Enrolment
from lms.kit import audit
from lms.kit.clock import month_of
from lms.kit.errors import Conflict
from lms.kit.permissions import Actor
from lms.surveys import queries, rules
from lms.surveys.loader import LoadedSurvey
from lms.surveys.models import (
    Survey,
    SurveyBuffer,
    SurveyParticipation,
    SurveyRelease,
    SurveyResponse,
    SurveyVersion,
)


def publish_survey(session: Session, actor: Actor, loaded: LoadedSurvey, *, now: datetime) -> SurveyVersion:
    """Make what a file says the survey's current version; unchanged content makes no new one."""
    survey = session.scalar(select(Survey).where(Survey.slug == loaded.id))
    if survey is None:
        survey = Survey(slug=loaded.id)
        session.add(survey)
        session.flush()
    version = session.scalar(
        select(SurveyVersion).where(
            SurveyVersion.survey_id == survey.id, SurveyVersion.content_hash == loaded.content_hash
        )
    )
    if version is None:
        version = SurveyVersion(
            survey_id=survey.id,
            content_hash=loaded.content_hash,
            title=loaded.title,
            intro_html=loaded.intro_html,
            anonymous=loaded.anonymous,
            satisfaction=loaded.satisfaction,
            questions=[queries.question_document(question) for question in loaded.questions],
            published_at=now,
        )
        session.add(version)
        session.flush()
        audit.record(
            session,
            actor,
            action="survey.publish",
            subject=("survey", loaded.id),
            after={"hash": loaded.content_hash},
            now=now,
        )
    survey.current_version_id = version.id
    return version


def ask(session: Session, enrolment: Enrolment, *, today: date) -> SurveyParticipation | None:
    """Offer the course's survey to somebody who just completed it; None where the course has none or it was offered before."""
    slug = session.scalar(select(CourseVersion.survey).where(CourseVersion.id == enrolment.version_id))
    survey = session.scalar(select(Survey).where(Survey.slug == slug)) if slug else None
    if survey is None or survey.current_version_id is None:
        return None
    known = session.scalar(
        select(SurveyParticipation.id).where(
            SurveyParticipation.enrolment_id == enrolment.id, SurveyParticipation.survey_id == survey.id
        )
    )
    if known is not None:
        return None
    asked = SurveyParticipation(
        survey_id=survey.id,
        version_id=survey.current_version_id,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        asked_month=month_of(today),
    )
    session.add(asked)
    session.flush()
    return asked


def ask_after(session: Session, event: CourseCompleted) -> None:
    """Hears that a course was completed."""
    completion = session.get_one(Completion, event.completion_id)
    ask(session, session.get_one(Enrolment, event.enrolment_id), today=completion.completed_on)


def respond(session: Session, actor: Actor, enrolment_code: str, raw: Mapping[str, str]) -> None:
    """Take an answer: that somebody answered here, what they answered there, and nothing that joins the two.

    `raw` holds the form's texts by question id. Raises: NotFound, Conflict("surveys.answered"), rules.BadResponse.
    """
    asked, version = queries.participation_for(session, actor, enrolment_code)
    answers = rules.read_response(queries.questions_of(version), raw)
    marked = session.execute(
        update(SurveyParticipation)
        .where(SurveyParticipation.id == asked.id, SurveyParticipation.answered.is_(False))
        .values(answered=True)
        .returning(SurveyParticipation.id)
    ).all()
    if not marked:
        raise Conflict("surveys.answered")
    _put(session, version.id, answers)


def _put(session: Session, version_id: int, answers: object) -> None:
    session.execute(insert(SurveyBuffer).values(key=token_hex(16), version_id=version_id, answers=answers))


def release(session: Session, *, minimum: int, today: date) -> int:
    """The nightly job: empty the buffer in shuffled order; returns how many answers became readable.

    Answers of a survey become readable together, `minimum` or more at a time. Fewer are written back under new keys in another
    order: neither the order nor the moment of their arrival stays in the table.
    """
    waiting: dict[int, list[object]] = defaultdict(list)
    source = SystemRandom()
    for row in session.execute(select(SurveyBuffer.version_id, SurveyBuffer.answers)):
        waiting[row.version_id].append(row.answers)
    session.execute(delete(SurveyBuffer))
    released = 0
    for version_id, answers in waiting.items():
        mixed = rules.shuffled(answers, source)
        if not rules.releasable(len(mixed), minimum):
            for item in mixed:
                _put(session, version_id, item)
            continue
        group = SurveyRelease(version_id=version_id, month=month_of(today), responses=len(mixed))
        session.add(group)
        session.flush()
        session.execute(
            insert(SurveyResponse),
            [
                {"key": token_hex(16), "release_id": group.id, "version_id": version_id, "answers": item}
                for item in mixed
            ],
        )
        released += len(mixed)
    return released


def waiting_count(session: Session) -> int:
    """How many answers wait for their release."""
    return session.scalar(select(func.count()).select_from(SurveyBuffer)) or 0
