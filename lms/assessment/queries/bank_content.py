"""A published bank as the data that formats read and write."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import LoadedQuestion, Topic
from lms.assessment.models import Bank, BankMedia, BankVersion, BankVersionQuestion, Question, QuestionVersion


@dataclass(frozen=True)
class Published:
    """What the current version of a bank holds; a bank that there is not has no title."""

    title: str = ""
    topics: tuple[Topic, ...] = ()
    questions: tuple[LoadedQuestion, ...] = ()
    media: frozenset[str] = field(default_factory=frozenset)
    second_person: bool = False


def published(session: Session, slug: str) -> Published:
    """The current version of the bank called `slug`, in three queries whatever it holds."""
    found = session.execute(
        select(Bank, BankVersion).join(BankVersion, BankVersion.id == Bank.current_version_id).where(Bank.slug == slug)
    ).one_or_none()
    if found is None:
        return Published()
    bank, version = found[0], found[1]
    rows = session.execute(
        select(Question.key, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
        .where(BankVersionQuestion.bank_version_id == version.id)
        .order_by(Question.key)
    )
    questions = tuple(loaded(key, row) for key, row in rows)
    media = frozenset(session.scalars(select(BankMedia.name).where(BankMedia.bank_id == bank.id)))
    topics = tuple(Topic(each["id"], each["title"]) for each in version.topics)
    return Published(bank.title, topics, questions, media, bank.second_person)


def loaded(key: str, row: QuestionVersion) -> LoadedQuestion:
    """A stored version of a question as formats read and write it."""
    return LoadedQuestion(
        key=key,
        type=row.type,
        topic=row.topic,
        difficulty=row.difficulty,
        pool=row.pool,
        stem=row.stem,
        explanation=row.explanation,
        review=row.review,
        exclusive=row.exclusive or None,
        body=row.body,
        content_hash=row.content_hash,
        file="",
        line=0,
        title=row.title,
        tags=tuple(row.tags),
        status=row.status,
        scenario=row.scenario,
        scenario_stem=row.scenario_stem,
        scenario_place=row.scenario_place,
    )
