"""What comes first on the start page."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.assessment.rules.policy import Start, StartDecision
from lms.home.rules import (
    RECENT_DAYS,
    CertificateNews,
    CourseWork,
    ModuleWork,
    StepKind,
    SurveyWork,
    TestWork,
    course_step,
    desks,
    next_step,
)
from lms.kit.permissions import Actor, Grant, Role

TODAY = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 15, tzinfo=UTC)
MODULE = ModuleWork("uno", 1, "Uno", 40)


def of_test(start: Start, *, taken: int = 0, ends: datetime | None = None) -> TestWork:
    return TestWork(StartDecision(start, 2), 20, 30, taken, "abc" if start is Start.RESUME else "", ends)


def course(
    code: str = "c", *, due: date | None = None, module: ModuleWork | None = None, test: TestWork | None = None
) -> CourseWork:
    return CourseWork(code, code, due, 3, 1 if module else 0, 40 if module else 0, module, test)


def certificate(days_ago: int, code: str = "cert") -> CertificateNews:
    return CertificateNews(code, "Curso", TODAY - timedelta(days=days_ago), None)


READY, OPEN = of_test(Start.START), of_test(Start.RESUME, ends=AT)
SURVEY = SurveyWork("s", "Curso")
LADDER = (
    (StepKind.RESUME, course("resume", module=MODULE, test=OPEN)),
    (StepKind.MODULE, course("module", module=MODULE, test=READY)),
    (StepKind.TEST, course("test", test=READY)),
    (StepKind.RETAKE_NOW, course("again", test=of_test(Start.START, taken=1))),
    (StepKind.RETAKE_LATER, course("later", test=of_test(Start.WAIT, taken=1))),
    (StepKind.NOT_OPEN, course("early", test=of_test(Start.NOT_YET))),
    (StepKind.NO_ATTEMPTS, course("none", test=of_test(Start.NONE_LEFT, taken=3))),
    (StepKind.CLOSED, course("closed", test=of_test(Start.OVER))),
)


@pytest.mark.parametrize(("kind", "work"), LADDER)
def test_each_course_asks_for_one_thing(kind: StepKind, work: CourseWork) -> None:
    assert course_step(work) is kind
    assert next_step([work], [SURVEY], [certificate(0)], TODAY).kind is kind


@pytest.mark.parametrize(("upper", "lower"), list(itertools.combinations(LADDER, 2)))
def test_the_more_urgent_comes_first_whatever_the_order(
    upper: tuple[StepKind, CourseWork], lower: tuple[StepKind, CourseWork]
) -> None:
    for works in ([upper[1], lower[1]], [lower[1], upper[1]]):
        assert next_step(works, [], [], TODAY).course == upper[1]


def test_work_is_taken_by_its_due_date_and_undated_work_last() -> None:
    undated = course("undated", module=MODULE)
    overdue = course("overdue", due=TODAY - timedelta(days=3), test=READY)
    soon = course("soon", due=TODAY + timedelta(days=2), module=MODULE)
    for works in itertools.permutations([undated, overdue, soon]):
        assert next_step(works, [], [], TODAY).course == overdue
    assert next_step([undated, soon], [], [], TODAY).course == soon


def test_of_two_open_attempts_the_one_that_ends_first_is_resumed() -> None:
    first = course("first", test=of_test(Start.RESUME, ends=AT))
    second = course("second", test=of_test(Start.RESUME, ends=AT + timedelta(minutes=5)))
    assert next_step([second, first], [], [], TODAY).course == first


def test_an_attempt_that_ran_out_unseen_leads_to_the_test() -> None:
    assert course_step(course(test=of_test(Start.GRADE_FIRST, taken=1))) is StepKind.TEST


def test_a_course_with_nothing_left_asks_for_nothing() -> None:
    assert course_step(course()) is None
    assert course_step(course(test=of_test(Start.PASSED, taken=1))) is None
    assert next_step([course()], [SURVEY], [], TODAY).kind is StepKind.SURVEY


def test_a_survey_comes_before_a_certificate_and_the_newest_certificate_counts() -> None:
    older, newer = certificate(5, "older"), certificate(1, "newer")
    assert next_step([], [SURVEY], [older], TODAY).survey == SURVEY
    assert next_step([], [], [older, newer], TODAY).certificate == newer


def test_an_old_certificate_is_no_news() -> None:
    assert next_step([], [], [certificate(RECENT_DAYS - 1)], TODAY).kind is StepKind.CERTIFICATE
    assert next_step([], [], [certificate(RECENT_DAYS)], TODAY).kind is StepKind.NOTHING
    assert next_step([], [], [], TODAY).kind is StepKind.NOTHING


def test_roles_stand_in_one_order_each_once() -> None:
    grants = (Grant(Role.ADMINISTRATOR), Grant(Role.COORDINATOR, 1), Grant(Role.COORDINATOR, 2), Grant(Role.LEARNER))
    assert desks(Actor(1, "Ana", grants=grants)) == (Role.LEARNER, Role.COORDINATOR, Role.ADMINISTRATOR)
    assert desks(Actor(1, "Ana")) == ()
