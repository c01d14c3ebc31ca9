"""Certificates against a database: issued once with the facts of the day, verified by anybody, revoked with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lms.catalog.models import CompletionRevocation, Enrolment
from lms.certificates import commands
from lms.certificates.models import Certificate
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotFound
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import complete, make_course, make_enrolment

TODAY = date(2026, 3, 16)


@pytest.fixture
def code(database: Database, cast: Cast) -> str:
    """The code of the agent's certificate, valid for long."""
    with database.writing() as session:
        enrolment = make_enrolment(session, cast, cast.agent, make_course(session, NOW), NOW)
        complete(session, enrolment, NOW, expires_on=date(2099, 3, 16))
        return session.scalars(select(Certificate)).one().code


def test_issued_by_the_completion_once_with_its_facts(database: Database, cast: Cast, code: str) -> None:
    with database.writing() as session:
        certificate = session.scalars(select(Certificate)).one()
        assert certificate.facts["site"] == "Norte"
        assert certificate.facts["programme"] == "Banco"
        assert certificate.version_hash == "c" * 64
        again = commands.issue(session, certificate.completion_id, company="Otra")
        assert again.id == certificate.id


def test_invariant_07_the_database_refuses_to_change_a_certificate(database: Database, code: str) -> None:
    for statement in ("UPDATE certificate SET person_name = 'Otra'", "DELETE FROM certificate"):
        with pytest.raises(DBAPIError), database.writing() as session:
            session.execute(text(statement))


def test_invariant_08_a_new_name_or_version_leaves_the_certificate_as_it_was(
    database: Database, cast: Cast, code: str
) -> None:
    from lms.people.models import Person

    with database.writing() as session:
        session.get_one(Person, cast.agent.id).family_name = "Cambiada"
    with database.reading() as session:
        assert session.scalars(select(Certificate)).one().person_name == "Agente Prueba"


def test_the_public_page_says_how_it_stands_and_no_more(app: Flask, cast: Cast, code: str, database: Database) -> None:
    page = app.test_client().get(f"/verificar/{code}")
    assert "Certificado vigente" in page.text
    for private in ("Norte", "Banco", ">L1<", cast.agent.code):
        assert private not in page.text
    assert app.test_client().get(f"/verificar?code={code.upper()}").status_code == 303
    assert app.test_client().get("/verificar/nothing").status_code == 404
    with database.writing() as session:
        commands.revoke(session, cast.hr.actor, code, reason="se anuló la prueba", today=TODAY, now=NOW)
    page = app.test_client().get(f"/verificar/{code}")
    assert "Certificado revocado" in page.text
    assert "se anuló" not in page.text


def test_an_expired_certificate_says_so(app: Flask, database: Database, cast: Cast) -> None:
    past = datetime(2024, 1, 10, 12, tzinfo=UTC)
    with database.writing() as session:
        enrolment = make_enrolment(session, cast, cast.agent, make_course(session, NOW), past)
        complete(session, enrolment, past, expires_on=date(2025, 1, 10))
        code = session.scalars(select(Certificate)).one().code
    assert "Certificado vencido" in app.test_client().get(f"/verificar/{code}").text


def test_the_pdf_is_tagged_described_and_always_the_same(app: Flask, cast: Cast, code: str) -> None:
    client = cast.agent.enter(app.test_client())
    answer = client.get(f"/certificado/{code}.pdf")
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"pdfuaid" in metadata.stream.get_data()
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "es"
    assert catalog["/MarkInfo"]["/Marked"]
    words = reader.pages[0].extract_text()
    assert "Agente Prueba" in words
    assert "No la emite COPC" in words
    assert client.get(f"/certificado/{code}.pdf").data == answer.data


def test_invariant_13_only_the_holder_and_those_in_scope_see_it(app: Flask, cast: Cast, code: str) -> None:
    for name, status in {
        "agent": 200,
        "coordinator": 200,
        "trainer": 200,
        "hr": 200,
        "auditor": 200,
        "stranger": 404,
        "other_coordinator": 404,
        "author": 403,
        "administrator": 403,
    }.items():
        client = cast.members()[name].enter(app.test_client())
        assert client.get(f"/certificado/{code}").status_code == status, name
        assert client.get(f"/certificado/{code}.pdf").status_code == status, name


def test_revoking(app: Flask, database: Database, cast: Cast, code: str) -> None:
    reader = cast.hr.enter(app.test_client())
    assert reader.post(f"/certificado/{code}/revocar", data={"reason": ""}).status_code == 400
    assert reader.post(f"/certificado/{code}/revocar", data={"reason": "copió"}).status_code == 303
    assert "copió" in reader.get(f"/certificado/{code}").text
    assert cast.agent.enter(app.test_client()).get(f"/certificado/{code}.pdf").status_code == 409
    with database.reading() as session:
        taken_back = session.execute(
            select(CompletionRevocation.reason, Certificate.code).join(
                Certificate, Certificate.completion_id == CompletionRevocation.completion_id
            )
        ).one()
        assert tuple(taken_back) == ("copió", code)
        enrolment = session.scalars(select(Enrolment)).one().code
    learner = cast.agent.enter(app.test_client())
    assert "Hay que hacer este curso otra vez" in learner.get(f"/curso/{enrolment}").text
    assert "hay que hacerlo otra vez" in learner.get("/").text
    assert "Nada pendiente" not in learner.get("/").text
    assert "hay que asignarlo otra vez" in reader.get(f"/persona/{cast.agent.code}").text
    for name in ("agent", "coordinator", "auditor", "trainer"):
        client = cast.members()[name].enter(app.test_client())
        assert client.post(f"/certificado/{code}/revocar", data={"reason": "x"}).status_code == 403, name
    with database.writing() as session:
        with pytest.raises(Conflict):
            commands.revoke(session, cast.hr.actor, code, reason="otra vez", today=TODAY, now=NOW)
        with pytest.raises(Invalid):
            commands.revoke(session, cast.hr.actor, code, reason=" ", today=TODAY, now=NOW)
        with pytest.raises(NotFound):
            commands.revoke(session, cast.stranger.actor, code, reason="x", today=TODAY, now=NOW)


def test_a_reader_who_may_not_open_certificates_gets_no_link_to_one(app: Flask, cast: Cast, code: str) -> None:
    for name, linked in (("coordinator", True), ("administrator", False)):
        page = cast.members()[name].enter(app.test_client()).get(f"/persona/{cast.agent.code}")
        assert page.status_code == 200, name
        assert "Curso de prueba" in page.text, name
        assert (f"/certificado/{code}" in page.text) is linked, name
