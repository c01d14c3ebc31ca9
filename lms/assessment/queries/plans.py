"""Reading tests and their plans for who writes them: the list, the desk of one, what its bank gives, a drawn sample."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, or_, select, union
from sqlalchemy.orm import Session, aliased

from lms.assessment.formats.plan_check import Checked, check_document
from lms.assessment.models import (
    Bank,
    BankVersion,
    BankVersionQuestion,
    PlanDraft,
    PlanVersion,
    Question,
    QuestionVersion,
    Test,
)
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Item
from lms.assessment.rules.draw import Drawn, draw_from, prepare
from lms.assessment.rules.plan import Candidate, TestPlan
from lms.assessment.rules.plan_document import Document
from lms.catalog.models import Course, CourseVersion
from lms.kit.errors import NotFound

VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A test of the list. `plan` None: nothing is published yet; `newest` is the number of its bank's current version."""

    slug: str
    title: str
    plan: PlanVersion | None
    bank: Bank | None
    number: int | None  # of the bank version that the plan draws from
    newest: int | None
    draft: PlanDraft | None
    courses: tuple[str, ...]  # the titles of the courses that use it


@dataclass(frozen=True, slots=True)
class PlanDesk:
    """What a plan is written with. `plan` is what new attempts follow (None: nothing yet), over `plan_version` of the bank.

    `target` is the bank version that what is written now goes over: that of the draft, or the current one.
    """

    slug: str
    bank: Bank
    plan: PlanVersion | None
    plan_version: BankVersion | None
    draft: PlanDraft | None
    current: BankVersion
    target: BankVersion

    @property
    def rules(self) -> TestPlan | None:
        """The plan that is published."""
        return None if self.plan is None else content.plan_rules(self.plan, self.slug)

    @property
    def is_behind(self) -> bool:
        """Whether the bank has a newer version than the plan draws from."""
        return self.plan_version is not None and self.plan_version.number < self.current.number

    @property
    def is_overtaken(self) -> bool:
        """Whether another plan was published since the draft was begun."""
        return self.draft is not None and self.draft.base_plan_id != (self.plan and self.plan.id)

    def titles(self) -> dict[str, str]:
        """The titles of the topics of the target version, by id."""
        return {topic["id"]: topic["title"] for topic in self.target.topics}


def _slugs(after: str, limit: int) -> Select[str]:
    known = union(
        select(Test.slug).where(Test.current_plan_id.is_not(None)), select(PlanDraft.test_slug.label("slug"))
    ).subquery()
    return select(known.c.slug).where(known.c.slug > after).order_by(known.c.slug).limit(limit)


def plan_rows(session: Session, *, after: str = "", limit: int) -> list[PlanRow]:
    """Tests by slug, paged by it: those published and those that are only begun. Four queries."""
    slugs = session.scalars(_slugs(after, limit)).all()
    newest = aliased(BankVersion)
    published = {
        row[0].slug: row
        for row in session.execute(
            select(Test, PlanVersion, BankVersion.number, Bank, newest.number)
            .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
            .join(BankVersion, BankVersion.id == PlanVersion.bank_version_id)
            .join(Bank, Bank.id == BankVersion.bank_id)
            .join(newest, newest.id == Bank.current_version_id)
            .where(Test.slug.in_(slugs))
        )
    }
    drafts = {
        row[0].test_slug: row
        for row in session.execute(
            select(PlanDraft, Bank, BankVersion.number)
            .join(Bank, Bank.id == PlanDraft.bank_id)
            .outerjoin(BankVersion, BankVersion.id == Bank.current_version_id)
            .where(PlanDraft.test_slug.in_(slugs))
        )
    }
    courses = _courses(session, slugs)
    return [_row(slug, published.get(slug), drafts.get(slug), tuple(courses.get(slug, ()))) for slug in slugs]


def _row(
    slug: str,
    known: Row[Test, PlanVersion, int, Bank, int] | None,
    begun: Row[PlanDraft, Bank, int | None] | None,
    courses: tuple[str, ...],
) -> PlanRow:
    draft = begun[0] if begun is not None else None
    if known is not None:
        return PlanRow(slug, known[0].title, known[1], known[3], known[2], known[4], draft, courses)
    title, bank, newest = "", None, None
    if begun is not None:
        title, bank, newest = str(begun[0].document.get("title", "")), begun[1], begun[2]
    return PlanRow(slug, title or slug, None, bank, None, newest, draft, courses)


def _courses(session: Session, slugs: Sequence[str]) -> dict[str, list[str]]:
    rows = session.execute(
        select(CourseVersion.test, CourseVersion.title)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .where(CourseVersion.test.in_(slugs))
        .order_by(CourseVersion.title)
    )
    found: dict[str, list[str]] = {}
    for slug, title in rows:
        found.setdefault(slug, []).append(title)
    return found


