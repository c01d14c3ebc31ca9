"""Writers of one process on SQLite take turns, and nobody keeps a turn who does not write any more."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from lms.kit.db import Database, make_engine
from lms.kit.ids import new_code
from lms.people.models import Site


@pytest.fixture
def short(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A database whose writers wait for half a second at most."""
    shutil.copy(sqlite_template, tmp_path / "short.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'short.db'}", busy_seconds=0.5, pool_size=20)
    yield Database(engine)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of the queue pool
    engine.dispose()


def _write(database: Database, name: str = "Sede", seconds: float = 0.0) -> None:
    with database.writing() as session:
        session.add(Site(code=new_code(), name=name, zone="UTC"))
        session.flush()
        time.sleep(seconds)


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(Site)).one()


def test_many_writers_at_once_all_write(short: Database) -> None:
    gate = threading.Barrier(12)

    def work(number: int) -> None:
        gate.wait(10)
        _write(short, f"Sede {number}", 0.01)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    assert _count(short) == 12


def test_a_writer_that_fails_gives_its_turn_up(short: Database) -> None:
    def failing() -> None:
        with short.writing():
            raise LookupError("in the middle")

    for _ in range(3):
        with pytest.raises(LookupError):
            failing()
    _write(short)
    assert _count(short) == 1


def test_a_turn_that_does_not_come_is_a_lock_that_does_not_open(short: Database) -> None:
    with short.writing(), pytest.raises(OperationalError, match="locked"):
        _write(short)
    _write(short)
    assert _count(short) == 1


def test_a_writer_that_waits_for_another_process_gives_its_turn_up(short: Database) -> None:
    other = sqlite3.connect(str(short.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        _write(short)
    other.execute("ROLLBACK")
    other.close()
    _write(short)
    assert _count(short) == 1


def test_a_connection_that_is_thrown_away_takes_no_turn_with_it(short: Database) -> None:
    session = short.open(write=True)
    session.connection().invalidate()
    session.close()
    _write(short)
    assert _count(short) == 1
