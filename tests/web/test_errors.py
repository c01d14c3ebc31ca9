"""Errors as pages: in Spanish, within the layout, and whoever is signed in stays so; as JSON for our own script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

import config
from lms.kit.db import Database
from lms.kit.errors import TooMany
from lms.web import errors
from tests.cast import Cast

JSON = {"Accept": "application/json"}


@pytest.fixture
def app(app: Flask) -> Flask:
    """With the protection against forged requests on."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def pages(app: Flask, cast: Cast) -> list[tuple[FlaskClient, bool]]:
    return [(app.test_client(), False), (cast.agent.enter(app.test_client()), True)]


def assert_page(answer: Any, status: int, words: str, *, signed_in: bool) -> None:
    """A whole page in Spanish, with the way around for whoever is signed in."""
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert '<html lang="es"' in answer.text
    assert words in answer.text
    assert "Ir al inicio" in answer.text
    assert ("Agente" in answer.text) == signed_in
    assert ('aria-label="Principal"' in answer.text) == signed_in


def test_a_body_that_is_too_large_is_refused_in_a_page(app: Flask, cast: Cast, settings: config.Settings) -> None:
    for client, signed_in in pages(app, cast):
        form = {"note": "x" * (settings.max_request_kib * 1024 + 1)}
        assert_page(client.post("/tema", data=form), 413, "Demasiado grande", signed_in=signed_in)


@pytest.mark.parametrize("forged", [{}, {"csrf_token": "forged"}])
def test_a_form_without_its_token_is_refused_in_a_page(
    app: Flask, cast: Cast, database: Database, forged: Mapping[str, str]
) -> None:
    for client, signed_in in pages(app, cast):
        for url in ("/cuenta/salir-de-todas", "/ingresar"):
            assert_page(client.post(url, data=forged), 400, "recargar y enviar otra vez", signed_in=signed_in)
    assert cast.agent.enter(app.test_client()).get("/cuenta").status_code == 200  # nobody was signed out


def test_an_address_that_does_not_exist_is_told_in_a_page(app: Flask, cast: Cast) -> None:
    for client, signed_in in pages(app, cast):
        assert_page(client.get("/no/existe"), 404, "No está acá", signed_in=signed_in)
    assert app.test_client().get("/no/existe", headers=JSON).json["error"] == "404"


def test_what_is_not_open_to_a_role_is_told_in_a_page(app: Flask, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    assert_page(client.get("/auditoria"), 403, "Sin permiso para esto", signed_in=True)
    assert client.get("/auditoria", headers=JSON).json["error"] == "web.not_allowed"
    assert app.test_client().get("/auditoria").status_code == 303  # who is not signed in, signs in first


def test_the_wrong_method_is_told_in_a_page(app: Flask, cast: Cast) -> None:
    for client, signed_in in pages(app, cast):
        answer = client.get("/salir")
        assert_page(answer, 405, "Esta dirección no se abre así", signed_in=signed_in)
        assert "POST" in answer.headers["Allow"]


def test_a_crash_is_told_without_its_reason(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_kwargs: object) -> str:
        raise ValueError("the inner reason")

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "people.account", fail)
    for client, signed_in in pages(app, cast):
        answer = client.get("/cuenta")
        assert_page(answer, 500, "Algo falló de nuestro lado", signed_in=signed_in)
        assert "the inner reason" not in answer.text
        assert client.get("/cuenta", headers=JSON).json["error"] == "500"
    assert "the inner reason" in caplog.text


def test_without_any_database_the_page_still_comes(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.agent.enter(app.test_client())

    def down(_self: Database, *, write: bool) -> None:
        raise OperationalError("SELECT 1", {}, Exception(f"no server, write={write}"))

    monkeypatch.setattr(Database, "open", down)
    assert_page(client.get("/cuenta"), 503, "No se pudo guardar ahora", signed_in=False)
    assert client.get("/cuenta", headers=JSON).json["error"] == "unavailable"


def test_every_status_of_a_refusal_has_its_title() -> None:
    assert {400, 403, 404, 405, 409, 413, 429, 500, 503} <= set(errors._TITLES)
    assert TooMany.status in errors._TITLES
