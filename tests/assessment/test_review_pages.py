"""Pages of what people do after an attempt is handed in, through a client: what they show, keep back, and refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment.commands import marking
from lms.assessment.models import Attempt, Dispute, Mark, Regrade, Result
from lms.certificates.models import CertificateDecision, CertificateQuestion
from lms.kit.db import Database
from tests.assessment import regrading as helpers
from tests.assessment.regrading import finish_modules, five_questions, sit, versions_of, with_open
from tests.assessment.scene import Scene, items_of
from tests.cast import Cast

BAD = "a-easy-00000"
REGRADE = f"/contenido/banco/banco/{BAD}/recalificar"


@pytest.fixture
def then(real_now: datetime) -> datetime:
    return real_now - timedelta(hours=2)


def opened(database: Database, cast: Cast, then: datetime, **more: Any) -> tuple[Scene, Attempt, int]:
    with database.writing() as session:
        scene = with_open(session, cast, **more)
        attempt = sit(session, scene, {BAD}, now=then)
        position = next(item.position for item in items_of(session, attempt) if item.question.kind.by_person)
        return scene, attempt, position


def closed(database: Database, cast: Cast, then: datetime, wrong: set[str]) -> tuple[Scene, Attempt]:
    with database.writing() as session:
        scene = five_questions(session, cast)
        return scene, sit(session, scene, wrong, now=then)


def test_marking_by_the_pages(app: Flask, database: Database, cast: Cast, then: datetime) -> None:
    _, attempt, position = opened(database, cast, then)
    learner, trainer = cast.agent.enter(app.test_client()), cast.trainer.enter(app.test_client())
    assert "falta calificarla" in learner.get(f"/intento/{attempt.code}/resultado").text
    url = f"/correccion/{attempt.code}/{position}"
    assert url in trainer.get("/correcciones").text
    page = trainer.get(url).text
    assert helpers.WRITTEN in page
    assert "F-modelo" in page
    assert "Agente" not in page.replace("Agente de", "")  # whose it is, is not said
    assert trainer.get(f"/intento/{attempt.code}/pasos").status_code == 409  # nor anywhere else while it waits
    assert cast.auditor.enter(app.test_client()).get(f"/intento/{attempt.code}/pasos").status_code == 200
    refused = trainer.post(url, data={"comment": "Sin nivel."})
    assert refused.status_code == 400
    assert "Sin nivel." in refused.text  # what was typed is kept
    done = trainer.post(url, data={"c-causa": "1", "comment": "<b>Casi</b>"})
    assert (done.status_code, done.location) == (303, "/correcciones")
    shown = learner.get(f"/intento/{attempt.code}/resultado").text
    assert "En parte: 50" in shown
    assert "&lt;b&gt;Casi&lt;/b&gt;" in shown
    assert "F-modelo" not in shown  # the model answer is for who grades
    page = trainer.get(url).text
    assert "Agente Prueba" in page
    assert "Corregir la calificación" in page
    corrected = trainer.post(url, data={"c-causa": "2", "reason": "Leí mal."})
    assert (corrected.status_code, corrected.location) == (303, url)
    shown = learner.get(f"/intento/{attempt.code}/resultado").text
    assert "Resultado revisado" in shown
    assert "Leí mal." in shown
    assert "Calificaciones de respuestas abiertas" in trainer.get(f"/intento/{attempt.code}/pasos").text


@pytest.mark.parametrize("levels", [{"c-causa": "9"}, {"c-causa": "x"}, {"c-causa": "-1"}, {"c-otra": "1"}, {}])
def test_forged_marks_store_nothing(
    app: Flask, database: Database, cast: Cast, then: datetime, levels: dict[str, str]
) -> None:
    _, attempt, position = opened(database, cast, then)
    answer = cast.trainer.enter(app.test_client()).post(f"/correccion/{attempt.code}/{position}", data=levels)
    assert 400 <= answer.status_code < 500
    with database.reading() as session:
        assert session.scalars(select(Mark)).all() == []


def test_the_second_reviewer_sees_nothing_of_the_first(
    app: Flask, database: Database, cast: Cast, then: datetime
) -> None:
    scene, attempt, position = opened(database, cast, then, reviewers=2)
    with database.writing() as session:
        told = {"levels": {"causa": 2}, "comment": "Perfecta, dice todo.", "now": then + timedelta(minutes=5)}
        from tests.assessment.test_marking import trainers

        marking.mark(session, trainers(cast)[1].actor, attempt_code=attempt.code, position=position, **told)
    page = cast.trainer.enter(app.test_client()).get(f"/correccion/{attempt.code}/{position}").text
    assert "Segunda calificación" in page
    assert "Perfecta" not in page
    assert "Coordinadora" not in page
    assert "checked" not in page
    assert scene is not None


def test_regrading_by_the_pages(app: Flask, database: Database, cast: Cast, then: datetime) -> None:
    _, attempt = closed(database, cast, then, {BAD, "a-easy-00001"})
    author = cast.author.enter(app.test_client())
    assert REGRADE in author.get(f"/contenido/banco/banco/pregunta/{BAD}").text
    form = author.get(REGRADE).text
    assert "Vista previa" not in form
    assert "Dos" in form  # the answer that was given and earned nothing
    with database.reading() as session:
        version = versions_of(session, BAD)[0]
    preview = author.get(f"{REGRADE}?kind=void_full&version={version}").text
    assert "Pasan a aprobar" in preview
    assert "Agente" not in preview  # an author does not read people's attempts
    seen = preview.split('name="seen" value="')[1].split('"')[0]
    fields = {"kind": "void_full", "version": str(version), "seen": seen}
    for wrong in ({"reason": ""}, {"reason": "x", "seen": "0" * 64}, {"reason": "x", "kind": "nada"}):
        answer = author.post(REGRADE, data=fields | wrong)
        assert 400 <= answer.status_code < 500
        assert "No se aplicó nada" in answer.text
    with database.reading() as session:
        assert session.scalars(select(Regrade)).all() == []
    done = author.post(REGRADE, data=fields | {"reason": "<i>La clave</i> estaba mal."})
    assert (done.status_code, done.location) == (303, "/contenido/banco/banco/recalificaciones")
    listed = author.get(done.location).text
    assert "&lt;i&gt;La clave&lt;/i&gt; estaba mal." in listed
    result = cast.agent.enter(app.test_client()).get(f"/intento/{attempt.code}/resultado").text
    assert "Prueba aprobada" in result
    assert "Los anteriores siguen en el registro" in result
    again = author.post(REGRADE, data=fields | {"reason": "Otra vez."})
    assert again.status_code == 409
    back = [
        part.split('"')[0].replace("&amp;", "&") for part in listed.split('href="') if "kind=withdraw" in part[:200]
    ]
    page = author.get(back[0]).text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    code = parse_qs(urlparse(back[0]).query)["regrade"][0]
    gone = author.post(REGRADE, data={"kind": "withdraw", "regrade": code, "seen": seen, "reason": "Estaba bien."})
    assert gone.status_code == 303
    assert "Retirada" in author.get(gone.location).text
    with database.reading() as session:
        kinds = session.scalars(select(Result.passed).where(Result.attempt_id == attempt.id).order_by(Result.id))
        assert kinds.all() == [False, True, False]


def test_accepting_another_answer_by_the_pages(app: Flask, database: Database, cast: Cast, then: datetime) -> None:
    _, attempt = closed(database, cast, then, {BAD})
    author = cast.author.enter(app.test_client())
    box = author.get(REGRADE).text.split('name="answer" value="')[1].split('"')[0]
    page = author.get(REGRADE, query_string={"kind": "accept", "answer": box}).text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    version = page.split('name="version" value="')[1].split('"')[0]
    fields = {"kind": "accept", "answer": box, "version": version, "seen": seen, "reason": "También vale."}
    assert author.post(REGRADE, data=fields).status_code == 303
    shown = cast.agent.enter(app.test_client()).get(f"/intento/{attempt.code}/resultado").text
    assert "100" in shown
    with database.reading() as session:
        assert session.scalars(select(Regrade.payload)).one() == {"answers": ["1"]}
    for wrong in ({"kind": "accept"}, {"kind": "accept", "answer": "nada"}, {"kind": "points", "points": "1/0"}):
        assert 400 <= author.get(REGRADE, query_string=wrong).status_code < 500


def test_a_dispute_by_the_pages(app: Flask, database: Database, cast: Cast, then: datetime) -> None:
    _, attempt = closed(database, cast, then, {BAD})
    learner, author = cast.agent.enter(app.test_client()), cast.author.enter(app.test_client())
    result = f"/intento/{attempt.code}/resultado"
    assert "Objetar una pregunta" in learner.get(result).text
    url = f"/intento/{attempt.code}/objetar"
    for data in ({}, {"position": "1"}, {"position": "77", "said": "x"}, {"position": "1", "said": " "}):
        assert learner.post(url, data=data).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Dispute)).all() == []
    said = "<script>alert(1)</script> Hay dos."
    assert learner.post(url, data={"position": "2", "said": said}).location == f"{result}#objeciones"
    shown = learner.get(result).text
    assert "<script>alert(1)" not in shown
    assert "Espera respuesta" in shown
    with database.reading() as session:
        code = session.scalars(select(Dispute.code)).one()
    assert f"/contenido/objecion/{code}" in author.get("/contenido/objeciones").text
    case = f"/contenido/objecion/{code}"
    page = author.get(case).text
    assert "Agente" not in page
    assert "<script>alert(1)" not in page
    assert 400 <= author.post(case, data={"said": "Sí."}).status_code < 500
    assert author.post(case, data={"said": "Sí, se recalifica.", "upheld": "yes"}).status_code == 303
    assert "/recalificar" in author.get(case).text
    assert "Sí, se recalifica." in learner.get(result).text
    assert "Sí, se recalifica." not in cast.author.enter(app.test_client()).get("/contenido/objeciones").text
    assert learner.get("/contenido/objeciones").status_code == 403


def test_a_certificate_at_stake_by_the_pages(app: Flask, database: Database, cast: Cast, then: datetime) -> None:
    with database.writing() as session:
        scene = five_questions(session, cast)
        finish_modules(session, scene)
        sit(session, scene, {BAD}, now=then)
    hr, author = cast.hr.enter(app.test_client()), cast.author.enter(app.test_client())
    with database.reading() as session:
        version = versions_of(session, BAD)[0]
    page = author.get(REGRADE, query_string={"kind": "points", "points": "6", "version": version}).text
    assert "Hay quien deja de aprobar" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    fields = {"kind": "points", "points": "6", "version": version, "seen": seen, "reason": "Pesa más."}
    assert author.post(REGRADE, data=fields).status_code == 303
    with database.reading() as session:
        code = session.scalars(select(CertificateQuestion.code)).one()
    assert f"/certificado-en-cuestion/{code}" in hr.get("/certificados/en-cuestion").text
    url = f"/certificado-en-cuestion/{code}"
    assert "Pesa más." in hr.get(url).text
    for wrong in ({"reason": "x"}, {"decision": "keep"}, {"decision": "nada", "reason": "x"}):
        assert hr.post(url, data=wrong).status_code == 400
    assert hr.post(url, data={"decision": "keep", "reason": "Lo sabe."}).status_code == 303
    assert hr.post(url, data={"decision": "revoke", "reason": "x"}).status_code == 409
    assert hr.post(f"{url}/reabrir", data={}).status_code == 400
    assert hr.post(f"{url}/reabrir", data={"reason": "Falta mirar."}).status_code == 303
    assert hr.post(url, data={"decision": "revoke", "reason": "No lo sabe."}).status_code == 303
    assert "No lo sabe." in hr.get(url).text
    assert "Ningún certificado espera" in hr.get("/certificados/en-cuestion").text
    with database.reading() as session:
        decisions = session.scalars(select(CertificateDecision.decision).order_by(CertificateDecision.id)).all()
    assert decisions == ["keep", "reopen", "revoke"]


def test_the_pages_take_a_fixed_number_of_statements(
    app: Flask, database: Database, cast: Cast, then: datetime, count_queries: Callable[[], Any]
) -> None:
    scene, attempt, position = opened(database, cast, then)
    trainer, author = cast.trainer.enter(app.test_client()), cast.author.enter(app.test_client())

    def costs() -> dict[str, int]:
        found = {}
        for client, url in (
            (trainer, "/correcciones"),
            (trainer, f"/correccion/{attempt.code}/{position}"),
            (author, "/contenido/objeciones"),
            (author, "/contenido/banco/banco/recalificaciones"),
            (author, f"{REGRADE}?kind=void_drop&version=1"),
        ):
            with count_queries() as counted:
                assert client.get(url).status_code == 200
            found[url] = counted.number
        return found

    def one_more() -> None:
        with database.writing() as session:
            sit(session, scene, {BAD}, member=cast.stranger, written=None, now=then)

    one_more()
    costs()
    first = costs()
    with database.writing() as session:
        sit(session, scene, {BAD, "a-easy-00001"}, member=cast.stranger, written=None, now=then + timedelta(minutes=9))
    assert costs() == first
    assert max(first.values()) <= 16, first
