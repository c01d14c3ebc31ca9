"""The learner's pages, assigning, the preview: who may open them, what they say, that reading never writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.catalog import commands, queries
from lms.catalog.models import Enrolment, PartRecord, ReadingPosition
from lms.hours.models import HoursEntry
from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM
from lms.people.models import Person, Placement
from tests.cast import HIRED, Cast
from tests.catalog.samples import course, enrol, flagship, publish

TODAY = datetime.now(UTC)


@pytest.fixture
def code(cast: Cast, database: Database) -> str:
    """The code of the agent's enrolment in the sample course."""
    with database.writing() as session:
        publish(session)
        return enrol(session, cast, now=TODAY).code


def counted_rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables = (PartRecord, ReadingPosition, HoursEntry)
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_invariant_13_a_course_is_its_learners_own(app: Flask, cast: Cast, code: str) -> None:
    for path in (f"/curso/{code}", f"/curso/{code}/modulo/uno"):
        assert app.test_client().get(path).status_code == 303
        for name, member in cast.members().items():
            wanted = {"agent": 200, "stranger": 404}.get(name, 403)
            assert member.enter(app.test_client()).get(path).status_code == wanted, name
    for path in (f"/curso/{code}/modulo/uno/terminar", f"/curso/{code}/modulo/uno/lectura"):
        for name, member in cast.members().items():
            if name != "agent":
                wanted = 404 if name == "stranger" else 403
                assert member.enter(app.test_client()).post(path).status_code == wanted, name
    agent = cast.agent.enter(app.test_client())
    assert agent.get(f"/curso/{code}/modulo/tres").status_code == 404
    assert agent.get("/curso/nada").status_code == 404


def test_from_the_first_page_to_the_end(app: Flask, cast: Cast, database: Database, code: str) -> None:
    client = cast.agent.enter(app.test_client())
    cover = client.get(f"/curso/{code}").text
    assert f'href="/curso/{code}/modulo/uno#uno-dos"' in cover, "a link of the cover leads to the learner's own module"
    assert cover.count("Sin empezar") == 2
    assert "0 de 2 partes" in cover
    first = client.get(f"/curso/{code}/modulo/uno")
    assert "Terminé este módulo" in first.text
    assert counted_rows(database) == {"part_record": 0, "reading_position": 0, "hours_entry": 0}, "GET never writes"
    answer = client.post(f"/curso/{code}/modulo/uno/terminar")
    assert (answer.status_code, answer.location) == (303, f"/curso/{code}/modulo/dos")
    assert "quedó hecho" in client.get(answer.location).text
    assert "1 de 2 partes" in client.get(f"/curso/{code}").text
    answer = client.post(f"/curso/{code}/modulo/dos/terminar")
    assert answer.location == f"/curso/{code}"
    done = client.get(answer.location).text
    assert "Curso completo" in done
    assert "Completo el" in done
    assert counted_rows(database)["hours_entry"] == 2
    assert client.post(f"/curso/{code}/modulo/uno/terminar").status_code == 303, "again: nothing new, no error"
    assert counted_rows(database)["hours_entry"] == 2


