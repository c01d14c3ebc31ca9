"""Requests that no browser of ours sends: NUL signs, bodies that drip, days and numbers out of this world, deep JSON."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.kit.db import Database
from lms.people.commands import signin
from lms.people.models import SignInFailure
from tests.cast import Cast
from tests.conftest import NOW

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    "address", ["/verificar/%00", "/verificar?code=a%00b", "/ingresar?next=%00", "/ingresar?%00=1", "/nada/%00"]
)
def test_a_nul_in_an_address_is_a_clear_400(app: Flask, cast: Cast, address: str) -> None:
    answer = app.test_client().get(address)
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers[POLICY]
    assert "El pedido no se entiende" in answer.text


@pytest.mark.parametrize(
    ("name", "address", "fields"),
    [
        ("agent", "/ingresar", {"identifier": "L\0", "password": "x"}),
        ("administrator", "/organizacion/campana", {"programme-name": "a\0b"}),
        ("administrator", "/organizacion/campana", {"programme-name": "ab", "x\0": "1"}),
    ],
)
def test_a_nul_in_a_form_is_a_clear_400(
    app: Flask, cast: Cast, name: str, address: str, fields: dict[str, str]
) -> None:
    client = cast.members()[name].enter(app.test_client())
    assert client.post(address, data=fields).status_code == 400
    assert client.get("/personas?buscar=%00").status_code == 400


class _Slow(io.BytesIO):
    """A body whose sender takes their time: another writer comes by while it is read."""

    def __init__(self, body: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(body)
        self._meanwhile = meanwhile
        self.waited = False

    def readinto(self, buffer: object) -> int:
        return self._wait() or super().readinto(buffer)  # type: ignore[arg-type]  # a buffer, as BytesIO wants it

    def read(self, size: int | None = -1) -> bytes:
        self._wait()
        return super().read(size)

    def _wait(self) -> None:
        if not self.waited:
            self.waited = True
            self._meanwhile()


def test_a_body_that_drips_keeps_no_writer_waiting(app: Flask, cast: Cast, database: Database) -> None:
    """With the token in a header and JSON as the body, nothing reads the body before the view: it began a transaction first."""

    def other_writer() -> None:
        assert "db" not in g  # on SQLite the next line would wait for it, and give up
        with database.writing() as session:
            session.add(SignInFailure(identifier_hash="0" * 64, address="192.0.2.1", at=NOW))

    body = b'{"saves": []}'
    slow = _Slow(body, other_writer)
    answer = cast.agent.enter(app.test_client()).post(
        "/intento/222222222222/guardar",
        input_stream=slow,
        content_length=len(body),
        content_type="application/json",
    )
    assert slow.waited
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"saves":' * 20_000, '{"saves": [{"position": 1e400, "answer": [' * 4_000]
)
def test_json_nested_without_end_is_a_clear_400(app: Flask, cast: Cast, body: str) -> None:
    client = cast.agent.enter(app.test_client())
    answer = client.post("/intento/222222222222/guardar", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"] == "assessment.bad_request"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31"])
def test_a_day_out_of_this_world_is_refused_at_its_field(app: Flask, cast: Cast, day: str) -> None:
    client = cast.administrator.enter(app.test_client())
    granted = client.post(
        f"/persona/{cast.agent.code}/permisos", data={"role": "trainer", "site": "", "programme": "", "last_day": day}
    )
    assert granted.status_code == 400
    assert "El año tiene que estar entre 1900 y 2199." in granted.text
    assert client.get(f"/auditoria?desde={day}&hasta={day}").status_code == 200


def test_values_of_a_failed_statement_stay_out_of_the_error(database: Database) -> None:
    """The error goes to the log with its time: an anonymous answer, or a hash, must not go with it."""
    with database.reading() as session, pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT * FROM no_such_table WHERE x = :x"), {"x": "una respuesta anónima"})
    assert "anónima" not in str(caught.value)


def test_a_busy_database_never_sends_a_password_back(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_args: object, **_keywords: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr(signin, "refuse_if_throttled", busy)
    answer = cast.agent.enter(app.test_client()).post(
        "/cuenta/contrasena",
        data={
            "current": "la de ahora, secreta",
            "password": "la de mañana, secreta",
            "repeated": "la de mañana, secreta",
        },
    )
    assert answer.status_code == 503
    assert "secreta" not in answer.text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "\\\\evil.example", "evil"],
)
def test_next_never_leads_to_another_site(app: Flask, cast: Cast, target: str) -> None:
    client = cast.agent.enter(app.test_client())
    assert client.get("/ingresar", query_string={"next": target}).location == "/"
    assert client.post("/tema", data={"theme": "dark", "next": target}).location == "/"


@pytest.mark.parametrize(
    "address", ["/", "/nada", "/certificado/no.pdf", "/verificar/no", "/personas", "/assets/no.js"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"])
def test_every_answer_carries_the_policy_and_is_kept_by_nobody(
    app: Flask, cast: Cast, address: str, method: str
) -> None:
    answer = cast.agent.enter(app.test_client()).open(address, method=method)
    assert "default-src 'none'" in answer.headers[POLICY]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
