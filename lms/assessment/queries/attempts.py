"""Reading attempts: who may see one, what was drawn, what was answered, how it was graded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, PlanVersion, QuestionVersion, Regrade, Result
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.rules.pages import GUARDS, Locks, locks
from lms.assessment.rules.policy import AttemptFacts, Step, latest
from lms.assessment.types.base import Presented
from lms.catalog.models import Course, Enrolment
from lms.kit.db import fraction
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person, Site
from lms.people.queries import place_condition


@dataclass(frozen=True, slots=True)
class Item:
    """A question of an attempt at its place, ready to show in the order drawn and to grade.

    `section` is its section of the plan by number (None: fixed, or drawn before that was kept), `scenario` that it came with.
    """

    position: int
    version_id: int
    order: tuple[int, ...]
    points: Fraction
    question: ReadyQuestion
    section: int | None = None
    scenario: str = ""

    def present(self) -> Presented:
        """What the browser may have."""
        return self.question.kind.present(self.question.shown, self.order)

    def note(self, answer: Any) -> str:
        """The message key of what its writer should know at once of an answer that is kept as it is; "" for nothing."""
        key = self.question.kind.note(self.question.body, answer)
        return f"assessment.note.{key}" if key else ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An attempt with what its pages and commands need. `zone` is that of the site it was started in ("" where none)."""

    attempt: Attempt
    enrolment: Enrolment
    course: Course
    zone: str

    def is_late(self, now: datetime) -> bool:
        """Whether what the server gets at `now` comes after deadline and grace."""
        return held(self.attempt).is_late(now)


@dataclass(frozen=True, slots=True)
class Held:
    """What saving needs to know of an attempt, locked: its key, its times and how many steps it has."""

    id: int
    deadline_at: datetime
    grace_seconds: int
    closed_at: datetime | None
    steps: int = 0

    @property
    def ends_at(self) -> datetime:
        """When the deadline and the grace are over."""
        return self.deadline_at + timedelta(seconds=self.grace_seconds)

    def is_late(self, now: datetime) -> bool:
        return now > self.ends_at


def held(attempt: Attempt) -> Held:
    return Held(attempt.id, attempt.deadline_at, attempt.grace_seconds, attempt.closed_at)


def _opened(*conditions: ColumnElement[bool]) -> Select[Attempt, Enrolment, Course, str]:
    return (
        select(Attempt, Enrolment, Course, Site.zone)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Site, Site.id == Attempt.site_id)
        .options(joinedload(Attempt.plan).joinedload(PlanVersion.bank_version))
        .where(*conditions)
    )


def _locked(query: Select[Attempt, Enrolment, Course, str]) -> Select[Attempt, Enrolment, Course, str]:
    return query.with_for_update(of=Attempt).execution_options(populate_existing=True)


# Every page and save of an attempt asks these: they are built once, for building costs more than running.
# Whatever a grant's scope says, nobody answers for somebody else.
_OWN = _opened(Attempt.code == bindparam("code"), Attempt.person_id == bindparam("person"))
_OWN_LOCKED = _locked(_OWN)


def _own(session: Session, actor: Actor, code: str, query: Select[Attempt, Enrolment, Course, str]) -> Opened:
    person = -1 if actor.person_id is None else actor.person_id
    row = session.execute(query, {"code": code, "person": person}).one_or_none()
    if row is None:
        raise NotFound("assessment.attempt_not_found")
    return Opened(row[0], row[1], row[2], row[3] or "")


def own_attempt(session: Session, actor: Actor, code: str) -> Opened:
    """One's own attempt.

    Raises: NotFound("assessment.attempt_not_found") for any other, existing or not.
    """
    return _own(session, actor, code, _OWN)


def reached(actor: Actor, permission: Permission, on: date) -> ColumnElement[bool]:
    """That an attempt was made at a place that the actor's scope for a permission covers."""
    columns = Attempt.__table__.c
    return place_condition(
        actor, permission, on, person_id=columns.person_id, site_id=columns.site_id, programme_id=columns.programme_id
    )


