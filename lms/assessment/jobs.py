"""Work of assessment that no request waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands import regrading, sweep
from lms.assessment.commands.statistics import measured
from lms.assessment.queries import regrading as reading
from lms.assessment.queries.regrading import Reader
from lms.assessment.queries.statistics import outdated
from lms.kit.db import Database
from lms.kit.jobs import Finish, Run

BATCH = 20
"""Attempts closed in one transaction: on SQLite nobody saves an answer meanwhile."""


def close_expired(database: Database, now: datetime) -> int:
    """Close and grade every attempt whose deadline and grace are over; returns how many. Safe to run twice at once."""
    total = 0
    failed: set[str] = set()
    while True:
        with database.writing() as session:
            closed = sweep(session, now=now, limit=BATCH, failed=failed)
        total += closed
        if not closed:
            return total


def measure_test(run: Run) -> Finish:
    """The job that gathers the statistics of a test anew."""

    def progress(done: int, total: int) -> None:
        run.progress(done, total)

    first_only = bool(run.params["first_only"])
    with run.database.reading() as session:
        keep = measured(session, int(run.params["test_id"]), first_only=first_only, now=run.now, progress=progress)

    def finish(session: Session) -> Mapping[str, Any]:
        return {"attempts": keep(session).attempts}

    return finish


def measure_outdated(database: Database, now: datetime) -> int:
    """Gather the statistics of every test that has results which its kept figures lack; returns how many runs were made."""
    with database.reading() as session:
        wanted = outdated(session)
    for test_id, first_only in wanted:
        with database.reading() as session:
            keep = measured(session, test_id, first_only=first_only, now=now)
        with database.writing() as session:
            keep(session)
    return len(wanted)


def regrade(run: Run) -> Finish:
    """Write the results of a regrade that was asked for, a portion a transaction.

    Killed between two portions it begins again at the start, and writes what lacks: nothing twice.
    """
    code, total = str(run.params["regrade"]), int(run.params["total"])
    after = written = 0
    while True:
        with run.database.writing() as session:
            regrading.take_turn(session)  # or another regrade, applied meanwhile, would be written over
            row, _, bank = reading.regrade_by_code(session, code)
            carried = regrading.carry(session, row, Reader(session, bank.id), after=after, now=run.now)
        if carried is None:
            break
        after, written = carried.last, written + carried.written
        run.progress(min(written, total), total)

    def finish(session: Session) -> Mapping[str, Any]:
        row, question, bank = reading.regrade_by_code(session, code)
        done = reading.written_by(session, row.id)
        return {"url": f"/contenido/banco/{bank.slug}/{question.key}/recalificar", "rows": done}

    return finish