def test_after_the_last_module_comes_the_test(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        publish(session, course(test="banco"))
        made = enrol(session, cast, now=TODAY).code
        commands.finish_module(session, cast.agent.actor, made, "dos", TODAY)
    app.extensions["umbral_slots"] = {}
    client = cast.agent.enter(app.test_client())
    assert client.post(f"/curso/{made}/modulo/uno/terminar").location == f"/prueba/{made}"
    assert f'href="/prueba/{made}"' in client.get(f"/curso/{made}").text
    assert f'href="/prueba/{made}"' in client.get(f"/curso/{made}/modulo/dos").text


def test_reading_goes_on_from_the_last_heading(app: Flask, cast: Cast, database: Database, code: str) -> None:
    client = cast.agent.enter(app.test_client())
    send = f"/curso/{code}/modulo/uno/lectura"
    assert client.post(send, data={"anchor": ""}).status_code == 204
    assert "En curso" in client.get(f"/curso/{code}").text
    assert client.post(send, data={"anchor": "uno-dos"}).status_code == 204
    for page in (f"/curso/{code}", f"/curso/{code}/modulo/uno"):
        assert "Seguir donde quedaste: Segunda" in client.get(page).text
    assert f'href="/curso/{code}/modulo/uno#uno-dos"' in client.get(f"/curso/{code}").text
    assert client.post(send, data={"anchor": "nada"}).status_code == 400
    assert counted_rows(database) == {"part_record": 1, "reading_position": 1, "hours_entry": 0}


def test_a_withdrawn_course_can_be_read_and_says_so(app: Flask, cast: Cast, database: Database, code: str) -> None:
    with database.writing() as session:
        commands.withdraw(session, SYSTEM, enrolment_code=code, reason="Cambio de campaña", now=TODAY)
    client = cast.agent.enter(app.test_client())
    assert "Cambio de campaña" in client.get(f"/curso/{code}").text
    assert "Terminé este módulo" not in client.get(f"/curso/{code}/modulo/uno").text
    assert client.post(f"/curso/{code}/modulo/uno/terminar").status_code == 409


def test_the_learners_pages_run_few_queries(
    app: Flask, cast: Cast, database: Database, count_queries: Callable[[], Any]
) -> None:
    """Sign-in included, what upper floors put into the slots apart; a course of three long modules or of two short ones."""
    app.extensions["umbral_slots"] = {}
    with database.writing() as session:
        publish(session, flagship())
        publish(session)
        codes = [enrol(session, cast, course_slug=slug, now=TODAY).code for slug in ("certificacion-copc", "curso")]
        commands.finish_module(session, cast.agent.actor, codes[1], "uno", TODAY)
    client = cast.agent.enter(app.test_client())
    counts = []
    for made, key in zip(codes, ("auditorias", "dos"), strict=True):
        client.get(f"/curso/{made}")  # the version is kept from here on
        for path in (f"/curso/{made}", f"/curso/{made}/modulo/{key}"):
            with count_queries() as counted:
                assert client.get(path).status_code == 200
            counts.append(counted.number)
    assert counts[:2] == counts[2:]
    assert max(counts) <= 4, counts


def test_the_real_course_reads_whole(app: Flask, cast: Cast, database: Database) -> None:
    loaded = flagship()
    with database.writing() as session:
        publish(session, loaded)
        made = enrol(session, cast, course_slug=loaded.id, now=TODAY).code
    client = cast.agent.enter(app.test_client())
    page = client.get(f"/curso/{made}").text
    for term in loaded.glossary:
        assert term.term in page
    for module in loaded.modules:
        page = client.get(f"/curso/{made}/modulo/{module.id}").text
        assert module.html in page
        assert all(f'href="#{anchor}"' in page for level, anchor, _title in module.toc if level == 2)


# Assigning


def hire_many(database: Database, cast: Cast, number: int) -> None:
    """More people at the trainer's site."""
    with database.writing() as session:
        for _ in range(number):
            name = new_code()
            person = Person(
                code=name,
                employee_number=name.upper(),
                given_name="Más",
                family_name=name,
                created_at=TODAY,
                email=None,
            )
            session.add(person)
            session.flush()
            session.add(
                Placement(
                    code=new_code(),
                    person_id=person.id,
                    site_id=cast.site_id,
                    programme_id=cast.programme_id,
                    job_id=cast.job_id,
                    from_day=HIRED,
                )
            )


def test_who_may_assign(app: Flask, cast: Cast, code: str) -> None:
    for name, member in cast.members().items():
        wanted = 200 if name in {"coordinator", "other_coordinator", "trainer", "hr"} else 403
        assert member.enter(app.test_client()).get("/asignar").status_code == wanted, name
        posted = member.enter(app.test_client()).post("/asignar/hecho", data={"course": "curso"})
        assert posted.status_code == (400 if wanted == 200 else 403), name
    assert app.test_client().get("/asignar").status_code == 303


def test_assigning_says_who_got_it_and_who_had_it(app: Flask, cast: Cast, database: Database, code: str) -> None:
    client = cast.trainer.enter(app.test_client())
    page = client.get("/asignar?curso=curso&buscar=prueba").text
    assert "Ya lo tiene" in page
    assert "Extraña" not in page
    form = {
        "course": "curso",
        "training_type": "refresher",
        "due_on": (TODAY + timedelta(days=30)).date().isoformat(),
        "people": [cast.agent.code, cast.coordinator.code],
    }
    done = client.post("/asignar/hecho", data=form)
    assert done.status_code == 200
    assert "Asignado a 1 persona" in done.text
    assert "1 persona ya lo tenía" in done.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 2


def test_a_refused_form_keeps_what_was_chosen(app: Flask, cast: Cast, database: Database, code: str) -> None:
    client = cast.trainer.enter(app.test_client())
    form = {"course": "curso", "training_type": "initial", "due_on": "2020-01-01", "people": [cast.coordinator.code]}
    refused = client.post("/asignar/hecho", data=form)
    assert refused.status_code == 400
    assert "La fecha límite ya pasó" in refused.text
    assert f'id="p-{cast.coordinator.code}" checked' in refused.text
    nobody = client.post("/asignar/hecho", data={"course": "curso", "training_type": "initial"})
    assert "Falta elegir al menos una persona" in nobody.text
    stranger = client.post("/asignar/hecho", data=form | {"due_on": "", "people": [cast.stranger.code]})
    assert stranger.status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_assigning_runs_the_same_queries_for_more_people(
    app: Flask, cast: Cast, code: str, database: Database, count_queries: Callable[[], Any]
) -> None:
    client, counts = cast.trainer.enter(app.test_client()), []
    for _ in range(2):
        client.get("/asignar?curso=curso")
        with count_queries() as counted:
            assert client.get("/asignar?curso=curso").status_code == 200
        counts.append(counted.number)
        hire_many(database, cast, 6)
    assert counts[0] == counts[1]


def test_withdrawing_on_the_page(app: Flask, cast: Cast, database: Database, code: str) -> None:
    path = f"/asignacion/{code}/retirar"
    for name in ("agent", "auditor", "author", "administrator", "stranger"):
        assert getattr(cast, name).enter(app.test_client()).get(path).status_code == 403, name
    assert cast.other_coordinator.enter(app.test_client()).get(path).status_code == 404
    client = cast.coordinator.enter(app.test_client())
    assert client.post(path, data={"reason": ""}).status_code == 400
    answer = client.post(path, data={"reason": "Cambió de campaña"})
    assert (answer.status_code, answer.location) == (303, f"/persona/{cast.agent.code}")
    assert "Retirado: Cambió de campaña" in client.get(answer.location).text
    assert client.post(path, data={"reason": "otra vez"}).status_code == 409


# The author's pages


def test_who_sees_the_content(app: Flask, cast: Cast, code: str) -> None:
    for path in ("/contenido", "/contenido/curso", "/contenido/curso/uno"):
        assert app.test_client().get(path).status_code == 303
        for name, member in cast.members().items():
            wanted = 200 if name in {"author", "auditor", "administrator", "trainer"} else 403
            assert member.enter(app.test_client()).get(path).status_code == wanted, (name, path)
    author = cast.author.enter(app.test_client())
    assert author.get("/contenido/otro").status_code == 404
    assert author.get("/contenido/curso/tres").status_code == 404


def test_the_list_shows_every_version_and_how_many_take_it(
    app: Flask, cast: Cast, database: Database, code: str
) -> None:
    with database.writing() as session:
        publish(session, course(title="Segunda versión"), now=TODAY)
        commands.record_part(
            session, SYSTEM, queries.enrolments_of(session, cast.agent.id)[0].enrolment, "module:uno", "done", now=TODAY
        )
    page = cast.author.enter(app.test_client()).get("/contenido").text
    assert "Segunda versión" in page
    assert page.count("<code>") == 2
    assert "Vigente" in page
    preview = cast.auditor.enter(app.test_client()).get("/contenido/curso").text
    assert "Vista previa de la versión 2" in preview
    assert 'href="curso/uno#uno-dos"' in preview, "from /contenido/curso that is /contenido/curso/uno"
    assert "Terminé" not in cast.auditor.enter(app.test_client()).get("/contenido/curso/uno").text


def test_an_installation_without_courses_says_what_will_stand_there(app: Flask, cast: Cast) -> None:
    assert "Todavía no hay cursos publicados" in cast.author.enter(app.test_client()).get("/contenido").text
    assert "Todavía no hay cursos publicados" in cast.trainer.enter(app.test_client()).get("/asignar").text


# The person's page


def test_courses_on_the_persons_page(app: Flask, cast: Cast, code: str) -> None:
    page = cast.coordinator.enter(app.test_client()).get(f"/persona/{cast.agent.code}").text
    assert "Un curso" in page
    assert f"/asignacion/{code}/retirar" in page
    auditor = cast.auditor.enter(app.test_client()).get(f"/persona/{cast.agent.code}").text
    assert "Un curso" in auditor
    assert "/retirar" not in auditor
    assert "Un curso" not in cast.administrator.enter(app.test_client()).get(f"/persona/{cast.agent.code}").text
