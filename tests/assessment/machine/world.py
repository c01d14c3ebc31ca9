"""A database with a test in it, people who have never taken it, and ways to stop a command in the middle."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, PlanVersion, Question, QuestionVersion, Result
from lms.assessment.queries import content
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.draw import draw
from lms.assessment.rules.plan import Section
from lms.catalog.models import CourseModule, CourseVersion
from lms.kit.db import Database
from lms.kit.errors import LmsError
from lms.kit.ids import new_code
from lms.kit.permissions import Actor
from lms.people.models import Person, Placement
from tests.assessment.machine import model
from tests.assessment.scene import bank, make_scene, plan, question
from tests.cast import HIRED, Cast
from tests.conftest import NOW
from tests.courses import make_course, make_enrolment

POINTS = {"a": Fraction(1), "b": Fraction(3)}
COUNTS = {"a": 3, "b": 2}
MARK = Fraction(2, 3)
"""Of the nine points of a form: six of them are the mark exactly."""
MINUTES, ATTEMPTS, DELAY_HOURS = 30, 3, 1


class Crash(Exception):
    """The process died here."""


CRASHED = object()


def _partial(key: str) -> Any:
    made = question(key, "multiple", topic="a")
    body = {**made.body, "scoring": "partial"}
    return dataclasses.replace(made, body=body, content_hash=content_hash({"key": key, "body": body}))


QUESTIONS = [
    *(question(f"single-{number}", "single", topic="a") for number in range(3)),
    *(question(f"true_false-{number}", "true_false", topic="a") for number in range(2)),
    *(question(f"multiple-{number}", "multiple", topic="a") for number in range(2)),
    *(_partial(f"partial-{number}") for number in range(2)),
    *(question(f"matching-{number}", "matching", topic="b") for number in range(3)),
    *(question(f"ordering-{number}", "ordering", topic="b") for number in range(2)),
]
SIZES = {"single": 3, "true_false": 0, "multiple": 4, "partial": 4, "matching": 4, "ordering": 3}


@dataclass(frozen=True)
class Learner:
    """Somebody who has taken no test yet, with two enrolments that lead to the same one."""

    actor: Actor
    enrolments: tuple[str, str]


@dataclass(frozen=True)
class Stored:
    """What the database holds of one attempt, as it stands there."""

    row: Any
    items: list[tuple[int, int, str, tuple[int, ...], Fraction]]  # place, question, its key, order, points
    steps: list[model.Step]
    results: list[tuple[Fraction, Fraction, bool, int, Any]]


@dataclass
class World:
    database: Database
    cast: Cast
    courses: tuple[CourseVersion, CourseVersion]
    people: int = 0

    def learner(self) -> Learner:
        self.people += 1
        with self.database.writing() as session:
            row = Person(
                code=new_code(),
                employee_number=f"Z{self.people}",
                given_name="Alguien",
                family_name="Nuevo",
                created_at=NOW,
                email=None,
            )
            session.add(row)
            session.flush()
            session.add(
                Placement(
                    code=new_code(),
                    person_id=row.id,
                    site_id=self.cast.site_id,
                    programme_id=self.cast.programme_id,
                    job_id=self.cast.job_id,
                    from_day=HIRED,
                )
            )
            actor = dataclasses.replace(self.cast.agent.actor, person_id=row.id, code=row.code)
            member = dataclasses.replace(self.cast.agent, id=row.id)
            codes = [make_enrolment(session, self.cast, member, course, NOW).code for course in self.courses]
        return Learner(actor, (codes[0], codes[1]))

    def transact(self, work: Callable[[Session], Any], fate: object) -> Any:
        """Run a command as a request does; a refusal is returned. `fate`: "rollback" dies before the commit, a number at
        that statement of it."""
        session = self.database.open(write=True)
        try:
            with self._dying(fate if isinstance(fate, int) else 0):
                value = work(session)
            if fate == "rollback":
                raise Crash
            session.commit()
        except Crash:
            session.rollback()
            return CRASHED
        except LmsError as refused:
            session.rollback()
            return refused
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        return value

    @contextmanager
    def _dying(self, at: int) -> Iterator[None]:
        count = 0

        def note(*_facts: object) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise Crash

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)

    def read(self, learner: Learner) -> list[Stored]:
        """Every attempt of a person, the oldest first, read anew."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(Attempt).where(Attempt.person_id == learner.actor.person_id).order_by(Attempt.id)
            ).all()
            return [Stored(row, _items(session, row), _steps(session, row), _results(session, row)) for row in rows]

    def drawn_again(self, row: Attempt) -> list[tuple[int, tuple[int, ...], Fraction]]:
        """What the stored seed and the stored inputs give now: question version, order of options, points."""
        with self.database.reading() as session:
            rules = content.plan_rules(session.get_one(PlanVersion, row.plan_version_id))
            seen = {int(key): order for key, order in row.seen.items()}
            found = draw(
                rules, content.candidates(session, row.bank_version_id), seen, row.seed, algorithm=row.algorithm
            )
        return [(each.version_id, tuple(each.option_order), Fraction(each.points)) for each in found]

    def abandon(self, learner: Learner) -> None:
        """Leave nothing open behind, that a sweep of the next run would find."""
        with self.database.engine.begin() as connection:
            table = Attempt.__table__
            mine = table.c.person_id == learner.actor.person_id
            connection.execute(table.update().where(mine, table.c.closed_at.is_(None)).values(closed_at=NOW))


