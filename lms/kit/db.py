"""The database: typed base, engines, transactions, append-only tables.

What differs between SQLite and PostgreSQL is here and nowhere else.
"""

from __future__ import annotations

import json
import sqlite3
import string
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from lms.kit.folding import ACCENTED, PLAIN, folded

_WRITE = "umbral_write"
_TURN = "umbral_turn"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; a naive one is refused, for it would mean something else on every machine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonDoc = JSON().with_variant(postgresql.JSONB(), "postgresql")
BigKey = BigInteger().with_variant(Integer(), "sqlite")

pk = Annotated[int, mapped_column(BigKey, primary_key=True)]
moment = Annotated[datetime, mapped_column(UtcDateTime())]
day = Annotated[date, mapped_column(Date())]
code = Annotated[str, mapped_column(String(32), unique=True)]
json_doc = Annotated[Any, mapped_column(JsonDoc)]


class Base(DeclarativeBase):
    """Every table of the product, with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), str: String()}


class AppendOnly:
    """Mixin of every table of evidence: a row is added and read, never changed or deleted (invariant 7).

    The migration calls `append_only(table)`, so that the database refuses too.
    """


def fraction(numerator: int | None, denominator: int | None) -> Fraction | None:
    """The exact rational that two stored integers mean; None where nothing is stored."""
    if numerator is None or denominator is None:
        return None
    return Fraction(numerator, denominator)


def append_only(op: Any, table: str) -> None:
    """For a migration: make the database refuse UPDATE and DELETE on `table`. `op` is Alembic's operations object."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION lms_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()"
    )


def make_engine(url: str, *, busy_seconds: float = 10.0, pool_size: int = 5, echo: bool = False) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql+psycopg://...`.

    `busy_seconds` is how long a statement waits for another writer before it gives up. Errors do not quote the values of a
    statement: they go to the log with their time, and one may be an anonymous answer (invariant 12) or a hash.
    """
    if url.startswith("sqlite"):
        connect_args = {"timeout": busy_seconds, "check_same_thread": False}
        engine = create_engine(url, echo=echo, hide_parameters=True, connect_args=connect_args)
        event.listen(engine, "connect", _sqlite_connect)
        turns = _Turns(busy_seconds)
        event.listen(engine, "begin", turns.begin)
        event.listen(engine, "checkin", turns.over)
        return engine
    engine = create_engine(
        url, echo=echo, hide_parameters=True, pool_size=pool_size, pool_pre_ping=False, json_serializer=_dumps
    )
    lock_ms = int(busy_seconds * 1000)
    event.listen(engine, "connect", _postgres_connect(lock_ms))
    return engine


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_connect(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: `_sqlite_begin` does, as a reader or as a writer.
    connection.isolation_level = None
    connection.create_function(
        "umbral_fold", 1, lambda value: None if value is None else folded(value), deterministic=True
    )
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a commit that was answered survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what left the survey buffer must not linger in free pages
    cursor.close()


class _Turns:
    """Writers of one process wait for each other on a lock, which wakes the next one at once. SQLite's own wait is a sleep
    that grows to a tenth of a second and forgets who came first: with it, writers of other processes alone are waited for.

    A turn lasts until the connection goes back to its pool: the event of a commit comes before the commit.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction. Raises: OperationalError, as SQLite does, where no turn came within the time."""
        if not connection.get_execution_options().get(_WRITE, False):
            connection.exec_driver_sql("BEGIN")
            return
        about = connection.connection.record_info
        if about is not None and _TURN not in about:  # None: of no pool
            if not self._lock.acquire(timeout=self._seconds):
                raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
            about[_TURN] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def over(self, _connection: object, record: ConnectionPoolEntry) -> None:
        """Let the next one write."""
        if record.record_info is not None and record.record_info.pop(_TURN, None):
            self._lock.release()


def _postgres_connect(lock_ms: int) -> Callable[[Any, object], None]:
    def connect(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = {lock_ms}")
        connection.commit()

    return connect


class fold(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """`fold(column)`: a name as it is searched and sorted, see `kit.folding`."""

    name = "fold"
    type = String()
    inherit_cache = True


@compiles(fold, "sqlite")
def _fold_sqlite(element: fold, compiler: SQLCompiler, **kwargs: Any) -> str:
    # SQLite's own lower() knows ASCII only and it has no translate(): a function of ours, see `_sqlite_connect`.
    return f"umbral_fold({compiler.process(element.clauses, **kwargs)})"


@compiles(fold, "postgresql")
def _fold_postgres(element: fold, compiler: SQLCompiler, **kwargs: Any) -> str:
    upper, lower = string.ascii_uppercase, string.ascii_lowercase
    return f"translate({compiler.process(element.clauses, **kwargs)}, '{ACCENTED}{upper}', '{PLAIN}{lower}')"


def insert_once(session: Session, model: type[Base], unique: str, **values: Any) -> bool:
    """Insert a row unless one with the same value of the column `unique` is there; returns whether it was inserted.

    One statement on both databases, which waits for nobody but a transaction that is inserting the same value.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)
    column = model.__table__.c[unique]
    added = insert.values(**values).on_conflict_do_nothing(index_elements=[column]).returning(column)
    return session.execute(added).first() is not None


