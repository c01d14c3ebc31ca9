"""The start page of every role, at a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.assessment.commands import submit
from lms.catalog.models import CourseVersion
from lms.hours import commands as hours
from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Role
from lms.people.models import AccessGrant, Employment, Person, Placement
from tests.assessment.scene import Scene, answer_all, make_scene
from tests.cast import HIRED, Cast
from tests.conftest import NOW
from tests.courses import complete, make_course, make_enrolment

Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.web.routes.utc_now", lambda: NOW)


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as session:
        return make_scene(session, cast, NOW)


def home(app: Flask, cast: Cast, who: str) -> str:
    answer = cast.members()[who].enter(app.test_client()).get("/")
    assert answer.status_code == 200
    return answer.text.split("<main", 1)[1]


HEADS = {
    "coordinator": "Mi equipo",
    "trainer": "A quién acompañar",
    "hr": "Recursos humanos",
    "auditor": "De la cifra",
    "author": "Cursos publicados",
    "administrator": "Administración",
}


@pytest.mark.parametrize("who", [*HEADS, "agent", "stranger", "other_coordinator"])
def test_every_role_has_a_start_page(app: Flask, cast: Cast, who: str) -> None:
    text = home(app, cast, who)
    assert HEADS.get(who, "").lower() in text.lower()
    for other, head in HEADS.items():
        if other != who and who not in {"other_coordinator", "auditor"} and other != "auditor":
            assert f">{head}</h2>" not in text, other


def test_a_stranger_is_sent_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.location) == (303, "/ingresar?next=/")


def test_a_learner_without_anything_reads_what_will_stand_there(app: Flask, cast: Cast) -> None:
    text = home(app, cast, "agent")
    assert "Todavía no hay cursos asignados" in text
    assert "next-step" not in text


def test_the_step_goes_from_module_to_test_to_attempt_to_waiting(app: Flask, database: Database, scene: Scene) -> None:
    cast, code = scene.cast, scene.enrolment.code
    text = home(app, cast, "agent")
    assert f"/curso/{code}/modulo/m1" in text
    assert "Módulo uno" in text
    client = cast.agent.enter(app.test_client())
    assert client.post(f"/curso/{code}/modulo/m1/terminar").status_code == 303
    assert f"/prueba/{code}" in home(app, cast, "agent")
    with database.writing() as session:
        attempt = scene.start(session)
    text = home(app, cast, "agent")
    assert f"/intento/{attempt.code}" in text
    assert "12:30" in text, "the end of the attempt, in the person's zone"
    with database.writing() as session:
        answer_all(session, cast, attempt, wrong=5)
        assert not submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW).passed
    text = home(app, cast, "agent")
    assert "El próximo intento se abre el" in text or "Ya se puede rendir otra vez" in text


def test_nobody_meets_another_persons_records(app: Flask, scene: Scene) -> None:
    assert scene.other.code not in home(app, scene.cast, "agent")
    assert scene.enrolment.code not in home(app, scene.cast, "stranger")
    assert "Agente Prueba" not in home(app, scene.cast, "other_coordinator")


def test_several_roles_stand_on_one_page_in_order(app: Flask, database: Database, scene: Scene) -> None:
    with database.writing() as session:
        for role in (Role.ADMINISTRATOR, Role.HR):
            session.add(AccessGrant(code=new_code(), person_id=scene.cast.agent.id, role=role, granted_at=NOW))
    text = home(app, scene.cast, "agent")
    places = [text.index(head) for head in ("Mis cursos", ">Recursos humanos</h2>", ">Administración</h2>")]
    assert places == sorted(places)
    assert text.count('id="next-step-title"') == 1, "one card, whoever somebody is"


def _learned(session: Session, cast: Cast, version: CourseVersion, number: int) -> None:
    """One more completed course with its certificate and hours, and an open one."""
    enrolment = make_enrolment(session, cast, cast.agent, version, NOW - timedelta(days=number))
    complete(session, enrolment, NOW - timedelta(days=number), expires_on=NOW.date() + timedelta(days=20))
    hours.post(
        session,
        SYSTEM,
        person_id=cast.agent.id,
        day=NOW.date(),
        minutes=30,
        kind="training",
        training_type="initial",
        mode="self-paced",
        basis="nominal",
        source_kind="module",
        source_code=enrolment.code,
        placement=None,
        now=NOW,
    )


def _joined(session: Session, cast: Cast, version: CourseVersion, number: int) -> None:
    """One more person in the coordinator's team, with a course that is late."""
    person = Person(
        code=new_code(),
        employee_number=f"N{number}",
        given_name="Nueva",
        family_name=f"Persona {number}",
        created_at=NOW,
    )
    session.add(person)
    session.flush()
    session.add(Employment(person_id=person.id, hired_on=HIRED))
    session.add(
        Placement(
            code=new_code(),
            person_id=person.id,
            site_id=cast.site_id,
            programme_id=cast.programme_id,
            job_id=cast.job_id,
            supervisor_id=cast.coordinator.id,
            from_day=HIRED,
        )
    )
    member = type(cast.agent)(person.id, person.code, person.employee_number, cast.agent.actor, "")
    enrolment = make_enrolment(session, cast, member, version, NOW)
    enrolment.due_on = NOW.date() - timedelta(days=1)


@pytest.mark.parametrize("who", ["agent", *HEADS])
def test_the_number_of_queries_does_not_grow_with_the_data(
    app: Flask, database: Database, cast: Cast, count_queries: Counting, who: str
) -> None:
    with database.writing() as session:
        versions = [make_course(session, NOW, slug=f"curso-{number}") for number in range(8)]
    numbers = []
    for first in (0, 4):
        with database.writing() as session:
            for number in range(first, first + 4):
                version = session.merge(versions[number], load=False)
                _learned(session, cast, version, number)
                _joined(session, cast, version, number)
        home(app, cast, who)  # the versions are read once by a process, and kept
        with count_queries() as counted:
            text = home(app, cast, who)
        numbers.append(counted.number)
        if who == "agent":
            assert text.count("/certificado/") >= first + 4
        if who in {"coordinator", "trainer"}:
            assert text.count("Nueva Persona") == first + 4
    assert numbers[0] == numbers[1]
