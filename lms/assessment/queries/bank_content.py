"""A published bank as the data that formats read and write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import Base, LoadedBank, LoadedQuestion, Topic
from lms.assessment.models import Bank, BankMedia, BankVersion, BankVersionQuestion, Question, QuestionVersion
from lms.assessment.queries import content
from lms.assessment.rules.versions import bank_hash
from lms.catalog.models import Course
from lms.kit.errors import NotFound
from lms.kit.files import StoredFile


@dataclass(frozen=True)
class Published:
    """What the current version of a bank holds; a bank that there is not has no title."""

    title: str = ""
    topics: tuple[Topic, ...] = ()
    questions: tuple[LoadedQuestion, ...] = ()
    media: frozenset[str] = field(default_factory=frozenset)
    second_person: bool = False
    course: str = ""
    content_hash: str = ""


def published(session: Session, slug: str) -> Published:
    """The current version of the bank called `slug`, in three queries whatever it holds (four for an old version)."""
    found = session.execute(
        select(Bank, BankVersion).join(BankVersion, BankVersion.id == Bank.current_version_id).where(Bank.slug == slug)
    ).one_or_none()
    if found is None:
        return Published()
    bank, version = found[0], found[1]
    questions = questions_in(session, version.id)
    media = frozenset(session.scalars(select(BankMedia.name).where(BankMedia.bank_id == bank.id)))
    course = _course_of(session, bank, version, questions)
    return Published(bank.title, topics_in(version), questions, media, bank.second_person, course, version.content_hash)


def questions_in(session: Session, bank_version_id: int) -> tuple[LoadedQuestion, ...]:
    """The questions of a version, by key."""
    rows = session.execute(
        select(Question.key, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
        .where(BankVersionQuestion.bank_version_id == bank_version_id)
    )
    # Sorted here: databases differ in where a hyphen goes.
    return tuple(sorted((loaded(key, row) for key, row in rows), key=lambda each: each.key))


def topics_in(version: BankVersion) -> tuple[Topic, ...]:
    """The topics of a version, in their order."""
    return tuple(Topic(each["id"], each["title"]) for each in version.topics)


def _course_of(session: Session, bank: Bank, version: BankVersion, questions: Sequence[LoadedQuestion]) -> str:
    """The course that a version names. One of before that was kept says it by its hash, which covers the course."""
    if version.course is not None:
        return version.course
    hashes = {question.key: question.content_hash for question in questions}
    topics = [(topic.id, topic.title) for topic in topics_in(version)]
    known: list[str] = ["", *session.scalars(select(Course.slug).order_by(Course.slug))]
    named = (each for each in known if bank_hash(bank.slug, bank.title, each, topics, hashes) == version.content_hash)
    return next(named, "")


def current(session: Session, slug: str) -> tuple[LoadedBank, Base]:
    """The current version of a bank with the plan of its test, as its files say it, and what such files start from.

    Raises: NotFound("assessment.bank_not_found").
    """
    found = published(session, slug)
    if not found.content_hash:
        raise NotFound("assessment.bank_not_found")
    test = content.test_plan(session, slug)
    plan = None if test is None else content.plan_rules(test[1], slug)
    bank = LoadedBank(slug, found.title, found.course, found.topics, found.questions, plan, found.content_hash)
    return bank, Base(found.content_hash, "" if test is None else test[1].content_hash)


def is_version(session: Session, loaded: LoadedBank) -> bool:
    """Whether what was loaded, its plan apart, was published once as a version of its bank."""
    query = select(BankVersion.id).join(Bank, Bank.id == BankVersion.bank_id)
    same = query.where(Bank.slug == loaded.id, BankVersion.content_hash == hash_of(loaded))
    return session.scalar(same) is not None


def hash_of(loaded: LoadedBank) -> str:
    """What names the version that publishing `loaded` makes."""
    hashes = {question.key: question.content_hash for question in loaded.questions}
    return bank_hash(
        loaded.id, loaded.title, loaded.course, [(topic.id, topic.title) for topic in loaded.topics], hashes
    )


def files_shown(session: Session, slug: str) -> dict[str, StoredFile]:
    """The pictures and the sound of a bank, by the name that its texts say."""
    query = select(BankMedia.name, StoredFile).join(StoredFile, StoredFile.id == BankMedia.file_id)
    rows = session.execute(query.join(Bank, Bank.id == BankMedia.bank_id).where(Bank.slug == slug))
    return {row[0]: row[1] for row in rows}


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
