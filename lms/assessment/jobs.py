"""Work of assessment that no request waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands import sweep
from lms.assessment.commands.statistics import measured
from lms.assessment.queries.statistics import outdated
from lms.kit.db import Database
from lms.kit.jobs import Finish, Run

BATCH = 20
"""Attempts closed in one transaction: on SQLite nobody saves an answer meanwhile."""


def close_expired(database: Database, now: datetime) -> int:
    """Close and grade every attempt whose deadline and grace are over; returns how many. Safe to run twice at once."""
    total = 0
    while True:
        with database.writing() as session:
            closed = sweep(session, now=now, limit=BATCH)
        total += closed
        if closed < BATCH:
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
