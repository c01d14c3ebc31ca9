"""The holidays of a site: added, removed, filled from a country's calendar; nothing that is computed falls due on one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.permissions import SYSTEM
from lms.people import queries
from lms.people.calendars import countries, public_holidays, subdivisions
from lms.people.commands.holidays import add_holiday, fill_holidays, remove_holiday
from lms.people.models import Site, SiteHoliday
from lms.people.rules import next_working_day
from tests.cast import Cast
from tests.conftest import NOW

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.frozensets(st.integers(0, 40), max_size=30))
def test_the_next_working_day_is_the_first_that_serves(day: date, offsets: frozenset[int]) -> None:
    holidays = {day + timedelta(days=offset) for offset in offsets}
    found = next_working_day(day, holidays)
    assert found >= day
    assert found.weekday() != 6
    assert found not in holidays
    skipped = [day + timedelta(days=number) for number in range((found - day).days)]
    assert all(each.weekday() == 6 or each in holidays for each in skipped)
    assert next_working_day(found, holidays) == found


@given(DAYS)
def test_a_day_with_nothing_in_its_way_stays(day: date) -> None:
    assert next_working_day(day, ()) == (day if day.weekday() != 6 else day + timedelta(days=1))


def test_the_end_of_the_calendar_ends_the_search() -> None:
    assert next_working_day(date.max, {date.max}) == date.max


def code_of(session: Session, site_id: int) -> str:
    return session.get_one(Site, site_id).code


def test_add_and_remove(cast: Cast, session: Session) -> None:
    code = code_of(session, cast.site_id)
    who = cast.administrator.actor
    add_holiday(session, who, code, day=date(2026, 5, 1), name="  Día del  Trabajador ", now=NOW)
    with pytest.raises(Conflict) as refused:
        add_holiday(session, who, code, day=date(2026, 5, 1), name="Otro", now=NOW)
    assert refused.value.params["name"] == "Día del Trabajador"
    with pytest.raises(Invalid):
        add_holiday(session, who, code, day=date(2026, 5, 2), name="  ", now=NOW)
    assert queries.working_day(session, cast.site_id, date(2026, 5, 1)) == date(2026, 5, 2)
    assert queries.working_day(session, cast.other_site_id, date(2026, 5, 1)) == date(2026, 5, 1)
    remove_holiday(session, who, code, day=date(2026, 5, 1), now=NOW)
    assert queries.working_day(session, cast.site_id, date(2026, 5, 1)) == date(2026, 5, 1)
    with pytest.raises(NotFound):
        remove_holiday(session, who, code, day=date(2026, 5, 1), now=NOW)
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_code == code)).all()
    assert acts == ["holiday.add", "holiday.remove"]


def test_fill_keeps_what_is_there(cast: Cast, session: Session) -> None:
    code = code_of(session, cast.site_id)
    add_holiday(session, SYSTEM, code, day=date(2026, 5, 1), name="El nuestro", now=NOW)
    known = public_holidays("AR", "", 2026)
    added = fill_holidays(session, SYSTEM, code, country="AR", subdivision="", year=2026, now=NOW)
    assert added == len(known) - 1
    assert fill_holidays(session, SYSTEM, code, country="AR", subdivision="", year=2026, now=NOW) == 0
    rows = queries.holidays_of(session, cast.site_id, 2026)
    assert [row.day for row, _ in rows] == [day for day, _ in known]
    assert next(row.name for row, _ in rows if row.day == date(2026, 5, 1)) == "El nuestro"
    assert session.get_one(Site, cast.site_id).country == "AR"
    for country, part, year, key in (
        ("XX", "", 2026, "people.country_unknown"),
        ("AR", "??", 2026, "people.country_unknown"),
        ("AR", "", 1900, "people.no_calendar"),
    ):
        with pytest.raises(Invalid) as refused:
            fill_holidays(session, SYSTEM, code, country=country, subdivision=part, year=year, now=NOW)
        assert refused.value.key == key


def test_calendars_of_the_countries_we_work_in() -> None:
    assert {"AR", "CO", "BR", "US", "MX"} <= set(countries())
    assert (date(2026, 7, 9), "Día de la Independencia") in public_holidays("AR", "", 2026)
    assert len(public_holidays("ES", "MD", 2026)) > len(public_holidays("ES", "", 2026))
    assert "MD" in subdivisions("ES")
    assert public_holidays("XX", "", 2026) == []


def test_the_pages(app: Flask, database: Database, cast: Cast) -> None:
    with database.reading() as session:
        code = code_of(session, cast.site_id)
    client, url = cast.administrator.enter(app.test_client()), f"/sedes/{code}/feriados"
    assert "Este año no tiene feriados" in client.get(f"{url}?anio=2026").text
    assert f"/sedes/{code}/feriados" in client.get("/organizacion").text
    assert client.post(url, data={"day": "2026-05-01", "name": "Trabajo"}).location == f"{url}?anio=2026"
    again = client.post(f"{url}?anio=2026", data={"day": "2026-05-01", "name": "Otro nombre"})
    assert again.status_code == 409
    assert "«Trabajo»" in again.text
    assert "Otro nombre" in again.text
    assert client.post(url, data={"day": "x", "name": ""}).status_code == 400
    preview = client.get(f"{url}?anio=2026&pais=AR").text
    assert "ya está" in preview
    assert 'name="country" type="hidden" value="AR"' in preview
    form = {"country": "AR", "subdivision": "", "year": "2026"}
    assert client.post(f"{url}/completar", data=form).status_code == 303
    assert "El calendario ya los tiene todos." in client.get(f"{url}?anio=2026&pais=AR").text
    assert client.post(f"{url}/completar", data=form | {"country": "XX"}).status_code == 400
    assert client.post(f"{url}/quitar", data={"day": "2026-05-01"}).status_code == 303
    assert client.post(f"{url}/quitar", data={"day": "2026-05-01"}).status_code == 404
    for query in ("anio=0", "anio=x", "pais=XX&region=1", "anio=9999"):
        assert client.get(f"{url}?{query}").status_code == 200
    with database.reading() as session:
        assert session.scalar(select(SiteHoliday.id).where(SiteHoliday.day == date(2026, 5, 1))) is None


@pytest.mark.parametrize("name", ["agent", "coordinator", "hr", "auditor"])
def test_others_do_not_reach_the_calendar(app: Flask, database: Database, cast: Cast, name: str) -> None:
    with database.reading() as session:
        code = code_of(session, cast.site_id)
    client = cast.members()[name].enter(app.test_client())
    assert client.get(f"/sedes/{code}/feriados").status_code == 403
    assert client.post(f"/sedes/{code}/feriados", data={"day": "2026-05-01", "name": "x"}).status_code == 403


def test_as_many_queries_for_twice_the_holidays(
    app: Flask, database: Database, cast: Cast, count_queries: Callable
) -> None:  # type: ignore[type-arg]
    with database.reading() as session:
        code = code_of(session, cast.site_id)
    client, counts = cast.administrator.enter(app.test_client()), []
    for month in (1, 2):
        with database.writing() as session:
            for day in range(1, 11):
                add_holiday(session, SYSTEM, code, day=date(2026, month, day), name="x", now=NOW)
        with count_queries() as counted:
            assert client.get(f"/sedes/{code}/feriados?anio=2026").status_code == 200
        counts.append(counted.number)
    assert counts[0] == counts[1] <= 3
