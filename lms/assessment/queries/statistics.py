"""Item statistics: gathered from the results that stand, and as they were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import (
    Attempt,
    AttemptItem,
    AttemptStep,
    Bank,
    BankVersion,
    BankVersionQuestion,
    ItemStatistic,
    PlanVersion,
    Question,
    QuestionVersion,
    Result,
    StatisticsRun,
    Test,
)
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.rules.policy import Step, latest
from lms.assessment.rules.statistics.collecting import Collector, Responses, Taken
from lms.kit.errors import NotFound

CHUNK = 1_000
"""Attempts read at a time."""

_S = AttemptStep.__table__
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_STANDING = (
    select(Result.attempt_id, Result.items)
    .where(Result.id.in_(select(func.max(Result.id)).where(Result.attempt_id.in_(_IDS)).group_by(Result.attempt_id)))
    .order_by(Result.attempt_id)
)
_DRAWN = select(
    AttemptItem.attempt_id, AttemptItem.position, AttemptItem.question_version_id, AttemptItem.section
).where(AttemptItem.attempt_id.in_(_IDS))
_GIVEN = select(*(_S.c[name] for name in ("id", "attempt_id", "position", "tab", "seq", "payload", "late"))).where(
    _S.c.attempt_id.in_(_IDS), _S.c.kind == "answer"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was gathered: the collector, the question versions that were drawn, and up to which result."""

    collector: Collector
    versions: frozenset[int]
    attempts: int
    last_result_id: int


def test_of(session: Session, slug: str) -> Test | None:
    """The test that draws from a bank: it has the bank's slug. None where the bank has no plan yet."""
    return session.scalar(select(Test).where(Test.slug == slug))


def pass_mark(session: Session, test: Test) -> Fraction:
    """The mark of the plan that new attempts follow."""
    row = session.execute(
        select(PlanVersion.pass_num, PlanVersion.pass_den).where(PlanVersion.id == test.current_plan_id)
    ).one()
    return Fraction(row[0], row[1])


def measure(
    session: Session, test_id: int, *, first_only: bool, progress: Callable[[int, int], None] = lambda *_: None
) -> Measured:
    """Gather the graded attempts of a test: each person's first, or all. Three queries for a thousand attempts."""
    last = session.scalar(select(func.max(Result.id)).join(Attempt).where(Attempt.test_id == test_id)) or 0
    ids = _attempts(session, test_id, first_only=first_only)
    collector, versions = Collector(), set[int]()
    for start in range(0, len(ids), CHUNK):
        progress(start, len(ids))
        for attempt in _chunk(session, ids[start : start + CHUNK]):
            versions.update(each.version_id for each in attempt)
            collector.add(attempt)
    return Measured(collector, frozenset(versions), len(ids), last)


def _attempts(session: Session, test_id: int, *, first_only: bool) -> list[int]:
    """The ids of the graded attempts, in order. Who has a first attempt that a person is still grading is left out."""
    graded = select(Result.attempt_id).where(Result.kind == "original")
    query = select(Attempt.id).where(Attempt.test_id == test_id, Attempt.id.in_(graded)).order_by(Attempt.id)
    if first_only:
        first = select(func.min(Attempt.id)).where(Attempt.test_id == test_id).group_by(Attempt.person_id)
        query = query.where(Attempt.id.in_(first))
    return list(session.scalars(query))


def _chunk(session: Session, ids: Sequence[int]) -> Iterator[list[Taken]]:
    drawn: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for attempt, position, version, section in session.execute(_DRAWN, {"ids": ids}):
        drawn[attempt][position] = version, -1 if section is None else section
    steps: dict[int, list[Step]] = defaultdict(list)
    for row in session.execute(_GIVEN, {"ids": ids}):
        steps[row.attempt_id].append(Step(row.id, row.position, row.tab, row.seq, row.payload, row.late))
    questions = versions_ready(session, {version for items in drawn.values() for version, _ in items.values()})
    for attempt, items in session.execute(_STANDING, {"ids": ids}).all():
        answers = latest(steps[attempt])
        yield [
            _taken(item, *drawn[attempt][item["position"]], answers.get(item["position"]), questions)
            for item in items
            if not item.get("void")
        ]


