"""Importing in the browser: a look first, then by choice; what is mended joins; nobody else sees any of it."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

import config
from lms.app import make_jobs
from lms.assessment.commands import bringing
from lms.assessment.commands.bringing import PURPOSE
from lms.assessment.formats.registry import parse
from lms.assessment.models import Bank, BankVersion, Question
from lms.assessment.queries import bank_content
from lms.assessment.queries.bank_content import Published
from lms.assessment.queries.bringing import forget
from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.files import StoredFile, make_store
from lms.kit.jobs import DONE, BackgroundJob, Runner
from lms.kit.outbox import Limits
from tests.cast import Cast

GOOD = "::Uno::A{T}\n\n::Dos::B{=x ~y}\n"
MIXED = GOOD + "\n::Mala::C{~x ~y}\n"
LIMITS = Limits(tries=3, base_seconds=10, cap_seconds=100, lease_seconds=60)


@pytest.fixture
def author(app: Flask, cast: Cast) -> FlaskClient:
    return cast.author.enter(app.test_client())


def bring(client: FlaskClient, text: str | bytes, name: str = "preguntas.gift", **more: str) -> TestResponse:
    data = text.encode() if isinstance(text, str) else text
    fields: dict[str, Any] = {
        "bank": "nuevo", "title": "Banco nuevo", "wanted": "", "topic": "Norma", "difficulty": "hard", "pool": "exam",
        "status": "draft", "file": (io.BytesIO(data), name),
    }  # fmt: skip
    return client.post("/contenido/bancos/importar", data=fields | more, content_type="multipart/form-data")


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def held(database: Database) -> Published:
    with database.reading() as session:
        return bank_content.published(session, "nuevo")


def test_a_file_is_looked_at_first_and_then_taken_whole(author: FlaskClient, database: Database) -> None:
    answer = bring(author, GOOD)
    assert answer.status_code == 303
    page = author.get(answer.location)
    assert page.status_code == 200
    assert "Importar las 2 preguntas" in page.text
    assert count(database, Bank) == 0
    taken = author.post(f"{answer.location}/tomar", data={"how": "all"})
    assert (taken.status_code, taken.location) == (303, "/contenido/banco/nuevo")
    found = held(database)
    assert {each.key: (each.topic, each.difficulty, each.pool, each.status) for each in found.questions} == {
        "uno": ("norma", "hard", "exam", "draft"),
        "dos": ("norma", "hard", "exam", "draft"),
    }
    assert found.title == "Banco nuevo"
    assert "Importar preguntas" in author.get(taken.location).text


def test_the_import_stands_in_the_trail_with_the_hash_of_the_file(author: FlaskClient, database: Database) -> None:
    answer = bring(author, GOOD)
    author.post(f"{answer.location}/tomar", data={"how": "all"})
    told = select(AuditPayload.payload).join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
    with database.reading() as session:
        payload = session.scalars(told.where(AuditEntry.action == "bank.import")).one()
    after = payload["after"]
    assert (after["sha256"], after["new"]) == (hashlib.sha256(GOOD.encode()).hexdigest(), 2)


def test_a_second_import_changes_nothing(author: FlaskClient, database: Database) -> None:
    answer = bring(author, GOOD)
    for _ in range(2):
        author.post(f"{answer.location}/tomar", data={"how": "all"})
    again = bring(author, GOOD)
    assert (again.status_code, "Ya hay un banco" in again.text) == (400, True)
    assert (count(database, BankVersion), count(database, Question)) == (1, 2)
    assert count(database, AuditEntry) == 2  # a bank published, a file imported
    assert "no cambia nada" in author.get(answer.location).text


def test_a_partly_bad_file_is_taken_only_by_choice(author: FlaskClient, database: Database) -> None:
    answer = bring(author, MIXED)
    page = author.get(answer.location).text
    assert "línea 5" in page
    assert "Mala" in page
    assert "Tomar las 2 buenas" in page
    refused = author.post(f"{answer.location}/tomar", data={"how": "all"})
    assert refused.status_code == 409
    assert count(database, Bank) == 0
    author.post(f"{answer.location}/tomar", data={"how": "good"})
    assert {each.key for each in held(database).questions} == {"uno", "dos"}


def test_a_rejected_question_is_mended_in_the_browser_and_joins(author: FlaskClient, database: Database) -> None:
    answer = bring(author, MIXED)
    shown = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", author.get(answer.location).text, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == "::Mala::C{~x ~y}"
    mended = author.post(
        f"{answer.location}/corregir", data={"where": "línea 5", "text": "::Mala::C{=x ~y}"}, follow_redirects=False
    )
    assert mended.status_code == 303
    assert mended.location != answer.location
    assert "Importar las 3 preguntas" in author.get(mended.location).text
    author.post(f"{mended.location}/tomar", data={"how": "all"})
    assert {each.key for each in held(database).questions} == {"uno", "dos", "mala"}
    assert author.post(f"{answer.location}/corregir", data={}).status_code == 400


def test_a_file_for_a_bank_that_there_is_keeps_what_the_bank_has(author: FlaskClient, database: Database) -> None:
    author.post(f"{bring(author, GOOD).location}/tomar", data={"how": "all"})
    form = author.get("/contenido/banco/nuevo/importar")
    assert form.status_code == 200
    fields = {"wanted": "", "topic": "norma", "difficulty": "easy", "pool": "both", "status": "draft"}
    fields["file"] = (io.BytesIO(b"::Tres::Z{F}"), "x.txt")  # type: ignore[assignment]  # a file among texts
    answer = author.post("/contenido/banco/nuevo/importar", data=fields, content_type="multipart/form-data")
    author.post(f"{answer.location}/tomar", data={"how": "all"})
    found = {each.key: each for each in held(database).questions}
    assert set(found) == {"uno", "dos", "tres"}
    assert (found["tres"].topic, found["uno"].difficulty) == ("norma", "hard")  # the topic that is called so


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("", {}, "está vacío"),
        ("no es nada de esto", {"name": "a.bin"}, "no se reconoce el formato"),
        (GOOD, {"bank": "Mal Nombre"}, "Solo minúsculas"),
        (GOOD, {"title": ""}, "Falta completar"),
    ],
)
def test_a_form_that_is_wrong_says_why_and_keeps_what_was_typed(
    author: FlaskClient, database: Database, text: str, more: dict[str, str], said: str
) -> None:
    answer = bring(author, text, **more)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="Norma"' in answer.text
    assert count(database, StoredFile) == 0


def test_a_file_that_is_broken_inside_is_told_on_its_report(author: FlaskClient) -> None:
    answer = bring(author, b"questions:\n- {id: a, type", "a.yaml")
    page = author.get(answer.location)
    assert page.status_code == 200
    assert "YAML mal escrito" in page.text
    assert author.post(f"{answer.location}/tomar", data={"how": "all"}).status_code == 400


def test_a_larger_file_than_may_be_is_refused(app: Flask, author: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    store = app.extensions["umbral"].files
    small = bringing.PURPOSE
    monkeypatch.setitem(store.purposes, small, type(store.purposes[small])(small, ("zip",), 1024, lasting=False))
    answer = bring(author, "x" * 2_000)
    assert answer.status_code == 400
    assert "1 KiB" in answer.text


PAGES = [
    "/contenido/bancos/importar",
    "/contenido/banco/nuevo/importar",
    "/contenido/bancos/plantilla.xlsx",
    "/contenido/bancos/plantilla.csv",
]


def test_only_who_may_publish_imports(app: Flask, cast: Cast, author: FlaskClient, database: Database) -> None:
    answer = bring(author, GOOD)
    for member in (cast.agent, cast.trainer, cast.auditor, cast.coordinator):
        client = member.enter(app.test_client())
        assert {client.get(url).status_code for url in [*PAGES, answer.location]} == {403}
        assert bring(client, GOOD).status_code == 403
        for act in ("tomar", "corregir"):
            assert client.post(f"{answer.location}/{act}", data={"how": "all"}).status_code == 403
    other = cast.administrator.enter(app.test_client())
    assert other.get(answer.location).status_code in {403, 404}  # it is for who brought it
    assert count(database, Bank) == 0
    assert cast.agent.enter(app.test_client()).get("/contenido/bancos").status_code == 403
    assert cast.auditor.enter(app.test_client()).get("/contenido/bancos").status_code == 200


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_template_can_be_brought_back_as_it_is(author: FlaskClient, ending: str) -> None:
    given = author.get(f"/contenido/bancos/plantilla.{ending}")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert parse(given.data, f"x.{ending}").rejected == []
    answer = bring(author, given.data, f"x.{ending}")
    assert "Importar las 11 preguntas" in author.get(answer.location).text
    author.post(f"{answer.location}/tomar", data={"how": "all"})
    assert "11" in author.get("/contenido/bancos").text


def test_other_formats_say_where_to_mend(author: FlaskClient) -> None:
    page = author.get(bring(author, "enunciado;correcta\nP;verdadero\nQ;\n", "a.csv").location).text
    assert "fila 3" in page
    assert "Se corrigen en el archivo" in page
    assert "<textarea" not in page


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "AT_ONCE", 0)


def run_jobs(database: Database, settings: config.Settings) -> list[BackgroundJob]:
    runner = Runner(database, make_jobs(settings), LIMITS, utc_now, lambda _job: nullcontext())
    with database.reading() as session:
        waiting = session.scalars(select(BackgroundJob.code).where(BackgroundJob.state == "waiting")).all()
    for code in waiting:
        runner.run(code)
    with database.reading() as session:
        return list(session.scalars(select(BackgroundJob).order_by(BackgroundJob.id)))


@pytest.mark.usefixtures("everything_is_large")
def test_a_large_file_is_read_and_taken_in_the_background(
    author: FlaskClient, database: Database, settings: config.Settings
) -> None:
    answer = bring(author, MIXED)
    assert "segundo plano" in author.get(answer.location).text
    (check,) = run_jobs(database, settings)
    assert (check.state, (check.result or {})["url"]) == (DONE, answer.location)
    assert "Tomar las 2 buenas" in author.get(answer.location).text
    assert count(database, Bank) == 0
    author.post(f"{answer.location}/tomar", data={"how": "good"})
    _, take = run_jobs(database, settings)
    assert (take.state, (take.result or {})["url"]) == (DONE, "/contenido/banco/nuevo")
    assert {each.key for each in held(database).questions} == {"uno", "dos"}


def test_what_was_brought_is_forgotten_after_some_days(
    author: FlaskClient, settings: config.Settings, database: Database
) -> None:
    answer = bring(author, GOOD)
    store = make_store(settings)
    with database.writing() as session:
        assert forget(session, store, PURPOSE, before=utc_now() - timedelta(days=1)) == 0
        assert forget(session, store, PURPOSE, before=utc_now() + timedelta(days=1)) == 1
    assert author.get(answer.location).status_code == 404
