"""The signed cookie and the session row: how long they hold, and that a browser cannot be handed somebody else's session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update

from lms.kit.db import Database
from lms.kit.ids import new_token, token_hash
from lms.people.models import AccessGrant, Person, UserSession
from lms.people.passwords import Passwords
from lms.web import login
from tests.cast import Cast

PHRASE = "una frase bien larga"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment that the sign-in glue takes; a test moves it."""
    moment = [datetime.now(UTC).replace(microsecond=0)]
    monkeypatch.setattr(login, "utc_now", lambda: moment[0])
    return moment


@pytest.fixture
def password(database: Database, cast: Cast) -> str:
    """The agent's."""
    with database.writing() as session:
        session.get_one(Person, cast.agent.id).password_hash = Passwords(8, 1).hash(PHRASE)
    return PHRASE


def signed_in(client: FlaskClient) -> bool:
    status = client.get("/cuenta").status_code
    assert status in (200, 303)
    return status == 200


def cookie(client: FlaskClient) -> dict[str, Any]:
    with client.session_transaction() as held:
        return dict(held)


def test_the_idle_limit_counts_from_the_last_request(app: Flask, cast: Cast, clock: list[datetime]) -> None:
    client = cast.agent.enter(app.test_client(), clock[0])
    for _ in range(4):  # six hours and more, never two without a request
        clock[0] += timedelta(minutes=119)
        assert signed_in(client)
    clock[0] += timedelta(minutes=120, seconds=1)
    assert not signed_in(client)
    assert "_user_id" not in cookie(client)
    clock[0] -= timedelta(minutes=60)  # a clock that goes back brings nobody back
    assert not signed_in(client)


def test_the_last_request_is_noted_at_most_once_a_minute(app: Flask, cast: Cast, clock: list[datetime]) -> None:
    client = cast.agent.enter(app.test_client(), clock[0])
    first = cookie(client)["seen"]
    clock[0] += timedelta(seconds=59)
    assert signed_in(client)
    assert cookie(client)["seen"] == first
    clock[0] += timedelta(seconds=1)
    assert signed_in(client)
    assert cookie(client)["seen"] == first + 60


@pytest.mark.parametrize("seen", [None, "now", 1.5, True])
def test_a_cookie_without_a_moment_is_nobodys(app: Flask, cast: Cast, seen: object) -> None:
    client = cast.agent.enter(app.test_client())
    with client.session_transaction() as held:
        held["seen"] = seen
    assert not signed_in(client)


def test_a_session_ends_at_its_limit_whatever_is_done(app: Flask, database: Database, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    assert signed_in(client)
    with database.writing() as session:
        session.execute(update(UserSession).values(expires_at=datetime.now(UTC)))
    assert not signed_in(client)


def test_a_cookie_that_was_changed_or_signed_by_others_is_nobodys(app: Flask, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    value = client.get_cookie("umbral").value
    moment = int(datetime.now(UTC).timestamp())
    forged = URLSafeTimedSerializer("another key", salt="cookie-session").dumps(
        {"_user_id": cast.agent.token, "seen": moment}
    )
    for text in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), forged, "", "x" * 3000):
        other = app.test_client()
        other.set_cookie("umbral", text)
        assert not signed_in(other)


def test_the_database_holds_no_secret_that_opens_a_session(app: Flask, database: Database, cast: Cast) -> None:
    with database.reading() as session:
        hashes = session.scalars(select(UserSession.token_hash)).all()
    assert token_hash(cast.agent.token) in hashes
    for stolen in (token_hash(cast.agent.token), new_token(), "", "1", str(cast.agent.id)):
        client = cast.agent.enter(app.test_client())
        with client.session_transaction() as held:
            held["_user_id"] = stolen
        assert not signed_in(client)


def test_signing_in_renews_the_session_and_drops_what_was_planted(
    app: Flask, database: Database, cast: Cast, password: str
) -> None:
    client = cast.stranger.enter(app.test_client())  # a session that somebody else put into this browser
    with client.session_transaction() as held:
        held["planted"] = "by somebody else"
    planted = cookie(client)["_user_id"]
    client.post("/salir")
    with client.session_transaction() as held:
        held["_user_id"], held["planted"], held["seen"] = "invented", "again", int(datetime.now(UTC).timestamp())
    assert client.post("/ingresar", data={"identifier": "L1", "password": password}).status_code == 303
    now = cookie(client)
    assert "planted" not in now
    assert now["_user_id"] not in {planted, "invented", cast.agent.token}
    page = client.get("/cuenta").text
    assert "Agente" in page
    assert "Extraña" not in page
    # Every sign-in is a row of its own, and the first browser stays where it was.
    again = app.test_client()
    again.post("/ingresar", data={"identifier": "L1", "password": password})
    assert cookie(again)["_user_id"] != now["_user_id"]
    assert signed_in(client)
    with database.reading() as session:
        row = session.scalars(select(UserSession).where(UserSession.token_hash == token_hash(now["_user_id"]))).one()
        assert row.expires_at - row.created_at == timedelta(hours=12)


def test_signing_out_ends_the_row_and_not_only_the_cookie(app: Flask, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    copied = client.get_cookie("umbral").value
    assert client.post("/salir").status_code == 303
    assert not signed_in(client)
    thief = app.test_client()
    thief.set_cookie("umbral", copied)
    assert not signed_in(thief)


def test_who_is_closed_out_is_out_at_once(app: Flask, database: Database, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    assert signed_in(client)
    with database.writing() as session:
        session.get_one(Person, cast.agent.id).active = False
    assert not signed_in(client)


def test_a_role_that_was_taken_away_is_gone_at_once(app: Flask, database: Database, cast: Cast) -> None:
    client = cast.auditor.enter(app.test_client())
    assert client.get("/auditoria").status_code == 200
    with database.writing() as session:
        session.execute(
            update(AccessGrant).where(AccessGrant.person_id == cast.auditor.id).values(revoked_at=datetime.now(UTC))
        )
    assert client.get("/auditoria").status_code == 403


def test_after_signing_in_one_stays_on_this_site(app: Flask, cast: Cast, password: str) -> None:
    assert cast.agent.number == "L1"
    typed = {"identifier": "L1", "password": password}
    for after, place in (
        ("/cuenta", "/cuenta"),
        ("//example.org", "/"),
        ("https://example.org", "/"),
        ("/\\example.org", "/"),
    ):
        assert app.test_client().post("/ingresar", query_string={"next": after}, data=typed).location == place
