"""A published bank and plan, a course that uses them, people enrolled: what the tests of attempts start from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.assessment.commands import Entry, Outcome, publish_bank, save, start
from lms.assessment.formats.bank import LoadedBank, LoadedQuestion, Topic
from lms.assessment.models import Attempt, BankVersion
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Item
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.plan import Section, TestPlan
from lms.catalog.models import CourseModule, Enrolment
from lms.kit.permissions import SYSTEM
from tests.assessment.samples import BODIES
from tests.cast import Cast, Member
from tests.conftest import NOW
from tests.courses import make_course, make_enrolment

SINGLE = {
    "stem": "¿Qué?",
    "options": [
        {"text": "Uno", "correct": True, "feedback": ""},
        {"text": "Dos", "correct": False, "feedback": "F-dos"},
        {"text": "Tres", "correct": False, "feedback": "F-tres"},
    ],
}


def question(
    key: str,
    kind: str = "single",
    *,
    topic: str = "a",
    difficulty: str = "easy",
    pool: str = "exam",
    exclusive: str | None = None,
    stem: str = "",
) -> LoadedQuestion:
    body = {**(SINGLE if kind == "single" else BODIES[kind]), "stem": stem or f"Enunciado de {key}"}
    head = {
        "key": key, "type": kind, "topic": topic, "difficulty": difficulty, "pool": pool, "exclusive": exclusive,
        "explanation": f"Explicación de {key}", "review": "m1#s1",
    }  # fmt: skip
    return LoadedQuestion(
        **head, stem=body["stem"], body=body, content_hash=content_hash({**head, "body": body}), file="f.yaml", line=1
    )


def plan(*sections: Section, slug: str = "prueba", **changes: object) -> TestPlan:
    facts = {"pass_mark": Fraction(4, 5), "minutes": 30, "attempts": 3, "delay_hours": 0} | changes
    return TestPlan(id=slug, title="Prueba de ensayo", sections=sections, **facts)


def bank(questions: Iterable[LoadedQuestion], test: TestPlan | None, *, slug: str = "banco") -> LoadedBank:
    topics = (Topic("a", "Tema A"), Topic("b", "Tema B"), Topic("c", "Tema C"))
    return LoadedBank(slug, "Banco de ensayo", "curso", topics, tuple(questions), test, "")


ALL_TYPES = [
    question("single-1", "single", topic="a"),
    question("multiple-1", "multiple", topic="a"),
    question("true-1", "true_false", topic="a"),
    question("match-1", "matching", topic="b"),
    question("order-1", "ordering", topic="b"),
]
ALL_TYPES_PLAN = plan(Section("a", "any", 3), Section("b", "any", 2))


def singles(count: int, topic: str = "a", difficulty: str = "easy") -> list[LoadedQuestion]:
    return [
        question(f"{topic}-{difficulty}-{number:05d}", topic=topic, difficulty=difficulty) for number in range(count)
    ]


@dataclass
class Scene:
    """`enrolment` is the agent's, `other` the stranger's, in the same course."""

    cast: Cast
    bank_version: BankVersion
    enrolment: Enrolment
    other: Enrolment
    now: datetime

    def start(self, session: Session, member: Member | None = None, *, now: datetime | None = None) -> Attempt:
        who = member or self.cast.agent
        enrolment = self.enrolment if who is self.cast.agent else self.other
        return start(session, who.actor, enrolment_code=enrolment.code, now=now or self.now)


def make_scene(
    session: Session,
    cast: Cast,
    now: datetime,
    questions: Sequence[LoadedQuestion] | None = None,
    test: TestPlan | None = None,
) -> Scene:
    """Write the scene into a migrated database with the cast in it. Without arguments: one question of each type."""
    test = test or ALL_TYPES_PLAN
    version = publish_bank(session, SYSTEM, bank(questions or ALL_TYPES, test), now=now - timedelta(days=1))
    course = make_course(session, now, test="banco")
    session.add(
        CourseModule(
            version_id=course.id,
            key="m1",
            position=1,
            title="Módulo uno",
            summary="",
            minutes=10,
            html="<h2>S</h2>",
            about={"objectives": [], "toc": [[2, "s1", "Sección uno"]]},
        )
    )
    return Scene(
        cast=cast,
        bank_version=version,
        enrolment=make_enrolment(session, cast, cast.agent, course, now),
        other=make_enrolment(session, cast, cast.stranger, course, now),
        now=now,
    )


def items_of(session: Session, attempt: Attempt) -> list[Item]:
    return reading.items_of(session, attempt.id)


def raw(item: Item, *, right: bool = True) -> list[str]:
    """What a browser sends for the right answer, or for a wrong one, to an item of the scene."""
    shown = {index: str(place) for place, index in enumerate(item.order)}
    kind = item.question.kind.name
    if kind == "single":
        return [shown[0 if right else 1]]
    if kind == "multiple":
        return [shown[0], shown[2]] if right else [shown[0], shown[1]]
    if kind == "true_false":
        return ["1" if right else "0"]  # the sample is false
    indices = [0, 1, 2] if right else [2, 1, 0] if kind == "ordering" else [1, 2, 0]
    return [shown[index] for index in indices]


TAB = "tab-one-1"
MINUTE = timedelta(minutes=1)
END = NOW + 30 * MINUTE
"""The deadline of an attempt started at `NOW`."""


def put(
    session: Session,
    cast: Cast,
    attempt: Attempt,
    position: int,
    answer: object,
    *,
    seq: int,
    tab: str = TAB,
    now: datetime = NOW,
) -> Outcome:
    """Save one answer of the agent's."""
    entry = Entry(position, tab, seq, answer)
    return save(session, cast.agent.actor, attempt_code=attempt.code, entries=[entry], now=now).outcomes[0]


def answers(session: Session, attempt: Attempt) -> dict[int, object]:
    """The canonical answers that stand."""
    return dict(reading.standing(reading.steps_of(session, attempt.id)).answers)


def answer_all(session: Session, cast: Cast, attempt: Attempt, wrong: int = 0) -> None:
    """Save every answer of the agent's, the first `wrong` of them wrong."""
    entries = [
        Entry(item.position, TAB, item.position, raw(item, right=item.position > wrong))
        for item in items_of(session, attempt)
    ]
    save(session, cast.agent.actor, attempt_code=attempt.code, entries=entries, now=NOW)
