"""Reading assignments for reports: in the actor's scope, by the place that each kept, paged by key and streamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, Result
from lms.catalog.models import (
    Completion,
    CompletionRevocation,
    Course,
    CourseModule,
    CourseVersion,
    Enrolment,
    PartRecord,
)
from lms.kit.db import fraction
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Programme, Site
from lms.people.queries import place_condition
from lms.reports.rules import Graded, Outcome, Selection, State

READ = Permission.READ_TEAM
CHUNK = 1000
"""Assignments that an export reads at a time."""

# Columns and not entities: an export of thousands reads each once, and making objects of them costs the most.
_E, _P, _C = Enrolment.__table__, Person.__table__, Completion.__table__
_R, _V, _PART = CompletionRevocation.__table__, CourseVersion.__table__, PartRecord.__table__
_COURSE, _MODULE = Course.__table__, CourseModule.__table__
_SITE, _PROGRAMME, _JOB = Site.__table__, Programme.__table__, Job.__table__
_A, _RESULT = Attempt.__table__, Result.__table__


@dataclass(frozen=True, slots=True)
class Assigned:
    """A course assigned to a person, with the place of that day ("" where there was none) and where it stands.

    `modules` of `modules_total` are done.
    """

    id: int
    code: str
    person_code: str
    employee_number: str
    given_name: str
    family_name: str
    site: str
    programme: str
    job: str
    course: str
    version: int
    training_type: str
    assigned_on: date
    due_on: date | None
    completed_on: date | None
    expires_on: date | None
    state: State
    modules_total: int
    modules: int = 0

    @property
    def person_name(self) -> str:
        return f"{self.family_name}, {self.given_name}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter: what the address carries, and its name."""

    value: str
    name: str


def _state(on: date) -> ColumnElement[str]:
    """Where an assignment stands on a day; the order of `State` is the order of the cases."""
    begun = exists().where(_PART.c.enrolment_id == _E.c.id)
    return case(
        (_E.c.withdrawn_reason.is_not(None), State.WITHDRAWN.value),
        (and_(_R.c.id.is_not(None), _R.c.revoked_on <= on), State.REVOKED.value),
        (_C.c.expires_on < on, State.EXPIRED.value),
        (_C.c.id.is_not(None), State.COMPLETE.value),
        (_E.c.due_on < on, State.OVERDUE.value),
        (begun, State.IN_PROGRESS.value),
        else_=State.NOT_STARTED.value,
    )


# Whether a test was passed, by assignment, from the results that stand (a regrade replaces): worked out once for a whole list.
_PASSED = (
    select(_A.c.enrolment_id, func.max(case((_RESULT.c.passed, 1), else_=0)).label("passed"))
    .join_from(_RESULT, _A, _A.c.id == _RESULT.c.attempt_id)
    .where(_RESULT.c.id.in_(select(func.max(_RESULT.c.id)).group_by(_RESULT.c.attempt_id)))
    .group_by(_A.c.enrolment_id)
    .subquery("tested")
)
_OUTCOME = case(
    (_PASSED.c.passed == 1, Outcome.PASSED.value),
    (_PASSED.c.passed == 0, Outcome.FAILED.value),
    else_=Outcome.NONE.value,
)


def _chosen(actor: Actor, chosen: Selection, on: date, *, tested: bool) -> Iterator[ColumnElement[bool]]:
    """The conditions of a selection and of the actor's scope. `tested`: only courses that have a test."""
    yield place_condition(
        actor, READ, on, person_id=_E.c.person_id, site_id=_E.c.site_id, programme_id=_E.c.programme_id
    )
    if tested:
        yield _V.c.test != ""
    for value, column in (
        (chosen.course, _COURSE.c.slug),
        (chosen.site, _SITE.c.code),
        (chosen.programme, _PROGRAMME.c.code),
        (chosen.job, _JOB.c.code),
    ):
        if value:
            yield column == value
    if chosen.state is not None:
        yield _state(on) == chosen.state.value
    if chosen.outcome is not None:
        yield _OUTCOME.in_([chosen.outcome.value])
    if chosen.first is not None:
        yield _E.c.assigned_on >= chosen.first
    if chosen.last is not None:
        yield _E.c.assigned_on <= chosen.last


def _joined(query: Select[*tuple[Any, ...]], *, outcomes: bool) -> Select[*tuple[Any, ...]]:
    joined = (
        query.select_from(_E)
        .join(_P, _P.c.id == _E.c.person_id)
        .join(_V, _V.c.id == _E.c.version_id)
        .join(_COURSE, _COURSE.c.id == _E.c.course_id)
        .outerjoin(_SITE, _SITE.c.id == _E.c.site_id)
        .outerjoin(_PROGRAMME, _PROGRAMME.c.id == _E.c.programme_id)
        .outerjoin(_JOB, _JOB.c.id == _E.c.job_id)
        .outerjoin(_C, _C.c.enrolment_id == _E.c.id)
        .outerjoin(_R, _R.c.completion_id == _C.c.id)
    )
    return joined.outerjoin(_PASSED, _PASSED.c.enrolment_id == _E.c.id) if outcomes else joined


