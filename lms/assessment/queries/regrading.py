"""Reading what a regrade touches: the graded attempts that drew a question, what each gave there, and the results it has.

`touched` reads attempts in portions, with a fixed number of queries each, whatever a portion holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import (
    Attempt,
    AttemptItem,
    AttemptStep,
    Bank,
    PlanVersion,
    Question,
    QuestionVersion,
    Regrade,
    Result,
)
from lms.assessment.queries.attempts import pure_step
from lms.assessment.queries.content import ReadyQuestion, ready
from lms.assessment.queries.standing import LAST_OF_ATTEMPT
from lms.assessment.rules.policy import latest
from lms.assessment.rules.regrade import Change, Made
from lms.kit.errors import NotFound
from lms.people.models import Person, Site

BATCH = 200
"""Attempts that are read, and results that are written, in one go."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A graded attempt that drew a question.

    `rows` are those of the result that stands, `original` those of the first. `drawn`: by position the version of each
    question that some regrade names; `given`: by position how the answer there is recognised.
    """

    attempt_id: int
    attempt_code: str
    person_id: int
    enrolment_id: int
    zone: str
    drawn: Mapping[int, int]
    given: Mapping[int, str]
    original: Sequence[dict[str, Any]]
    rows: Sequence[dict[str, Any]]
    score: Fraction
    mark: Fraction
    passed: bool
    answered: int  # in the original
    sections: Sequence[dict[str, Any]]  # of the plan


@dataclass(frozen=True, slots=True)
class DrawnVersion:
    """A version of a question, how many graded attempts drew it, and since when."""

    id: int
    content_hash: str
    attempts: int
    first_at: datetime


def question_of(session: Session, slug: str, key: str) -> tuple[Bank, Question]:
    """A question by its bank and key. Raises: NotFound("assessment.question_not_found")."""
    row = session.execute(
        select(Bank, Question).join(Question, Question.bank_id == Bank.id).where(Bank.slug == slug, Question.key == key)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.question_not_found")
    return row[0], row[1]


def drew(session: Session, person_id: int, versions: Collection[int]) -> bool:
    """Whether a person was graded on one of these question versions."""
    query = (
        select(Attempt.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id, AttemptItem.question_version_id.in_(versions))
        .limit(1)
    )
    return session.scalar(query) is not None


def drawn_versions(session: Session, question_id: int) -> list[DrawnVersion]:
    """The versions of a question that graded attempts drew, the newest first."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash, func.count(), func.min(Attempt.started_at))
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Result, (Result.attempt_id == Attempt.id) & (Result.kind == "original"))
        .where(QuestionVersion.question_id == question_id)
        .group_by(QuestionVersion.id, QuestionVersion.content_hash)
        .order_by(QuestionVersion.id.desc())
    )
    return [DrawnVersion(*row) for row in rows]


def questions_of(session: Session, version_ids: Collection[int]) -> dict[int, ReadyQuestion]:
    """Question versions ready to show and grade, by id."""
    if not version_ids:
        return {}
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.content_hash).where(QuestionVersion.id.in_(version_ids))
    ).all()
    found = ready(session, [(row[0], row[1]) for row in rows])
    return {row[0]: found[row[1]] for row in rows}


_original = aliased(Result)
_GRADED = (
    select(Attempt.id, Attempt.code, Attempt.person_id, Attempt.enrolment_id, Site.zone, PlanVersion.sections)
    .add_columns(Result, _original.items, _original.answered)
    .join(Result, Result.id == LAST_OF_ATTEMPT)
    .join(_original, (_original.attempt_id == Attempt.id) & (_original.kind == "original"))
    .join(PlanVersion, PlanVersion.id == Attempt.plan_version_id)
    .outerjoin(Site, Site.id == Attempt.site_id)
)
_DREW = select(AttemptItem.attempt_id).where(
    AttemptItem.question_version_id.in_(bindparam("versions", expanding=True)),
    AttemptItem.attempt_id > bindparam("after"),
)
_PORTION: Select[*tuple[Any, ...]] = (
    _GRADED.where(Attempt.id.in_(_DREW), Attempt.id > bindparam("after")).order_by(Attempt.id).limit(bindparam("size"))
)
_ONE: Select[*tuple[Any, ...]] = _GRADED.where(Attempt.id == bindparam("attempt"))
_DRAWN = select(AttemptItem.attempt_id, AttemptItem.position, AttemptItem.question_version_id).where(
    AttemptItem.attempt_id.in_(bindparam("attempts", expanding=True)),
    AttemptItem.question_version_id.in_(bindparam("versions", expanding=True)),
)


