"""Pages of typed questions, scenarios and open answers: without script, with it, in the review, for authors and auditors."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import save, start, submit, sweep
from lms.assessment.commands.answering import Entry
from lms.assessment.commands.batch import Sitting, sit_all
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.rules.filling import pools_of
from lms.assessment.rules.plan import Section
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid
from tests.assessment.scene import END, MINUTE, TAB, Scene, items_of, plan, question
from tests.assessment.typed_scene import TYPED, make_typed_scene, raw, scenario, typed
from tests.conftest import NOW

from .test_views import begin, items


def fields(item: Any, sent: list[str]) -> dict[str, str]:
    """A form's fields for one typed question."""
    name = f"q{item.position}"
    entries = {f"{name}-{place}": text for place, text in enumerate(sent)} if item.question.kind.name == "gaps" else {}
    return {f"{name}-here": "1", **(entries or {name: sent[0] if sent else ""})}


def text_of(answer: Any) -> str:
    return html.unescape(answer.text).replace("\xa0", " ")


@pytest.fixture
def typed_scene(database, cast, real_now) -> Scene:
    with database.writing() as session:
        return make_typed_scene(session, cast, real_now, [typed(kind) for kind in TYPED])


@pytest.fixture
def open_scene(database, cast, real_now) -> Scene:
    with database.writing() as session:
        return make_typed_scene(session, cast, real_now, [typed("open"), typed("numeric")])


def standing(database, code: str) -> dict[str, Any]:
    with database.reading() as session:
        attempt = session.scalar(select(Attempt).where(Attempt.code == code))
        keys = {item.position: item.question.kind.name for item in items_of(session, attempt)}
        found = reading.standing(reading.steps_of(session, attempt.id)).answers
    return {keys[position]: answer for position, answer in found.items()}


def test_typed_answers_without_script(app, cast, database, typed_scene) -> None:
    client = cast.agent.enter(app.test_client())
    code = begin(client, typed_scene)
    drawn = items(database, code)
    page = text_of(client.get(f"/intento/{code}"))
    assert "los miles van juntos o con un espacio" in page
    assert "Después del número puede ir la unidad: s, min." in page
    sent: dict[str, str] = {"base": "0"}
    for item in drawn:
        sent |= fields(item, raw(item))
    saved = client.post(f"/intento/{code}/guardar", data=sent)
    assert saved.status_code == 303
    assert standing(database, code) == {
        "numeric": "1,5 min",
        "short_text": "nivel de servicio",
        "gaps": ["encuesta", 0, "20"],
    }
    again = client.get(f"/intento/{code}").text
    for text in ('value="1,5 min"', 'value="nivel de servicio"', 'value="encuesta"', 'value="20"', "selected>calidad"):
        assert text in again
    client.post(f"/intento/{code}/guardar", data=sent | {"base": "3"})  # the same form again stores nothing
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AttemptStep)) == 3
    result = text_of(client.get(client.post(f"/intento/{code}/entregar").location))
    assert "Prueba aprobada" in result
    assert result.count("BIEN-HECHO") == result.count("EN-GENERAL") == 3
    assert "MAL-HECHO" not in result
    assert "F-bien" in result  # what an accepted answer says


def test_what_is_no_number_is_kept_and_said(app, cast, database, typed_scene) -> None:
    client = cast.agent.enter(app.test_client())
    code = begin(client, typed_scene)
    number = next(item for item in items(database, code) if item.question.kind.name == "numeric")
    entry = {"position": number.position, "tab": TAB, "seq": 1, "answer": ["noventa"]}
    (told,) = client.post(f"/intento/{code}/guardar", json=entry).json["results"]
    assert told["state"] == "saved"
    assert "no se lee un número" in told["note"]
    assert standing(database, code) == {"numeric": "noventa"}
    (again,) = client.post(f"/intento/{code}/guardar", json=entry).json["results"]
    assert (again["state"], again["note"]) == ("replay", told["note"])
    assert told["note"] in text_of(client.get(f"/intento/{code}"))
    good = entry | {"seq": 2, "answer": ["90 s"]}
    (told,) = client.post(f"/intento/{code}/guardar", json=good).json["results"]
    assert "note" not in told
    assert "no se lee un número" not in text_of(client.get(f"/intento/{code}"))


def test_a_text_that_is_too_long_is_refused_and_stays_in_its_field(app, cast, database, typed_scene) -> None:
    client = cast.agent.enter(app.test_client())
    code = begin(client, typed_scene)
    drawn = items(database, code)
    sent: dict[str, str] = {"base": "0"}
    for item in drawn:
        sent |= fields(item, raw(item))
    short = next(item for item in drawn if item.question.kind.name == "short_text")
    long = "palabra " * 80
    answer = client.post(f"/intento/{code}/guardar", data=sent | {f"q{short.position}": long})
    assert answer.status_code == 200
    assert "más largo de lo que admite" in answer.text
    assert long in answer.text
    assert set(standing(database, code)) == {"numeric", "gaps"}


