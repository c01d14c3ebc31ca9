"""Reports: who may open them, who is in them, that page and file say the same, that they do not slow down with size."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.assessment.commands import submit
from lms.assessment.models import Result
from lms.catalog import commands as catalog
from lms.catalog.models import CompletionRevocation, Enrolment
from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Role
from lms.people.models import AccessGrant
from lms.reports import queries
from lms.reports.rules import Outcome, Selection, State
from tests.assessment.scene import Scene, answer_all, make_scene
from tests.cast import Cast, Member
from tests.courses import complete, make_course, make_enrolment

TODAY = datetime.now(UTC)
PATHS = [
    f"/informes/{name}{kind}{extra}"
    for name in ("avance", "resultados")
    for kind, extra in (("", ""), (".csv", ""), (".csv", "?sep=punto-y-coma"), (".xlsx", ""))
]
READERS = {"coordinator", "other_coordinator", "trainer", "hr", "auditor"}


@pytest.fixture
def scene(cast: Cast, database: Database) -> Scene:
    """The agent has passed the test and failed it before; the stranger has not begun. All of it today, as pages see it."""
    with database.writing() as session:
        made = make_scene(session, cast, TODAY)
        attempt = made.start(session)
        answer_all_now(session, cast, attempt, wrong=4)
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=TODAY)
        again = made.start(session)
        answer_all_now(session, cast, again)
        submit(session, cast.agent.actor, attempt_code=again.code, now=TODAY)
    return made


def answer_all_now(session: Session, cast: Cast, attempt: Any, wrong: int = 0) -> None:
    answer_all(session, cast, attempt, wrong)


def rows_of(text: str, separator: str = ",") -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator))


@pytest.mark.parametrize("path", PATHS)
def test_who_may_open_the_reports(app: Flask, cast: Cast, path: str) -> None:
    assert app.test_client().get(path).status_code == 303
    for name, member in cast.members().items():
        status = member.enter(app.test_client()).get(path).status_code
        assert status == (200 if name in READERS else 403), name


def shown(number: str) -> str:
    """An employee number as the tables write it."""
    return f'<span class="muted">{number}</span>'


def numbers_in(app: Flask, member: Member, name: str) -> set[str]:
    page = member.enter(app.test_client()).get(f"/informes/{name}.csv")
    return {row[0] for row in rows_of(page.text)[1:]}


@pytest.mark.parametrize("name", ["avance", "resultados"])
def test_invariant_13_each_reader_sees_their_scope(app: Flask, cast: Cast, database: Database, name: str) -> None:
    with database.writing() as session:
        version = make_course(session, TODAY, test="banco")
        make_enrolment(session, cast, cast.agent, version, TODAY)
        away = make_enrolment(session, cast, cast.stranger, version, TODAY)
        away.site_id, away.programme_id = cast.other_site_id, cast.other_programme_id
    agent, stranger = cast.agent.number, cast.stranger.number
    assert numbers_in(app, cast.auditor, name) == {agent, stranger}
    assert numbers_in(app, cast.hr, name) == {agent}
    assert numbers_in(app, cast.trainer, name) == {agent}
    assert numbers_in(app, cast.coordinator, name) == {agent}
    assert numbers_in(app, cast.other_coordinator, name) == {stranger}
    page = cast.hr.enter(app.test_client()).get(f"/informes/{name}").text
    assert shown(agent) in page
    assert shown(stranger) not in page


def test_the_results_say_best_last_and_mark(app: Flask, cast: Cast, scene: Scene) -> None:
    client = cast.auditor.enter(app.test_client())
    found = {row[0]: row for row in rows_of(client.get("/informes/resultados.csv").text)[1:]}
    assert found[cast.agent.number][10:15] == ["Aprobada", "2", "100.0", "100.0", "80.0"]
    assert found[cast.stranger.number][10:] == ["Sin intento", "", "", "", "", ""]
    comma = {row[0]: row for row in rows_of(client.get("/informes/resultados.csv?sep=punto-y-coma").text, ";")[1:]}
    assert comma[cast.agent.number][12] == "100,0"
    page = client.get("/informes/resultados?resultado=passed").text
    assert shown(cast.agent.number) in page
    assert shown(cast.stranger.number) not in page
    assert shown(cast.stranger.number) in client.get("/informes/resultados?resultado=none").text


def test_a_regrade_replaces_what_it_corrects(cast: Cast, database: Database, scene: Scene) -> None:
    with database.writing() as session:
        attempts = queries.graded(session, [scene.enrolment.id])[scene.enrolment.id]
        assert [each.passed for each in attempts] == [False, True]
        original = session.get_one(Result, 2)
        changed = {"score_num": 1, "score_den": 5, "passed": False, "kind": "regrade", "reason": "clave corregida"}
        names = ("attempt_id", "pass_num", "pass_den", "answered", "items", "graded_at", "graded_on")
        session.add(Result(**{name: getattr(original, name) for name in names}, **changed))
        session.flush()
        assert [each.passed for each in queries.graded(session, [scene.enrolment.id])[scene.enrolment.id]] == [
            False,
            False,
        ]
        counted = queries.outcomes(session, SYSTEM, Selection(), on=TODAY.date())
        assert counted == {Outcome.FAILED: 1, Outcome.NONE: 1}


def state_of(session: Session, enrolment: Enrolment) -> State:
    (row,) = [
        row
        for row in queries.assignments(session, SYSTEM, Selection(), on=TODAY.date(), limit=99)
        if row.id == enrolment.id
    ]
    return row.state


def test_every_state_is_told_and_counted(cast: Cast, session: Session) -> None:
    on, version = TODAY.date(), make_course(session, TODAY)
    day = timedelta(days=1)
    made: dict[State, Enrolment] = {}
    for state in State:
        made[state] = make_enrolment(session, cast, cast.agent, version, TODAY)
        made[state].ended_at = TODAY  # several of one person: only one may be open
    for state in (State.NOT_STARTED, State.IN_PROGRESS, State.OVERDUE):
        made[state].ended_at = TODAY
    made[State.OVERDUE].due_on = on - day
    made[State.NOT_STARTED].due_on = on
    made[State.WITHDRAWN].withdrawn_reason = "cambio de puesto"
    session.flush()
    from lms.catalog.models import PartRecord

    session.add(PartRecord(enrolment_id=made[State.IN_PROGRESS].id, part="test", state="in_progress", at=TODAY))
    complete(session, made[State.COMPLETE], TODAY - 9 * day, expires_on=on)
    complete(session, made[State.EXPIRED], TODAY - 9 * day, expires_on=on - day)
    gone = complete(session, made[State.REVOKED], TODAY)
    session.add(
        CompletionRevocation(completion_id=gone.id, revoked_at=TODAY, revoked_on=on, revoked_by=None, reason="error")
    )
    session.flush()
    assert {state_of(session, enrolment) for enrolment in made.values()} == set(State)
    assert {state: state_of(session, enrolment) for state, enrolment in made.items()} == {each: each for each in State}
    assert queries.totals(session, SYSTEM, Selection(), on=on) == dict.fromkeys(State, 1)
    for state, enrolment in made.items():
        (row,) = queries.assignments(session, SYSTEM, Selection(state=state), on=on, limit=9)
        assert row.id == enrolment.id


def test_filters_narrow_and_are_kept(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        version = make_course(session, TODAY)
        make_enrolment(session, cast, cast.agent, version, TODAY)
        early = make_enrolment(session, cast, cast.stranger, version, TODAY)
        early.assigned_on, early.site_id, early.programme_id = TODAY.date() - timedelta(days=40), None, None
    client = cast.auditor.enter(app.test_client())

    def numbers(arguments: str) -> set[str]:
        return {row[0] for row in rows_of(client.get(f"/informes/avance.csv?{arguments}").text)[1:]}

    agent, stranger = cast.agent.number, cast.stranger.number
    since = (TODAY - timedelta(days=9)).date()
    assert numbers("") == numbers("curso=curso") == {agent, stranger}
    assert numbers("curso=otro") == numbers("sede=otra") == set()
    assert numbers(f"desde={since}") == {agent}
    assert numbers(f"hasta={since}") == {stranger}
    assert numbers("estado=complete") == set()
    page = client.get(f"/informes/avance?curso=curso&desde={since}").text
    assert f'value="{since}"' in page
    assert f"avance.csv?curso=curso&amp;desde={since}" in page


@pytest.mark.parametrize("question", ["desde=ayer", "desde=0001-01-01", "desde=2026-03-02&hasta=2026-03-01"])
def test_a_day_that_is_none_is_said(app: Flask, cast: Cast, question: str) -> None:
    client = cast.hr.enter(app.test_client())
    for name in ("avance", "resultados"):
        page = client.get(f"/informes/{name}?{question}")
        assert page.status_code == 400
        assert "field-error" in page.text
        assert client.get(f"/informes/{name}.csv?{question}").status_code == 400
        assert client.get(f"/informes/{name}.xlsx?{question}").status_code == 400


def test_the_workbook_holds_the_same_rows_and_no_formula(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        make_enrolment(session, cast, cast.agent, make_course(session, TODAY), TODAY)
        from lms.people.models import Person

        session.get_one(Person, cast.agent.id).family_name = "=1+1"
    client = cast.hr.enter(app.test_client())
    answer = client.get("/informes/avance.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    lines = rows_of(client.get("/informes/avance.csv").text)
    assert [str(value) for value in rows[0]] == lines[0]
    assert rows[1][0] == cast.agent.number
    assert rows[1][1] == "=1+1"
    assert sheet["B2"].data_type == "s"
    assert lines[1][1] == "'=1+1"
    assert rows[1][9].date() == TODAY.date()


def enrol_again(session: Session, cast: Cast, count: int) -> None:
    """More assignments of the same course: each new one after the one before has ended."""
    for _ in range(count):
        enrolment = catalog.enrol(
            session,
            SYSTEM,
            person_code=cast.agent.code,
            course_slug="curso",
            training_type="initial",
            due_on=None,
            now=TODAY,
        )
        enrolment.ended_at = TODAY
        session.flush()


def test_lists_are_paged_by_key_and_exports_go_on(
    app: Flask, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        make_course(session, TODAY)
        enrol_again(session, cast, 7)
    monkeypatch.setattr(queries, "CHUNK", 3)
    with database.reading() as session:
        one = queries.assignments(session, SYSTEM, Selection(), on=TODAY.date(), limit=4)
        two = queries.assignments(session, SYSTEM, Selection(), on=TODAY.date(), after=one[-1].code, limit=9)
        streamed = [
            row for rows in queries.assignments_stream(session, SYSTEM, Selection(), on=TODAY.date()) for row in rows
        ]
    assert len(one) == 4
    assert len(two) == 3
    assert streamed == [*one, *two]
    assert [row.id for row in streamed] == sorted((row.id for row in streamed), reverse=True)
    assert len(rows_of(cast.hr.enter(app.test_client()).get("/informes/avance.csv").text)) == 8


def test_queries_of_the_reports_do_not_grow(
    app: Flask, cast: Cast, scene: Scene, database: Database, count_queries: Callable[[], Any]
) -> None:
    client = cast.auditor.enter(app.test_client())
    counts = []
    for _ in range(2):
        for path in PATHS:
            with count_queries() as counted:
                assert client.get(path).status_code == 200
            counts.append(counted.number)
        with database.writing() as session:
            session.get_one(Enrolment, scene.enrolment.id).ended_at = TODAY
            make_course(session, TODAY) if len(counts) == len(PATHS) and not _course(session) else None
            enrol_again(session, cast, 6)
    assert counts[: len(PATHS)] == counts[len(PATHS) :]
    assert max(counts) <= 8


def _course(session: Session) -> bool:
    from lms.catalog.queries import course_by_slug

    return course_by_slug(session, "curso") is not None


def test_who_gets_a_wider_grant_sees_more_at_once(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        version = make_course(session, TODAY, test="banco")
        away = make_enrolment(session, cast, cast.stranger, version, TODAY)
        away.site_id, away.programme_id = cast.other_site_id, cast.other_programme_id
    assert numbers_in(app, cast.hr, "avance") == set()
    with database.writing() as session:
        session.add(AccessGrant(code=new_code(), person_id=cast.hr.id, role=Role.HR, granted_at=TODAY))
    assert numbers_in(app, cast.hr, "avance") == {cast.stranger.number}