class Reader:
    """Reads touched attempts, knowing every regrade of a bank: what they draw from it is what regrades may have changed."""

    def __init__(self, session: Session, bank_id: int, more: Collection[Made] = ()) -> None:
        self._session = session
        self.made = [*made_of(session, bank_id), *more]
        self._named = sorted({version for each in self.made for version in each.versions})
        self._questions = questions_of(session, self._named)

    def touched(self, versions: Collection[int], *, after: int = 0, size: int = BATCH) -> list[Touched]:
        """The graded attempts after one of them (by id) that drew some of these versions. Three queries."""
        rows = self._session.execute(_PORTION, {"versions": sorted(versions), "after": after, "size": size}).all()
        return self._read(rows) if rows else []

    def every(self, versions: Collection[int]) -> Iterator[list[Touched]]:
        """All of them, in portions."""
        after = 0
        while portion := self.touched(versions, after=after):
            yield portion
            after = portion[-1].attempt_id

    def one(self, attempt_id: int) -> list[Touched]:
        """One graded attempt."""
        return self._read(self._session.execute(_ONE, {"attempt": attempt_id}).all()) if self._named else []

    def _read(self, rows: Sequence[Any]) -> list[Touched]:
        ids = [row[0] for row in rows]
        drawn: dict[int, dict[int, int]] = defaultdict(dict)
        for attempt, position, version in self._session.execute(_DRAWN, {"attempts": ids, "versions": self._named}):
            drawn[attempt][position] = version
        answers = answers_at(self._session, [(attempt, at) for attempt, some in drawn.items() for at in some])
        return [self._touched(row, drawn[row[0]], answers) for row in rows]

    def _touched(self, row: Any, drawn: Mapping[int, int], answers: Mapping[tuple[int, int], Any]) -> Touched:
        attempt_id, code, person_id, enrolment_id, zone, sections, result, original, answered = row
        given = {}
        for position, version in drawn.items():
            answer = answers.get((attempt_id, position))
            if answer is not None:
                question = self._questions[version]
                given[position] = question.kind.reply(question.body, answer)
        return Touched(
            attempt_id=attempt_id,
            attempt_code=code,
            person_id=person_id,
            enrolment_id=enrolment_id,
            zone=zone or "",
            drawn=drawn,
            given=given,
            original=original,
            rows=result.items,
            score=Fraction(result.score_num, result.score_den),
            mark=Fraction(result.pass_num, result.pass_den),
            passed=result.passed,
            answered=answered,
            sections=sections,
        )


def made(row: Regrade) -> Made:
    """A stored regrade as the rules see it."""
    return Made(row.code, Change.stored(row.kind, row.payload), frozenset(row.versions))


def made_of(session: Session, bank_id: int) -> list[Made]:
    """Every regrade of a bank, in order."""
    rows = session.scalars(
        select(Regrade)
        .join(Question, Question.id == Regrade.question_id)
        .where(Question.bank_id == bank_id)
        .order_by(Regrade.id)
    )
    return [made(row) for row in rows]


_ANSWERS = (
    select(AttemptStep)
    .where(
        AttemptStep.attempt_id.in_(bindparam("attempts", expanding=True)),
        AttemptStep.position.in_(bindparam("positions", expanding=True)),
        AttemptStep.kind == "answer",
    )
    .order_by(AttemptStep.id)
)