@pytest.mark.parametrize(
    "sent", [["a\u0000b"], ["\ud800"], ["\u202egnirts"], ["<script>alert(1)</script>"], ["😀" * 400]]
)
def test_odd_texts_are_kept_shown_as_text_and_never_break_a_page(app, cast, database, typed_scene, sent) -> None:
    client = cast.agent.enter(app.test_client())
    code = begin(client, typed_scene)
    for item in items(database, code):
        if item.question.kind.name != "gaps":
            entry = {"position": item.position, "tab": TAB, "seq": item.position, "answer": sent}
            reply = client.post(f"/intento/{code}/guardar", json=entry)
            assert reply.status_code == 200
            assert reply.json["results"][0]["state"] == "saved"
    page = client.get(f"/intento/{code}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    client.post(f"/intento/{code}/entregar")
    assert "<script>alert" not in client.get(f"/intento/{code}/resultado").text
    steps = cast.auditor.enter(app.test_client()).get(f"/intento/{code}/pasos")
    assert steps.status_code == 200
    assert "<script>alert" not in steps.text


def test_invariant_01_the_page_of_a_typed_question_holds_no_key(app, cast, database, real_now) -> None:
    with database.writing() as session:
        scene = make_typed_scene(session, cast, real_now, [typed(kind) for kind in (*TYPED, "open")])
    client = cast.agent.enter(app.test_client())
    code = begin(client, scene)
    page = client.get(f"/intento/{code}").text
    for secret in ("nivel de servicio", "encuesta", "F-", "EN-GENERAL", "Explicación", "modelo", "cuatro"):
        assert secret not in page, secret
    assert "Nombra la causa" in page  # what an open answer is judged by may be seen


def test_invariant_01_a_failed_attempt_does_not_give_typed_answers_away(app, cast, database, typed_scene) -> None:
    client = cast.agent.enter(app.test_client())
    for number in (1, 2):
        code = begin(client, typed_scene)
        sent: dict[str, str] = {"base": "0"}
        for item in items(database, code):
            sent |= fields(item, raw(item, right=False))
        client.post(f"/intento/{code}/guardar", data=sent)
        client.post(f"/intento/{code}/entregar")
        result = text_of(client.get(f"/intento/{code}/resultado"))
        assert "noventa" in result
        told = [
            text
            for text in ("nivel de servicio", "calidad", "90 ± 2 s", "F-lejos", "F-otra", "MAL-HECHO")
            if text in result
        ]
        # With an attempt left nothing is told; after the last one everything is.
        assert len(told) == (0 if number == 1 else 6), (number, told)
    assert "Va:" in result
    assert "EN-PARTE" in result


def test_a_scenario_stands_once_above_its_questions(app, cast, database, real_now) -> None:
    with database.writing() as session:
        scene = make_typed_scene(session, cast, real_now, [question("uno"), *scenario()])
        attempt = start(session, cast.agent.actor, enrolment_code=scene.enrolment.code, now=real_now)
        hashes = content.hashes_of(session, scene.bank_version.id)
        ready = {
            each.key: version
            for version, digest in hashes.items()
            for each in content.ready(session, [(version, digest)]).values()
        }
        assert set(ready) == {"uno", "caso-1", "caso-2"}
        for place, key in enumerate(("caso-1", "caso-2"), 2):
            row = {"attempt_id": attempt.id, "position": place, "question_version_id": ready[key], "option_order": []}
            session.add(AttemptItem(**row, points_num=1, points_den=1))
        code = attempt.code
    client = cast.agent.enter(app.test_client())
    page = client.get(f"/intento/{code}").text
    assert page.count("TALLO-COMÚN") == 1
    assert page.index('id="q1"') < page.index("TALLO-COMÚN") < page.index('id="q2"') < page.index('id="q3"')
    assert "Caso: preguntas 2 a 3" in page
    client.post(f"/intento/{code}/entregar")
    result = client.get(f"/intento/{code}/resultado").text
    assert result.count("TALLO-COMÚN") == 1
    assert result.index("TALLO-COMÚN") < result.index('id="r2"')
    listed = cast.author.enter(app.test_client()).get("/contenido/banco/banco").text
    assert "Un caso difícil" in listed


def test_only_reviewed_questions_are_drawn_and_practised(app, cast, database, real_now) -> None:
    states = ("draft", "retired", "reviewed")
    questions = [
        typed("numeric", key=f"{pool}-{state}", pool=pool, extra=f"status: {state}\n")
        for state in states
        for pool in ("exam", "practice")
    ]
    with database.writing() as session:
        scene = make_typed_scene(session, cast, real_now, questions, plan(Section("a", "any", 1)))
        test = plan(Section("a", "any", 1))
        found = pools_of(test, content.candidates(session, scene.bank_version.id))
        assert [[each.key for each in pool] for pool in found] == [["exam-reviewed"]]
        assert [each.key for each in content.practice_questions(session, scene.bank_version.id, "m1")] == [
            "practice-reviewed"
        ]
        with pytest.raises(Invalid):
            make_typed_scene(session, cast, real_now, questions, plan(Section("a", "any", 2)))
    listed = cast.author.enter(app.test_client()).get("/contenido/banco/banco").text
    assert (listed.count(" · borrador"), listed.count(" · retirada")) == (2, 2)
    one = cast.author.enter(app.test_client()).get("/contenido/banco/banco/pregunta/exam-draft").text
    assert "90 ± 2 s" in one


def test_practice_of_typed_questions(app, cast, database, real_now) -> None:
    questions = [question("uno"), *(typed(kind, pool="practice") for kind in (*TYPED, "open"))]
    with database.writing() as session:
        scene = make_typed_scene(session, cast, real_now, questions, plan(Section("a", "any", 1)))
    client = cast.agent.enter(app.test_client())
    module = client.get(f"/curso/{scene.enrolment.code}/modulo/m1").text
    assert "F-" not in module
    for key, sent, said in [
        ("numeric", {"p-numeric": "noventa"}, "F-"),
        ("numeric", {"p-numeric": "90"}, "Correcta"),
        ("short-text", {"p-short-text": "otra"}, "F-otra"),
        ("gaps", {"p-gaps-0": "encuesta", "p-gaps-1": "", "p-gaps-2": "20"}, "En parte"),
        ("open", {"p-open": "Algo escrito acá"}, "La califica una persona"),
        ("numeric", {"p-numeric": ""}, "Falta elegir una respuesta"),
    ]:
        answer = client.post(f"/practica/{scene.enrolment.code}/m1/{key}", data=sent)
        assert answer.status_code == 200
        assert said in answer.text, key


# --- an answer that a person grades


def test_an_attempt_with_an_open_answer_closes_without_a_result(app, cast, database, open_scene, real_now) -> None:
    client = cast.agent.enter(app.test_client())
    code = begin(client, open_scene)
    sent: dict[str, str] = {"base": "0"}
    for item in items(database, code):
        sent |= fields(item, raw(item))
    client.post(f"/intento/{code}/guardar", data=sent)
    done = client.post(f"/intento/{code}/entregar")
    assert done.location == f"/intento/{code}/resultado"
    page = text_of(client.get(done.location))
    assert "falta calificarla" in page
    assert client.post(f"/intento/{code}/entregar").status_code == 303  # again: nothing happens
    with database.reading() as session:
        attempt = session.scalar(select(Attempt))
        assert attempt.closed_at is not None
        assert session.scalar(select(func.count()).select_from(Result)) == 0
        entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "attempt.submit"))
        assert entry is not None
    assert standing(database, code)["open"] == "Uno dos tres cuatro"
    cover = text_of(client.get(f"/prueba/{open_scene.enrolment.code}"))
    assert "Por calificar" in cover
    assert "Empezar la prueba" not in cover
    refused = client.post(f"/prueba/{open_scene.enrolment.code}/empezar", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["error"]) == (409, "assessment.pending")
    steps = text_of(cast.auditor.enter(app.test_client()).get(f"/intento/{code}/pasos"))
    assert "Uno dos tres cuatro" in steps
    assert client.get(f"/curso/{open_scene.enrolment.code}").status_code == 200


