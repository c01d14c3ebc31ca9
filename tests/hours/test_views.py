"""The pages of hours: who may open them, that every figure opens a list that adds up to it, exports, corrections."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from lms.hours import commands, queries
from lms.hours.cli import hours
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.cast import Cast
from tests.conftest import NOW
from tests.hours.samples import FEBRUARY, JANUARY, MARCH, grant_everywhere, ledger_sum, post
from tests.hours.test_queries import fill

PERIOD = "desde=2026-01&hasta=2026-03"


@pytest.fixture
def filled(cast: Cast, database: Database) -> Cast:
    """A ledger with entries of every sort, and HR of the whole company."""
    grant_everywhere(database, cast)
    with database.writing() as session:
        fill(session, cast)
    return cast


def rows_of(answer_text: str, separator: str = ",") -> list[list[str]]:
    assert answer_text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(answer_text.removeprefix("\ufeff")), delimiter=separator))


def links(page: str) -> set[str]:
    return {unescape(link) for link in re.findall(r'href="(/horas/registros\?[^"]*)"', page)}


@pytest.mark.parametrize(
    "path", ["/horas", "/horas/registros", "/horas.csv", "/horas/registros.csv", "/horas/mes/2026-02"]
)
def test_who_may_open_the_pages(app: Flask, cast: Cast, path: str) -> None:
    assert app.test_client().get(path).status_code == 303
    for name, member in cast.members().items():
        status = member.enter(app.test_client()).get(path).status_code
        assert status == (200 if name in {"hr", "auditor"} else 403), name


def test_an_empty_ledger_says_what_will_stand_there(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    assert "Sin horas en este período" in client.get("/horas").text
    assert "Ningún registro" in client.get("/horas/registros").text


@pytest.mark.parametrize(
    "cut", ["por=mes", "por=sede", "por=persona", "por=sede&y=mes", "por=curso&y=tipo", "por=clase"]
)
@pytest.mark.parametrize("kind", ["training", "todas"])
def test_invariant_11_every_link_of_the_page_opens_a_list_with_its_sum(
    app: Flask, filled: Cast, cut: str, kind: str
) -> None:
    client = filled.hr.enter(app.test_client())
    page = client.get(f"/horas?{PERIOD}&{cut}&clase={kind}").text
    found = links(page)
    assert len(found) >= 5
    shown = {
        (unescape(link), text)
        for link, text in re.findall(r'<a href="(/horas/registros\?[^"]*)">([^<]+ (?:min|h))</a>', page)
    }
    assert shown
    for link, text in shown:
        listed = client.get(link).text
        total = re.search(r'class="stat-value">([^<]+)<', listed)
        assert total is not None
        assert total[1] == text, link


def test_the_page_says_what_is_wrong_with_a_period(app: Flask, filled: Cast) -> None:
    client = filled.hr.enter(app.test_client())
    for period, words in (
        ("desde=2026-03&hasta=2026-01", "viene antes del primero"),
        ("desde=marzo", "como 2026-03"),
        ("desde=2000-01&hasta=2026-01", "más largo que 36"),
    ):
        answer = client.get(f"/horas?{period}")
        assert answer.status_code == 400
        assert words in answer.text
        assert client.get(f"/horas.csv?{period}").status_code == 400
    assert client.get("/horas?por=nada&y=nada&sede=nadie").status_code == 200


def test_pages_of_rows_hold_each_once(app: Flask, settings: Any, filled: Cast) -> None:
    object.__setattr__(settings, "page_size", 1)
    client = filled.hr.enter(app.test_client())
    page = client.get(f"/horas?{PERIOD}&por=persona&clase=todas").text
    assert "Agente Prueba" in page.split("<tbody>")[1]
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    second = client.get(unescape(following[1])).text.split("<tbody>")[1].split("</tbody>")[0]
    assert "Extraña" in second
    assert "Agente" not in second


def test_exports_add_up_and_come_in_either_dialect(app: Flask, filled: Cast, database: Database) -> None:
    client = filled.hr.enter(app.test_client())
    answer = client.get(f"/horas.csv?{PERIOD}&por=sede&y=mes&clase=todas")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "horas_2026-01_2026-03.csv" in answer.headers["Content-Disposition"]
    head, *rows = rows_of(answer.get_data(as_text=True))
    assert head[:4] == ["Sede", "Mes", "Capacitación (minutos)", "Capacitación (horas)"]
    with database.reading() as session:
        whole = ledger_sum(session)
    assert sum(int(row[2]) + int(row[4]) + int(row[6]) for row in rows) == whole
    head, *rows = rows_of(
        client.get(f"/horas/registros.csv?{PERIOD}&clase=todas&sep=punto-y-coma").get_data(as_text=True), ";"
    )
    assert sum(int(row[4]) for row in rows) == whole
    assert {row[5] for row in rows if row[4] == "25"} == {"0,4167"}
    assert {row[4] for row in rows if row[19] == "sí"} == {"-30"}, "a number is not taken for a formula"


def test_a_cell_that_would_run_as_a_formula_is_text(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        post(session, cast, course_title='=HYPERLINK("x")', detail="@SUM(A1)")
    client = cast.hr.enter(app.test_client())
    for path in ("/horas.csv?por=curso&", "/horas/registros.csv?"):
        cells = {cell for row in rows_of(client.get(f"{path}{PERIOD}").get_data(as_text=True)) for cell in row}
        assert '\'=HYPERLINK("x")' in cells
        assert not any(cell.startswith(("=", "@")) for cell in cells)


def entry_code(database: Database, minutes: int) -> str:
    from sqlalchemy import select

    from lms.hours.models import HoursEntry

    with database.reading() as session:
        return session.scalars(select(HoursEntry.code).where(HoursEntry.minutes == minutes)).one()


def test_correcting_on_the_page(app: Flask, filled: Cast, database: Database) -> None:
    client, code = filled.hr.enter(app.test_client()), entry_code(database, 25)
    page = client.get(f"/horas/registro/{code}").text
    token = re.search(r'name="request_code"[^>]*value="([a-z0-9]+)"', page)
    assert token is not None
    form = {"minutes_delta": "-5", "reason": "Salió antes", "request_code": token[1]}
    for _ in range(2):
        assert client.post(f"/horas/registro/{code}/corregir", data=form).status_code == 303
    with database.reading() as session:
        assert ledger_sum(session) == 215, "sent twice, corrected once"
    assert "Salió antes" in client.get(f"/horas/registro/{code}").text
    refused = client.post(
        f"/horas/registro/{code}/corregir", data=form | {"minutes_delta": "-99", "request_code": "x" * 12}
    )
    assert refused.status_code == 400
    assert "Salió antes" in refused.text
    assert "vale 20 min" in refused.text
    empty = client.post(f"/horas/registro/{code}/corregir", data={"minutes_delta": "cinco", "reason": ""})
    assert empty.status_code == 400
    assert "Falta un número entero" in empty.text


def test_invariant_13_entries_out_of_scope_do_not_exist(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        elsewhere = post(session, cast, person="stranger").code
    assert cast.hr.enter(app.test_client()).get(f"/horas/registro/{elsewhere}").status_code == 404
    form = {"minutes_delta": "-5", "reason": "no", "request_code": "x" * 12}
    assert cast.hr.enter(app.test_client()).post(f"/horas/registro/{elsewhere}/corregir", data=form).status_code == 404
    auditor = cast.auditor.enter(app.test_client())
    assert auditor.get(f"/horas/registro/{elsewhere}").status_code == 200
    assert auditor.post(f"/horas/registro/{elsewhere}/corregir", data=form).status_code == 403
    assert "/corregir" not in auditor.get(f"/horas/registro/{elsewhere}").text


def test_closing_and_reopening_on_the_page(app: Flask, filled: Cast, database: Database) -> None:
    client = filled.hr.enter(app.test_client())
    assert client.post("/horas/mes/2026-02/cerrar").status_code == 303
    with database.writing() as session:
        post(session, filled, minutes=7, day=FEBRUARY.replace(day=20))
    page = client.get("/horas?por=mes&clase=todas&" + PERIOD).text
    assert "Mes cerrado" in page
    adjusted = next(link for link in links(page) if "ajustes=1" in link and "2026-02" in link)
    assert "7 min" in client.get(adjusted).text
    month = client.get("/horas/mes/2026-02").text
    assert "50 min" in month
    assert "57 min" in month
    assert client.post("/horas/mes/2026-02/cerrar").status_code == 409
    assert client.post("/horas/mes/2026-02/reabrir", data={"reason": ""}).status_code == 400
    assert client.post("/horas/mes/2026-02/reabrir", data={"reason": "Planilla tardía"}).status_code == 303
    assert "Planilla tardía" in client.get("/horas/mes/2026-02").text
    assert client.get("/horas/mes/2026-13").status_code == 404


def test_a_month_is_closed_by_hr_of_the_whole_company_only(app: Flask, cast: Cast) -> None:
    assert cast.hr.enter(app.test_client()).post("/horas/mes/2026-02/cerrar").status_code == 403
    assert "/cerrar" not in cast.hr.enter(app.test_client()).get("/horas/mes/2026-02").text
    for who in ("auditor", "agent", "coordinator", "trainer", "administrator", "author"):
        client: FlaskClient = getattr(cast, who).enter(app.test_client())
        assert client.post("/horas/mes/2026-02/cerrar").status_code == 403
        assert client.post("/horas/mes/2026-02/reabrir", data={"reason": "x"}).status_code == 403


def test_queries_of_the_pages_do_not_grow(
    app: Flask, filled: Cast, database: Database, count_queries: Callable[[], Any]
) -> None:
    client = filled.hr.enter(app.test_client())
    paths = [f"/horas?{PERIOD}&por=persona&y=mes", f"/horas/registros?{PERIOD}&clase=todas", "/horas/mes/2026-02"]
    counts = []
    for _ in range(2):
        for path in paths:
            with count_queries() as counted:
                assert client.get(path).status_code == 200
            counts.append(counted.number)
        with database.writing() as session:
            fill(session, filled)
    assert counts[:3] == counts[3:]
    assert max(counts) <= 12


def test_a_learner_sees_their_own_hours(app: Flask, filled: Cast) -> None:
    assert "2 h 15 min" in filled.agent.enter(app.test_client()).get("/mis-horas").text
    assert "Todavía no hay horas" not in filled.stranger.enter(app.test_client()).get("/mis-horas").text
    assert filled.hr.enter(app.test_client()).get("/mis-horas").status_code == 403


def test_hours_stand_on_the_persons_page(app: Flask, filled: Cast) -> None:
    page = filled.coordinator.enter(app.test_client()).get(f"/persona/{filled.agent.code}").text
    assert "Las auditorías" in page
    assert "Ver todas las horas" not in page
    assert "Ver todas las horas" in filled.auditor.enter(app.test_client()).get(f"/persona/{filled.agent.code}").text


def test_the_command_line_gives_the_same_figures(filled: Cast, database: Database) -> None:
    run = CliRunner().invoke
    period = ["report", "--from", "2026-01", "--to", "2026-03"]
    said = run(hours, [*period, "--by", "site", "--by", "kind", "--json"], obj=database)
    assert said.exit_code == 0, said.output
    with database.reading() as session:
        pivot = queries.pivot(session, SYSTEM, first=JANUARY, last=MARCH, by=list(map(_dimension, ("site", "kind"))))
    document = json.loads(said.output)
    assert document["total"]["training_minutes"] == pivot.total.training
    assert sum(cell["ojt_minutes"] for cell in document["cells"]) == 30
    table = run(hours, period, obj=database).output.splitlines()
    assert table[0].split() == ["month", "training", "hours", "ojt", "coaching", "people"]
    assert table[-1].split() == ["total", "175", "2.9167", "30", "15", "2"]
    for wrong in (
        ["report", "--from", "2026-13", "--to", "2026-03"],
        ["report", "--from", "2026-03", "--to", "2026-01"],
    ):
        assert run(hours, wrong, obj=database).exit_code == 2
    assert run(hours, [*period, "--by", "site", "--by", "site"], obj=database).exit_code == 2


def _dimension(word: str) -> Any:
    from lms.hours.rules import Dimension

    return Dimension(word)


def test_a_closed_month_is_the_same_for_both_readers(filled: Cast, database: Database) -> None:
    """The figure at close as worked out for a scope agrees with the one that was stored, where the scope is everything."""
    with database.writing() as session:
        commands.close_month(session, SYSTEM, month=FEBRUARY, now=NOW)
        post(session, filled, day=FEBRUARY.replace(day=9), minutes=5)
        post(session, filled, person="stranger", day=FEBRUARY.replace(day=9), minutes=9)
    with database.reading() as session:
        stored = queries.month_total_at_close(session, FEBRUARY)
        (whole,) = queries.month_totals(session, filled.auditor.actor, first=FEBRUARY, last=FEBRUARY)
        (site,) = queries.month_totals(session, filled.hr.actor, first=FEBRUARY, last=FEBRUARY)
    assert (whole.at_close, whole.adjustments) == (stored, 14) == (50, 14)
    assert (site.at_close, site.adjustments) == (50, 5)


def test_the_list_says_how_the_minutes_are_known(app: Flask, filled: Cast) -> None:
    page = filled.hr.enter(app.test_client()).get(f"/horas/registros?{PERIOD}").text
    assert "Minutos que indica el curso" in page