def answers_at(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """What stands as the answer at each (attempt, position). One query."""
    wanted = set(places)
    if not wanted:
        return {}
    asked = {"attempts": sorted({each for each, _ in wanted}), "positions": sorted({each for _, each in wanted})}
    steps: dict[tuple[int, int], list[AttemptStep]] = defaultdict(list)
    for step in session.scalars(_ANSWERS, asked):
        if (place := (step.attempt_id, step.position or 0)) in wanted:
            steps[place].append(step)
    found = {}
    for place, some in steps.items():
        standing = latest(pure_step(step) for step in some).get(place[1])
        found[place] = None if standing is None else standing.answer["answer"]
    return found


def following(session: Session, regrade_id: int, attempt_ids: Collection[int]) -> set[int]:
    """Those of some attempts that have a result by this regrade."""
    query = select(Result.attempt_id).where(Result.regrade_id == regrade_id, Result.attempt_id.in_(attempt_ids))
    return set(session.scalars(query))


def regrade_by_code(session: Session, code: str) -> tuple[Regrade, Question, Bank]:
    """A regrade with its question and bank. Raises: NotFound("assessment.regrade_not_found")."""
    row = session.execute(
        select(Regrade, Question, Bank)
        .join(Question, Question.id == Regrade.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(Regrade.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound("assessment.regrade_not_found")
    return row[0], row[1], row[2]


def written_by(session: Session, regrade_id: int) -> int:
    """How many results a regrade has written."""
    return session.scalar(select(func.count()).select_from(Result).where(Result.regrade_id == regrade_id)) or 0


@dataclass(frozen=True, slots=True)
class RegradeRow:
    """A regrade with its question's key, who made it, how many results it has written, and whether it was withdrawn."""

    regrade: Regrade
    key: str
    by: str
    written: int
    withdrawn: bool


def regrades_of(
    session: Session, bank_id: int, *, key: str = "", before: int | None = None, limit: int = 100
) -> list[RegradeRow]:
    """The regrades of a bank, or of one question of it, the newest first. Two queries.

    Marks that were corrected are left out: each is about one person, and is told where that person's attempt is.
    """
    written = select(func.count()).where(Result.regrade_id == Regrade.id).correlate(Regrade).scalar_subquery()
    query = (
        select(Regrade, Question.key, Person, written)
        .join(Question, Question.id == Regrade.question_id)
        .join(Person, Person.id == Regrade.made_by)
        .where(Question.bank_id == bank_id, Regrade.kind != "mark")
        .order_by(Regrade.id.desc())
        .limit(limit)
    )
    if key:
        query = query.where(Question.key == key)
    if before is not None:
        query = query.where(Regrade.id < before)
    gone = {each.change.withdraws for each in made_of(session, bank_id)}
    return [RegradeRow(row[0], row[1], row[2].name, row[3], row[0].code in gone) for row in session.execute(query)]


def names(session: Session, attempt_ids: Collection[int], reached: Any) -> dict[int, tuple[str, str]]:
    """The code and the person of those of some attempts that a condition of scope reaches."""
    query = select(Attempt.id, Attempt.code, Person).join(Person, Person.id == Attempt.person_id)
    rows = session.execute(query.where(Attempt.id.in_(attempt_ids), reached))
    return {row[0]: (row[1], row[2].name) for row in rows}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was given to a question: how it is recognised, one of those, how often, and what it earned."""

    key: str
    answer: Any
    times: int
    grade: Fraction
    people: int = 0  # who gave it: one who did so twice is one


MOST_REPLIES_OF = 5_000
"""Attempts whose answers are looked through, the newest first."""


def replies(session: Session, version_id: int, *, most: int = MOST_REPLIES_OF) -> list[Reply]:
    """The distinct answers that the `most` newest graded attempts gave to a version, the most frequent first."""
    question = questions_of(session, [version_id])[version_id]
    places = session.execute(
        select(AttemptItem.attempt_id, AttemptItem.position, Attempt.person_id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Result, (Result.attempt_id == AttemptItem.attempt_id) & (Result.kind == "original"))
        .where(AttemptItem.question_version_id == version_id)
        .order_by(AttemptItem.attempt_id.desc())
        .limit(most)
    ).all()
    persons = {row[0]: row[2] for row in places}
    found: dict[str, Reply] = {}
    gave: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(places), BATCH):
        answers = answers_at(session, [(row[0], row[1]) for row in places[start : start + BATCH]])
        for (attempt_id, _), answer in answers.items():
            if answer is None:
                continue
            key = question.kind.reply(question.body, answer)
            gave[key].add(persons[attempt_id])
            known = found.get(key)
            times, grade = (
                (1, question.kind.grade(question.body, answer)) if known is None else (known.times + 1, known.grade)
            )
            found[key] = Reply(key, answer, times, grade, len(gave[key]))
    return sorted(found.values(), key=lambda each: (-each.times, each.key))


def bank_of_attempt(session: Session, attempt_id: int) -> int:
    """The id of the bank that an attempt drew from."""
    query = (
        select(Question.bank_id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .where(AttemptItem.attempt_id == attempt_id)
        .limit(1)
    )
    return session.scalars(query).one()
