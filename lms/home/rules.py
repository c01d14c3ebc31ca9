"""What somebody should do now: one pure decision over everything that waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.assessment.rules.policy import Start, StartDecision
from lms.kit.permissions import Actor, Role

RECENT_DAYS = 30
"""A certificate issued within this many days is still news."""

ROLE_ORDER = (
    Role.LEARNER,
    Role.COORDINATOR,
    Role.TRAINER,
    Role.HR,
    Role.AUDITOR,
    Role.AUTHOR,
    Role.ADMINISTRATOR,
)
"""The order in which somebody with several roles meets them on the start page."""


class StepKind(StrEnum):
    """What the one card says, in order of urgency."""

    RESUME = "resume"  # an attempt is open and its time runs
    MODULE = "module"
    TEST = "test"
    RETAKE_NOW = "retake_now"
    RETAKE_LATER = "retake_later"
    NOT_OPEN = "not_open"  # the plan of the test says from when
    CLOSED = "closed"  # and until when
    PENDING = "pending"  # a person has yet to grade the test
    NO_ATTEMPTS = "no_attempts"  # somebody else has to act: the trainer
    SURVEY = "survey"
    CERTIFICATE = "certificate"
    NOTHING = "nothing"


_WORK_ORDER = (StepKind.MODULE, StepKind.TEST, StepKind.RETAKE_NOW)
"""Among courses due on the same day: what comes first."""
_WAITING_ORDER = (
    StepKind.PENDING,
    StepKind.RETAKE_LATER,
    StepKind.NOT_OPEN,
    StepKind.NO_ATTEMPTS,
    StepKind.CLOSED,
)


@dataclass(frozen=True)
class ModuleWork:
    """The module to do next; `position` counts from 1."""

    key: str
    position: int
    title: str
    minutes: int


@dataclass(frozen=True)
class TestWork:
    """The test of a course for one person. `attempt_code` and `deadline` are those of the open attempt."""

    __test__ = False  # for pytest: this is no test case

    decision: StartDecision
    questions: int
    minutes: int
    taken: int = 0  # attempts made so far
    attempt_code: str = ""
    deadline: datetime | None = None


@dataclass(frozen=True)
class CourseWork:
    """An open course: what is left of it. `module` None: every module is done; `test` None: it has none, or it is passed."""

    code: str
    title: str
    due_on: date | None
    modules: int
    modules_left: int
    minutes_left: int
    module: ModuleWork | None
    test: TestWork | None


@dataclass(frozen=True)
class SurveyWork:
    """A survey that waits for an answer."""

    code: str
    course: str


@dataclass(frozen=True)
class CertificateNews:
    """A valid certificate."""

    code: str
    course: str
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True)
class NextStep:
    """The one step, with what it is about; the parts that do not concern its kind are None."""

    kind: StepKind
    course: CourseWork | None = None
    survey: SurveyWork | None = None
    certificate: CertificateNews | None = None


def course_step(course: CourseWork) -> StepKind | None:
    """What the course asks for now; None where nothing is left to do in it.

    An open attempt comes before its modules: its time runs. The test comes after them.
    """
    test = course.test
    if test is not None and test.decision.start is Start.RESUME:
        return StepKind.RESUME
    if course.module is not None:
        return StepKind.MODULE
    if test is None:
        return None
    return {
        Start.START: StepKind.RETAKE_NOW if test.taken else StepKind.TEST,
        # What ran out of time unseen is graded by opening the test: for its person that is the test.
        Start.GRADE_FIRST: StepKind.TEST,
        Start.REVIEW: StepKind.PENDING,
        Start.WAIT: StepKind.RETAKE_LATER,
        Start.NONE_LEFT: StepKind.NO_ATTEMPTS,
        Start.NOT_YET: StepKind.NOT_OPEN,
        Start.OVER: StepKind.CLOSED,
    }.get(test.decision.start)


def next_step(
    courses: Sequence[CourseWork],
    surveys: Sequence[SurveyWork],
    certificates: Sequence[CertificateNews],
    today: date,
) -> NextStep:
    """The one thing to do now.

    In this order: an open attempt to resume (the one that ends first); work that can be done (the course due first, and
    on the same day modules before tests before second tries; without a date last); a date to wait for, or somebody to
    speak to; a survey; a certificate of the last `RECENT_DAYS`; nothing. Equal ones keep the order they come in.
    """
    asked = [(kind, course) for course in courses if (kind := course_step(course)) is not None]
    running = [course for kind, course in asked if kind is StepKind.RESUME]
    if running:
        return NextStep(StepKind.RESUME, course=min(running, key=_deadline))
    for order in (_WORK_ORDER, _WAITING_ORDER):
        found = [(kind, course) for kind, course in asked if kind in order]
        if found:
            kind, course = min(found, key=lambda item: (item[1].due_on or date.max, order.index(item[0])))
            return NextStep(kind, course=course)
    if surveys:
        return NextStep(StepKind.SURVEY, survey=surveys[0])
    recent = [item for item in certificates if item.issued_on > today - timedelta(days=RECENT_DAYS)]
    if recent:
        return NextStep(StepKind.CERTIFICATE, certificate=max(recent, key=lambda item: item.issued_on))
    return NextStep(StepKind.NOTHING)


def _deadline(course: CourseWork) -> float:
    deadline = course.test.deadline if course.test is not None else None
    return deadline.timestamp() if deadline is not None else float("inf")


def desks(actor: Actor) -> tuple[Role, ...]:
    """The roles whose part of the start page somebody sees, in order; each once, however many grants carry it."""
    return tuple(role for role in ROLE_ORDER if actor.has_role(role))
