"""Signing in: what works, what is refused, and that nothing tells whether an account exists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.commands import signin
from lms.people.models import Person, SignInFailure, UserSession
from tests.cast import Cast

PHRASE = "una frase bien larga"


def _code(database: Database, member_id: int) -> str:
    with database.writing() as session:
        person = session.get_one(Person, member_id)
        return signin.issue_code(
            session, SYSTEM, person, key="a secret for tests that is long enough", hours=1, now=datetime.now(UTC)
        )


def _set_password(app: Flask, database: Database, cast: Cast) -> None:
    code = _code(database, cast.agent.id)
    answer = app.test_client().post(
        "/ingresar/codigo", data={"identifier": "l1", "code": code.upper(), "password": PHRASE, "repeated": PHRASE}
    )
    assert answer.status_code == 303


def test_code_sets_a_password_once(app: Flask, database: Database, cast: Cast) -> None:
    code = _code(database, cast.agent.id)
    form = {"identifier": "L1", "code": code, "password": PHRASE, "repeated": PHRASE}
    assert app.test_client().post("/ingresar/codigo", data=form).status_code == 303
    assert app.test_client().post("/ingresar/codigo", data=form).status_code == 400


def test_sign_in_and_account(app: Flask, database: Database, cast: Cast) -> None:
    _set_password(app, database, cast)
    client = app.test_client()
    assert client.get("/cuenta").status_code == 303
    assert client.post("/ingresar", data={"identifier": " l1 ", "password": PHRASE}).status_code == 303
    page = client.get("/cuenta")
    assert page.status_code == 200
    assert "este navegador" in page.text


def test_same_words_whatever_is_wrong(app: Flask, database: Database, cast: Cast) -> None:
    _set_password(app, database, cast)
    wrong = app.test_client().post("/ingresar", data={"identifier": "L1", "password": "another phrase"})
    nobody = app.test_client().post("/ingresar", data={"identifier": "L9", "password": "another phrase"})
    without_password = app.test_client().post("/ingresar", data={"identifier": "T1", "password": "another phrase"})
    assert wrong.status_code == nobody.status_code == without_password.status_code == 400
    pages = [
        re.sub(r'name="csrf_token" value="[^"]*"', "", page.text.replace(f'value="{typed}"', ""))
        for page, typed in ((wrong, "L1"), (nobody, "L9"), (without_password, "T1"))
    ]
    assert pages[0] == pages[1] == pages[2]


def test_throttled_alike_for_accounts_that_exist_and_not(app: Flask, database: Database, cast: Cast) -> None:
    _set_password(app, database, cast)
    for identifier in ("L1", "L9"):
        for _ in range(8):
            app.test_client().post("/ingresar", data={"identifier": identifier, "password": "another phrase"})
        refused = app.test_client().post("/ingresar", data={"identifier": identifier, "password": PHRASE})
        assert refused.status_code == 429


def test_sign_in_ends_what_was_before(app: Flask, database: Database, cast: Cast) -> None:
    _set_password(app, database, cast)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    client.post("/ingresar", data={"identifier": "L1", "password": PHRASE})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_sign_out_everywhere(app: Flask, database: Database, cast: Cast) -> None:
    first, second = cast.agent.enter(app.test_client()), cast.agent.enter(app.test_client())
    assert second.get("/cuenta").status_code == 200
    assert first.post("/cuenta/salir-de-todas").status_code == 303
    assert second.get("/cuenta").status_code == 303


def test_idle_and_absolute_limits(app: Flask, database: Database, cast: Cast) -> None:
    idle = cast.agent.enter(app.test_client(), datetime.now(UTC) - timedelta(minutes=121))
    assert idle.get("/cuenta").status_code == 303
    with database.writing() as session:
        for row in session.scalars(select(UserSession)):
            row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert cast.agent.enter(app.test_client()).get("/cuenta").status_code == 303


def test_failures_are_kept_without_what_was_typed(app: Flask, database: Database, cast: Cast) -> None:
    app.test_client().post("/ingresar", data={"identifier": "L1", "password": "x"})
    with database.reading() as session:
        failure = session.scalars(select(SignInFailure)).one()
        assert len(failure.identifier_hash) == 64