def banks(session: Session) -> Sequence[Bank]:
    """The banks that have something published, by title."""
    return session.scalars(select(Bank).where(Bank.current_version_id.is_not(None)).order_by(Bank.title)).all()


def is_taken(session: Session, slug: str) -> bool:
    """Whether a test, published or only begun, has this id."""
    known = select(Test.slug).union_all(select(PlanDraft.test_slug)).subquery()
    return session.scalar(select(known.c.slug).where(known.c.slug == slug).limit(1)) is not None


def plan_desk(session: Session, slug: str, *, lock: bool = False, version: int | None = None) -> PlanDesk:
    """A test with its plan, its draft and its bank; with `lock`, the draft is kept from everybody else.

    `version` is the number of the bank version to go over, in place of the draft's. Three queries at most.
    Raises: NotFound("assessment.test_not_found"); NotFound("assessment.bank_version_not_found").
    """
    draft_query = select(PlanDraft).where(PlanDraft.test_slug == slug)
    draft = session.scalar(draft_query.with_for_update() if lock else draft_query)
    known = session.execute(
        select(PlanVersion, BankVersion)
        .join(Test, Test.current_plan_id == PlanVersion.id)
        .join(BankVersion, BankVersion.id == PlanVersion.bank_version_id)
        .where(Test.slug == slug)
    ).one_or_none()
    plan, plan_version = (known[0], known[1]) if known is not None else (None, None)
    bank_id = draft.bank_id if draft is not None else plan_version.bank_id if plan_version is not None else None
    if bank_id is None:
        raise NotFound("assessment.test_not_found")
    chosen = draft.bank_version_id if draft is not None else None
    wanted = [BankVersion.id == Bank.current_version_id]
    wanted += [BankVersion.id == chosen] if chosen is not None else []
    wanted += [BankVersion.number == version] if version is not None else []
    rows = session.execute(
        select(Bank, BankVersion)
        .join(BankVersion, BankVersion.bank_id == Bank.id)
        .where(Bank.id == bank_id, or_(*wanted))
    ).all()
    bank = rows[0][0] if rows else None
    current = next((row[1] for row in rows if row[1].id == row[0].current_version_id), None)
    if bank is None or current is None:
        raise NotFound("assessment.bank_not_found")
    target = next(
        (row[1] for row in rows if (row[1].number == version if version is not None else row[1].id == chosen)),
        None if version is not None else current,
    )
    if target is None:
        raise NotFound("assessment.bank_version_not_found")
    return PlanDesk(slug, bank, plan, plan_version, draft, current, target)


def bank_numbers(session: Session, bank_id: int) -> Sequence[int]:
    """The numbers of the last versions of a bank, the newest first."""
    query = select(BankVersion.number).where(BankVersion.bank_id == bank_id)
    return session.scalars(query.order_by(BankVersion.number.desc()).limit(VERSIONS_SHOWN)).all()


def drawable(session: Session, bank_version_id: int) -> list[Candidate]:
    """The questions of a bank version as feasibility sees them: without their bodies, so that it answers while one types."""
    version, question = QuestionVersion.__table__, Question.__table__
    rows = session.execute(
        select(*(version.c[name] for name in content.DRAWABLE), question.c.key)
        .join_from(BankVersionQuestion.__table__, version)
        .join(question, question.c.id == version.c.question_id)
        .where(BankVersionQuestion.__table__.c.bank_version_id == bank_version_id)
    )
    return [
        Candidate(
            version_id=row.id,
            question_id=row.question_id,
            topic=row.topic,
            difficulty=row.difficulty,
            exclusive=row.exclusive or None,
            shuffle_size=0,
            pool=row.pool,
            scenario=row.scenario,
            place=row.scenario_place,
            status=row.status,
            key=row.key,
        )
        for row in rows
    ]


def checked(session: Session, desk: PlanDesk, document: Document) -> Checked:
    """A document over the target version of its bank: its faults by field, and what each section finds."""
    return check_document(document, desk.titles(), drawable(session, desk.target.id))


def sample(session: Session, plan: TestPlan, bank_version_id: int, seed: str) -> list[Item]:
    """A form that `plan` could draw for somebody who has seen nothing: the same for the same seed, and nothing is kept.

    Raises: DrawImpossible where the bank version cannot fill the plan.
    """
    table = prepare(plan, content.candidates(session, bank_version_id))
    drawn = draw_from(table, {}, hashlib.sha256(f"sample {plan.id} {seed}".encode()).digest())
    return _items(session, drawn)


def _items(session: Session, drawn: Iterable[Drawn]) -> list[Item]:
    each = list(drawn)
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash).where(
            QuestionVersion.id.in_([one.version_id for one in each])
        )
    )
    hashes = {row.id: row.content_hash for row in rows}
    ready = content.ready(session, hashes.items())
    return [
        Item(
            place,
            one.version_id,
            one.option_order,
            one.points,
            ready[hashes[one.version_id]],
            one.section,
            one.scenario,
        )
        for place, one in enumerate(each, 1)
    ]
