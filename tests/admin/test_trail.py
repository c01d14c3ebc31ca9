"""The audit trail on screen: filters, pages, what changed in words, and the chain checked on demand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from lms.admin import queries
from lms.admin.queries import TrailFilter
from lms.admin.words import ACTIONS
from lms.kit import audit
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.commands import access, records
from lms.people.commands.records import Details
from tests.cast import Cast
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]


def _act(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        records.change_details(
            session, cast.hr.actor, cast.agent.code, details=Details("L1", "Agente", "Cambiada"), now=NOW
        )
        access.grant_role(
            session, cast.administrator.actor, cast.trainer.code, role="author", now=NOW + timedelta(days=1)
        )


def test_the_page_tells_what_changed(app: Flask, database: Database, cast: Cast) -> None:
    _act(database, cast)
    page = cast.auditor.enter(app.test_client()).get("/auditoria")
    assert page.status_code == 200
    assert "corrigió los datos de una persona" in page.text
    assert re.search(r"apellido</strong>:\s+<span[^>]*>Prueba</span> → <span[^>]*>Cambiada", page.text)
    assert not re.search(r"legajo</strong>", page.text)  # what stayed as it was is not told


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (TrailFilter(), ["access.grant", "person.change"]),
        (TrailFilter(action="person.change"), ["person.change"]),
        (TrailFilter(action="access."), ["access.grant"]),
        (TrailFilter(action="access"), []),
        (TrailFilter(kind="person"), ["access.grant", "person.change"]),
        (TrailFilter(kind="site"), []),
        (TrailFilter(person="h1"), ["person.change"]),  # who did it
        (TrailFilter(person="T1"), ["access.grant"]),  # whom it is about
        (TrailFilter(person="nobody"), []),
        (TrailFilter(first=NOW.date() + timedelta(days=1)), ["access.grant"]),
        (TrailFilter(last=NOW.date()), ["person.change"]),
    ],
)
def test_filters(database: Database, cast: Cast, wanted: TrailFilter, expected: list[str]) -> None:
    _act(database, cast)
    with database.reading() as session:
        assert [row.entry.action for row in queries.trail(session, wanted, zone="UTC")] == expected


def test_pages_by_key_show_every_entry_once(app: Flask, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        for number in range(120):
            audit.record(session, SYSTEM, action=f"thing.no{number}", subject=("thing", str(number)), now=NOW)
    client, url, seen = cast.auditor.enter(app.test_client()), "/auditoria?tipo=thing", []
    while url:
        page = client.get(url).text
        seen += re.findall(r'data-label="Qué hizo">(?:<[^>]+>)?(thing\.no\d+)', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"thing.no{number}" for number in reversed(range(120))]


def test_as_many_queries_for_twice_the_entries(
    app: Flask, database: Database, cast: Cast, count_queries: Callable
) -> None:  # type: ignore[type-arg]
    client = cast.auditor.enter(app.test_client())
    counts = []
    for _ in range(2):
        for _ in range(10):
            with database.writing() as session:
                audit.record(session, SYSTEM, action="a.b", subject=("person", cast.agent.code), now=NOW)
        with count_queries() as counted:
            assert client.get("/auditoria").status_code == 200
        counts.append(counted.number)
    assert counts[0] == counts[1] <= 6


def test_an_erased_payload_is_told_as_such(app: Flask, database: Database, cast: Cast) -> None:
    _act(database, cast)
    with database.writing() as session:
        audit.seal(session)
        for row in queries.trail(session, TrailFilter(action="person.change"), zone="UTC"):
            audit.erase_payload(session, row.entry.id)
    client = cast.auditor.enter(app.test_client())
    page = client.get("/auditoria?accion=person.change").text
    assert "Borrado a pedido de la persona" in page
    assert " → " not in page
    assert "La cadena está entera" in client.post("/auditoria/verificar").text


def test_verify_on_demand_tells_of_tampering(app: Flask, database: Database, cast: Cast) -> None:
    _act(database, cast)
    with database.writing() as session:
        audit.seal(session)
        session.execute(text("UPDATE audit_payload SET salt = 'other'"))
    page = cast.auditor.enter(app.test_client()).post("/auditoria/verificar")
    assert page.status_code == 200
    assert "La cadena no cierra" in page.text


@pytest.mark.parametrize("query", ["desde=x&hasta=2026-02-30", "antes=-1", "antes=99999999999999999999", "antes=²"])
def test_senseless_filters_are_ignored(app: Flask, database: Database, cast: Cast, query: str) -> None:
    _act(database, cast)
    page = cast.auditor.enter(app.test_client()).get(f"/auditoria?{query}")
    assert page.status_code == 200
    assert "corrigió los datos" in page.text


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "hr", "author"])
def test_others_do_not_read_the_trail(app: Flask, cast: Cast, name: str) -> None:
    client = cast.members()[name].enter(app.test_client())
    assert client.get("/auditoria").status_code == 403
    assert client.post("/auditoria/verificar").status_code == 403


def test_every_action_that_code_records_has_a_word() -> None:
    found = set()
    for path in (ROOT / "lms").rglob("*.py"):
        found |= set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', path.read_text()))
    assert found - set(ACTIONS) == set()
    assert "person.hire" in found


def test_entry_is_what_the_actor_was_called_then(database: Database, cast: Cast) -> None:
    _act(database, cast)
    with database.writing() as session:
        session.execute(text("UPDATE person SET given_name = 'Otra' WHERE employee_number = 'H1'"))
    with database.reading() as session:
        (row,) = queries.trail(session, TrailFilter(action="person.change"), zone="UTC")
        assert isinstance(row.entry, AuditEntry)
        assert row.entry.actor_name == "Recursos Prueba"
        assert row.entry.at == datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
