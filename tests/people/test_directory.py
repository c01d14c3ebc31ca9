"""The directory and each person's file on screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.commands import records
from lms.people.commands.placing import Place
from lms.people.commands.records import Details
from lms.people.models import Job, Programme, Site
from lms.people.passwords import Passwords
from tests.cast import HIRED, Cast
from tests.conftest import NOW


def _place(database: Database, cast: Cast) -> Place:
    with database.reading() as session:
        return Place(
            session.get_one(Site, cast.site_id).code,
            session.get_one(Programme, cast.programme_id).code,
            session.get_one(Job, cast.job_id).code,
        )


def _hire(database: Database, cast: Cast, *names: str) -> None:
    place = _place(database, cast)
    with database.writing() as session:
        for number, name in enumerate(names):
            details = Details(f"Z{number}", "Ana", name)
            records.hire(session, SYSTEM, details=details, hired_on=HIRED, place=place, now=NOW)


def _shown(page: str) -> list[str]:
    return re.findall(r'<th scope="row">\s*<a href="/persona/[^"]+">([^<]+)</a>', page)


def test_names_are_found_whatever_their_accents(app: Flask, database: Database, cast: Cast) -> None:
    _hire(database, cast, "Núñez", "Nunes", "Álvarez")
    client = cast.hr.enter(app.test_client())
    assert _shown(client.get("/personas?buscar=nunez").text) == ["Núñez, Ana"]
    assert _shown(client.get("/personas?buscar=ÁLVAREZ+ana").text) == ["Álvarez, Ana"]
    assert _shown(client.get("/personas?buscar=z1").text) == ["Nunes, Ana"]
    assert _shown(client.get("/personas?buscar=%25").text) == []
    assert _shown(client.get("/personas").text)[0] == "Álvarez, Ana"  # among the A, not after Z


def test_pages_by_key_show_everybody_once(app: Flask, database: Database, cast: Cast) -> None:
    _hire(database, cast, *(f"Ñandú{number:03d}" for number in range(110)))
    client, url, seen = cast.hr.enter(app.test_client()), "/personas?buscar=nandu", []
    while url:
        page = client.get(url).text
        seen += _shown(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Ñandú{number:03d}, Ana" for number in range(110)]


def test_invariant_13_hr_of_a_site_lists_its_people_only(app: Flask, cast: Cast) -> None:
    assert "Extraña" not in cast.hr.enter(app.test_client()).get("/personas").text
    assert "Extraña" in cast.auditor.enter(app.test_client()).get("/personas").text


def test_as_many_queries_for_twice_the_people(
    app: Flask,
    database: Database,
    cast: Cast,
    count_queries: Callable,  # type: ignore[type-arg]
) -> None:
    client, counts = cast.hr.enter(app.test_client()), []
    for letter in "AB":
        place = _place(database, cast)
        with database.writing() as session:
            for number in range(10):
                details = Details(f"{letter}{number}0", "Ana", f"{letter}{number}")
                records.hire(session, SYSTEM, details=details, hired_on=HIRED, place=place, now=NOW)
        with count_queries() as counted:
            assert client.get("/personas").status_code == 200
        counts.append(counted.number)
    assert counts[0] == counts[1] <= 4


def test_a_refused_hire_keeps_what_was_typed(app: Flask, database: Database, cast: Cast) -> None:
    place = _place(database, cast)
    form = {
        "employee_number": "L1",
        "given_name": "Ana",
        "family_name": "Núñez",
        "hired_on": "2026-03-01",
        **vars(place),
    }
    client = cast.hr.enter(app.test_client())
    page = client.post("/personas/nueva", data=form)
    assert page.status_code == 409
    assert "Ya hay una persona con el legajo L1." in page.text
    assert 'value="Núñez"' in page.text
    done = client.post("/personas/nueva", data=form | {"employee_number": "l77"})
    assert done.status_code == 303
    assert "L77" in client.get(done.location).text


def test_the_code_is_shown_once_and_anew_each_time(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    pages = [client.post(f"/persona/{cast.agent.code}/codigo") for _ in range(2)]
    codes = [re.search(r'id="one-time-code"\s+value="([a-z0-9-]+)"', page.text) for page in pages]
    assert codes[0] is not None
    assert codes[1] is not None
    assert codes[0][1] != codes[1][1]
    assert all(page.headers["Cache-Control"] == "no-store" for page in pages)
    assert codes[1][1] not in client.get(f"/persona/{cast.agent.code}").text


def test_nobody_reaches_further_through_a_code(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    assert client.post(f"/persona/{cast.administrator.code}/codigo").status_code == 403
    assert client.post(f"/persona/{cast.hr.code}/codigo").status_code == 403


@pytest.mark.parametrize("identifier", ["L1", "T1", "nobody"])
def test_sign_in_spends_one_verification_whoever_it_is(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, identifier: str
) -> None:
    checked: list[str | None] = []
    check = Passwords.check
    monkeypatch.setattr(
        Passwords, "check", lambda self, stored, typed: (checked.append(stored), check(self, stored, typed))[1]
    )
    app.test_client().post("/ingresar", data={"identifier": identifier, "password": "some phrase"})
    assert len(checked) == 1
