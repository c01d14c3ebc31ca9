"""A database that cannot write now: somebody else holds a lock, or the disk is full. Both are real refusals of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from lms.kit.db import Database


@contextmanager
def locked(database: Database, code: str) -> Iterator[None]:
    """Somebody else writes and does not finish: the whole file on SQLite, the row of the attempt on PostgreSQL."""
    if database.engine.dialect.name == "sqlite":
        other = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    engine = create_engine(database.engine.url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT id FROM attempt WHERE code = :code FOR UPDATE"), {"code": code}).one()
        yield


@contextmanager
def full(database: Database, _code: str) -> Iterator[None]:
    """The disk takes no more: a step of the attempt is written, and then there is no room for what follows it.

    SQLite's limit of pages is the real refusal of a full disk, in the middle of a transaction; a trigger makes the write
    large enough to reach it. PostgreSQL has no such limit: the trigger raises the error that it gives then (53100).
    """
    ready = create_engine(database.engine.url, poolclass=NullPool)
    sqlite = database.engine.dialect.name == "sqlite"
    growing = (
        "CREATE TABLE ballast (filling BLOB)",
        "CREATE TRIGGER no_room AFTER INSERT ON attempt_step BEGIN INSERT INTO ballast VALUES (zeroblob(4000000)); END",
    )
    raising = (
        """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$""",
        "CREATE TRIGGER no_room AFTER INSERT ON attempt_step FOR EACH STATEMENT EXECUTE FUNCTION no_room()",
    )
    clean = (
        ["DROP TRIGGER no_room", "DROP TABLE ballast"]
        if sqlite
        else ["DROP TRIGGER no_room ON attempt_step", "DROP FUNCTION no_room()"]
    )

    def bound(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count = 1").close()  # which SQLite takes as: no more than there are now

    with ready.begin() as connection:
        for statement in growing if sqlite else raising:
            connection.execute(text(statement))
    if sqlite:
        event.listen(database.engine, "checkout", bound)
    try:
        yield
    finally:
        if sqlite:
            event.remove(database.engine, "checkout", bound)
        database.engine.dispose()  # the limit belongs to the connections
        with ready.begin() as connection:
            for statement in clean:
                connection.execute(text(statement))


@contextmanager
def locked_table(database: Database) -> Iterator[None]:
    """No sign-in can be noted: what these pages write."""
    if database.engine.dialect.name == "sqlite":
        with locked(database, ""):
            yield
        return
    engine = create_engine(database.engine.url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE sign_in_failure IN EXCLUSIVE MODE"))
        yield