class ReadOnlyViolationError(RuntimeError):
    """Code that only reads tried to write: a programming error, never a user's."""


class Database:
    """One engine and its two kinds of transaction. Everything that touches the data goes through one of them."""

    def __init__(self, engine: Engine, on_open: Callable[[Session], None] | None = None) -> None:
        self.engine = engine
        self._on_open = on_open
        self._sessions = sessionmaker(engine, expire_on_commit=False, autoflush=True)

    def open(self, *, write: bool) -> Session:
        """A session that has not begun; the caller commits or rolls back, and closes."""
        session = self._sessions()
        options: dict[str, Any] = {_WRITE: write}
        if not write and self.engine.dialect.name == "postgresql":
            options["postgresql_readonly"] = True
        session.info["options"] = options
        session.info["write"] = write
        session.connection(execution_options=options)
        if self._on_open is not None:
            self._on_open(session)
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that refuses to write."""
        session = self.open(write=False)
        try:
            yield session
        finally:
            session.close()  # rolls back and leaves what was read as it is

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A write transaction, committed at the end and rolled back on any exception."""
        session = self.open(write=True)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()


@event.listens_for(Session, "before_flush")
def _guard_flush(session: Session, _context: object, _instances: object) -> None:
    if not session.info.get("write", True):
        raise ReadOnlyViolationError("a write inside a read transaction")
    for instance in session.deleted:
        if isinstance(instance, AppendOnly):
            raise ReadOnlyViolationError(f"{type(instance).__name__} is append-only")
    for instance in session.dirty:
        if isinstance(instance, AppendOnly) and session.is_modified(instance):
            raise ReadOnlyViolationError(f"{type(instance).__name__} is append-only")


@event.listens_for(Session, "do_orm_execute")
def _guard_execute(state: ORMExecuteState) -> None:
    if not state.session.info.get("write", True) and (state.is_insert or state.is_update or state.is_delete):
        raise ReadOnlyViolationError("a write inside a read transaction")


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """So many new keys of a table, for rows that are inserted together and refer to each other; in growing order.

    PostgreSQL hands them out of the table's sequence, to nobody else. On SQLite this transaction is the only writer: the
    keys are those after the last one, and have to be used before anything else is added to the table.
    """
    if not count:
        return []
    table = model.__tablename__
    if session.get_bind().dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return sorted(session.scalars(query, {"table": table, "count": count}).all())
    last = session.scalar(select(func.max(model.__table__.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def insert_all(session: Session, model: type[Base], rows: Sequence[Base]) -> None:
    """Insert rows that were never added to a session, in one statement a set of columns; what is not set has its default."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    names = model.__mapper__.column_attrs.keys()
    for row in rows:
        values = {name: row.__dict__[name] for name in names if name in row.__dict__}
        by_columns.setdefault(tuple(values), []).append(values)
    for values_list in by_columns.values():
        insert_values(session, model, values_list)


def insert_values(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are told by their columns, all of them by the same ones; there has to be one at least.

    Into the table, not the class: what the ORM does for every row costs more than the insert itself.
    """
    session.execute(insert(cast(Table, model.__table__)), rows)


def lock(session: Session, name: str) -> None:
    """Let one transaction at a time past this point, until it ends. On SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"umbral:{name}"})


def lock_shared(session: Session, name: str) -> None:
    """Let as many as come here past this point together, but nobody past `lock` of the same name until they end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext(:name))"), {"name": f"umbral:{name}"})


def ping(session: Session) -> bool:
    """Whether the database answers."""
    return bool(session.scalar(text("SELECT 1")))
