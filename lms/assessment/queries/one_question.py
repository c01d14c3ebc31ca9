"""One question of a bank: its versions, where it is used, whom it is like. Each is one query, whatever there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import (
    Attempt,
    AttemptItem,
    Bank,
    BankVersion,
    BankVersionQuestion,
    ItemStatistic,
    PlanVersion,
    Question,
    QuestionLikeness,
    QuestionVersion,
    Test,
)
from lms.assessment.queries import content
from lms.assessment.rules.plan import DRAWN, EXAM_POOLS, Candidate, Section
from lms.assessment.types.registry import question_type
from lms.catalog.models import Course, CourseModule, CourseVersion
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a question: with which version of the bank it came, when, by whom ("" for the command line)."""

    version: QuestionVersion
    number: int
    at: datetime
    by: str
    origin: str


def versions_of(session: Session, question_id: int) -> list[VersionRow]:
    """The versions of a question, the newest first."""
    first = (
        select(
            BankVersionQuestion.question_version_id, func.min(BankVersionQuestion.bank_version_id).label("bank_version")
        )
        .join(QuestionVersion, QuestionVersion.id == BankVersionQuestion.question_version_id)
        .where(QuestionVersion.question_id == question_id)
        .group_by(BankVersionQuestion.question_version_id)
        .subquery()
    )
    rows = session.execute(
        select(QuestionVersion, BankVersion.number, BankVersion.published_at, BankVersion.origin, Person)
        .join(first, first.c.question_version_id == QuestionVersion.id)
        .join(BankVersion, BankVersion.id == first.c.bank_version)
        .outerjoin(Person, Person.id == BankVersion.published_by)
        .order_by(BankVersion.number.desc(), QuestionVersion.id.desc())
    )
    return [VersionRow(row[0], row[1], row[2], row[4].name if row[4] else "", row[3]) for row in rows]


def current_version(session: Session, bank: Bank, question_id: int) -> int | None:
    """The id of the version that the bank's current version holds; None where it was taken out."""
    return session.scalar(
        select(QuestionVersion.id)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
        .where(
            QuestionVersion.question_id == question_id,
            BankVersionQuestion.bank_version_id == bank.current_version_id,
        )
    )


@dataclass(frozen=True, slots=True)
class PlanUse:
    """A test whose plan of now can draw a question (from `sections`), or has it in every form (`fixed`)."""

    test: Test
    fixed: bool
    sections: Sequence[Section]


def plans_using(session: Session, bank: Bank, key: str, version: QuestionVersion) -> list[PlanUse]:
    """The tests over a bank that may show one of its questions."""
    rows = session.execute(
        select(Test, PlanVersion)
        .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
        .join(BankVersion, BankVersion.id == PlanVersion.bank_version_id)
        .where(BankVersion.bank_id == bank.id)
        .order_by(Test.title, Test.id)
    )
    found = []
    for test, plan in rows:
        rules = content.plan_rules(plan, test.slug)
        drawn = version.status == DRAWN and version.pool in EXAM_POOLS
        sections = [each for each in rules.filed if drawn and each.accepts(_candidate(key, version))]
        if key in rules.fixed or sections:
            found.append(PlanUse(test, key in rules.fixed, sections))
    return found


def _candidate(key: str, version: QuestionVersion) -> Candidate:
    return Candidate(
        version_id=version.id,
        question_id=version.question_id,
        topic=version.topic,
        difficulty=version.difficulty,
        exclusive=version.exclusive or None,
        shuffle_size=question_type(version.type).shuffle_size(version.body),
        pool=version.pool,
        scenario=version.scenario,
        place=version.scenario_place,
        status=version.status,
        key=key,
    )


@dataclass(frozen=True, slots=True)
class CourseUse:
    """A course whose test is the bank's. `module`: the one that the question sends back to, where it has that one."""

    slug: str
    title: str
    module: str
    module_title: str


