"""`lms demo`: a database of its own, kept, built anew on request, and never over other people's records."""

from __future__ import annotations

import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select

import config
from lms.app import make_bus, make_database
from lms.demo import cli
from lms.demo.build import Built, Standing, standing
from lms.home.demo_accounts import ACCOUNTS, COMPANY
from lms.kit import audit
from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.models import Person
from tests.cast import Cast
from tests.demo.conftest import Demo


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "PORT", "LMS_COMPANY", "LMS_SECRET_KEY", "LMS_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path / "demo"))
    monkeypatch.setenv("LMS_ARGON2_MEMORY_KIB", "8")
    monkeypatch.setenv("LMS_ARGON2_TIME", "1")


def run(*options: str) -> Result:
    return CliRunner().invoke(cli.demo, ("--people", "14", "--months", "12", *options))


def people(settings: config.Settings) -> int:
    database = make_database(settings, make_bus(settings))
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(Person)) or 0
    database.engine.dispose()
    return found


@pytest.fixture
def standing_demo(demo: Demo, tmp_path: Path) -> Database:
    """The demo of the session, copied to where the command looks for its own."""
    with demo.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    settings = cli.demo_settings()
    shutil.copy(demo.database.engine.url.database or "", settings.instance / "umbral.db")
    return make_database(settings, make_bus(settings))


@pytest.fixture
def no_build(monkeypatch: pytest.MonkeyPatch) -> list[Standing]:
    """Stands in for the build, which takes seconds and is tested elsewhere; notes what it would have met."""
    met: list[Standing] = []

    def note(database: Database, _settings: config.Settings, _now: datetime, **_size: object) -> Built:
        with database.reading() as session:
            met.append(standing(session))
        return Built(made=met[-1] is Standing.EMPTY, acts=1)

    monkeypatch.setattr(cli, "build", note)
    return met


def test_it_builds_and_prints_every_way_in(tmp_path: Path) -> None:
    first = run()
    assert first.exit_code == 0, first.output
    for account in ACCOUNTS:
        assert all(part in first.output for part in (account.number, account.name, account.password))
    settings = cli.demo_settings()
    assert (settings.environment, settings.company, settings.instance) == ("demo", COMPANY, tmp_path / "demo")
    assert people(settings) > 30


def test_a_demo_that_stands_is_kept_and_built_again_only_when_asked(
    standing_demo: Database, no_build: list[Standing]
) -> None:
    before = people(cli.demo_settings())
    assert "se conserva" in run().output
    assert people(cli.demo_settings()) == before
    fresh = run("--fresh")
    assert fresh.exit_code == 0, fresh.output
    assert "se conserva" not in fresh.output
    assert no_build == [Standing.BUILT, Standing.EMPTY]
    assert people(cli.demo_settings()) == 0
    standing_demo.engine.dispose()


def test_the_secret_key_is_random_kept_and_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = cli.demo_settings().secret_key
    assert len(key) >= 32
    assert cli.demo_settings().secret_key == key
    assert stat.S_IMODE((tmp_path / "demo" / "secret_key").stat().st_mode) == 0o600
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path / "other"))
    assert cli.demo_settings().secret_key != key
    monkeypatch.delenv("LMS_INSTANCE_DIR")
    monkeypatch.setenv("LMS_SECRET_KEY", "k" * 40)
    assert cli.demo_settings().instance == config.ROOT / "instance" / "demo"
    assert cli.demo_settings().secret_key == "k" * 40


@pytest.mark.parametrize("options", [(), ("--fresh",), ("--serve",)])
def test_a_database_with_other_people_is_never_touched(
    settings: config.Settings,
    database: Database,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setattr(cli, "serve_site", lambda _settings: pytest.fail("it must not serve"))
    refused = run(*options)
    assert refused.exit_code == 1
    assert "no se toca" in refused.output
    with database.reading() as session:
        assert len(session.scalars(select(Person.id)).all()) == len(cast.members())


def test_a_build_that_was_interrupted_is_built_again(standing_demo: Database, no_build: list[Standing]) -> None:
    with standing_demo.engine.begin() as connection:
        # As if the power had gone before the end was signed.
        connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        last = connection.scalar(select(AuditEntry.id).where(AuditEntry.action == "demo.built"))
        connection.execute(delete(AuditPayload).where(AuditPayload.entry_id == last))
        connection.execute(delete(AuditEntry).where(AuditEntry.id == last))
    standing_demo.engine.dispose()
    again = run()
    assert again.exit_code == 0, again.output
    assert "a medias" in again.output
    assert no_build == [Standing.EMPTY]


def test_it_serves_what_it_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[config.Settings] = []
    monkeypatch.setattr(cli, "serve_site", served.append)
    monkeypatch.setattr(cli, "build", lambda *_, **_size: Built(made=True, acts=1))
    monkeypatch.setenv("PORT", "8123")
    shown = run("--serve")
    assert shown.exit_code == 0, shown.output
    assert "http://127.0.0.1:8123/" in shown.output
    assert [(each.environment, each.instance) for each in served] == [("demo", tmp_path / "demo")]


def test_an_empty_database_with_only_a_trail_counts_as_empty(settings: config.Settings, database: Database) -> None:
    with database.writing() as session:
        audit.record(session, SYSTEM, action="course.publish", subject=("course", "x"), now=utc_now())
    assert cli._standing(database) is Standing.EMPTY
