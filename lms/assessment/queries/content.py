"""Reading published questions and plans.

What was published never changes, so it is kept in the process: a question by the hash of its content (the same hash is
the same content in every database), the table of a draw by its plan version.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import REVIEWED, LoadedQuestion
from lms.assessment.models import (
    Bank,
    BankMedia,
    BankVersion,
    BankVersionQuestion,
    PlanVersion,
    Question,
    QuestionVersion,
    Test,
)
from lms.assessment.rules.draw import DrawTable, prepare
from lms.assessment.rules.plan import DRAWN, PRACTICE_POOLS, Candidate, TestPlan
from lms.assessment.types.base import Body, QuestionType
from lms.assessment.types.registry import question_type
from lms.kit.errors import NotFound
from lms.kit.files import StoredFile
from lms.kit.filetypes import KINDS, claimed
from lms.kit.markup import Shown, render

_QUESTIONS_KEPT = 4096
_TABLES_KEPT = 64
_FRESH = "assessment_fresh_banks"
_V = TypeVar("_V")


class Kept(Generic[_V]):
    """The values used last, up to a number; safe between threads."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, Lock()
        self._values: OrderedDict[object, _V] = OrderedDict()

    def get(self, key: object) -> _V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: object, value: _V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)


@dataclass(frozen=True, slots=True)
class ReadyQuestion:
    """A question version ready to grade (`body`, as written) and to show (`shown`, its Markdown as `Markup`).

    Texts that types keep plain (matching's right sides, the items of an ordering) stay `str`, so a template escapes them.
    """

    key: str
    kind: QuestionType
    topic: str
    difficulty: str
    pool: str
    review: str
    body: Body
    shown: Body
    explanation: Markup
    title: str = ""
    tags: tuple[str, ...] = ()
    status: str = REVIEWED
    scenario: str = ""
    scenario_stem: Markup = field(default_factory=Markup)
    scenario_place: int = 0


_questions: Kept[ReadyQuestion] = Kept(_QUESTIONS_KEPT)
_tables: WeakKeyDictionary[Engine, Kept[DrawTable]] = WeakKeyDictionary()
_practice: WeakKeyDictionary[Engine, Kept[Mapping[str, Sequence[ReadyQuestion]]]] = WeakKeyDictionary()
_guard = Lock()

_MEDIA = re.compile(r"media/([0-9a-f]{64}\.[a-z0-9]{1,5})")
# One line that begins with a letter and has none of the signs that mean something in Markdown or HTML.
_PLAIN = re.compile(r"[¿¡«“(]?[^\W\d_][^\W_]*(?:[ ,.;:¿?¡!()«»“”%/–—-]+[^\W_]+)*[.:;?!»”)…%]*")


def shown_media(target: str) -> Shown | None:
    """Where a picture or a sound that a question names is, once published."""
    match = _MEDIA.fullmatch(target)
    return (
        Shown(f"/medio/{match[1]}", sound=KINDS[claimed(match[1]) or "png"].media_type.startswith("audio/"))
        if match
        else None
    )


def snippet(text: str) -> Markup:
    """Safe HTML of a Markdown text; a single paragraph comes without its `<p>`, to stand inside a label or a legend."""
    if _PLAIN.fullmatch(text):
        return escape(text)
    html = render(text, shown_media).strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p") == 1:
        html = html[3:-4]
    return Markup(html)  # noqa: S704 - `render` let through what its allow-list names, nothing else


def ready(session: Session, wanted: Iterable[tuple[int, str]]) -> dict[str, ReadyQuestion]:
    """Questions by content hash, from (version id, content hash); those not kept yet are read in one query."""
    found: dict[str, ReadyQuestion] = {}
    missing: list[int] = []
    for version_id, content_hash in wanted:
        kept = _questions.get(content_hash)
        if kept is None:
            missing.append(version_id)
        else:
            found[content_hash] = kept
    if missing:
        rows = session.execute(
            select(QuestionVersion, Question.key)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(QuestionVersion.id.in_(missing))
        )
        for version, key in rows:
            found[version.content_hash] = made = ready_of(version, key)
            _questions.put(version.content_hash, made)
    return found


