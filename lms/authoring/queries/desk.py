"""The desk of a bank: its drafts, what they are changes of, what waits to be published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import LoadedQuestion, Topic
from lms.assessment.formats.media import Shelf
from lms.assessment.models import Bank, BankMedia, BankVersion, BankVersionQuestion, PlanVersion, Question, Test
from lms.assessment.models import QuestionVersion as Version
from lms.assessment.queries.bank_content import loaded
from lms.authoring.models import BankDesk, QuestionDraft, Release
from lms.authoring.rules.drafting import Unit, hash_of, unit_of
from lms.authoring.rules.faults import Reading, read_draft
from lms.kit.errors import NotFound

SHOWN = 200
"""Drafts that a desk lists; with more, the oldest are reached once these are published."""


@dataclass(frozen=True)
class Desk:
    """A bank as who writes for it finds it. `topics` are those published and those added here."""

    bank: Bank
    version: BankVersion | None
    topics: tuple[Topic, ...]
    second_person: bool
    media: frozenset[str]

    @property
    def titles(self) -> dict[str, str]:
        return {topic.id: topic.title for topic in self.topics}

    def read(self, draft: QuestionDraft) -> Reading:
        """What a draft says, with what is wrong with it."""
        return read_draft(draft.document, self.titles, self.shelf())

    def shelf(self) -> Shelf:
        """What the texts of the bank may show."""
        return Shelf(stored=self.media)


def desk(session: Session, slug: str) -> Desk:
    """The desk of the bank called `slug`. Raises: NotFound("assessment.bank_not_found")."""
    row = session.execute(
        select(Bank, BankVersion, BankDesk)
        .outerjoin(BankVersion, BankVersion.id == Bank.current_version_id)
        .outerjoin(BankDesk, BankDesk.bank_id == Bank.id)
        .where(Bank.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.bank_not_found")
    bank, version, own = row
    topics = {each["id"]: each["title"] for each in (version.topics if version else ())}
    topics |= {each["id"]: each["title"] for each in (own.topics if own else ()) if each["id"] not in topics}
    media = frozenset(session.scalars(select(BankMedia.name).where(BankMedia.bank_id == bank.id)))
    listed = tuple(Topic(key, title) for key, title in topics.items())
    return Desk(bank, version, listed, bank.second_person, media)


def drafts(session: Session, bank_id: int) -> list[QuestionDraft]:
    """The drafts of a bank, the last changed first."""
    query = select(QuestionDraft).where(QuestionDraft.bank_id == bank_id)
    return list(session.scalars(query.order_by(QuestionDraft.changed_at.desc(), QuestionDraft.id).limit(SHOWN)))


def draft_of(session: Session, bank_id: int, kind: str, key: str) -> QuestionDraft | None:
    """The draft of a unit, where there is one."""
    return session.scalar(
        select(QuestionDraft).where(
            QuestionDraft.bank_id == bank_id, QuestionDraft.kind == kind, QuestionDraft.key == key
        )
    )


def draft_by_code(session: Session, code: str) -> tuple[QuestionDraft, Bank]:
    """A draft with its bank. Raises: NotFound("authoring.draft_gone")."""
    row = session.execute(
        select(QuestionDraft, Bank).join(Bank, Bank.id == QuestionDraft.bank_id).where(QuestionDraft.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound("authoring.draft_gone")
    return row[0], row[1]


def published_unit(session: Session, version: BankVersion | None, key: str) -> Unit | None:
    """What the current version says under `key`: of a question, or of a scenario by its own key or that of one of its own."""
    if version is None:
        return None
    found = _questions(session, version.id, keys=[key]) or _questions(session, version.id, scenarios=[key])
    if not found:
        return None
    if found[0].scenario:
        found = _questions(session, version.id, scenarios=[found[0].scenario])
    return unit_of(found)


def published_hashes(
    session: Session, version: BankVersion | None, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The hash of what is published of some units, by (kind, key); those that are not are left out."""
    if version is None or not wanted:
        return {}
    keys = [key for kind, key in wanted if kind == "question"]
    scenarios = [key for kind, key in wanted if kind == "scenario"]
    found = {
        ("question", each.key): each.content_hash
        for each in _questions(session, version.id, keys=keys)
        if not each.scenario
    }
    grouped: dict[str, list[LoadedQuestion]] = {}
    for each in _questions(session, version.id, scenarios=scenarios):
        grouped.setdefault(each.scenario, []).append(each)
    return found | {("scenario", key): hash_of(group) for key, group in grouped.items()}


def _questions(
    session: Session, version_id: int, *, keys: Collection[str] = (), scenarios: Collection[str] = ()
) -> list[LoadedQuestion]:
    if not keys and not scenarios:
        return []
    query = (
        select(Question.key, Version)
        .join(Version, Version.question_id == Question.id)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == Version.id)
        .where(BankVersionQuestion.bank_version_id == version_id)
    )
    query = query.where(Question.key.in_(keys)) if keys else query.where(Version.scenario.in_(scenarios))
    return [loaded(key, row) for key, row in session.execute(query.order_by(Question.key))]


def keys_taken(session: Session, bank_id: int) -> set[str]:
    """Every key of a bank that a new question or scenario must not have."""
    own = session.scalars(select(Question.key).where(Question.bank_id == bank_id))
    scenarios = select(Version.scenario).join(Question, Question.id == Version.question_id)
    cases = session.scalars(scenarios.where(Question.bank_id == bank_id, Version.scenario != "").distinct())
    drafted = session.scalars(select(QuestionDraft.key).where(QuestionDraft.bank_id == bank_id))
    return {*own, *cases, *drafted}


def tests_of(session: Session, bank_id: int) -> list[tuple[Test, PlanVersion]]:
    """The tests whose current plan draws from a bank."""
    query = (
        select(Test, PlanVersion)
        .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
        .join(BankVersion, BankVersion.id == PlanVersion.bank_version_id)
        .where(BankVersion.bank_id == bank_id)
        .order_by(Test.slug)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def releases(session: Session, bank_id: int, limit: int = 20) -> list[Release]:
    """The publications of a bank that were asked for a time, the latest first."""
    query = select(Release).where(Release.bank_id == bank_id)
    return list(session.scalars(query.order_by(Release.due_at.desc(), Release.id.desc()).limit(limit)))


def release_by_code(session: Session, code: str) -> tuple[Release, Bank]:
    """A publication with its bank. Raises: NotFound("authoring.release_gone")."""
    row = session.execute(
        select(Release, Bank).join(Bank, Bank.id == Release.bank_id).where(Release.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound("authoring.release_gone")
    return row[0], row[1]