def test_what_ran_out_of_time_waits_for_a_person_too(database, cast) -> None:
    with database.writing() as session:
        scene = make_typed_scene(session, cast, NOW, [typed("open")])
        attempt = scene.start(session, now=NOW)
        written = Entry(1, "tab-one-1", 1, ["Porque sí."])
        save(session, cast.agent.actor, attempt_code=attempt.code, entries=[written], now=NOW)
        assert sweep(session, now=END + 2 * MINUTE) == 1
        assert attempt.closed_at is not None
        assert sweep(session, now=END + 3 * MINUTE) == 0
        assert submit(session, cast.agent.actor, attempt_code=attempt.code, now=END + 3 * MINUTE) is None
        with pytest.raises(Conflict, match="pending"):
            scene.start(session, now=END + 4 * MINUTE)


def test_an_open_question_left_empty_needs_nobody(database, cast) -> None:
    with database.writing() as session:
        scene = make_typed_scene(session, cast, NOW, [typed("open")])
        attempt = scene.start(session, now=NOW)
        result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + MINUTE)
        assert result is not None
        assert (result.score_num, result.answered, result.passed) == (0, 0, False)


def test_many_attempts_at_once_are_not_graded_for_a_person(database, cast) -> None:
    with database.writing() as session:
        scene = make_typed_scene(session, cast, NOW, [typed("open")])

        def answer(_items: Any) -> tuple[list[Any], datetime]:
            return [], NOW + MINUTE

        with pytest.raises(Conflict, match="pending"):
            sit_all(session, [Sitting(cast.agent.actor, scene.enrolment.code, NOW, answer)])


def test_the_words_of_an_auditor(database, cast, real_now) -> None:
    from lms.assessment.views.presenting import answer_words

    with database.writing() as session:
        scene = make_typed_scene(session, cast, real_now, [typed("gaps")])
        (item,) = items_of(session, scene.start(session))
    assert answer_words(item.question, ["encuesta", 1, None]) == "1 → encuesta; 2 → cantidad; 3 → —"
    assert re.fullmatch(r"\d+", str(item.version_id))
