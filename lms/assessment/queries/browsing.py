"""The list of a bank's questions: filtered, searched and paged, with a number of queries that does not grow.

What a bank version holds never changes: which questions and of which kinds is kept in the process. Their words are searched
in the database, and of what they say only a page is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, String, cast, select
from sqlalchemy.orm import Session

from lms.assessment.models import (
    Bank,
    BankVersion,
    BankVersionQuestion,
    ItemStatistic,
    Question,
    QuestionText,
    QuestionVersion,
    StatisticsRun,
    Test,
)
from lms.assessment.queries import content
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.rules.browsing import Entry, Shelf
from lms.assessment.rules.texts import folded
from lms.kit.errors import NotFound

MINIMUM = 5
"""Below this many people the statistics of a question are noise, and its flags are not shown."""
ANY_FLAG = "any"
MOST_WORDS = 8
"""Words of a search that are looked for."""
_shelves: WeakKeyDictionary[Engine, content.Kept[Shelf]] = WeakKeyDictionary()

_HELD = BankVersionQuestion.__table__
_V = QuestionVersion.__table__


@dataclass(frozen=True, slots=True)
class Opened:
    """A bank, its current version, and the run of statistics over first attempts (None: not measured yet)."""

    bank: Bank
    version: BankVersion
    run_id: int | None


def opened(session: Session, slug: str) -> Opened:
    """A bank as its list needs it, in one query. Raises: NotFound("assessment.bank_not_found")."""
    row = session.execute(
        select(Bank, BankVersion, StatisticsRun.id)
        .join(BankVersion, BankVersion.id == Bank.current_version_id)
        .outerjoin(Test, Test.slug == Bank.slug)
        .outerjoin(StatisticsRun, (StatisticsRun.test_id == Test.id) & StatisticsRun.first_only)
        .where(Bank.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.bank_not_found")
    return Opened(row[0], row[1], row[2])


def shelf_of(session: Session, bank_version_id: int) -> Shelf:
    """The questions of a bank version by key; one query the first time."""

    def read() -> Shelf:
        rows = session.execute(
            select(_V.c.id, _V.c.content_hash, Question.key, _V.c.topic, _V.c.difficulty, _V.c.type, _V.c.pool)
            .add_columns(_V.c.status, _V.c.tags)
            .join(_HELD, _HELD.c.question_version_id == _V.c.id)
            .join(Question, Question.id == _V.c.question_id)
            .where(_HELD.c.bank_version_id == bank_version_id)
        )
        found = [Entry(row[0], row[1], row[2], tuple(row[3:8]), tuple(row[8])) for row in rows]
        # Sorted here: databases differ in where a hyphen goes.
        return Shelf(sorted(found, key=lambda each: each.key))

    return content.cached(session, _shelves, bank_version_id, bank_version_id, read)


def search(
    session: Session, bank_version_id: int, text: str, *, run_id: int | None = None, flag: str = ""
) -> frozenset[int]:
    """The ids of the question versions that have every word of `text` and the flag (`ANY_FLAG`: any), in one query.

    A flag needs a run: without one nothing has it.
    """
    query = select(_HELD.c.question_version_id).where(_HELD.c.bank_version_id == bank_version_id)
    words = folded(text).split()[:MOST_WORDS]
    if words:
        query = query.join(QuestionText, QuestionText.question_version_id == _HELD.c.question_version_id)
        for word in words:
            query = query.where(QuestionText.searched.contains(word, autoescape=True))
    if flag:
        if run_id is None:
            return frozenset()
        flags = cast(ItemStatistic.flags, String)
        query = query.join(ItemStatistic, ItemStatistic.question_version_id == _HELD.c.question_version_id).where(
            ItemStatistic.run_id == run_id,
            ItemStatistic.n >= MINIMUM,
            flags != "[]" if flag == ANY_FLAG else flags.contains(f'"{flag}"', autoescape=True),
        )
    return frozenset(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Row:
    """A question of a page, ready to show, with the flags of its statistics."""

    question: ReadyQuestion
    flags: tuple[str, ...]


def rows_of(session: Session, entries: Sequence[Entry], run_id: int | None) -> list[Row]:
    """The questions of a page: one query for what is not kept of them, and one for their flags where there is a run."""
    if not entries:
        return []
    ready = content.ready(session, [(entry.version_id, entry.content_hash) for entry in entries])
    flags = {} if run_id is None else _flags(session, run_id, [entry.version_id for entry in entries])
    return [Row(ready[entry.content_hash], flags.get(entry.version_id, ())) for entry in entries]


def _flags(session: Session, run_id: int, versions: Collection[int]) -> dict[int, tuple[str, ...]]:
    query = select(ItemStatistic.question_version_id, ItemStatistic.flags).where(
        ItemStatistic.run_id == run_id,
        ItemStatistic.question_version_id.in_(versions),
        ItemStatistic.n >= MINIMUM,
    )
    return {row[0]: tuple(row[1]) for row in session.execute(query)}
