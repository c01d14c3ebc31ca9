"""Who reads which language: the person's, then the browser's choice, then what it asks for, then Spanish."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from flask import Flask, g
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Invalid
from lms.kit.permissions import Actor
from lms.people.commands.signin import choose_language
from lms.people.models import Person
from lms.web import i18n
from lms.web.catalogues import LANGUAGES
from tests.cast import Cast, Member
from tests.conftest import NOW

NO_BREAK = "\N{NO-BREAK SPACE}"


def _lang(page: str) -> str:
    found = re.search(r'<html lang="(\w+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "es"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("pt-BR,en;q=0.5", "pt"),
        ("en_US", "en"),
        ("fr,de;q=0.9", "es"),
        ("fr,de;q=0.9,pt;q=0.1", "pt"),
        ("en;q=0,pt", "pt"),
        ("en;q=0", "es"),
        ("*", "es"),
        ("es-AR,en", "es"),
        (",;q=x,=,en-", "en"),
        ("a" * 4000, "es"),
    ],
)
def test_a_browser_asks_for_a_language(app: Flask, header: str, language: str) -> None:
    page = app.test_client().get("/ingresar", headers={"Accept-Language": header})
    assert _lang(page.text) == language
    assert "Accept-Language" in page.headers["Vary"]


def test_a_stranger_chooses_and_the_browser_remembers(app: Flask) -> None:
    client = app.test_client()
    english = {"Accept-Language": "en"}
    answer = client.post("/idioma", data={"language": "pt", "next": "/verificar"}, headers=english)
    assert (answer.status_code, answer.location) == (303, "/verificar")
    assert _lang(client.get("/verificar", headers=english).text) == "pt"
    client.post("/idioma", data={"language": "xx"})
    assert _lang(client.get("/ingresar", headers=english).text) == "es"
    client.set_cookie(i18n.COOKIE, "../en")
    assert _lang(client.get("/ingresar", headers=english).text) == "en"


def test_a_person_chooses_and_reads_it_in_every_browser(app: Flask, database: Database, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    asked = {"Accept-Language": "pt"}
    assert _lang(client.get("/cuenta", headers=asked).text) == "pt"
    assert client.post("/cuenta/idioma", data={"language": "en"}, headers=asked).status_code == 303
    page = client.get("/cuenta", headers=asked)
    assert _lang(page.text) == "en"
    assert "Language saved." in page.text
    other = cast.agent.enter(app.test_client())
    other.set_cookie(i18n.COOKIE, "pt")
    assert _lang(other.get("/").text) == "en"
    client.post("/cuenta/idioma", data={"language": ""}, headers=asked)
    assert _lang(client.get("/cuenta", headers=asked).text) == "pt"
    with database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.language")).all()
        assert len(rows) == 2


@pytest.mark.parametrize("wrong", ["xx", "EN", "es_AR", " "])
def test_a_language_that_is_not_there_is_refused(app: Flask, database: Database, cast: Cast, wrong: str) -> None:
    with database.writing() as session, pytest.raises(Invalid, match="language_unknown"):
        choose_language(session, cast.agent.actor, locale=wrong, complete=LANGUAGES, now=NOW)
    assert cast.agent.enter(app.test_client()).post("/cuenta/idioma", data={"language": wrong}).status_code == 400
    with database.reading() as session:
        assert session.get_one(Person, cast.agent.id).locale is None


def test_nobody_chooses_for_somebody_else(app: Flask) -> None:
    answer = app.test_client().post("/cuenta/idioma", data={"language": "en"})
    assert (answer.status_code, "/ingresar" in answer.location) == (303, True)


def _choose(database: Database, member: Member, locale: str) -> None:
    with database.writing() as session:
        choose_language(session, member.actor, locale=locale, complete=LANGUAGES, now=NOW)


def test_errors_are_told_in_the_language_of_whoever_reads(app: Flask, database: Database, cast: Cast) -> None:
    _choose(database, cast.agent, "en")
    client = cast.agent.enter(app.test_client())
    for address in ("/nowhere", "/curso/nothing", "/personas"):
        page = client.get(address)
        assert _lang(page.text) == "en", address
        assert not re.search("No está acá|Sin permiso|permisos de la cuenta", page.text)
    wrong = client.post("/", headers={"Accept": "application/json"})
    assert wrong.json is not None
    assert wrong.json["title"] == "This address does not open like that"
    app.config["WTF_CSRF_ENABLED"] = True
    assert "The page was open too long" in client.post("/salir").text


def test_a_flash_is_in_the_language_of_the_page_that_shows_it(app: Flask, database: Database, cast: Cast) -> None:
    _choose(database, cast.agent, "en")
    client = cast.agent.enter(app.test_client())
    assert "Idioma guardado." in client.post("/cuenta/idioma", data={"language": "es"}, follow_redirects=True).text


def test_content_is_marked_where_the_page_has_another_language(app: Flask, database: Database, cast: Cast) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        g.actor = None
        assert i18n.content_lang() == ' lang="es"'
        assert i18n.content("<b>") == '<span lang="es">&lt;b&gt;</span>'
    with app.test_request_context():
        g.actor = None
        assert (i18n.content_lang(), i18n.content("<b>")) == ("", "<b>")


def test_speaking_for_somebody_else(app: Flask) -> None:
    lazy = _l("vence hoy")
    with app.app_context():
        assert str(lazy) == "vence hoy"
        with i18n.speaking("en"):
            assert (str(lazy), i18n.language()) == ("due today", "en")
            with i18n.speaking(None):
                assert (str(lazy), i18n.language()) == ("vence hoy", "es")
            assert i18n.language() == "en"
        with i18n.speaking("xx"):
            assert i18n.language() == "es"
        assert str(lazy) == "vence hoy"


AT = datetime(2026, 11, 30, 17, 5, tzinfo=UTC)
DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", ["30 nov 2026", "noviembre de 2026", "30 nov 2026, 14:05", "14:05", "1.234.567,5", f"83,3{NO_BREAK}%"]),
        ("en", ["Nov 30, 2026", "November 2026", "Nov 30, 2026, 2:05 PM", "2:05 PM", "1,234,567.5", "83.3%"]),
        (
            "pt",
            ["30 de nov. de 2026", "novembro de 2026", "30 de nov. de 2026, 14:05", "14:05", "1.234.567,5", "83,3%"],
        ),
    ],
)
def test_days_moments_and_numbers_follow_the_language(app: Flask, language: str, said: list[str]) -> None:
    with app.test_request_context():
        g.actor = Actor(person_id=1, name="A", locale=language, zone="America/Argentina/Buenos_Aires")
        g.now = AT
        number = i18n.fixed(Fraction(2469135, 2))
        share = i18n.percent(Fraction(5, 6))
        assert [i18n.day(DAY), i18n.month(DAY), i18n.moment(AT), i18n.clock(AT), number, share] == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_invariant_03_no_language_rounds_a_score_up(app: Flask, language: str) -> None:
    with app.test_request_context():
        g.actor = Actor(person_id=1, name="A", locale=language)
        shown = [
            i18n.score(Fraction(79999999, 100_000_000)),
            i18n.score(Fraction(4, 5)),
            i18n.percent(Fraction(79995, 100_000)),
        ]
    assert [re.sub(r"[^\d.,]", "", each).replace(",", ".") for each in shown] == ["79.9", "80", "80"]