def courses_using(session: Session, slug: str, review: str) -> list[CourseUse]:
    """The courses, as published now, that have the test of a bank, with the module that `review` names."""
    key = review.partition("#")[0]
    rows = session.execute(
        select(Course.slug, CourseVersion.title, CourseModule.key, CourseModule.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .outerjoin(CourseModule, and_(CourseModule.version_id == CourseVersion.id, CourseModule.key == key))
        .where(CourseVersion.test == slug)
        .order_by(CourseVersion.title, Course.id)
    )
    return [CourseUse(row[0], row[1], row[2] or "", row[3] or "") for row in rows]


def attempts_with(session: Session, question_id: int) -> tuple[int, int]:
    """How many attempts drew a question in any of its versions, and how many people's they are."""
    row = session.execute(
        select(func.count(func.distinct(Attempt.id)), func.count(func.distinct(Attempt.person_id)))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(QuestionVersion.question_id == question_id)
    ).one()
    return row[0], row[1]


def statistic_of(session: Session, run_id: int | None, version_id: int) -> ItemStatistic | None:
    """The figures of a question version in a run."""
    return None if run_id is None else session.get(ItemStatistic, (run_id, version_id))


@dataclass(frozen=True, slots=True)
class Alike:
    """Two questions of a bank that say the same, or nearly: `share` in thousandths; their stems are Markdown."""

    share: int
    key: str
    stem: str
    other_key: str
    other_stem: str

    @property
    def common(self) -> Fraction:
        """The share of words in common."""
        return Fraction(self.share, 1000)


_one, _other = aliased(QuestionVersion), aliased(QuestionVersion)
_one_held, _other_held = aliased(BankVersionQuestion), aliased(BankVersionQuestion)
_one_key, _other_key = aliased(Question), aliased(Question)


Place = tuple[int, int, int]
"""Where a pair stands in a list: its share, and the ids of both."""


def alike_in(
    session: Session,
    bank_version_id: int,
    *,
    version_id: int | None = None,
    after: Place | None = None,
    limit: int,
) -> list[tuple[Place, Alike]]:
    """The pairs of a bank version, the likest first, each with its place: `after` is that of the last one shown.

    With `version_id` those of one question version, which then stands first in each.
    """
    mine = QuestionLikeness.one_id == version_id
    query = (
        select(QuestionLikeness.share, QuestionLikeness.one_id, QuestionLikeness.other_id)
        .add_columns(_one_key.key, _one.stem, _other_key.key, _other.stem)
        .join(_one_held, _one_held.question_version_id == QuestionLikeness.one_id)
        .join(_other_held, _other_held.question_version_id == QuestionLikeness.other_id)
        .join(_one, _one.id == QuestionLikeness.one_id)
        .join(_other, _other.id == QuestionLikeness.other_id)
        .join(_one_key, _one_key.id == _one.question_id)
        .join(_other_key, _other_key.id == _other.question_id)
        .where(_one_held.bank_version_id == bank_version_id, _other_held.bank_version_id == bank_version_id)
        .order_by(QuestionLikeness.share.desc(), QuestionLikeness.one_id, QuestionLikeness.other_id)
        .limit(limit)
    )
    if version_id is not None:
        query = query.where(mine | (QuestionLikeness.other_id == version_id))
    if after is not None:
        share, one, other = after
        query = query.where(
            (QuestionLikeness.share < share)
            | ((QuestionLikeness.share == share) & (QuestionLikeness.one_id > one))
            | (
                (QuestionLikeness.share == share)
                & (QuestionLikeness.one_id == one)
                & (QuestionLikeness.other_id > other)
            )
        )
    found = []
    for share, one, other, key, stem, other_key, other_stem in session.execute(query):
        sides = (other_key, other_stem, key, stem) if other == version_id else (key, stem, other_key, other_stem)
        found.append(((share, one, other), Alike(share, *sides)))
    return found
