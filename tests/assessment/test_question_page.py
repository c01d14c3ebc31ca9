"""The page of one question: what a learner sees, the key, versions and what changed, where it is used, near misses."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment.commands import Entry, publish_bank, save, start, submit
from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.models import QuestionLikeness, QuestionText
from lms.assessment.queries import one_question
from lms.assessment.queries.attempts import items_of
from lms.assessment.rules.plan import Section
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import ALL_TYPES, bank, make_scene, plan, question, singles
from tests.assessment.test_browsing import flagged
from tests.assessment.typed_scene import scenario, typed
from tests.cast import Cast
from tests.conftest import NOW

PAGE = "/contenido/banco/banco/pregunta"
FORM = plan(Section("a", "easy", 1))


def seen(app: Flask, cast: Cast, path: str) -> str:
    page = cast.author.enter(app.test_client()).get(path)
    assert page.status_code == 200, path
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def publish(database: Database, questions: list[LoadedQuestion], **options: Any) -> None:
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(questions, FORM), now=NOW, **options)


def test_every_type_is_shown_as_a_learner_sees_it_and_with_its_key(app: Flask, cast: Cast, database: Database) -> None:
    kinds = [typed(kind) for kind in ("numeric", "short_text", "gaps", "open")]
    publish(database, [*ALL_TYPES, *kinds, *scenario()])
    author = cast.author.enter(app.test_client())
    for each in [*ALL_TYPES, *kinds, *scenario()]:
        page = author.get(f"{PAGE}/{each.key}")
        assert page.status_code == 200, each.key
        assert "Como la ve quien responde" in page.text
        assert 'name="preview' in page.text, each.key
        assert f"Explicación de {each.key}" in page.text or each.scenario
    assert "TALLO-COMÚN" in author.get(f"{PAGE}/caso-1").text
    assert author.get(f"{PAGE}/no-hay").status_code == 404
    assert author.get("/contenido/banco/otro/pregunta/single-1").status_code == 404


def test_versions_with_who_and_when_and_what_changed_in_words(app: Flask, cast: Cast, database: Database) -> None:
    publish(database, [question("q-1", stem="El cliente llama dos veces"), question("q-2")])
    with database.writing() as session:
        changed = [question("q-1", stem="El cliente llama tres veces", difficulty="hard"), question("q-2")]
        publish_bank(session, cast.author.actor, bank([*changed, question("q-3")], FORM), now=NOW, origin="browser")
    text = seen(app, cast, f"{PAGE}/q-1")
    assert "con la versión 2 del banco, en el navegador, por Autora" in text
    assert "con la versión 1 del banco, desde archivos" in text
    assert "[se quitó: dos ]" in text
    assert "[se agregó: tres ]" in text
    assert "dificultad" in text
    markup = cast.author.enter(app.test_client()).get(f"{PAGE}/q-1").text
    assert "<del>" in markup
    assert "<ins>" in markup
    same = seen(app, cast, f"{PAGE}/q-1?antes=1&despues=1")
    assert "Las dos versiones dicen lo mismo" in same
    assert "se quitó: dos" in seen(app, cast, f"{PAGE}/q-1?antes=999&despues=x")
    assert "Comparar" not in seen(app, cast, f"{PAGE}/q-2")


def test_a_question_that_was_taken_out_is_still_found(app: Flask, cast: Cast, database: Database) -> None:
    publish(database, [question("q-1"), question("q-2")])
    publish(database, [question("q-1")])
    assert "Ya no está en el banco" in seen(app, cast, f"{PAGE}/q-2")
    assert "Ya no está en el banco" not in seen(app, cast, f"{PAGE}/q-1")


def test_where_it_is_used(app: Flask, cast: Cast, database: Database) -> None:
    test = plan(Section("a", "easy", 2), fixed=("fija",))
    questions = [*singles(3), question("fija"), question("otra", topic="b"), question("practica", pool="practice")]
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, questions, test)
        attempt = start(session, cast.agent.actor, enrolment_code=scene.enrolment.code, now=NOW)
        drawn = next(item.question.key for item in items_of(session, attempt.id) if item.question.key != "fija")
    text = seen(app, cast, f"{PAGE}/{drawn}")
    assert "puede sortearla: 2 preguntas de dificultad fácil" in text
    assert "Salió en 1 intento, de 1 persona." in text
    assert "repaso en Módulo uno" in text
    assert 'href="/contenido/certificacion' not in text
    markup = cast.author.enter(app.test_client()).get(f"{PAGE}/{drawn}").text
    assert re.search(r'href="/contenido/[a-z-]+/m1#s1"', markup)
    assert "la incluye siempre" in seen(app, cast, f"{PAGE}/fija")
    for unused in ("otra", "practica"):
        text = seen(app, cast, f"{PAGE}/{unused}")
        assert "Ninguna prueba la sortea ahora" in text
        assert "Salió en 0 intentos" in text


def test_its_figures_in_brief(app: Flask, cast: Cast, database: Database) -> None:
    publish(database, [question("q-1"), question("q-2")])
    with database.writing() as session:
        flagged(session, {"q-1": (9, ["hard"]), "q-2": (4, ["hard"])})
    assert "muy difícil" in seen(app, cast, f"{PAGE}/q-1")
    few = seen(app, cast, f"{PAGE}/q-2")
    assert "Pocas personas" in few
    assert "muy difícil" not in few


def sit(session: Session, cast: Cast, enrolment: str, who: str, text: str) -> None:
    member = getattr(cast, who)
    attempt = start(session, member.actor, enrolment_code=enrolment, now=NOW)
    save(session, member.actor, attempt_code=attempt.code, entries=[Entry(1, "tab-00001", 1, [text])], now=NOW)
    submit(session, member.actor, attempt_code=attempt.code, now=NOW)


def test_near_misses_say_how_many_people_gave_each(app: Flask, cast: Cast, database: Database) -> None:
    one = typed("short_text", key="corta")
    accepted = one.body["answers"][0]["text"]
    slip = accepted[:-1] + "x"
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, [one], plan(Section("a", "easy", 1), attempts=6))
        for who, code, text in (
            ("agent", scene.enrolment.code, slip),
            ("agent", scene.enrolment.code, slip.upper()),
            ("stranger", scene.other.code, slip),
            ("stranger", scene.other.code, "nada que ver"),
        ):
            sit(session, cast, code, who, text)
    text = seen(app, cast, f"{PAGE}/corta")
    assert "Casi acertaron" in text
    assert re.search(rf"{re.escape(slip.casefold())} .{{0,80}}? 2 ", text), text
    assert "nada que ver" not in text
    assert "Aceptar otra respuesta: recalificar" in text
    # What people typed is for those who may act on it.
    auditor = cast.auditor.enter(app.test_client()).get(f"{PAGE}/corta")
    assert auditor.status_code == 200
    assert "Casi acertaron" not in auditor.text


def test_questions_that_are_alike_are_found_when_published(app: Flask, cast: Cast, database: Database) -> None:
    long = "¿Qué hace un agente cuando el cliente pide hablar con una persona que supervise la llamada?"
    questions = [
        question("q-1", stem=long),
        question("q-2", stem=long.replace("¿Qué", "¡QUE").replace("?", "!")),
        question("q-3", stem=long.replace("llamada", "conversación")),
        question(
            "q-4", stem="Otra cosa del todo distinta, sin palabras en común con las demás preguntas de este banco"
        ),
    ]
    publish(database, questions)
    text = seen(app, cast, "/contenido/banco/banco/parecidas")
    assert text.count("Dicen lo mismo") >= 1
    assert "q-4" not in text
    text = seen(app, cast, f"{PAGE}/q-2")
    assert "q-1 : dice lo mismo" in text
    assert "q-3 :" in text
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(QuestionLikeness))
    publish(database, [*questions[:2], questions[3], question("q-5", stem=long + " ¿Y después?")])
    with database.reading() as session:
        after = session.scalar(select(func.count()).select_from(QuestionLikeness))
        assert after is not None
        assert before is not None
        assert after > before  # the new one was held against the others
        assert session.scalar(select(func.count()).select_from(QuestionText)) == 5
    text = seen(app, cast, "/contenido/banco/banco/parecidas")
    assert "q-3" not in text  # it is no longer in the bank
    assert "q-5" in text


def test_pages_of_alike_questions_hold_each_pair_once(session: Session) -> None:
    version = publish_bank(
        session, SYSTEM, bank([question(f"q-{at}", stem="Lo mismo") for at in range(8)], FORM), now=NOW
    )
    whole = [place for place, _ in one_question.alike_in(session, version.id, limit=1000)]
    paged: list[one_question.Place] = []
    while found := one_question.alike_in(session, version.id, after=paged[-1] if paged else None, limit=3):
        paged += [place for place, _ in found]
    assert paged == whole
    assert len(set(whole)) == len(whole) > 8


def test_an_empty_page_says_so_and_a_forged_place_is_the_beginning(app: Flask, cast: Cast, database: Database) -> None:
    publish(database, [replace(question("q-1"))])
    for query in ("", "?desde=x", "?desde=1-2-99999999999999999999"):
        assert "Ninguna pregunta se parece a otra" in seen(app, cast, f"/contenido/banco/banco/parecidas{query}")


@pytest.mark.parametrize("key", ["corta", "a-easy-00001"])
def test_its_cost_does_not_grow(
    app: Flask, cast: Cast, database: Database, count_queries: Callable[[], Any], key: str
) -> None:
    one = typed("short_text", key="corta")
    author = cast.author.enter(app.test_client())

    def cost() -> int:
        assert author.get(f"{PAGE}/{key}").status_code == 200
        with count_queries() as counted:
            author.get(f"{PAGE}/{key}")
        return int(counted.number)

    with database.writing() as session:
        test = plan(Section("a", "easy", 6), attempts=9)
        scene = make_scene(session, cast, NOW, [one, *singles(5)], test)
        sit(session, cast, scene.enrolment.code, "agent", "x")
    before = cost()
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank([one, *singles(10)], test), now=NOW)
        for _ in range(3):
            sit(session, cast, scene.enrolment.code, "agent", "y")
    assert cost() == before
