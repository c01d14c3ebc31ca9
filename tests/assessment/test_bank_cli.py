"""`banks export` and `banks publish`: files go out, come back, and lose nothing on either side."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.assessment.commands import publish_bank
from lms.assessment.queries import bank_content
from lms.cli import main
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
BANK = "certificacion-copc"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lms banks` in the application of the test: one of its own would leave connections behind."""
    monkeypatch.setattr("lms.cli.application", app.app_context)
    monkeypatch.setenv("LMS_ENVIRONMENT", "test")

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(main, ["banks", *map(str, words)])

    return invoke


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """The shipped bank, published and exported."""
    done = run("publish", ROOT / "question_banks" / BANK)
    assert done.exit_code == 0, done.output
    target = tmp_path / "question_banks" / BANK
    done = run("export", BANK, target, "--json")
    assert done.exit_code == 0, done.output
    assert {"bank.yaml", "plan.yaml", "bank.lock"} < set(json.loads(done.output)["written"])
    return target


def change(folder: Path, before: str, after: str) -> None:
    path = folder / "norma.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_an_export_that_is_published_is_the_same_version_and_the_same_files(run: Run, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    told = json.loads(run("publish", folder, "--json").output)["banks"][0]
    assert (told["number"], told["kept"], told["files"]) == (1, False, [])
    again = json.loads(run("export", BANK, folder, "--json").output)
    assert (again["written"], again["removed"]) == ([], [])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_export_loses_no_work_that_was_not_published(run: Run, folder: Path, tmp_path: Path) -> None:
    change(folder, "iniciales COPC", "siglas COPC")
    refused = run("export", BANK, folder)
    assert refused.exit_code == 1
    assert "no se publicaron" in refused.output
    assert "siglas COPC" in (folder / "norma.yaml").read_text("utf-8")
    assert run("export", BANK, folder, "--overwrite").exit_code == 0
    assert "siglas COPC" not in (folder / "norma.yaml").read_text("utf-8")
    assert run("export", "no-hay", tmp_path / "x").exit_code == 2
    (tmp_path / "otra").mkdir()
    (tmp_path / "otra" / "carta.txt").write_text("x")
    assert run("export", BANK, tmp_path / "otra").exit_code == 2
    assert (tmp_path / "otra" / "carta.txt").exists()


def test_both_sides_live_together(run: Run, folder: Path, database: Database) -> None:
    with database.writing() as session:  # somebody writes in the browser
        now, _ = bank_content.current(session, BANK)
        first = replace(now.questions[0], explanation="Del navegador", content_hash="f" * 64)
        whole = replace(now, questions=(first, *now.questions[1:]))
        publish_bank(session, SYSTEM, whole, now=NOW, origin="browser")
    assert "no tienen nada nuevo" in run("publish", folder).output
    change(folder, "iniciales COPC", "siglas COPC")
    refused = run("publish", folder, "--json")
    assert refused.exit_code == 1
    assert first.key in refused.output
    assert "nor-001" in refused.output
    joined = run("publish", folder, "--merge")
    assert (joined.exit_code, "versión 3" in joined.output) == (0, True), joined.output
    assert run("publish", folder, "--replace").exit_code == 1  # without a reason
    assert run("publish", folder, "--replace", "--merge").exit_code == 2
    done = run("publish", folder, "--replace", "--reason", "Se decidió así")
    assert done.exit_code == 0, done.output
    with database.reading() as session:
        questions = {each.key: each for each in bank_content.published(session, BANK).questions}
    assert questions[first.key].explanation != "Del navegador"
    assert "siglas" in questions["nor-001"].stem


def test_a_lock_that_was_spoilt_is_a_fault_of_its_line(run: Run, folder: Path) -> None:
    (folder / "bank.lock").write_text("# x\nversion: nada\n", "utf-8")
    refused = run("publish", folder)
    assert refused.exit_code == 1
    assert f"question_banks/{BANK}/bank.lock:2:" in refused.output
    (folder / "bank.lock").write_text("# x\n", "utf-8")
    assert run("publish", folder).exit_code == 1
