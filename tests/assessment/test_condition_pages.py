"""The pages of the conditions of an attempt: cover, rooms, accommodations, pages forward, checks, results, practice."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import grant, open_room, submit
from lms.assessment.models import Accommodation, Attempt, AttemptStep, ExamRoom
from lms.assessment.rules.plan import FORWARD, Section
from lms.assessment.rules.showing import Review, Shown
from lms.people.models import SignInFailure
from tests.assessment.scene import answer_all, items_of, make_scene, plan, question, raw, singles
from tests.assessment.test_views import begin, fields, items

HOUR = timedelta(hours=1)
SECTION = Section("a", "any", 4)


@pytest.fixture
def made(database, cast, real_now):
    def make(*sections, questions=None, **changes):
        with database.writing() as session:
            test = plan(*(sections or (SECTION,)), **changes)
            return make_scene(session, cast, real_now, questions or singles(12), test)

    return make


@pytest.fixture
def client(app, cast):
    return cast.agent.enter(app.test_client())


def cover_of(client, scene):
    return client.get(f"/prueba/{scene.enrolment.code}").text.replace("\xa0", " ")


def test_the_cover_states_every_rule_of_the_plan(client, cast, database, made, real_now):
    scene = made(
        SECTION,
        Section("b", "any", 2, pass_mark=Fraction(1)),
        questions=[*singles(9), *singles(6, "b"), question("p", pool="practice")],
        navigation=FORWARD,
        per_page=2,
        opens=real_now - HOUR,
        closes=real_now + 3 * HOUR,
        room=True,
        addresses=("127.0.0.0/8",),
        review=Review(closed=Shown(marks=True, right=True)),
    )
    with database.writing() as session:
        grant(
            session, cast.trainer.actor, person_code=cast.agent.code, test_slug="banco", time=Fraction(3, 2), attempts=1,
            reason="Vista", now=real_now,
        )  # fmt: skip
    text = cover_of(client, scene)
    for part in (
        'Además, en «<span lang="es">Tema B</span>»' if 'lang="es">Tema B' in text else "Tema B",
        "hay que llegar a 100 %: es un tema crítico",
        "Va de a 2 preguntas por página y solo hacia adelante",
        "Se puede empezar desde el",
        "lo que esté en curso termina ahí",
        "Se hace en una sala supervisada",
        "Se hace desde la red del lugar",
        "45 min",
        "Para esta persona hay 1 intento más",
        "4 de 4",
        "Las respuestas correctas se muestran cuando la prueba cierra",
        "Código de la sala",
        "Practicar sin que se registre",
    ):
        assert part in text, part


def test_a_cover_before_and_after_the_window_has_no_way_in(client, made, real_now):
    scene = made(opens=real_now + HOUR)
    assert "Todavía no abrió" in cover_of(client, scene)
    assert "Empezar la prueba" not in cover_of(client, scene)
    assert client.post(f"/prueba/{scene.enrolment.code}/empezar").status_code == 409


def test_a_wrong_pin_says_the_same_whatever_is_wrong_and_is_throttled(  # noqa: PLR0917 - fixtures
    client, cast, database, made, real_now, settings
):
    scene = made(room=True)
    with database.writing() as session:
        room = open_room(
            session, cast.trainer.actor, test_slug="banco", title="Aula", opens_at=real_now - HOUR,
            closes_at=real_now + HOUR, addresses=["10.0.0.0/8"], now=real_now,
        )  # fmt: skip
        pin = room.pin
    address = f"/prueba/{scene.enrolment.code}/empezar"
    said = set()
    for typed in ("ZZZZZZ", pin):  # the second is right, from the wrong network
        assert client.post(address, data={"pin": typed}).location == f"/prueba/{scene.enrolment.code}"
        said.add(re.search(r"Ese código no abre una sala[^<]*", cover_of(client, scene))[0])
    assert len(said) == 1
    client.post(address)  # an empty field is a mistake, no guess
    with database.reading() as session:
        failures = session.scalars(select(SignInFailure)).all()
        assert [each.address for each in failures] == ["room:127.0.0.1"] * 2
    for _ in range(settings.throttle_failures - 2):
        assert client.post(address, data={"pin": "YYYYYY"}).status_code == 303
    assert client.post(address, data={"pin": "YYYYYY"}).status_code == 429
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_room_from_its_opening_to_its_close(app, client, cast, database, made):
    scene = made(room=True)
    trainer = cast.trainer.enter(app.test_client())
    form = trainer.get("/salas/abrir").text
    opens, closes = (re.search(rf'name="{name}"[^>]*value="([^"]+)"', form)[1] for name in ("opens_at", "closes_at"))
    made_room = trainer.post(
        "/salas/abrir",
        data={"test": "banco", "title": "Aula 3", "opens_at": opens, "closes_at": closes, "addresses": ""},
    )
    assert made_room.status_code == 303
    with database.reading() as session:
        pin = session.scalars(select(ExamRoom.pin)).one()
    page = trainer.get(made_room.location).text
    assert f"{pin[:3]} {pin[3:]}" in page
    assert "Nadie todavía" in page
    started = client.post(f"/prueba/{scene.enrolment.code}/empezar", data={"pin": pin.lower()})
    code = started.location.rsplit("/", 1)[-1]
    drawn = items(database, code)
    client.post(f"/intento/{code}/guardar", json={"position": 1, "tab": "tab-one-1", "seq": 1, "answer": raw(drawn[0])})
    page = trainer.get(made_room.location).text
    assert "Agente Prueba" in page
    assert "1 de 4" in page
    given = trainer.post(f"{made_room.location}/tiempo", data={"attempt": code, "minutes": "15", "reason": "Luz"})
    assert given.status_code == 303
    assert "tiene ahora hasta las" in trainer.get(made_room.location).text
    for wrong in (
        {"attempt": code, "minutes": "0", "reason": "x"},
        {"attempt": "other", "minutes": "5", "reason": "x"},
        {},
    ):
        trainer.post(f"{made_room.location}/tiempo", data=wrong)
    with database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert attempt.deadline_at == attempt.started_at + timedelta(minutes=45)
        assert session.scalar(select(func.count()).select_from(AttemptStep).where(AttemptStep.kind == "extend")) == 1
    assert trainer.post(f"{made_room.location}/cerrar").status_code == 303
    assert "Nadie más entra" in trainer.get(made_room.location).text
    assert "Aula 3" in trainer.get("/salas").text
    assert client.get(f"/intento/{code}").status_code == 200
    client.post(f"/intento/{code}/entregar")
    auditor = cast.auditor.enter(app.test_client())
    steps = auditor.get(f"/intento/{code}/pasos").text
    assert "más tiempo" in steps
    assert "Formadora Prueba: Luz" in steps


def test_the_pages_of_rooms_cost_the_same_whatever_sits_in_them(  # noqa: PLR0917 - fixtures
    app, cast, database, made, real_now, count_queries
):
    scene = made(room=True)
    with database.writing() as session:
        room = open_room(
            session, cast.trainer.actor, test_slug="banco", title="Aula", opens_at=real_now - HOUR,
            closes_at=real_now + HOUR, addresses=[], now=real_now,
        )  # fmt: skip
        code, room_id = room.code, room.id
    trainer = cast.trainer.enter(app.test_client())

    def costs():
        found = []
        for address in ("/salas", f"/sala/{code}"):
            trainer.get(address)
            with count_queries() as counted:
                assert trainer.get(address).status_code == 200
            found.append(counted.number)
        return found

    empty = costs()
    with database.writing() as session:
        for member in (cast.agent, cast.stranger):
            attempt = Attempt(
                code=f"x{member.id}", person_id=member.id, test_id=room.test_id, enrolment_id=scene.enrolment.id,
                plan_version_id=1, bank_version_id=1, number=member.id, seed=bytes(32), algorithm="umbral-1", seen={},
                started_at=real_now, deadline_at=real_now + HOUR, grace_seconds=60, site_id=cast.site_id,
                programme_id=cast.programme_id, job_id=cast.job_id, room_id=room_id, closed_at=None,
            )  # fmt: skip
            session.add(attempt)
    assert costs() == empty
    assert max(empty) <= 7


def test_accommodations_are_given_and_taken_back_on_their_page(app, cast, database, made):
    made()
    coordinator = cast.coordinator.enter(app.test_client())
    assert "Adaptaciones para las pruebas" in coordinator.get(f"/persona/{cast.agent.code}").text
    address = f"/persona/{cast.agent.code}/adaptaciones"
    sent = {"test": "banco", "time": "25", "attempts": "1", "reason": "Vista reducida"}
    assert coordinator.post(address, data=sent).status_code == 303
    page = coordinator.get(address).text.replace("\xa0", " ")
    assert "tiempo por 125 %" in page
    assert "1 intento más" in page
    with database.reading() as session:
        code = session.scalars(select(Accommodation.code)).one()
    assert coordinator.post(f"/adaptacion/{code}/retirar", data={"reason": ""}).status_code == 400
    assert coordinator.post(f"/adaptacion/{code}/retirar", data={"reason": "Error"}).status_code == 303
    assert "Retirada" in coordinator.get(address).text
    for bad in ({"time": "0", "attempts": "0"}, {"time": "7"}, {"attempts": "99"}, {"reason": " "}, {"test": "otra"}):
        assert coordinator.post(address, data=sent | bad).status_code in {400, 422}, bad
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Accommodation)) == 2


def test_nobody_opens_their_own_accommodations(app, cast, made):
    made()
    for member in (cast.trainer, cast.coordinator):
        own = member.enter(app.test_client())
        assert own.get(f"/persona/{member.code}/adaptaciones").status_code in {403, 404}
        assert "Adaptaciones para las pruebas" not in own.get(f"/persona/{member.code}").text
    other = cast.other_coordinator.enter(app.test_client())
    assert other.get(f"/persona/{cast.agent.code}/adaptaciones").status_code == 404


def test_a_network_is_asked_for_when_a_page_is_opened_and_not_when_an_answer_is_saved(client, database, made):
    scene = made(addresses=("127.0.0.0/8",))
    code = begin(client, scene)
    (one, *_rest) = items(database, code)
    outside = {"REMOTE_ADDR": "192.168.7.7"}
    assert client.get(f"/intento/{code}", environ_base=outside).status_code == 409
    assert client.post(f"/prueba/{scene.enrolment.code}/empezar", environ_base=outside).status_code == 409
    sent = {"position": 1, "tab": "tab-one-1", "seq": 1, "answer": raw(one)}
    assert (
        client.post(f"/intento/{code}/guardar", json=sent, environ_base=outside).json["results"][0]["state"] == "saved"
    )


# --- forward only, without script ------------------------------------------------------------------------------------


def test_a_form_that_is_refused_shows_no_questions_outside_the_network(client, database, made):
    scene = made(addresses=("127.0.0.0/8",))
    here, away = {"REMOTE_ADDR": "127.0.0.1"}, {"REMOTE_ADDR": "10.1.1.1"}
    url = client.post(f"/prueba/{scene.enrolment.code}/empezar", environ_base=here).location
    form = {"q1-here": "1", "q1": "zz", "q2-here": "1", "q2": "0", "base": "0"}
    answer = client.post(f"{url}/guardar", data=form, environ_base=away)
    assert (answer.status_code, answer.location) == (303, url)
    assert "Enunciado" in client.post(f"{url}/guardar", data=form, environ_base=here).text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AttemptStep)) == 1  # what could be read was kept


def test_pages_forward_by_form_show_only_themselves_and_refuse_what_was_left(client, database, made):
    scene = made(navigation=FORWARD, per_page=2)
    code = begin(client, scene)
    one, two, three, four = items(database, code)
    page = client.get(f"/intento/{code}?pagina=2").text  # asking for another page shows the open one
    assert "Página 1 de 2" in page
    assert re.findall(r'data-question="(\d)"', page) == ["1", "2"]
    assert three.question.shown["stem"] not in page
    sent = fields([one, two]) | {"base": "1", "page": "1", "go": "2"}
    assert client.post(f"/intento/{code}/guardar", data=sent).location == f"/intento/{code}"
    page = client.get(f"/intento/{code}").text
    assert re.findall(r'data-question="(\d)"', page) == ["3", "4"]
    stale = fields([one], right=False) | {"base": "0", "page": "1"}
    page = client.post(f"/intento/{code}/guardar", data=stale).text
    assert "Esa página ya se dejó y no vuelve" in page
    assert "Falta responder 2 preguntas" in client.get(f"/intento/{code}/entregar").text
    client.post(f"/intento/{code}/guardar", data=fields([three, four]) | {"base": "9", "go": "3"})  # there is no third
    assert "Esa página no es la que sigue" in client.get(f"/intento/{code}").text
    client.post(f"/intento/{code}/entregar")
    assert "100" in client.get(f"/intento/{code}/resultado").text


def test_pages_that_come_back_are_asked_for(client, database, made):
    scene = made(per_page=3)
    code = begin(client, scene)
    *_first, four = items(database, code)
    page = client.get(f"/intento/{code}").text
    assert re.findall(r'data-question="(\d)"', page) == ["1", "2", "3"]
    assert f'href="/intento/{code}?pagina=2#q4"' in page
    moved = client.post(f"/intento/{code}/guardar", data={"base": "0", "page": "1", "go": "2"})
    assert moved.location == f"/intento/{code}?pagina=2"
    marked = client.post(f"/intento/{code}/guardar", data=fields([four]) | {"base": "0", "page": "2", "mark": "4"})
    assert marked.location == f"/intento/{code}?pagina=2#q4"
    assert re.findall(r'data-question="(\d)"', client.get(f"/intento/{code}?pagina=99").text) == ["4"]


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_checked_answer_shows_what_the_plan_shows_and_is_fixed(client, database, made):
    scene = made(review=Review(during=Shown(feedback=True)))
    code = begin(client, scene)
    one, *_ = items(database, code)
    assert "Comprobar y fijar la respuesta" in client.get(f"/intento/{code}").text
    client.post(f"/intento/{code}/guardar", data={"q2-here": "1", "base": "0", "check": "2"})
    assert "Falta responder la pregunta antes de comprobarla" in client.get(f"/intento/{code}").text
    wrong = fields([one], right=False)
    checked = client.post(f"/intento/{code}/guardar", data=wrong | {"base": "0", "check": "1"})
    assert checked.location == f"/intento/{code}#q1"
    page = client.get(f"/intento/{code}").text
    assert "Comprobada: ya no cambia" in page
    assert page.count("F-dos") == 1
    assert 'name="q1"' not in page
    for told in ("Explicación de", "Incorrecta", "incorrecta", "F-tres"):
        assert told not in page
    again = client.post(f"/intento/{code}/guardar", data=fields([one]) | {"base": "0"})
    assert "ya se comprobó" in again.text


@pytest.mark.parametrize(
    ("review", "there", "absent"),
    [
        (None, ["Incorrecta", "F-dos", "respuesta correcta no se muestra todavía"], ["Explicación de"]),
        (Review(after=Shown(marks=True)), ["Incorrecta"], ["F-dos", "Explicación de"]),
        (Review(after=Shown(feedback=True)), ["F-dos"], ["Incorrecta", "Explicación de"]),
        (Review(after=Shown(right=True)), ["Explicación de"], ["Incorrecta</", "F-dos"]),
        (Review(), ["Pregunta por pregunta"], ["Por tema", "Enunciado de", "Incorrecta", "F-dos", "Explicación de"]),
    ],
)
def test_the_result_shows_what_its_phase_shows(client, database, made, review, there, absent):  # noqa: PLR0917 - fixtures
    scene = made(review=review)
    code = begin(client, scene)
    client.post(f"/intento/{code}/guardar", data=fields(items(database, code), right=False) | {"base": "0"})
    client.post(f"/intento/{code}/entregar")
    page = client.get(f"/intento/{code}/resultado").text
    assert [part for part in there if part not in page] == []
    assert [part for part in absent if part in page] == []


def test_a_failed_critical_section_is_named_and_leads_to_practice(client, cast, database, made, real_now):
    practice = [question(f"p-{number}", pool="practice", topic="b") for number in range(12)]
    scene = made(
        Section("a", "any", 3), Section("b", "any", 1, Fraction(1, 3), Fraction(1)),
        questions=[*singles(5), *singles(5, "b"), *practice],
    )  # fmt: skip
    code = begin(client, scene)
    for item in items(database, code):
        client.post(
            f"/intento/{code}/guardar",
            json={
                "position": item.position,
                "tab": "tab-one-1",
                "seq": item.position,
                "answer": raw(item, right=item.section == 0),
            },
        )
    client.post(f"/intento/{code}/entregar")
    page = client.get(f"/intento/{code}/resultado").text.replace("\xa0", " ")
    assert "Tema crítico no alcanzado" in page
    assert "Pide 100 % por sí mismo y quedó en 0 %" in page
    assert f'href="/prueba/{scene.enrolment.code}/practica?tema=b"' in page
    drawn = client.get(f"/prueba/{scene.enrolment.code}/practica?tema=b", follow_redirects=True)
    keys = re.findall(r'id="p-(p-\d+)"', drawn.text)
    assert len(set(keys)) == 10
    assert re.findall(r'id="p-(p-\d+)"', client.get(drawn.request.full_path).text) == keys  # the address is the set
    sent = {"semilla": "abcd", "tema": "b", f"p-{keys[0]}": "0"}
    told = client.post(f"/prueba/{scene.enrolment.code}/practica/{keys[0]}", data=sent)
    assert "Volver a la práctica" in told.text
    assert "Explicación de" in told.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_invariant_01_a_practice_set_never_holds_nor_answers_a_question_of_tests_alone(client, database, cast, made):
    both = question("both-1", pool="both", topic="a")
    scene = made(questions=[*singles(12), both, question("p-1", pool="practice")])
    page = client.get(f"/prueba/{scene.enrolment.code}/practica", follow_redirects=True).text
    assert sorted(re.findall(r'practica/([a-z0-9-]+)"', page)) == ["both-1", "p-1"]
    address = f"/prueba/{scene.enrolment.code}/practica"
    assert client.post(f"{address}/a-easy-00001").status_code == 404
    assert client.post(f"{address}/both-1").status_code == 200
    begin(client, scene)
    assert client.post(f"{address}/both-1").status_code == 409
    assert client.post(f"{address}/p-1").status_code == 200
    assert client.get(f"/prueba/{scene.other.code}/practica?semilla=abcd").status_code == 404


def test_extra_attempts_keep_the_right_answers_hidden_until_they_are_used(client, cast, database, made, real_now):
    scene = made(attempts=1)
    with database.writing() as session:
        grant(
            session, cast.trainer.actor, person_code=cast.agent.code, test_slug="banco", time=Fraction(1), attempts=1,
            reason="x", now=real_now,
        )  # fmt: skip
        attempt = scene.start(session)
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=real_now)
        code = attempt.code
    assert "Explicación de" not in client.get(f"/intento/{code}/resultado").text
    with database.writing() as session:
        last = scene.start(session)
        assert len(items_of(session, last)) == 4
        answer_all(session, cast, last, wrong=4)
        submit(session, cast.agent.actor, attempt_code=last.code, now=real_now)
    assert "Explicación de" in client.get(f"/intento/{code}/resultado").text
