"""The search: what words are, what is marked, who finds what, and how many queries it takes."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from lms.catalog.commands import publish_course
from lms.catalog.loader import load_course
from lms.catalog.rendering.sections import sections
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.models import Person
from lms.web.search import asked, marked, snippet
from tests.cast import Cast
from tests.conftest import NOW


def test_words_are_folded_and_limited() -> None:
    found = asked("  Ñandú  ÁGIL ágil uno dos  ", words=3, limit=8)
    assert (found.text, found.words, found.dropped) == ("Ñandú ÁGIL ágil uno dos", ("nandu", "agil", "uno"), 1)
    assert asked("a", words=3, limit=8).words == ()
    assert asked("100%_\\", words=3, limit=8).patterns() == ["%100\\%\\_\\\\%"]


@given(st.text(), st.text())
def test_marking_changes_no_text_and_lets_nothing_through(text: str, typed: str) -> None:
    wanted = asked(typed, words=6, limit=8)
    found = marked(text, wanted)
    bare = html.unescape(str(found).replace("<mark>", "").replace("</mark>", ""))
    assert bare == text
    assert str(snippet(text, wanted)).count("<mark>") == str(snippet(text, wanted)).count("</mark>")


def test_words_are_marked_whatever_their_accents() -> None:
    wanted = asked("auditoria", words=6, limit=8)
    assert marked("La Auditoría <b>", wanted) == Markup("La <mark>Auditoría</mark> &lt;b&gt;")


def test_a_page_is_cut_at_its_headings() -> None:
    found = sections(
        '<p>Antes</p><h2 id="a">Uno <em>dos</em></h2><ul><li>x</li><li>y</li></ul><h4>z</h4><h3 id="b">T</h3>'
    )
    assert [(part.anchor, part.heading, part.body) for part in found] == [
        ("", "", "Antes"),
        ("a", "Uno dos", "x y z"),
        ("b", "T", ""),
    ]


def _page(app: Flask, member: Any, words: str) -> str:
    answer = member.enter(app.test_client()).get("/buscar", query_string={"q": words})
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_invariant_13_a_learner_never_finds_other_people(app: Flask, cast: Cast) -> None:
    assert f"/persona/{cast.agent.code}" in _page(app, cast.coordinator, "agente prueba")
    assert f"/persona/{cast.agent.code}" in _page(app, cast.coordinator, "l1")
    for member in (cast.stranger, cast.agent, cast.other_coordinator):
        assert f"/persona/{cast.agent.code}" not in _page(app, member, "agente prueba")


def test_nobody_searches_without_signing_in(app: Flask) -> None:
    assert app.test_client().get("/buscar?q=agente").status_code == 303


def test_what_is_typed_comes_back_as_text(app: Flask, cast: Cast) -> None:
    page = _page(app, cast.agent, "<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "Falta una letra" in _page(app, cast.agent, "x")


@pytest.fixture
def published(database: Database) -> None:
    """The real course, as `lms courses publish` would."""
    import config

    folder = config.ROOT / "courses" / "certificacion-copc"
    course, report = load_course(folder, folder.parent)
    assert course is not None
    assert report.ok
    with database.writing() as session:
        publish_course(session, SYSTEM, course, survey_id="", now=NOW)
        publish_course(session, SYSTEM, course, survey_id="", now=NOW)  # indexed once


def test_texts_are_found_with_their_place(app: Flask, cast: Cast, published: None) -> None:
    page = _page(app, cast.author, "AUDITORIA evidencia")
    assert "/contenido/certificacion-copc/auditorias#" in page
    assert "<mark>auditoría</mark>" in page
    assert _page(app, cast.author, "un caso de 2004").count("#caso-2004") == 1
    # Who is not enrolled reads nothing of it.
    assert "certificacion-copc" not in _page(app, cast.agent, "auditoria evidencia")


def test_queries_do_not_grow(
    app: Flask, cast: Cast, database: Database, published: None, count_queries: Callable[[], Any]
) -> None:
    client = cast.auditor.enter(app.test_client())

    def count() -> int:
        with count_queries() as counted:
            assert client.get("/buscar?q=prueba").status_code == 200
        return int(counted.number)

    count()
    before = count()
    with database.writing() as session:
        for number in range(20):
            session.add(
                Person(
                    code=f"nueva{number}",
                    employee_number=f"N{number}",
                    given_name="Prueba",
                    family_name="X",
                    created_at=NOW,
                )
            )
    assert count() == before <= 12
