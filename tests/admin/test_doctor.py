"""The doctor: every check finds what it looks for, and none of them stops the others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

import config
from lms.admin import doctor
from lms.admin.doctor import Check, Finding, Grade, Patient, examine
from lms.admin.doctor.storage import WEB_ROOT, file_system
from lms.cli import main
from lms.kit import audit, heartbeat
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.models import Site


@pytest.fixture
def patient(app: Flask, database: Database, settings: config.Settings) -> Patient:
    settings.instance.mkdir(parents=True, exist_ok=True)
    settings.instance.chmod(0o750)
    heartbeat.beat(settings.instance, utc_now())
    sound = replace(settings, environment="production", secure_cookies=True, public_url="https://ejemplo.invalid")
    return Patient(sound, database, utc_now())


def _look(app: Flask, patient: Patient, name: str) -> Finding:
    check = next(check for check in doctor.CHECKS if check.name == name)
    with app.app_context():
        return examine(patient, [check])[0].finding


def test_a_sound_installation_passes(app: Flask, patient: Patient) -> None:
    with app.app_context():
        found = {result.name: result.finding for result in examine(patient, doctor.CHECKS)}
    assert len(found) == len(doctor.CHECKS)
    # The content of this repository is not published into an empty database.
    assert {name for name, finding in found.items() if finding.grade is not Grade.OK} == {"content"}
    assert all(finding.advice for finding in found.values() if finding.grade is not Grade.OK)


@pytest.mark.parametrize(
    ("changes", "name", "grade"),
    [
        ({"environment": "demo"}, "environment", Grade.FAIL),
        ({"environment": "development"}, "environment", Grade.WARN),
        ({"environment": "development", "debug": True}, "environment", Grade.FAIL),
        ({"secret_key": config.DEFAULT_SECRET}, "secret-key", Grade.FAIL),
        ({"secret_key": "corta"}, "secret-key", Grade.FAIL),
        ({"secure_cookies": False}, "cookies", Grade.FAIL),
        ({"public_url": ""}, "public-url", Grade.WARN),
        ({"public_url": "http://ejemplo.invalid"}, "public-url", Grade.WARN),
        ({"zone": "Marte/Norte"}, "time-zone", Grade.FAIL),
        ({"instance_dir": "/no/existe"}, "instance-folder", Grade.FAIL),
        ({"instance_dir": str(WEB_ROOT / "static")}, "instance-folder", Grade.FAIL),
    ],
)
def test_unsafe_settings_are_found(
    app: Flask, patient: Patient, changes: dict[str, object], name: str, grade: Grade
) -> None:
    found = _look(app, replace(patient, settings=replace(patient.settings, **changes)), name)  # type: ignore[arg-type]
    assert (found.grade, bool(found.advice)) == (grade, True)


def test_a_folder_open_to_everybody_is_told(app: Flask, patient: Patient) -> None:
    patient.settings.instance.chmod(0o755)
    assert _look(app, patient, "instance-folder").grade is Grade.WARN


def test_records_of_trouble_are_found(app: Flask, patient: Patient, database: Database) -> None:
    now = utc_now()
    with database.writing() as session:
        audit.record(session, SYSTEM, action="demo.begin", subject=("demo", "x"), now=now - timedelta(hours=3))
        audit.record(session, SYSTEM, action="a.b", subject=("a", "b"), now=now + timedelta(hours=1))
        session.add(Site(code="s", name="Lejos", zone="Marte/Norte"))
    assert _look(app, patient, "demo-people").grade is Grade.FAIL
    assert _look(app, patient, "housekeeping").grade is Grade.WARN
    assert _look(app, patient, "clock").grade is Grade.FAIL
    assert _look(app, patient, "site-zones").grade is Grade.FAIL


def test_a_broken_chain_is_found(app: Flask, patient: Patient, database: Database) -> None:
    with database.writing() as session:
        audit.record(session, SYSTEM, action="a.b", subject=("a", "b"), now=utc_now())
        audit.seal(session)
        session.execute(text("UPDATE audit_payload SET salt = 'otra'"))
    assert _look(app, patient, "audit-chain").grade is Grade.FAIL


def test_a_check_that_breaks_is_a_finding(app: Flask, patient: Patient) -> None:
    def broken(_patient: Patient) -> Finding:
        raise OSError("sin disco")

    with app.app_context():
        found = examine(patient, [Check("roto", broken), doctor.CHECKS[0]])
    assert [result.finding.grade for result in found] == [Grade.FAIL, Grade.OK]
    assert "sin disco" in found[0].finding.seen


def test_the_operators_page_names_every_check() -> None:
    page = (Path(config.__file__).parent / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [check.name for check in doctor.CHECKS if f"`{check.name}`" not in page] == []


def test_file_systems_are_told_apart() -> None:
    mounts = "/dev/a / ext4 rw\nserver:/x /srv/data nfs4 rw\nserver:/y /srv/da nfs rw"
    assert file_system(Path("/srv/data/umbral.db"), mounts) == "nfs4"
    assert file_system(Path("/srv/database/umbral.db"), mounts) == "ext4"


def test_the_command_says_it_by_its_exit_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("LMS_ENVIRONMENT", "test")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    answer = CliRunner().invoke(main, ["doctor", "--json"])
    found = {item["check"]: item["grade"] for item in json.loads(answer.output)["checks"]}
    assert (answer.exit_code, found["migrations"]) == (1, "fail")
    assert "audit-chain" not in found  # nothing can be read where the tables are not there
    monkeypatch.setenv("LMS_ENVIRONMENT", "production")
    answer = CliRunner().invoke(main, ["doctor"])
    assert (answer.exit_code, "LMS_SECRET_KEY" in answer.output) == (1, True)
    assert CliRunner().invoke(main, ["doctor", "--nada"]).exit_code == 2
