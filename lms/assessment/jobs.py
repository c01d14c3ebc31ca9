"""Work of assessment that no request waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands import bringing, regrading, sweep
from lms.assessment.commands.statistics import measured
from lms.assessment.formats.kept import parse_kept, unpack
from lms.assessment.queries import regrading as reading
from lms.assessment.queries.regrading import Reader
from lms.assessment.queries.statistics import outdated
from lms.kit.db import Database
from lms.kit.errors import NotAllowed
from lms.kit.files import FileStore, file_by_code
from lms.kit.jobs import Finish, Run, Work
from lms.kit.permissions import Actor
from lms.people.queries.access import actor_by_id

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


def bring_questions(files: FileStore, *, media_bytes: int, zone: str, taking: bool) -> Work:
    """The job that looks at a large file of questions, or takes it; the permission is asked again, as it is now."""

    def work(run: Run) -> Finish:
        code = str(run.params["file"])
        with run.database.reading() as session:
            stored = file_by_code(session, code)
            with files.open(stored) as opened:
                kept = unpack(opened.read())
        run.progress(1, 3)
        parsed = parse_kept(kept)
        run.progress(2, 3)
        if not taking:
            with run.database.reading() as session:
                who = _who(session, run, zone)
                report = bringing.look(session, who, kept, parsed, now=run.now, media_bytes=media_bytes)
            return lambda _session: {"url": f"/importacion/{code}", "report": asdict(report)}

        def finish(session: Session) -> Mapping[str, Any]:
            who, partial = _who(session, run, zone), bool(run.params["partial"])
            found = bringing.take(
                session, who, kept, parsed, partial=partial, now=run.now, files=files, media_bytes=media_bytes
            )
            return {"url": f"/contenido/banco/{kept.bank}", "rows": found.new + found.changed}

        return finish

    return work


def _who(session: Session, run: Run, zone: str) -> Actor:
    """Who asked. Raises: NotAllowed("assessment.not_allowed") where the account is closed."""
    found = None if run.asked_by is None else actor_by_id(session, run.asked_by, run.now, zone)
    if found is None:
        raise NotAllowed("assessment.not_allowed")
    return found
