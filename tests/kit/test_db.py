"""The database keeps its promises: readers do not write, evidence is not changed, migrations and models agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import JSON, Table, delete, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import lms.tables
from lms.kit import migrate
from lms.kit.audit import AuditEntry, record
from lms.kit.db import AppendOnly, Base, Database, ReadOnlyViolationError, fold, make_engine
from lms.kit.folding import ACCENTED, folded
from lms.kit.permissions import SYSTEM
from lms.people.models import Site
from tests.conftest import NOW

assert lms.tables  # declares every table
EVIDENCE = sorted(
    (mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, AppendOnly)),
    key=lambda table: str(getattr(table, "name", "")),
)


def _triggers(session: Session, table: str) -> str:
    """The definitions of the triggers on a table, as the database tells them."""
    if session.get_bind().dialect.name == "sqlite":
        query = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    else:
        query = text(
            "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relname = :name AND NOT t.tgisinternal"
        )
    return " ".join(session.scalars(query, {"name": table})).upper()


def _some_row(session: Session, table: Table) -> None:
    """A row of nonsense, without checking where it refers to: what it holds does not matter, only that it stays."""
    values = {}
    for column in table.columns:
        if isinstance(column.type, JSON):
            values[column.name] = {}
            continue
        kind = column.type.python_type
        values[column.name] = {
            "int": 1, "str": "x", "bool": False, "bytes": b"x", "object": NOW, "date": NOW.date(), "dict": {},
        }[kind.__name__]  # fmt: skip
    session.execute(table.insert().values(values))


@pytest.mark.parametrize("table", EVIDENCE, ids=lambda table: table.name)
def test_invariant_07_the_database_itself_refuses_to_change_evidence(database: Database, table: Table) -> None:
    with database.writing() as session:
        found = _triggers(session, table.name)
        assert "UPDATE" in found
        assert "DELETE" in found


@pytest.mark.parametrize("table", EVIDENCE, ids=lambda table: table.name)
def test_invariant_07_update_and_delete_by_raw_sql_fail(sqlite_only: Database, table: Table) -> None:
    """Tried on a real row of every table; on SQLite, where references and checks can be switched off to write nonsense."""
    with sqlite_only.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        for trigger in connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name=?", (table.name,)
        ).all():
            if "BEFORE INSERT" in trigger.sql.upper():
                connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
        session = Session(connection)
        _some_row(session, table)
        column = next(iter(table.columns))
        for statement in (update(table).values({column: column}), delete(table)):
            with pytest.raises(DBAPIError, match="append-only"):
                session.execute(statement)
        assert session.execute(select(table)).first() is not None
        session.close()


@pytest.fixture
def sqlite_only(sqlite_template: Path, tmp_path: Path) -> Database:
    path = tmp_path / "own.db"
    path.write_bytes(sqlite_template.read_bytes())
    return Database(make_engine(f"sqlite:///{path}"))


def test_invariant_07_update_and_delete_fail_on_both_databases(database: Database) -> None:
    with database.writing() as session:
        record(session, SYSTEM, action="a.b", subject=("thing", "1"), now=NOW)
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.execute(text(statement))
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["a.b"]


def test_invariant_07_the_orm_refuses_before_the_database_does(session: Session) -> None:
    entry = record(session, SYSTEM, action="a.b", subject=("thing", "1"), now=NOW)
    session.flush()
    entry.action = "x.y"
    with pytest.raises(ReadOnlyViolationError):
        session.flush()
    session.expire(entry)
    session.delete(entry)
    with pytest.raises(ReadOnlyViolationError):
        session.flush()


def test_a_reader_refuses_to_write(database: Database) -> None:
    with database.reading() as session:
        session.add(Site(code="x", name="x", zone="UTC"))
        with pytest.raises(ReadOnlyViolationError):
            session.flush()
    for statement in (update(Site).values(name="x"), delete(Site)):
        with database.reading() as session, pytest.raises(ReadOnlyViolationError):
            session.execute(statement)


def test_a_writer_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(Site(code="x", name="x", zone="UTC"))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with database.reading() as session:
        assert session.scalars(select(Site)).all() == []


def test_sqlite_is_durable_and_checks_references(sqlite_only: Database) -> None:
    with sqlite_only.reading() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}  # 2 is FULL


def test_migrations_go_up_down_and_up_and_match_the_models(database: Database) -> None:
    engine = database.engine
    assert migrate.differences(engine, Base.metadata) == []
    migrate.downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert migrate.pending(engine)
    migrate.upgrade(engine)
    assert not migrate.pending(engine)
    assert migrate.differences(engine, Base.metadata) == []


@pytest.mark.parametrize("name", ["Pérez ÑANDÚ", "Ibáñez", "o'Neil", "", ACCENTED])
def test_names_fold_alike_in_python_and_in_the_database(session: Session, name: str) -> None:
    session.add(Site(code="x", name=name, zone="UTC"))
    session.flush()
    assert session.scalar(select(fold(Site.name))) == folded(name)
    assert folded("Pérez ÑANDÚ") == "perez nandu"