def _listed(actor: Actor, chosen: Selection, on: date, *, tested: bool) -> Select[*tuple[Any, ...]]:
    """The newest assignment first; its columns are the fields of `Assigned`, in their order."""
    modules = select(func.count()).where(_MODULE.c.version_id == _V.c.id).correlate(_V).scalar_subquery()
    query: Select[*tuple[Any, ...]] = select(
        _E.c.id,
        _E.c.code,
        _P.c.code,
        _P.c.employee_number,
        _P.c.given_name,
        _P.c.family_name,
        func.coalesce(_SITE.c.name, ""),
        func.coalesce(_PROGRAMME.c.name, ""),
        func.coalesce(_JOB.c.name, ""),
        _V.c.title,
        _V.c.number,
        _E.c.training_type,
        _E.c.assigned_on,
        _E.c.due_on,
        _C.c.completed_on,
        _C.c.expires_on,
        _state(on),
        modules,
    )
    joined = _joined(query, outcomes=chosen.outcome is not None)
    return joined.where(*_chosen(actor, chosen, on, tested=tested)).order_by(_E.c.id.desc())


_DONE = (
    select(_PART.c.enrolment_id, func.count())
    .where(
        _PART.c.enrolment_id.in_(bindparam("enrolments", expanding=True)),
        _PART.c.state == "done",
        _PART.c.part != "test",
    )
    .group_by(_PART.c.enrolment_id)
)


def assignments(
    session: Session,
    actor: Actor,
    chosen: Selection,
    *,
    on: date,
    after: str = "",
    limit: int,
    tested: bool = False,
    progress: bool = True,
) -> list[Assigned]:
    """Assignments in scope, the newest first, paged by key: `after` is the code of the last one shown.

    With `progress` a second query counts the modules that are done; a module is done once, so its records are counted.
    """
    query = _listed(actor, chosen, on, tested=tested).limit(limit)
    if after:
        query = query.where(_E.c.id < select(_E.c.id).where(_E.c.code == after).scalar_subquery())
    rows = session.execute(query).all()
    done: dict[int, int] = {}
    if rows and progress:
        counted = session.execute(_DONE, {"enrolments": [row[0] for row in rows]})
        done = {enrolment: count for enrolment, count in counted}  # noqa: C416 - a row is no pair
    return [_assigned(row, done.get(row[0], 0)) for row in rows]


def _assigned(row: Sequence[Any], modules: int) -> Assigned:
    """A row of `_listed`: its columns stand in the order of the fields, the state as text."""
    facts: list[Any] = [*row[:16], State(row[16]), row[17], modules]
    return Assigned(*facts)


def assignments_stream(
    session: Session, actor: Actor, chosen: Selection, *, on: date, tested: bool = False, progress: bool = True
) -> Iterator[list[Assigned]]:
    """The same, all of them, `CHUNK` at a time: for exports."""
    after = ""
    while True:
        rows = assignments(session, actor, chosen, on=on, after=after, limit=CHUNK, tested=tested, progress=progress)
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return
        after = rows[-1].code


def totals(session: Session, actor: Actor, chosen: Selection, *, on: date) -> dict[State, int]:
    """How many assignments stand in each state. One query."""
    state = _state(on).label("state")
    query: Select[*tuple[Any, ...]] = select(state, func.count())
    rows = session.execute(
        _joined(query, outcomes=chosen.outcome is not None)
        .where(*_chosen(actor, chosen, on, tested=False))
        .group_by(state)
    )
    return {State(str(row[0])): int(str(row[1])) for row in rows}


def outcomes(session: Session, actor: Actor, chosen: Selection, *, on: date) -> dict[Outcome, int]:
    """How many assignments of courses with a test came to each outcome. One query."""
    outcome = _OUTCOME.label("outcome")
    query: Select[*tuple[Any, ...]] = select(outcome, func.count())
    rows = session.execute(
        _joined(query, outcomes=True).where(*_chosen(actor, chosen, on, tested=True)).group_by(outcome)
    )
    return {Outcome(str(row[0])): int(str(row[1])) for row in rows}


_GRADED = (
    select(
        _A.c.enrolment_id,
        _A.c.number,
        _RESULT.c.score_num,
        _RESULT.c.score_den,
        _RESULT.c.passed,
        _RESULT.c.pass_num,
        _RESULT.c.pass_den,
        _RESULT.c.graded_on,
    )
    .join_from(_A, _RESULT, _RESULT.c.attempt_id == _A.c.id)
    .where(_A.c.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .order_by(_RESULT.c.id)
)


def graded(session: Session, enrolments: Collection[int]) -> dict[int, list[Graded]]:
    """The graded attempts of these assignments, each with the result that stands (its last). One query."""
    found: dict[int, dict[int, Graded]] = defaultdict(dict)
    if not enrolments:
        return {}
    for enrolment, number, num, den, passed, mark_num, mark_den, day in session.execute(
        _GRADED, {"enrolments": list(enrolments)}
    ):
        score, mark = fraction(num, den), fraction(mark_num, mark_den)
        if score is not None and mark is not None:
            found[enrolment][number] = Graded(number, score, passed, mark, day)
    return {enrolment: list(attempts.values()) for enrolment, attempts in found.items()}


def choices(session: Session) -> dict[str, Sequence[Choice]]:
    """The values of each filter by its parameter, one query each."""
    asked = {
        "curso": select(_COURSE.c.slug, _COURSE.c.title).order_by(_COURSE.c.title),
        "sede": select(_SITE.c.code, _SITE.c.name).order_by(_SITE.c.name),
        "programa": select(_PROGRAMME.c.code, _PROGRAMME.c.name).order_by(_PROGRAMME.c.name),
        "puesto": select(_JOB.c.code, _JOB.c.name).order_by(_JOB.c.name),
    }
    return {name: [Choice(row[0], row[1]) for row in session.execute(query)] for name, query in asked.items()}
