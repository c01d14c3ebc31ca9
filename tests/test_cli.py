"""The `lms` command as an operator meets it: exit statuses, JSON, one clear line instead of a traceback."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import config
from lms.cli import main
from lms.kit.db import make_engine

COMMANDS = [
    "init",
    "serve",
    "worker",
    "nightly",
    "db upgrade",
    "db status",
    "courses check",
    "courses publish",
    "banks check",
    "banks export",
    "banks publish",
    "audit verify",
    "keys list",
    "keys rotate",
    "keys export",
    "doctor",
    "history import",
    "history template",
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run `lms` on an installation of its own (SQLite), not migrated yet."""
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("LMS_ENVIRONMENT", "test")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return invoke


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run, command: str) -> None:  # type: ignore[no-untyped-def]
    answer = run(*command.split(), "--help")
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_an_installation_from_nothing(run) -> None:  # type: ignore[no-untyped-def]
    assert run("db", "status").exit_code == 1
    assert run("audit", "verify").exit_code == 2  # not migrated: told in a line
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "status").exit_code == 0
    asked = ["--number", "adm1", "--given-name", "Ana", "--family-name", "Núñez", "--json"]
    made = run("init", *asked)
    assert made.exit_code == 0
    assert re.fullmatch(r"[a-z0-9]{10}", json.loads(made.output)["code"])
    assert run("init", *asked).exit_code == 1
    assert run("nightly", "--json").exit_code == 0
    verdict = run("audit", "verify", "--json")
    assert verdict.exit_code == 0
    assert json.loads(verdict.output)["faults"] == []


def test_keys_are_listed_rotated_exported_and_survive_a_new_secret(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    assert "no key yet" in run("keys", "list").output
    run("init", "--number", "a1", "--given-name", "Ana", "--family-name", "Núñez")
    assert run("nightly", "--json").exit_code == 0
    first = json.loads(run("keys", "export").output)
    second = json.loads(run("keys", "rotate", "--json").output)
    assert [item["kid"] for item in json.loads(run("keys", "list", "--json").output)] == [
        second["kid"],
        first[0]["kid"],
    ]
    assert "private" not in run("keys", "export").output
    assert run("audit", "verify").exit_code == 0
    old = config.load().secret_key
    monkeypatch.setenv("LMS_SECRET_KEY", "another secret that is long enough for it")
    assert "NOT made with this LMS_SECRET_KEY" in run("keys", "list").output
    assert json.loads(run("nightly", "--json").output)["anchored"] is False
    lost = run("audit", "verify")
    assert lost.exit_code == 1
    assert "LMS_FORMER_SECRET_KEYS" in lost.output
    monkeypatch.setenv("LMS_FORMER_SECRET_KEYS", old)  # it holds blanks itself
    assert run("audit", "verify").exit_code == 0
    run("keys", "rotate")
    assert json.loads(run("nightly", "--json").output)["anchored"] is True
    assert run("audit", "verify").exit_code == 0


def test_a_tampered_trail_is_exit_status_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    run("init", "--number", "a1", "--given-name", "Ana", "--family-name", "Núñez")
    run("nightly")
    engine = make_engine(f"sqlite:///{tmp_path / 'instance' / 'umbral.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_payload SET salt = 'x'")
    engine.dispose()
    verdict = run("audit", "verify", "--json")
    assert verdict.exit_code == 1
    assert json.loads(verdict.output)["faults"]


def test_wrong_use_and_wrong_settings_are_exit_status_2(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert run("nonsense").exit_code == 2
    assert run("courses", "check", "/no/such/folder").exit_code == 2
    monkeypatch.setenv("PORT", "http")
    answer = run("db", "status")
    assert answer.exit_code == 2
    assert "PORT" in answer.output
    assert "Traceback" not in answer.output


def test_checks_report_every_fault_with_file_and_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    root = tmp_path / "content"
    for folder in ("courses", "question_banks"):
        shutil.copytree(config.ROOT / folder, root / folder)
    assert run("courses", "check", str(root)).exit_code == 0
    course = root / "courses" / "certificacion-copc" / "course.md"
    course.write_text(course.read_text().replace("valid_months: 12", "valid_months: never\nvalid_moons: 12", 1))
    answer = run("courses", "check", str(root), "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.output)
    assert {"errors", "warnings", "courses"} <= set(found)
    assert len(found["errors"]) >= 2
    assert all(fault["file"].endswith(".md") and fault["line"] > 1 and fault["message"] for fault in found["errors"])
    run("db", "upgrade")
    assert run("courses", "publish", str(root)).exit_code == 1


def test_publishing_twice_is_publishing_once(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    for _ in range(2):
        assert run("courses", "publish", str(config.ROOT)).exit_code == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'instance' / 'umbral.db'}")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM course_version").scalar() == 1
    engine.dispose()
