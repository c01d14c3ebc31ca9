"""One demo company for all tests that only read it: building one takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

import config
from lms.app import create_app, make_bus, make_database
from lms.demo.build import build
from lms.home.demo_accounts import COMPANY
from lms.kit.db import Database

DEMO_NOW = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)


def demo_settings(folder: Path, database_url: str, **overrides: object) -> config.Settings:
    """Settings of a demo with a cheap password hash."""
    values: dict[str, object] = {
        "environment": "demo",
        "company": COMPANY,
        "database_url": database_url,
        "instance_dir": str(folder),
        "secret_key": "a secret for tests that is long enough",
        "argon2_memory_kib": 8,
        "argon2_time": 1,
    }
    return config.load({}, **(values | overrides))


@dataclass(frozen=True)
class Demo:
    settings: config.Settings
    database: Database


def built(settings: config.Settings, now: datetime = DEMO_NOW, people: int = 0) -> Demo:
    """A demo company in the migrated, empty database of these settings; without `people` the named ones alone."""
    database = make_database(settings, make_bus(settings))
    assert build(database, settings, now, people=people).made
    return Demo(settings, database)


@pytest.fixture(scope="session")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "demo.db")
    made = built(demo_settings(folder, f"sqlite:///{folder / 'demo.db'}"))
    yield made
    made.database.engine.dispose()


CROWDED = 62
"""People of the crowded company: the named ones and two dozen others."""


@pytest.fixture(scope="session")
def crowded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A company in which the named people are not alone."""
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copy(sqlite_template, folder / "demo.db")
    made = built(demo_settings(folder, f"sqlite:///{folder / 'demo.db'}"), people=CROWDED)
    yield made
    made.database.engine.dispose()


@pytest.fixture
def demo_app(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on a copy of the demo, at the moment it was built."""
    with demo.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(demo.database.engine.url.database or "", tmp_path / "copy.db")
    app = create_app(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'copy.db'}"))
    monkeypatch.setattr("lms.web.routes.utc_now", lambda: DEMO_NOW)
    yield app
    app.extensions["umbral"].database.engine.dispose()
