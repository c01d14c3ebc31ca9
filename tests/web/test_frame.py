"""The frame is kept as a drawing: nothing of one person, and nothing that one person may see, is in another's page."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from lms.kit.db import Database
from lms.people.models import Person
from lms.web import addresses, frame
from lms.web.frame import filled, hole
from tests.cast import Cast, Member

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def bar(client: FlaskClient, path: str = "/cuenta") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text.partition('<main id="main"')[0]


def entries(html: str) -> list[str]:
    wide = html.partition('class="nav-wide"')[2].partition("</nav>")[0]
    return re.findall(r'href="([^"]+)"', wide)


def rename(database: Database, who: Member, given: str) -> None:
    with database.writing() as session:
        person = session.get(Person, who.id)
        assert person is not None
        person.given_name = given


def test_the_next_reader_has_a_name_and_a_token_of_their_own(app: Flask, cast: Cast, database: Database) -> None:
    rename(database, cast.agent, "Primera <b>&")
    rename(database, cast.stranger, "Segunda")
    first, second = cast.agent.enter(app.test_client()), cast.stranger.enter(app.test_client())
    one, other = bar(first), bar(second)  # the same roles: the same drawing
    assert "Primera &lt;b&gt;&amp;" in one
    assert "Segunda" in other
    assert "Primera" not in other
    assert not set(_TOKEN.findall(one)) & set(_TOKEN.findall(other))
    assert _TOKEN.sub("", bar(first)) == _TOKEN.sub("", one)


def test_entries_are_those_of_the_reader_whoever_looked_before(app: Flask, cast: Cast) -> None:
    alone = {name: entries(bar(member.enter(app.test_client()))) for name, member in cast.members().items()}
    app.extensions[frame._KEY].clear()
    backwards = {
        name: entries(bar(member.enter(app.test_client()))) for name, member in reversed(cast.members().items())
    }
    assert alone == backwards
    assert alone["agent"] != alone["hr"] != alone["administrator"]
    assert "/informes/avance" not in alone["agent"]


def test_a_stranger_has_a_bare_bar_after_somebody_was_there(app: Flask, cast: Cast) -> None:
    bar(cast.administrator.enter(app.test_client()))
    page = bar(app.test_client(), "/ingresar")
    assert "Cerrar sesión" not in page
    assert "nav-wide" not in page


def test_language_and_appearance_are_the_readers(app: Flask, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    plain = bar(client)
    client.set_cookie("theme", "dark")
    dark = bar(client)
    assert 'value="dark" aria-pressed="true"' in dark
    assert 'value="dark" aria-pressed="false"' in plain
    client.set_cookie("language", "en")
    assert "Cerrar sesión" not in bar(client)


def test_the_way_back_and_the_place_are_those_of_the_page(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    assert 'name="next" value="/cuenta?"' in bar(client)
    reports = bar(client, "/informes/avance?puesto=%22x")
    assert "puesto=%2522x" in reports or "puesto=%22x" in reports
    assert 'href="/informes/avance" aria-current="page"' in reports
    assert 'href="/informes/avance" aria-current="page"' not in bar(client)


def test_holes_are_escaped_and_drawings_bounded(app: Flask) -> None:
    with app.test_request_context("/"):
        made = filled(("test",), lambda: f"<b>{hole('x')}</b>", {"x": "<i>"})
        assert made == "<b>&lt;i&gt;</b>"
        for number in range(frame.MOST * 2):
            filled(("test", number), lambda: "", {})
        assert len(app.extensions[frame._KEY]) <= frame.MOST


def test_addresses_are_flasks_own(app: Flask) -> None:
    built = app.jinja_env.globals["url_for"]
    assert callable(built)
    cases = [
        ("people.account", {}),
        ("catalog.course", {"code": "a/b ñ"}),
        ("catalog.course", {"code": "x", "page": 1}),
        ("catalog.course", {"code": "x", "page": True}),
        ("catalog.course", {"code": "x", "page": None}),
        ("catalog.course", {"code": "x", "_anchor": "a"}),
    ]
    for root in ("", "/below"):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            for endpoint, values in cases * 2:
                assert built(endpoint, **values) == app.url_for(endpoint, **values)  # type: ignore[arg-type]
    assert addresses.MOST > 0
