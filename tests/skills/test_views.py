"""Pages of skills: who may open them, that forms do what they say, that lists cost the same however long they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.people.models import Employment, Person, Placement
from lms.skills.models import (
    ActionPlanClose,
    JobProfileVersion,
    LiveContactPeriod,
    OjtRecord,
    SignOff,
    Skill,
    Verification,
)
from lms.skills.rules import GateState
from tests.cast import HIRED, Cast, Member
from tests.skills.worlds import World, at, make_world, on

Counting = Callable[[], AbstractContextManager[Any]]
TODAY = 5
"""The day of the road on which the pages are opened."""


@pytest.fixture
def floor(database: Database, cast: Cast) -> Iterator[World]:
    """The road walked to supervised practice and committed, on day TODAY; one failed verification with its plan."""
    with database.writing() as opened:
        world = make_world(opened, cast)
        world.know(0)
        world.verify(0, score="1/2")
        world.sign(world.verify(1), 1)
        world.practise(2)
        world.practise(3)
        world.verify(3, world.phone)
    with time_machine.travel(at(TODAY), tick=False):
        yield world


@pytest.fixture
def look(app: Flask, floor: World) -> Callable[[Member], FlaskClient]:
    def enter(member: Member) -> FlaskClient:
        return member.enter(app.test_client(), at(TODAY))

    return enter


def newest(database: Database, model: type[Any]) -> Any:
    with database.reading() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()


def pages(database: Database, world: World) -> dict[str, set[str]]:
    """Every page to read, and who of the cast may open it (200); the others are turned away (403 or 404)."""
    team = {"coordinator", "trainer", "hr", "auditor"}
    readers = team | {"agent"}
    record, practice = newest(database, Verification).code, newest(database, OjtRecord).code
    with database.reading() as session:
        from lms.skills.models import ActionPlan

        plan = session.scalars(select(ActionPlan.code)).one()
    person, everybody = world.cast.agent.code, team | {"other_coordinator"}
    return {
        "/equipo": everybody,
        "/planes": everybody,
        "/planes?estado=cerrados": everybody,
        "/contactos": everybody,
        "/contactos?ver=contra": everybody,
        "/mi-camino": {"agent", "stranger"},
        f"/persona/{person}/puerta": team,
        f"/verificacion/{record}": readers,
        f"/practica/{practice}": readers,
        f"/plan/{plan}": team,
        f"/persona/{person}/verificar": {"coordinator", "trainer"},
        f"/persona/{person}/practica": {"coordinator", "trainer"},
        f"/verificacion/{record}/corregir": {"coordinator", "trainer"},
        f"/practica/{practice}/corregir": {"coordinator", "trainer"},
        f"/persona/{person}/contactos": {"coordinator"},
        "/habilidades": {"author", "administrator"},
        f"/perfil/{world.job.code}": {"author", "administrator"},
    }


def test_invariant_13_pages_open_to_their_readers_and_to_nobody_else(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    for url, readers in pages(database, floor).items():
        for name, member in floor.cast.members().items():
            status = look(member).get(url).status_code
            assert (status == 200) == (name in readers), (url, name, status)
            assert status in {200, 403, 404}, (url, name, status)


def test_a_visitor_is_sent_to_sign_in(floor: World, app: Flask, database: Database) -> None:
    for url in pages(database, floor):
        response = app.test_client().get(url)
        assert (response.status_code, "/ingresar" in response.location) == (303, True), url


def test_invariant_07_reading_writes_nothing(
    floor: World, look: Callable[[Member], FlaskClient], database: Database, count_queries: Counting
) -> None:
    for url in pages(database, floor):
        with count_queries() as counted:
            look(floor.cast.coordinator).get(url)
        assert not [sql for sql in counted.statements if not sql.lstrip().upper().startswith("SELECT")], url


def test_the_team_page_says_who_may_and_what_lacks(floor: World, look: Callable[[Member], FlaskClient]) -> None:
    text = look(floor.cast.coordinator).get("/equipo").text
    assert "Agente Prueba" in text
    assert "Con supervisión" in text
    assert "falta una firma en «Atención telefónica»" in text
    assert "Sistema de gestión" in text
    assert "Extraña" not in text


def test_the_team_page_costs_the_same_with_twice_the_team(
    floor: World, look: Callable[[Member], FlaskClient], database: Database, count_queries: Counting
) -> None:
    client = look(floor.cast.coordinator)
    with count_queries() as before:
        assert client.get("/equipo").status_code == 200
    with database.writing() as session:
        for number in range(4):
            _another(session, floor, number)
    with count_queries() as after:
        text = client.get("/equipo").text
    assert text.count("Compañera") >= 4
    assert after.number == before.number


def _another(session: Session, world: World, number: int) -> None:
    """One more person of the team, verified and failed."""
    cast = world.cast
    row = Person(
        code=new_code(),
        employee_number=f"N{number}",
        given_name="Compañera",
        family_name=f"Prueba {number}",
        created_at=at(-9),
    )
    session.add(row)
    session.flush()
    session.add(Employment(person_id=row.id, hired_on=HIRED))
    session.add(
        Placement(
            code=new_code(),
            person_id=row.id,
            site_id=cast.site_id,
            programme_id=cast.programme_id,
            job_id=cast.job_id,
            supervisor_id=cast.coordinator.id,
            from_day=HIRED,
        )
    )
    session.flush()
    world.session = session
    member = Member(row.id, row.code, row.employee_number, cast.agent.actor, "")
    world.know(0, member)
    world.verify(1, of=member)
    world.verify(1, score="1/2", of=member)


def test_the_road_shows_every_step_to_the_person(floor: World, look: Callable[[Member], FlaskClient]) -> None:
    text = look(floor.cast.agent).get("/mi-camino").text
    for step in ("Prueba de conocimiento", "Verificación previa", "Práctica supervisada", "Habilidades verificadas"):
        assert step in text
    assert "Puerta entornada" in text
    assert "Registrar práctica" not in text
    assert "Registrar práctica" in look(floor.cast.trainer).get(f"/persona/{floor.cast.agent.code}/puerta").text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_the_whole_rest_of_the_road_through_the_pages(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    trainer, agent = look(floor.cast.trainer), floor.cast.agent.code
    url = f"/persona/{agent}/verificar"
    form = {
        "code": hidden(trainer.get(url).text, "code"),
        "what": floor.system.code,
        "observed_on": on(TODAY).isoformat(),
        "score": "90",
        "method": "observation",
    }
    assert trainer.post(url, data=form).status_code == 303
    assert trainer.post(url, data=form).status_code == 303  # the button pressed twice
    with database.reading() as session:
        records = session.scalars(select(Verification).where(Verification.kind == "skill")).all()
        assert len(records) == 2
    manager = look(floor.cast.coordinator)
    for record in records:
        sign = f"/verificacion/{record.code}/firmar"
        page = manager.get(f"/verificacion/{record.code}").text
        assert manager.post(sign, data={"role": hidden(page, "role")}).status_code == 400  # not confirmed
        assert manager.post(sign, data={"role": hidden(page, "role"), "confirmed": "y"}).status_code == 303
    with database.reading() as session:
        floor.session = session
        assert floor.gate(TODAY).state is GateState.OPEN
    assert "Puerta abierta" in manager.get(f"/persona/{agent}/puerta").text


def test_a_refusal_keeps_what_was_typed_and_says_what_lacks(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    trainer = look(floor.cast.trainer)
    form = {"what": floor.system.code, "observed_on": on(2).isoformat(), "score": "91,5", "method": "observation"}
    response = trainer.post(f"/persona/{floor.cast.agent.code}/verificar", data=form)
    assert response.status_code == 409
    assert "La práctica mínima se completó el 5 mar 2026" in response.text
    assert "91,5" in response.text
    bad = trainer.post(f"/persona/{floor.cast.agent.code}/verificar", data=form | {"score": "mucho"})
    assert bad.status_code == 400
    assert "como 87,5" in bad.text


def test_a_day_of_practice_is_recorded_from_the_form(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    form = {
        "day": on(TODAY).isoformat(),
        "minutes": "120",
        "contacts": "7",
        "criteria-0-met": "yes",
        "criteria-1-met": "no",
        "criteria-1-comment": "No preguntó",
        **{f"criteria-{number}-met": "unseen" for number in range(2, 6)},
    }
    response = look(floor.cast.trainer).post(f"/persona/{floor.cast.agent.code}/practica", data=form)
    assert response.status_code == 303
    row = newest(database, OjtRecord)
    assert (row.minutes, row.contacts) == (120, 7)
    assert [(item["met"], item["comment"]) for item in row.criteria] == [(True, ""), (False, "No preguntó")]


POSTS = {
    "/persona/{agent}/verificar": {"coordinator", "trainer"},
    "/persona/{agent}/practica": {"coordinator", "trainer"},
    "/verificacion/{record}/firmar": {"coordinator", "trainer", "agent"},
    "/verificacion/{record}/corregir": {"coordinator", "trainer"},
    "/verificacion/{record}/retirar": {"coordinator", "trainer"},
    "/practica/{practice}/corregir": {"coordinator", "trainer"},
    "/practica/{practice}/retirar": {"coordinator", "trainer"},
    "/plan/{plan}/cerrar": {"coordinator", "trainer"},
    "/persona/{agent}/contactos": {"coordinator"},
    "/habilidades": {"author", "administrator"},
    "/perfil/{job}": {"author", "administrator"},
}


def test_invariant_13_forms_are_refused_to_each_wrong_role(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    with database.reading() as session:
        from lms.skills.models import ActionPlan

        names = {
            "agent": floor.cast.agent.code,
            "record": newest(database, Verification).code,
            "practice": newest(database, OjtRecord).code,
            "plan": session.scalars(select(ActionPlan.code)).one(),
            "job": floor.job.code,
        }
    for template, writers in POSTS.items():
        for name, member in floor.cast.members().items():
            status = look(member).post(template.format(**names), data={}).status_code
            if name in writers - {"agent"}:
                assert status == 400, (template, name, status)  # an empty form
            else:
                assert status in {403, 404}, (template, name, status)
    with database.reading() as session:
        assert len(session.scalars(select(SignOff.id)).all()) == 6
        assert session.scalars(select(ActionPlanClose.id)).all() == []


def test_invariant_09_the_person_cannot_sign_by_a_forged_form(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    record = newest(database, Verification).code
    forged = {"role": "manager", "confirmed": "y"}
    assert look(floor.cast.agent).post(f"/verificacion/{record}/firmar", data=forged).status_code == 403
    assert look(floor.cast.trainer).post(f"/verificacion/{record}/firmar", data=forged).status_code == 403
    again = {"role": "evaluator", "confirmed": "y"}
    assert look(floor.cast.coordinator).post(f"/verificacion/{record}/firmar", data=again).status_code == 409


def test_contacts_against_the_gate_ask_to_be_confirmed_and_are_marked(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    client, url = look(floor.cast.coordinator), f"/persona/{floor.cast.agent.code}/contactos"
    with database.reading() as session:
        programme = session.get_one(Placement, floor.cast.agent.id).programme.code
    form = {"programme": programme, "from_day": on(0).isoformat()}
    asked = client.post(url, data=form)
    assert asked.status_code == 409
    assert "queda registrado contra la puerta" in asked.text
    assert newest(database, LiveContactPeriod) is None
    assert client.post(url, data=form | {"confirmed": "y"}).status_code == 303
    assert "Contra la puerta" in client.get("/contactos?ver=contra").text
    code = newest(database, LiveContactPeriod).code
    assert client.post(f"/contactos/{code}/terminar", data={"last_day": on(1).isoformat()}).status_code == 303
    assert newest(database, LiveContactPeriod).to_day == on(1)
    for name in ("trainer", "hr", "auditor", "agent", "other_coordinator"):
        response = look(floor.cast.members()[name]).post(f"/contactos/{code}/retirar", data={"reason": "No"})
        assert response.status_code in {403, 404}, name


def test_a_plan_is_closed_from_its_page(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    with database.reading() as session:
        from lms.skills.models import ActionPlan

        code = session.scalars(select(ActionPlan.code)).one()
    client = look(floor.cast.coordinator)
    assert client.post(f"/plan/{code}/cerrar", data={"outcome": "Refuerzo dado"}).status_code == 303
    assert "Refuerzo dado" in client.get(f"/plan/{code}").text
    assert client.post(f"/plan/{code}/cerrar", data={"outcome": "Otra vez"}).status_code == 409


def test_an_author_adds_a_skill_and_publishes_a_version(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    client = look(floor.cast.author)
    assert client.post("/habilidades", data={"name": "Empatía", "kind": "skill"}).status_code == 303
    assert client.post("/habilidades", data={"name": "Empatía", "kind": "skill"}).status_code == 409
    assert newest(database, Skill).name == "Empatía"
    form = {
        "from_day": on(TODAY + 1).isoformat(),
        "courses": ["certificacion"],
        "pre_ojt": "85",
        "min_ojt_days": "3",
        "min_ojt_minutes": "600",
        "witness": "y",
        "requirements-0-skill": floor.phone.code,
        "requirements-0-use": "required",
        "requirements-0-method": "observation",
        "requirements-0-threshold": "82,5",
        "requirements-0-valid_days": "90",
    }
    assert client.post(f"/perfil/{floor.job.code}", data=form | {"courses": []}).status_code == 400
    assert client.post(f"/perfil/{floor.job.code}", data=form).status_code == 303
    with database.reading() as session:
        version = session.scalars(select(JobProfileVersion).order_by(JobProfileVersion.number.desc())).first()
        assert version is not None
        assert (version.number, version.sign_roles) == (2, ["evaluator", "witness", "manager"])
        [item] = version.requirements
        assert (item.threshold_num, item.threshold_den, item.valid_days) == (33, 40, 90)
    assert "versión 1" in client.get("/habilidades").text  # the new one counts from tomorrow


def test_the_persons_page_shows_the_gate(floor: World, look: Callable[[Member], FlaskClient]) -> None:
    text = look(floor.cast.coordinator).get(f"/persona/{floor.cast.agent.code}").text
    assert "Camino a los contactos reales" in text
    assert "Puerta entornada" in text