def ready_of(version: QuestionVersion | LoadedQuestion, key: str) -> ReadyQuestion:
    """A question, published or only written, ready to grade and to show."""
    kind = question_type(version.type)
    return ReadyQuestion(
        key=key,
        kind=kind,
        topic=version.topic,
        difficulty=version.difficulty,
        pool=version.pool,
        review=version.review,
        body=version.body,
        shown=kind.map_texts(version.body, snippet),
        explanation=snippet(version.explanation),
        title=version.title,
        tags=tuple(version.tags),
        status=version.status,
        scenario=version.scenario,
        scenario_stem=snippet(version.scenario_stem),
        scenario_place=version.scenario_place,
    )


def hashes_of(session: Session, bank_version_id: int) -> dict[int, str]:
    """The content hash of every question version of a bank version, by its id."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
        .where(BankVersionQuestion.bank_version_id == bank_version_id)
    )
    return {row[0]: row[1] for row in rows}


DRAWABLE = (
    "id",
    "question_id",
    "topic",
    "difficulty",
    "exclusive",
    "pool",
    "scenario",
    "scenario_place",
    "status",
)
"""Columns of a question version that a draw looks at."""
_CANDIDATES = (
    select(
        *(QuestionVersion.__table__.c[name] for name in DRAWABLE),
        *(QuestionVersion.__table__.c[name] for name in ("type", "body")),
        Question.__table__.c.key,
    )
    .join_from(BankVersionQuestion.__table__, QuestionVersion.__table__)
    .join(Question.__table__, Question.__table__.c.id == QuestionVersion.__table__.c.question_id)
    .where(BankVersionQuestion.__table__.c.bank_version_id == bindparam("bank_version"))
)


def candidates(session: Session, bank_version_id: int) -> list[Candidate]:
    """Every question of a bank version as a draw sees it."""
    return [
        Candidate(
            version_id=row.id,
            question_id=row.question_id,
            topic=row.topic,
            difficulty=row.difficulty,
            exclusive=row.exclusive or None,
            shuffle_size=question_type(row.type).shuffle_size(row.body),
            pool=row.pool,
            scenario=row.scenario,
            place=row.scenario_place,
            status=row.status,
            key=row.key,
        )
        for row in session.execute(_CANDIDATES, {"bank_version": bank_version_id})
    ]


def plan_rules(plan: PlanVersion, slug: str = "") -> TestPlan:
    """The pure plan that a stored version means."""
    return TestPlan.from_dict(
        {
            "id": slug,
            "title": plan.title,
            "pass_mark": Fraction(plan.pass_num, plan.pass_den),
            "minutes": plan.minutes,
            "attempts": plan.attempts,
            "delay_hours": plan.delay_hours,
            "sections": plan.sections,
            **plan.rules,
        }
    )


def draw_table(session: Session, plan: PlanVersion) -> DrawTable:
    """What a draw by this plan takes from, prepared once in each process."""
    return cached(
        session,
        _tables,
        plan.bank_version_id,
        (plan.bank_version_id, plan.content_hash),
        lambda: prepare(plan_rules(plan), candidates(session, plan.bank_version_id)),
    )


def practice_questions(session: Session, bank_version_id: int, module_key: str) -> Sequence[ReadyQuestion]:
    """The practice questions of a bank version that send back to a module, by key."""
    return _practice_by(session, bank_version_id).get(f"module {module_key}", ())


def _practice_by(session: Session, bank_version_id: int) -> Mapping[str, Sequence[ReadyQuestion]]:
    """The practice questions by "module <key>" and, those that stand alone, by "topic <id>"; each list by key."""

    def read() -> Mapping[str, Sequence[ReadyQuestion]]:
        rows = session.execute(
            select(QuestionVersion.id, QuestionVersion.content_hash, QuestionVersion.scenario)
            .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
            .where(
                BankVersionQuestion.bank_version_id == bank_version_id,
                QuestionVersion.pool.in_(sorted(PRACTICE_POOLS)),
                QuestionVersion.status == DRAWN,
            )
        ).all()
        alone = {row.content_hash for row in rows if not row.scenario}
        found: dict[str, list[ReadyQuestion]] = {}
        for content_hash, question in ready(session, [(row.id, row.content_hash) for row in rows]).items():
            found.setdefault(f"module {question.review.partition('#')[0]}", []).append(question)
            if content_hash in alone:
                found.setdefault(f"topic {question.topic}", []).append(question)
        return {name: sorted(some, key=lambda each: each.key) for name, some in found.items()}

    return cached(session, _practice, bank_version_id, bank_version_id, read)


def practice_topics(session: Session, bank_version_id: int, topics: Collection[str]) -> list[ReadyQuestion]:
    """The practice questions of some topics that stand alone, by key; of every topic where none is named."""
    kept = _practice_by(session, bank_version_id)
    names = [f"topic {topic}" for topic in topics] or [name for name in kept if name.startswith("topic ")]
    return sorted((each for name in set(names) for each in kept.get(name, ())), key=lambda each: each.key)


def practice_of_test(session: Session, slug: str, module_key: str) -> Sequence[ReadyQuestion]:
    """The same for the bank that a test draws from now; none for a course without a test. One query once kept."""
    bank_version_id = session.execute(_TEST_BANK, {"slug": slug}).scalar() if slug else None
    return practice_questions(session, bank_version_id, module_key) if bank_version_id is not None else ()


def cached(
    session: Session,
    shelves: WeakKeyDictionary[Engine, Kept[_V]],
    bank_version_id: int,
    key: object,
    make: Callable[[], _V],
) -> _V:
    """What `make` finds of a published bank version, kept in the process by `key`, each database's apart."""
    engine = session.get_bind().engine
    with _guard:
        shelf = shelves.setdefault(engine, Kept(_TABLES_KEPT))
    value = shelf.get(key)
    if value is None:
        value = make()
        if bank_version_id not in session.info.get(_FRESH, ()):
            shelf.put(key, value)
    return value


