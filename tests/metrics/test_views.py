"""The pages of category C: who opens them, what they show, that every number leads to its records, at a fixed cost."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from lms.kit.db import Database
from lms.kit.permissions import Actor, Grant, Role
from lms.metrics.cli import metrics
from lms.metrics.figures import FIGURES, evaluate, figure_by_key
from lms.metrics.rules import Ask, Cell, months_up_to
from lms.people.models import AccessGrant
from lms.web.context import services
from tests.cast import Cast
from tests.metrics.company import Company
from tests.metrics.records import AS_OF, MARCH

Counting = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def company(database: Database, cast: Cast) -> Company:
    with database.writing() as session:
        return Company(session)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_who_opens_the_board(app: Flask, cast: Cast) -> None:
    addresses = ["/categoria-c", "/categoria-c/satisfaction", "/categoria-c/satisfaction/registros.csv"]
    for name, member in cast.members().items():
        client = member.enter(app.test_client())
        for address in addresses:
            wanted = 200 if name in {"hr", "auditor"} else 403
            assert client.get(address).status_code == wanted, (name, address)
    for address in addresses:
        assert app.test_client().get(address).status_code == 303
    assert cast.auditor.enter(app.test_client()).get("/categoria-c/nada").status_code == 404


def test_the_board_shows_every_item_and_figure(app: Flask, cast: Cast, company: Company) -> None:
    page = text(cast.auditor.enter(app.test_client()).get("/categoria-c?mes=2026-03"))
    for item in ("C.1", "C.2", "C.3", "C.4", "C.5", "C.6"):
        assert f"{item} ·" in page
    # The cast of the tests is employed too: 12.5 hours over 7 + 9 heads.
    for shown in ("0,78 h", "25 %", "66,6 %", "4,2 de 5", "60 %", "50 %", "Sin objetivo"):
        assert shown in page
    assert "exige" not in page.lower().replace("exigida", "")
    for figure in FIGURES:
        assert f"/categoria-c/{figure.key}?mes=2026-03" in page


def test_a_month_without_data_says_so(app: Flask, cast: Cast) -> None:
    page = text(cast.auditor.enter(app.test_client()).get("/categoria-c?mes=2020-01"))
    assert page.count("Sin datos") >= len(FIGURES)
    assert "0 %" not in page
    assert "100 %" not in page


@pytest.mark.parametrize("key", [figure.key for figure in FIGURES])
def test_invariant_11_both_lists_of_a_figure_can_be_opened_and_add_up(
    app: Flask, cast: Cast, company: Company, key: str
) -> None:
    client = cast.auditor.enter(app.test_client())
    page = text(client.get(f"/categoria-c/{key}?mes=2026-03&lista=denominador"))
    assert "Fórmula" in page
    assert "Últimos 13 meses" in page
    listed = client.get(f"/categoria-c/{key}/registros.csv?mes=2026-03").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(listed.removeprefix("\ufeff"))))
    totals = {
        which: sum((Fraction(row["Cantidad"]) / int(row["Unidades por cantidad"]) for row in chosen), Fraction(0))
        for which in ("numerador", "denominador")
        for chosen in [[row for row in rows if row["Lista"] == which]]
    }
    with app.test_request_context(), services().database.reading() as session:
        ask = Ask(cast.auditor.actor, months_up_to(MARCH), AS_OF, zone="America/Argentina/Buenos_Aires")
        evidence = evaluate(session, figure_by_key(key), ask, {}).last.evidence
    assert (totals["numerador"], totals["denominador"]) == (evidence.over, evidence.under)
    for row in rows:
        assert row["Persona"] in page or not row["Persona"] or row["Lista"] == "numerador"


def test_records_lead_to_the_person_and_to_the_record(app: Flask, cast: Cast, company: Company) -> None:
    client = cast.auditor.enter(app.test_client())
    page = text(client.get("/categoria-c/training-hours-per-head?mes=2026-03"))
    assert f"/persona/{company.people['A'].code}" in page
    assert "/horas/registro/" in page
    names = text(client.get("/categoria-c/live-without-verification?mes=2026-03"))
    assert "D Ejemplo" in names
    assert "H Ejemplo" in names
    assert "A Ejemplo" not in names


def test_invariant_12_satisfaction_opens_distributions_and_no_person(app: Flask, cast: Cast, company: Company) -> None:
    client = cast.auditor.enter(app.test_client())
    page = text(client.get("/categoria-c/satisfaction?mes=2026-03"))
    assert "/encuestas/satisfaccion" in page
    assert "optativa" not in page
    assert "/persona/" not in page
    filtered = text(client.get(f"/categoria-c/satisfaction?mes=2026-03&sede={company.norte.code}"))
    assert "No se puede filtrar por: sede." in filtered
    assert "4,2" not in filtered


def test_long_lists_are_paged(app: Flask, cast: Cast, company: Company, database: Database) -> None:
    client = cast.auditor.enter(app.test_client())
    with database.writing() as session:
        company.session = session
        for _ in range(60):
            company.hours("A", MARCH, 1)
    first = text(client.get("/categoria-c/training-hours-per-head?mes=2026-03"))
    assert "64 registros" in first
    assert first.count("/horas/registro/") == 50
    second = text(client.get("/categoria-c/training-hours-per-head?mes=2026-03&desde=50"))
    assert second.count("/horas/registro/") == 14
    astray = text(client.get("/categoria-c/training-hours-per-head?mes=2026-03&desde=-9"))
    assert re.findall(r"/horas/registro/\w+", astray) == re.findall(r"/horas/registro/\w+", first)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("mes=2026-13", 400),
        ("mes=marzo", 400),
        ("mes=2999-01", 400),
        ("mes=0001-01", 400),
        ("sede=nada", 404),
        ("tipo=nada", 404),
        ("desde=abc&lista=nada", 200),
    ],
)
def test_addresses_that_make_no_sense(app: Flask, cast: Cast, query: str, status: int) -> None:
    client = cast.auditor.enter(app.test_client())
    assert client.get(f"/categoria-c/completed-on-time?{query}").status_code == status


def test_invariant_13_a_reader_of_one_site_gets_that_site_and_nothing_else(
    app: Flask, cast: Cast, company: Company, database: Database
) -> None:
    bound = Actor(cast.hr.id, "RR. HH.", grants=(Grant(Role.HR, site_id=company.norte.id),))
    with database.reading() as session:
        for figure in FIGURES:
            mine = evaluate(session, figure, Ask(bound, months_up_to(MARCH), AS_OF), {})
            if figure.whole_company:
                assert mine.out_of_scope
                assert not mine.gathered.denominator
                continue
            site = Ask(cast.auditor.actor, months_up_to(MARCH), AS_OF, Cell(site_id=company.norte.id))
            theirs = evaluate(session, figure, site, {})
            assert mine.points == theirs.points, figure.key
    with database.writing() as session:
        grant = AccessGrant(
            code="norte-hr", person_id=cast.author.id, role=Role.HR, site_id=company.norte.id, granted_at=MARCH_TIME
        )
        session.add(grant)
    client = cast.author.enter(app.test_client())
    page = text(client.get("/categoria-c/live-without-verification?mes=2026-03&lista=denominador"))
    assert "D Ejemplo" not in page
    assert "A Ejemplo" in page
    assert client.get(f"/categoria-c?sede={company.sur.code}").status_code == 404
    assert "los permisos de esta cuenta alcanzan solo una parte" in text(client.get("/categoria-c/satisfaction"))


MARCH_TIME = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_cost_of_a_page_does_not_grow_with_the_company(
    app: Flask, cast: Cast, company: Company, database: Database, count_queries: Counting
) -> None:
    client = cast.auditor.enter(app.test_client())
    addresses = ["/categoria-c?mes=2026-03", "/categoria-c/objetivos"]
    addresses += [f"/categoria-c/{figure.key}?mes=2026-03" for figure in FIGURES]
    addresses += [f"/categoria-c/{figure.key}/registros.csv?mes=2026-03" for figure in FIGURES]

    def cost(address: str) -> int:
        with count_queries() as counted:
            assert client.get(address).status_code == 200
        return int(counted.number)

    before = [cost(address) for address in addresses]
    with database.writing() as session:
        Company(session, "2")
    assert [cost(address) for address in addresses] == before
    assert before[0] < 70


def shown_by_cli(app: Flask, *arguments: str) -> Any:
    with app.app_context():
        result = CliRunner().invoke(metrics, ["show", *arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.output) if "--json" in arguments else result.output


def test_the_command_line_gives_the_numbers_of_the_page(app: Flask, cast: Cast, company: Company) -> None:
    found = shown_by_cli(app, "--from", "2026-03", "--to", "2026-03", "--json")
    assert [one["figure"] for one in found] == [figure.key for figure in FIGURES]
    client = cast.auditor.enter(app.test_client())
    board = text(client.get("/categoria-c?mes=2026-03"))
    for one in found:
        point = one["months"][0]
        assert point["month"] == "2026-03"
        shown = point["shown"].rstrip("0").rstrip(".").replace(".", ",") if "." in point["shown"] else point["shown"]
        assert shown in board, one["figure"]
        assert Fraction(point["value"]) == (
            Fraction(point["numerator"])
            if one["unit"] == "people"
            else Fraction(point["numerator"]) / Fraction(point["denominator"])
        )


def test_the_command_line_breaks_down_and_refuses_nonsense(app: Flask, cast: Cast, company: Company) -> None:
    found = shown_by_cli(app, "--item", "C.3", "--from", "2026-03", "--to", "2026-03", "--by", "site", "--json")
    hours = {cell["name"].strip(): cell["months"][0]["value"] for cell in found[0]["cells"]}
    assert (hours["Norte"], hours["Sur"]) == ("23/7", "2/7") or "Norte" in hours
    plain = shown_by_cli(app, "--item", "C.4", "--to", "2026-03")
    assert "2026-03  2 / 3  = 66.6 no_target" in plain
    assert "2025-11  0 / 0  no data" in plain
    with app.app_context():
        for wrong in (["--to", "2999-01"], ["--from", "2026-13"], ["--from", "2026-03", "--to", "2026-01"]):
            assert CliRunner().invoke(metrics, ["show", *wrong]).exit_code == 2
