"""Imported records on the pages, the list of imports, the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from flask import Flask

from lms.app import create_app
from lms.cli import main
from lms.kit.db import Database
from lms.web.context import services
from tests.cast import Cast, make_cast
from tests.conftest import NOW
from tests.history.samples import HOURS, csv_of, line, prior_certificate


@pytest.fixture
def brought(database: Database, cast: Cast) -> str:
    """The code of an imported certificate of the agent, committed."""
    with database.writing() as session:
        return prior_certificate(session, cast)


def test_an_imported_certificate_says_that_it_is_one(app: Flask, cast: Cast, brought: str) -> None:
    for member in (cast.agent, cast.coordinator):
        page = member.enter(app.test_client()).get(f"/traido/{brought}").get_data(as_text=True)
        assert "No lo emitió este sitio" in page
        assert "Carpeta 12" in page
    for url in (f"/persona/{cast.agent.code}", f"/persona/{cast.agent.code}/puerta"):
        page = cast.coordinator.enter(app.test_client()).get(url).get_data(as_text=True)
        assert "Traído de antes" in page
        assert "Graciela Montiel" in page
    assert "Traído de antes" in cast.agent.enter(app.test_client()).get("/mi-camino").get_data(as_text=True)


def test_a_stranger_does_not_find_it(app: Flask, cast: Cast, brought: str) -> None:
    for member in (cast.stranger, cast.other_coordinator):
        assert member.enter(app.test_client()).get(f"/traido/{brought}").status_code == 404


def test_taking_back_needs_a_reason_and_the_permission(app: Flask, cast: Cast, brought: str) -> None:
    url = f"/traido/{brought}/retirar"
    assert cast.coordinator.enter(app.test_client()).post(url, data={"reason": "x"}).status_code == 403
    # HR reads the team of its site and may revoke there.
    hr = cast.hr.enter(app.test_client())
    assert hr.post(url, data={"reason": ""}).status_code == 400
    assert hr.post(url, data={"reason": "No era esta persona"}).status_code == 303
    page = hr.get(f"/traido/{brought}").get_data(as_text=True)
    assert "No era esta persona" in page
    assert hr.post(url, data={"reason": "Otra vez"}).status_code == 409


def test_imports_are_listed_for_who_reads_the_audit(
    app: Flask, cast: Cast, brought: str, count_queries: Callable[[], Any]
) -> None:
    auditor = cast.auditor.enter(app.test_client())
    auditor.get("/importaciones")
    with count_queries() as counted:
        page = auditor.get("/importaciones").get_data(as_text=True)
    assert "antes.csv" in page
    assert counted.number <= 3
    assert cast.hr.enter(app.test_client()).get("/importaciones").status_code == 403


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`lms history` on an installation of its own with one person."""
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("LMS_ENVIRONMENT", "test")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def invoke(*words: str) -> Any:
        return CliRunner().invoke(main, list(words))

    assert invoke("db", "upgrade").exit_code == 0
    return invoke


def test_templates_are_read_back_as_empty_files(run: Callable[..., Any], tmp_path: Path) -> None:
    book, table = tmp_path / "a.xlsx", tmp_path / "a.csv"
    assert run("history", "template").exit_code == 2
    assert run("history", "template", "--xlsx", str(book), "--csv", str(table)).exit_code == 0
    assert run("history", "template", "--csv", str(table)).exit_code == 2  # nothing is written over
    assert openpyxl.load_workbook(book).sheetnames == ["Horas", "Certificados", "Verificaciones"]
    for path in (book, table):
        answer = run("history", "import", str(path), "--json")
        document = json.loads(answer.output)
        assert answer.exit_code == 1
        assert [item["message"][:23] for item in document["errors"]] == ["el archivo no tiene fil"]
        assert document["warnings"] == []


def test_faulty_rows_go_to_a_file_that_can_be_imported_again(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    head = "tipo;legajo;fecha;minutos;tipo de capacitación;evidencia;detalle"
    path.write_text(f"{head}\nhoras;L9;2026-02-02;60;inicial;Lista;Ingreso\n", encoding="utf-8")
    assert run("history", "import", str(path)).exit_code == 1
    answer = run("history", "import", str(path), "--skip-faulty", "--json")
    document = json.loads(answer.output)
    assert (answer.exit_code, document["batch"], document["counts"]["rejected"]) == (1, "", 1)
    rejects = Path(document["rejects"])
    text = rejects.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == head + ";motivo"
    assert "L9" in text
    assert run("history", "import", str(path), "--skip-faulty").exit_code == 2  # the earlier rejects are not lost
    again = json.loads(run("history", "import", str(rejects), "--json").output)
    assert [item["column"] for item in again["errors"]] == ["legajo"]
    assert again["warnings"] == []


def test_rejects_of_a_spreadsheet_are_a_spreadsheet(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "h.xlsx"
    assert run("history", "template", "--xlsx", str(path)).exit_code == 0
    book = openpyxl.load_workbook(path)
    book["Horas"].append(["L9", "2026-02-02", 60, "inicial", "Lista", "", "Ingreso"])
    book["Certificados"].append(["L9", "curso", "2026-02-02", "Ana Ruiz", "=1+1"])
    book.save(path)
    rejects = tmp_path / "r.xlsx"
    assert run("history", "import", str(path), "--skip-faulty", "--rejects", str(rejects)).exit_code == 1
    made = openpyxl.load_workbook(rejects)
    assert made.sheetnames == ["Horas", "Certificados"]
    assert "legajo" in made["Horas"].cell(2, made["Horas"].max_column).value
    assert "fórmula" in made["Certificados"].cell(2, made["Certificados"].max_column).value


def test_other_files_and_people_are_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "h.txt"
    path.write_text("hola", encoding="utf-8")
    assert run("history", "import", str(path)).exit_code == 1
    assert run("history", "import", str(tmp_path / "none.csv")).exit_code == 2
    assert run("history", "import", str(path), "--by", "NADIE").exit_code == 2


def test_many_warnings_do_not_keep_good_rows_from_being_written(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who brings a longer list each month has more rows that were imported before than are listed one by one."""
    with create_app().app_context():
        database = services().database
        with database.writing() as session:
            make_cast(session, NOW)
        database.engine.dispose()
    monkeypatch.setenv("LMS_HISTORY_FAULTS", "1")
    rows = [line(HOURS, id=str(number), fecha=f"2026-03-0{number}") for number in range(2, 6)]
    first = run("history", "import", str(csv_of(tmp_path, *rows[:3])), "--json")
    assert first.exit_code == 0, first.output
    second = run("history", "import", str(csv_of(tmp_path, *rows, name="b.csv")), "--json")
    document = json.loads(second.output)
    assert (second.exit_code, document["unshown"], document["counts"]["repeated"]) == (0, 2, 3)
    assert document["batch"] != ""