def attempt_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> tuple[Opened, Person]:
    """An attempt that the actor's scope for `permission` reaches, by the place it was made in, and whose it is.

    Raises: NotFound("assessment.attempt_not_found") for a code that does not exist and for a stranger alike.
    """
    here = reached(actor, permission, on)
    query = _opened(Attempt.code == code, here).add_columns(Person).join(Person, Person.id == Attempt.person_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("assessment.attempt_not_found")
    return Opened(row[0], row[1], row[2], row[3] or ""), row[4]


def lock_attempt(session: Session, condition: Iterable[ColumnElement[bool]]) -> Opened:
    """The attempt, locked until the transaction ends, so that saves and submissions of it come one after the other.

    Raises: NotFound("assessment.attempt_not_found").
    """
    row = session.execute(_locked(_opened(*condition))).one_or_none()
    if row is None:
        raise NotFound("assessment.attempt_not_found")
    return Opened(row[0], row[1], row[2], row[3] or "")


def lock_own(session: Session, actor: Actor, code: str) -> Opened:
    """One's own attempt, locked. Raises: NotFound."""
    return _own(session, actor, code, _OWN_LOCKED)


def expired(session: Session, now: datetime, limit: int, without: Collection[str] = ()) -> list[str]:
    """Codes of open attempts whose deadline and grace are over, the oldest first, but for those `without`."""
    rows = session.execute(
        select(Attempt.code, Attempt.deadline_at, Attempt.grace_seconds)
        .where(Attempt.closed_at.is_(None), Attempt.deadline_at < now, Attempt.code.not_in(without))
        .order_by(Attempt.deadline_at)
        .limit(limit)
    )
    return [code for code, due, grace in rows if now > due + timedelta(seconds=grace)]


_ITEM, _QUESTION = AttemptItem.__table__, QuestionVersion.__table__
ITEM_COLUMNS = (
    *(_ITEM.c[name] for name in ("position", "question_version_id", "option_order", "points_num", "points_den")),
    _ITEM.c.section,
    _QUESTION.c.content_hash,
    _QUESTION.c.scenario,
)
_ITEMS = (
    select(*ITEM_COLUMNS)
    .join_from(_ITEM, _QUESTION, _QUESTION.c.id == _ITEM.c.question_version_id)
    .where(_ITEM.c.attempt_id == bindparam("attempt"))
    .order_by(_ITEM.c.position)
)
_ITEMS_AT = _ITEMS.where(_ITEM.c.position.in_(bindparam("positions", expanding=True)))


def items_of(session: Session, attempt_id: int, positions: Iterable[int] | None = None) -> list[Item]:
    """What was drawn, in order; with `positions`, only those."""
    if positions is None:
        rows = session.execute(_ITEMS, {"attempt": attempt_id}).all()
    else:
        rows = session.execute(_ITEMS_AT, {"attempt": attempt_id, "positions": sorted(set(positions))}).all()
    return items_from(session, rows)


def items_from(session: Session, rows: Sequence[Row[Any]]) -> list[Item]:
    """Items of rows with the columns of `ITEM_COLUMNS`."""
    questions = ready(session, [(row.question_version_id, row.content_hash) for row in rows])
    return [
        Item(
            row.position,
            row.question_version_id,
            tuple(row.option_order),
            Fraction(row.points_num, row.points_den),
            questions[row.content_hash],
            row.section,
            row.scenario,
        )
        for row in rows
    ]


_STEPS = select(AttemptStep).where(AttemptStep.attempt_id == bindparam("attempt")).order_by(AttemptStep.id)


def steps_of(session: Session, attempt_id: int) -> Sequence[AttemptStep]:
    """Every step in the server's order."""
    return session.scalars(_STEPS, {"attempt": attempt_id}).all()


_STEP = AttemptStep.__table__.c
_STEPS_BY_TAB = select(*(_STEP[name] for name in ("id", "position", "tab", "seq", "payload", "late"))).where(
    _STEP.attempt_id == bindparam("attempt"),
    or_(
        and_(
            _STEP.tab.in_(bindparam("tabs", expanding=True)),
            _STEP.seq.in_(bindparam("numbers", expanding=True)),
        ),
        _STEP.tab.in_(GUARDS),
    ),
)


def steps_by_tab(session: Session, attempt_id: int, tabs: Iterable[str], numbers: Iterable[int]) -> list[Step]:
    """The steps that could be the same as what a browser sends now, by tab and number, and those that lock questions."""
    wanted = {"attempt": attempt_id, "tabs": sorted(set(tabs)), "numbers": sorted(set(numbers))}
    return [
        Step(row.id, row.position or 0, row.tab, row.seq, row.payload, row.late)
        for row in session.execute(_STEPS_BY_TAB, wanted)
    ]


def pure_step(row: AttemptStep) -> Step:
    """A stored step as the rules see it; its `answer` is the whole payload."""
    return Step(row.id, row.position or 0, row.tab, row.seq, row.payload, row.late)


def locks_of(steps: Iterable[AttemptStep]) -> Locks:
    """Which questions take no answer any more."""
    return locks(pure_step(row) for row in steps if row.tab in GUARDS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of an attempt's steps, by position: canonical answers, and the questions flagged."""

    answers: Mapping[int, Any]
    flagged: frozenset[int]
    last_at: datetime | None

    def answered(self) -> frozenset[int]:
        return frozenset(position for position, answer in self.answers.items() if answer is not None)


def standing(steps: Sequence[AttemptStep]) -> Standing:
    """Derive it: the newest save of each question stands, late ones never do (invariants 4 and 5)."""
    answers = latest(pure_step(row) for row in steps if row.kind == "answer")
    flags = latest(pure_step(row) for row in steps if row.kind == "flag")
    times = [row.at for row in steps if row.kind == "answer" and not row.late]
    return Standing(
        answers={position: step.answer["answer"] for position, step in answers.items()},
        flagged=frozenset(position for position, step in flags.items() if step.answer["flag"]),
        last_at=max(times, default=None),
    )


@dataclass(frozen=True, slots=True)
class Past:
    """An attempt of a person's history with the result that stands (None: not graded yet)."""

    attempt: Attempt
    result: Result | None

    @property
    def facts(self) -> AttemptFacts:
        graded = self.result
        return AttemptFacts(
            started_at=self.attempt.started_at,
            deadline=self.attempt.deadline_at,
            submitted_at=self.attempt.closed_at,
            graded_at=graded.graded_at if graded else None,
            passed=graded.passed if graded else None,
        )

    @property
    def score(self) -> Fraction | None:
        return None if self.result is None else fraction(self.result.score_num, self.result.score_den)


_HISTORY = (
    select(Attempt, Result)
    .outerjoin(Result, Result.attempt_id == Attempt.id)
    .where(Attempt.person_id == bindparam("person"), Attempt.test_id == bindparam("test"))
    .order_by(Attempt.id, Result.id)
)


def history(session: Session, person_id: int, test_id: int) -> list[Past]:
    """Every attempt of a person at a test, in all their enrolments, the oldest first."""
    rows = session.execute(_HISTORY, {"person": person_id, "test": test_id})
    found: dict[int, Past] = {}
    for attempt, result in rows:
        found[attempt.id] = Past(attempt, result)  # the last result of an attempt stands
    return list(found.values())


def attempts_in_scope(session: Session, actor: Actor, person_id: int, on: date) -> list[Past]:
    """A person's closed attempts at any test that the actor may verify, the newest first, each with its plan."""
    rows = session.execute(
        select(Attempt, Result)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .options(joinedload(Attempt.plan))
        .where(
            Attempt.person_id == person_id,
            Attempt.closed_at.is_not(None),
            reached(actor, Permission.READ_ATTEMPTS, on),
        )
        .order_by(Attempt.id.desc(), Result.id)
    )
    found: dict[int, Past] = {}
    for attempt, result in rows:
        found[attempt.id] = Past(attempt, result)
    return list(found.values())


def seen_by(session: Session, person_id: int, test_id: int) -> dict[int, int]:
    """When a person last saw each question of a test: question id to the id of that attempt, which grows with time."""
    rows = session.execute(
        select(QuestionVersion.question_id, func.max(Attempt.id))
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.person_id == person_id, Attempt.test_id == test_id)
        .group_by(QuestionVersion.question_id)
        .order_by(QuestionVersion.question_id)
    )
    return {row[0]: row[1] for row in rows}


def open_attempt(session: Session, person_id: int, test_id: int) -> Attempt | None:
    """The open attempt of a person at a test."""
    return session.scalar(
        select(Attempt).where(
            and_(Attempt.person_id == person_id, Attempt.test_id == test_id, Attempt.closed_at.is_(None))
        )
    )


def is_taking(session: Session, person_id: int) -> bool:
    """Whether a person has an attempt open, at whatever test: several may draw from one bank."""
    query = select(Attempt.id).where(Attempt.person_id == person_id, Attempt.closed_at.is_(None)).limit(1)
    return session.scalar(query) is not None


def results_of(session: Session, attempt_id: int) -> Sequence[Result]:
    """Every grading of an attempt, the original first; the last one stands."""
    return session.scalars(select(Result).where(Result.attempt_id == attempt_id).order_by(Result.id)).all()


_LAST_REGRADE = (
    select(Regrade, AttemptItem.question_version_id)
    .join(QuestionVersion, QuestionVersion.question_id == Regrade.question_id)
    .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
    .where(AttemptItem.attempt_id == bindparam("attempt"))
    .order_by(Regrade.id.desc())
)


def last_regrade(session: Session, attempt_id: int) -> Regrade | None:
    """The last regrade that names a question version that an attempt drew; None where none does. One query."""
    rows = session.execute(_LAST_REGRADE, {"attempt": attempt_id})
    return next((regrade for regrade, version in rows if version in regrade.versions), None)


def trace_count(session: Session, attempt_id: int) -> int:
    """How many steps of an attempt only tell how it is taken."""
    query = select(func.count()).where(AttemptStep.attempt_id == attempt_id, AttemptStep.kind.in_(("left", "paste")))
    return session.scalar(query) or 0