def mark_fresh(session: Session, bank_version_id: int) -> None:
    """Say that this transaction published the bank version: until it commits, nothing of it may be kept."""
    session.info.setdefault(_FRESH, set()).add(bank_version_id)


# Asked by every course and module page: built once.
_TEST_PLAN = (
    select(Test, PlanVersion)
    .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
    .where(Test.slug == bindparam("slug"))
)
_TEST_BANK = (
    select(PlanVersion.__table__.c.bank_version_id)
    .join_from(Test.__table__, PlanVersion.__table__, PlanVersion.__table__.c.id == Test.__table__.c.current_plan_id)
    .where(Test.__table__.c.slug == bindparam("slug"))
)


def test_plan(session: Session, slug: str) -> tuple[Test, PlanVersion] | None:
    """A test and the plan that new attempts follow; None where nothing was published under this id."""
    row = session.execute(_TEST_PLAN, {"slug": slug}).one_or_none()
    return None if row is None else (row[0], row[1])


def current_plan(session: Session, test_id: int) -> PlanVersion:
    """The plan that new attempts of a test follow."""
    query = select(PlanVersion).join(Test, Test.current_plan_id == PlanVersion.id).where(Test.id == test_id)
    return session.scalars(query).one()


def attempts_allowed(session: Session, test_id: int) -> int:
    """How many attempts a person has at a test by the plan that new attempts follow."""
    query = select(PlanVersion.attempts).join(Test, Test.current_plan_id == PlanVersion.id).where(Test.id == test_id)
    return session.scalars(query).one()


def bank_page(session: Session, slug: str) -> tuple[Bank, BankVersion]:
    """A bank with its current version.

    Raises: NotFound("assessment.bank_not_found").
    """
    row = session.execute(
        select(Bank, BankVersion).join(BankVersion, BankVersion.id == Bank.current_version_id).where(Bank.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.bank_not_found")
    return row[0], row[1]


def media_file(session: Session, name: str) -> StoredFile:
    """The file that texts of published questions call `name`; every bank that shows it shows the same bytes.

    Raises: NotFound("files.not_found").
    """
    query = select(StoredFile).join(BankMedia, BankMedia.file_id == StoredFile.id).where(BankMedia.name == name)
    found = session.scalar(query.order_by(BankMedia.id).limit(1))
    if found is None:
        raise NotFound("files.not_found")
    return found