def make(database: Database, cast: Cast) -> World:
    """One test of five questions, worth nine points, in two courses."""
    test = plan(
        *(Section(topic, "any", COUNTS[topic], points=int(POINTS[topic])) for topic in COUNTS),
        pass_mark=MARK,
        minutes=MINUTES,
        attempts=ATTEMPTS,
        delay_hours=DELAY_HOURS,
    )
    with database.writing() as session:
        made = make_scene(session, cast, NOW, QUESTIONS, test)
        first = session.get_one(CourseVersion, made.enrolment.version_id)
        second = make_course(session, NOW, slug="otro", test=bank(QUESTIONS, test).id)
        # Something left to read: passing the test does not end the course.
        module = {"key": "m1", "position": 1, "title": "Uno", "summary": "", "minutes": 10, "html": ""}
        session.add(CourseModule(version_id=second.id, about={"objectives": [], "toc": []}, **module))
        return World(database, cast, (first, second))


def seeds(example: int) -> Callable[[int], bytes]:
    """In place of a secret: the same seeds whenever the same example runs, so that what failed fails again."""
    count = 0

    def token_bytes(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{example} {count}".encode()).digest(size)

    return token_bytes


def _items(session: Session, row: Attempt) -> list[tuple[int, int, str, tuple[int, ...], Fraction]]:
    found = session.execute(
        select(AttemptItem, QuestionVersion.id, Question.key)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(AttemptItem.attempt_id == row.id)
        .order_by(AttemptItem.position)
    )
    return [
        (item.position, version, key, tuple(item.option_order), Fraction(item.points_num, item.points_den))
        for item, version, key in found
    ]


def _steps(session: Session, row: Attempt) -> list[model.Step]:
    found = session.scalars(select(AttemptStep).where(AttemptStep.attempt_id == row.id).order_by(AttemptStep.id))
    return [
        model.Step(each.kind, each.position, each.tab, each.seq, each.payload, each.late, each.at) for each in found
    ]


def _results(session: Session, row: Attempt) -> list[tuple[Fraction, Fraction, bool, int, Any]]:
    found = session.scalars(select(Result).where(Result.attempt_id == row.id).order_by(Result.id))
    return [
        (
            Fraction(each.score_num, each.score_den),
            Fraction(each.pass_num, each.pass_den),
            each.passed,
            each.answered,
            each.graded_at,
        )
        for each in found
    ]