def _taken(
    item: dict[str, Any], version: int, section: int, step: Step | None, questions: dict[int, ReadyQuestion]
) -> Taken:
    question = questions[version]
    given = () if step is None else question.kind.responses(question.body, step.answer["answer"])
    return Taken(version, section, float(Fraction(item["points"])), float(Fraction(item["fraction"])), given)


def versions_ready(session: Session, versions: Collection[int]) -> dict[int, ReadyQuestion]:
    """Question versions ready to show, by id."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash).where(QuestionVersion.id.in_(versions))
    ).all()
    found = ready(session, [(row[0], row[1]) for row in rows])
    return {row[0]: found[row[1]] for row in rows}


def responses_of(question: ReadyQuestion) -> Responses:
    """The responses to a question that are told apart, and what guessing at random earns where that can be said.

    A single choice is guessed by the mean of what its options earn; other kinds of answers have no such figure here.
    """
    bins = question.kind.bins(question.body)
    keys = tuple((each.part, each.key) for each in bins)
    right = frozenset((each.part, each.key) for each in bins if each.share is not None and each.share > 0)
    one_of = question.kind.name in {"single", "true_false"}
    shares = [each.share for each in bins if each.share is not None]
    guess = float(sum(shares, Fraction(0)) / len(shares)) if one_of and shares else None
    return Responses(keys, right, guess)


def run_of(session: Session, test_id: int, *, first_only: bool) -> StatisticsRun | None:
    """The figures that were kept of a test."""
    return session.scalar(
        select(StatisticsRun).where(StatisticsRun.test_id == test_id, StatisticsRun.first_only == first_only)
    )


def graded_attempts(session: Session, test_id: int) -> int:
    """How many attempts of a test are graded."""
    query = select(func.count()).select_from(Result).join(Attempt)
    return session.scalar(query.where(Attempt.test_id == test_id, Result.kind == "original")) or 0


def outdated(session: Session) -> list[tuple[int, bool]]:
    """The tests whose kept figures lack results, each with the kind of run."""
    query = select(Attempt.test_id, func.max(Result.id)).join(Result).group_by(Attempt.test_id)
    newest = {row[0]: row[1] for row in session.execute(query)}
    kept = {
        (row[0], row[1]): row[2]
        for row in session.execute(
            select(StatisticsRun.test_id, StatisticsRun.first_only, StatisticsRun.last_result_id)
        )
    }
    return [
        (test, first)
        for test, last in sorted(newest.items())
        for first in (True, False)
        if kept.get((test, first), 0) < last
    ]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A question version with its figures. `current`: whether the bank's version of now holds it."""

    key: str
    version_id: int
    statistic: ItemStatistic
    current: bool


def items_of(
    session: Session, run: StatisticsRun, bank_id: int, *, after: str = "", limit: int, flag: str = "", key: str = ""
) -> list[ItemRow]:
    """The question versions of a bank in a run by key, newest version first, paged by key and version.

    `flag` keeps those that have it ("any": any), `key` those of one question.
    """
    now = (
        select(BankVersionQuestion.question_version_id)
        .join(Bank, Bank.current_version_id == BankVersionQuestion.bank_version_id)
        .where(Bank.id == bank_id)
    )
    query = (
        select(Question.key, ItemStatistic, ItemStatistic.question_version_id.in_(now))
        .join(QuestionVersion, QuestionVersion.id == ItemStatistic.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(ItemStatistic.run_id == run.id, Question.bank_id == bank_id)
        .order_by(Question.key, ItemStatistic.question_version_id.desc())
    )
    if key:
        query = query.where(Question.key == key)
    if after:
        query = query.where(Question.key > after)
    rows = (
        ItemRow(row[0], row[1].question_version_id, row[1], bool(row[2]))
        for row in session.execute(query)
        if not flag or flag in row[1].flags or (flag == "any" and row[1].flags)
    )
    return [row for row, _ in zip(rows, range(limit), strict=False)]


def bank_of(session: Session, slug: str) -> tuple[Bank, BankVersion]:
    """A bank with its current version. Raises: NotFound("assessment.bank_not_found")."""
    row = session.execute(
        select(Bank, BankVersion).join(BankVersion, BankVersion.id == Bank.current_version_id).where(Bank.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.bank_not_found")
    return row[0], row[1]
