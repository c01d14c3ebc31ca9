"""The pages of a test: the whole journey with and without script, what each page costs, what it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import publish_bank
from lms.assessment.models import Attempt, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.rules.plan import Section
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import ALL_TYPES, TAB, bank, items_of, make_scene, plan, question, raw, singles

HOUR = timedelta(hours=1)


def fields(items, *, right=True):
    """What a form without script sends for these items."""
    sent: dict[str, object] = {}
    for item in items:
        name, ids = f"q{item.position}", raw(item, right=right)
        sent[f"{name}-here"] = "1"
        if item.question.kind.name == "ordering":
            sent |= {f"{name}-{choice}": str(place) for place, choice in enumerate(ids, 1)}
        elif item.question.kind.name == "matching":
            sent |= {f"{name}-{place}": choice for place, choice in enumerate(ids)}
        else:
            sent[name] = ids
    return sent


def begin(client, scene):
    response = client.post(f"/prueba/{scene.enrolment.code}/empezar")
    assert response.status_code == 303
    return response.location.rsplit("/", 1)[-1]


def items(database, code):
    with database.reading() as session:
        return items_of(session, session.scalar(select(Attempt).where(Attempt.code == code)))


def steps(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AttemptStep))


def test_the_whole_journey_without_script(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    cover = client.get(f"/prueba/{scene.enrolment.code}")
    assert "Empezar la prueba" in cover.text
    assert "3 de 3" in cover.text
    code = begin(client, scene)
    page = client.get(f"/intento/{code}").text
    assert page.count('<fieldset class="question-card"') == 5
    sent = fields(items(database, code)) | {"base": "0", "then": "review"}
    saved = client.post(f"/intento/{code}/guardar", data=sent)
    assert (saved.status_code, saved.location) == (303, f"/intento/{code}/entregar")
    assert steps(database) == 5
    assert "Todas las preguntas tienen respuesta" in client.get(saved.location).text
    done = client.post(f"/intento/{code}/entregar")
    result = client.get(done.location).text.replace("\xa0", " ")
    assert "Prueba aprobada" in result
    assert "100 %" in result
    assert "Explicación de match-1" in result
    assert f"/curso/{scene.enrolment.code}/modulo/m1#s1" in result
    assert "Prueba aprobada" in client.get(f"/prueba/{scene.enrolment.code}").text
    assert client.get(f"/intento/{code}").location == f"/intento/{code}/resultado"


def test_the_page_shows_what_was_answered(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    drawn = items(database, code)
    client.post(f"/intento/{code}/guardar", data=fields(drawn) | {"base": "0"})
    page = client.get(f"/intento/{code}").text
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(q\d+)" value="(\d+)" checked', page):
        found.setdefault(name, []).append(value)
    for item in drawn:
        if item.question.kind.name in {"single", "multiple", "true_false"}:
            assert sorted(found[f"q{item.position}"]) == sorted(raw(item))
    assert page.count(" selected>") == 6  # three of the matching, three of the ordering
    # The same form sent again stores nothing.
    client.post(f"/intento/{code}/guardar", data=fields(drawn) | {"base": "5"})
    assert steps(database) == 5


def test_an_old_form_does_not_overwrite_what_another_tab_saved_since(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    one, two, *_ = items(database, code)
    entry = {"position": one.position, "tab": TAB, "seq": 1, "answer": raw(one)}
    client.post(f"/intento/{code}/guardar", json=entry)
    # A form that was opened before that, with question one empty: it changes question two only.
    stale = fields([two]) | {f"q{one.position}-here": "1", "base": "0"}
    client.post(f"/intento/{code}/guardar", data=stale)
    with database.reading() as session:
        attempt = session.scalar(select(Attempt))
        assert reading.standing(reading.steps_of(session, attempt.id)).answered() == {one.position, two.position}


def test_a_form_with_one_bad_question_keeps_the_others_and_says_what_to_mend(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    drawn = items(database, code)
    order = next(item for item in drawn if item.question.kind.name == "ordering")
    sent = fields(drawn) | {f"q{order.position}-{choice}": "1" for choice in "012"} | {"base": "0"}
    response = client.post(f"/intento/{code}/guardar", data=sent)
    assert response.status_code == 200
    assert "cada uno va una sola vez" in response.text
    assert response.text.count('<option value="1" selected>1</option>') == 3  # as it was typed
    assert steps(database) == 4


def test_flag_and_clear_without_script(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    drawn = items(database, code)
    marked = client.post(f"/intento/{code}/guardar", data=fields(drawn) | {"base": "0", "mark": "2"})
    assert marked.location == f"/intento/{code}#q2"
    client.post(f"/intento/{code}/guardar", data=fields(drawn) | {"base": "6", "clear": "1"})
    summary = client.get(f"/intento/{code}/entregar").text
    assert "Falta responder 1 pregunta" in summary
    assert "4 de 5" in summary
    assert "Preguntas marcadas para revisar" in summary
    client.post(f"/intento/{code}/guardar", data={"base": "7", "mark": "2"})
    assert "Preguntas marcadas para revisar" not in client.get(f"/intento/{code}/entregar").text


def test_handing_in_twice_leads_to_the_same_result(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    for _ in range(2):
        assert client.post(f"/intento/{code}/entregar").location == f"/intento/{code}/resultado"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 1
    assert "Todavía no alcanza" in client.get(f"/intento/{code}/resultado").text


def test_an_expired_attempt_offers_its_result_and_only_a_post_closes_it(app, cast, database, scene, real_now):
    with database.writing() as session:
        attempt = scene.start(session, now=real_now - HOUR)
    client = cast.agent.enter(app.test_client())
    for address in (f"/intento/{attempt.code}", f"/intento/{attempt.code}/entregar"):
        assert "Se terminó el tiempo" in client.get(address).text
    assert "Ver el resultado" in client.get(f"/prueba/{scene.enrolment.code}").text
    with database.reading() as session:
        assert session.get_one(Attempt, attempt.id).closed_at is None
    assert client.get(f"/intento/{attempt.code}/resultado").location == f"/intento/{attempt.code}"
    started = client.post(f"/prueba/{scene.enrolment.code}/empezar")
    assert started.location == f"/intento/{attempt.code}/resultado"
    assert client.get(started.location).status_code == 200


def test_a_late_save_says_that_it_does_not_count(app, cast, database, scene, real_now):
    with database.writing() as session:
        attempt = scene.start(session, now=real_now - HOUR)
        item = items_of(session, attempt)[0]
    client = cast.agent.enter(app.test_client())
    entry = {"position": 1, "tab": TAB, "seq": 1, "answer": raw(item)}
    reply = client.post(f"/intento/{attempt.code}/guardar", json=entry).json
    assert (reply["results"][0]["state"], reply["seconds_left"]) == ("late", 0)
    assert "no cuenta" in reply["results"][0]["detail"]


def test_the_cover_says_why_not(app, cast, database, real_now):
    with database.writing() as session:
        scene = make_scene(session, cast, real_now, singles(3), plan(Section("a", "any", 1), attempts=2, delay_hours=5))
    client = cast.agent.enter(app.test_client())
    client.post(f"/intento/{begin(client, scene)}/entregar")
    page = client.get(f"/prueba/{scene.enrolment.code}").text
    assert "El próximo intento se puede empezar desde" in page
    assert "Empezar la prueba" not in page
    assert client.post(f"/prueba/{scene.enrolment.code}/empezar").status_code == 409


def test_the_line_of_the_result_has_its_notch_at_the_mark(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    client.post(f"/intento/{code}/entregar")
    page = client.get(f"/intento/{code}/resultado").text.replace("\xa0", " ")
    assert 'aria-label="Resultado: 0 %, umbral 80 %, todavía no alcanza"' in page


# --- what pages cost


def test_the_number_of_statements_is_fixed_whatever_the_bank_and_the_history(
    app, cast, database, real_now, count_queries
):
    sections = (Section("a", "any", 20),)
    with database.writing() as session:
        scene = make_scene(session, cast, real_now, singles(30), plan(*sections, attempts=9))
    client = cast.agent.enter(app.test_client())

    def costs() -> dict[str, int]:
        found: dict[str, int] = {}

        def measure(name, call):
            with count_queries() as counted:
                response = call()
            assert response.status_code in {200, 303}, (name, response.text)
            found[name] = counted.number
            return response

        client.get(f"/prueba/{scene.enrolment.code}")
        measure("cover", lambda: client.get(f"/prueba/{scene.enrolment.code}"))
        code = begin(client, scene)
        client.get(f"/intento/{code}")
        measure("attempt", lambda: client.get(f"/intento/{code}"))
        drawn = items(database, code)
        entry = {"position": 1, "tab": TAB, "seq": 1, "answer": raw(drawn[0])}
        measure("save", lambda: client.post(f"/intento/{code}/guardar", json=entry))
        measure(
            "form", lambda: client.post(f"/intento/{code}/guardar", data=fields(drawn, right=False) | {"base": "1"})
        )
        measure("summary", lambda: client.get(f"/intento/{code}/entregar"))
        client.post(f"/intento/{code}/entregar")
        client.get(f"/intento/{code}/resultado")
        measure("result", lambda: client.get(f"/intento/{code}/resultado"))
        return found

    first = costs()
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(60), plan(*sections, attempts=9)), now=real_now)
    assert costs() == first
    assert costs() == first
    assert first["cover"] <= 4  # what was granted to this person included
    assert first["attempt"] <= 5
    assert first["save"] <= 5
    assert first["form"] <= 6
    assert first["summary"] <= 4
    assert first["result"] <= 8, first  # the cards of survey and certificate included


def test_the_bank_and_the_steps_cost_the_same_with_the_data_doubled(app, cast, database, real_now, count_queries):
    test = plan(Section("a", "any", 2))
    with database.writing() as session:
        scene = make_scene(session, cast, real_now, singles(40), test)
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    client.post(f"/intento/{code}/entregar")
    auditor = cast.auditor.enter(app.test_client())

    def cost(address):
        assert auditor.get(address).status_code == 200
        with count_queries() as counted:
            auditor.get(address)
        return counted.number

    before = cost("/contenido/banco/banco"), cost(f"/intento/{code}/pasos")
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(80), test), now=real_now)
    assert (cost("/contenido/banco/banco"), cost(f"/intento/{code}/pasos")) == before
    assert before[0] <= 4


# --- author, auditor, practice


def test_the_bank_is_paged_by_key_and_by_topic(app, cast, database, real_now):
    questions = [*singles(60), question("zz", topic="b")]
    with database.writing() as session:
        make_scene(session, cast, real_now, questions, plan(Section("a", "any", 2)))
    author = cast.author.enter(app.test_client())
    first = author.get("/contenido/banco/banco").text
    assert first.count("<article") == 50
    (onward,) = set(re.findall(r'rel="next" href="([^"]+)"', first))
    second = author.get(onward.replace("&amp;", "&")).text
    assert second.count("<article") == 11
    assert author.get("/contenido/banco/banco?tema=b").text.count("<article") == 1
    assert author.get("/contenido/banco/nada").status_code == 404
    one = author.get("/contenido/banco/banco/pregunta/a-easy-00003").text
    assert "F-dos" in one  # what a learner never sees before grading


def test_the_steps_say_what_happened_in_order(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    item = items(database, code)[0]
    client.post(f"/intento/{code}/guardar", json={"position": 1, "tab": TAB, "seq": 4, "answer": raw(item)})
    client.post(f"/intento/{code}/guardar", json={"position": 1, "tab": TAB, "seq": 5, "flag": True})
    client.post(f"/intento/{code}/entregar")
    page = cast.trainer.enter(app.test_client()).get(f"/intento/{code}/pasos").text
    order = [page.index(f"{TAB} / 4"), page.index(f"{TAB} / 5"), page.index("server / 1")]
    assert order == sorted(order)
    with database.reading() as session:
        seed = session.scalar(select(Attempt)).seed.hex()
    assert seed not in page
    panel = cast.trainer.enter(app.test_client()).get(f"/persona/{cast.agent.code}")
    assert panel.status_code == 200
    assert f"/intento/{code}/pasos" in panel.text


@pytest.fixture
def practising(database, cast, real_now):
    questions = [*ALL_TYPES, question("p-1", pool="practice"), question("p-2", "ordering", pool="both")]
    with database.writing() as session:
        return make_scene(session, cast, real_now, questions, plan(Section("a", "any", 2)))


def test_practice_gives_feedback_and_records_nothing(app, cast, database, practising):
    client = cast.agent.enter(app.test_client())
    module = client.get(f"/curso/{practising.enrolment.code}/modulo/m1").text
    assert "Enunciado de p-1" in module
    assert "Enunciado de single-1" not in module  # of the exam
    assert "F-dos" not in module
    assert "Explicación" not in module
    address = f"/practica/{practising.enrolment.code}/m1/p-1"
    labels = re.findall(r'name="p-p-1" value="(\d)">\s*<span class="option-text">(\w+)', module)
    by_text = {text: value for value, text in labels}
    right = client.post(address, data={"p-p-1": by_text["Uno"]}).text
    assert "Correcta" in right
    assert "Explicación de p-1" in right
    wrong = client.post(address, data={"p-p-1": by_text["Dos"], "fragment": "1"}).text
    assert "F-dos" in wrong
    assert "<html" not in wrong
    assert "Falta elegir" in client.post(address, data={}).text
    assert "no muestra" in client.post(address, data={"p-p-1": "8"}).text
    with database.reading() as session:
        for table in (Attempt, AttemptStep, Result):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_practice_of_exam_questions_or_of_other_people_is_not_found(app, cast, practising):
    client = cast.agent.enter(app.test_client())
    assert client.post(f"/practica/{practising.enrolment.code}/m1/single-1").status_code == 404
    assert client.post(f"/practica/{practising.enrolment.code}/m9/p-1").status_code == 404
    assert client.post(f"/practica/{practising.other.code}/m1/p-1").status_code == 404
    assert (
        cast.trainer.enter(app.test_client()).post(f"/practica/{practising.enrolment.code}/m1/p-1").status_code == 403
    )


def test_the_course_page_shows_where_the_test_stands(app, cast, database, scene):
    client = cast.agent.enter(app.test_client())
    address = f"/curso/{scene.enrolment.code}"
    assert f"/prueba/{scene.enrolment.code}" in client.get(address).text
    begin(client, scene)
    assert "En curso" in client.get(address).text
