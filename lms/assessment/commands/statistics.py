"""Keeping item statistics: what was gathered replaces what was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from lms.assessment.models import ItemStatistic, StatisticsRun, Test
from lms.assessment.queries import statistics as reading
from lms.assessment.rules.statistics.options import OptionRow
from lms.kit.errors import NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission

JOB = "assessment.statistics"
AT_ONCE = 1_000
"""Attempts that are gathered while somebody waits; more are left to a job."""


def refuse_measuring(actor: Actor) -> None:
    """Raises: NotAllowed where the actor does not read content."""
    if not actor.can(Permission.READ_CONTENT):
        raise NotAllowed("assessment.not_allowed")


Finish = Callable[[Session], StatisticsRun]


def measured(
    session: Session,
    test_id: int,
    *,
    first_only: bool,
    now: datetime,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Finish:
    """Gather the figures of a test, without writing; what comes back writes them in the transaction of its session."""
    test = session.get_one(Test, test_id)
    mark = reading.pass_mark(session, test)
    found = reading.measure(session, test_id, first_only=first_only, progress=progress)
    questions = reading.versions_ready(session, found.versions)
    whole = asdict(found.collector.whole(mark))
    known = {version: reading.responses_of(question) for version, question in questions.items()}
    rows = [
        {
            "question_version_id": version,
            "n": figures.n,
            "flags": list(figures.flags),
            "figures": asdict(figures),
            "responses": [_response(row) for row in table],
        }
        for version, (figures, table) in found.collector.items(known).items()
    ]

    def keep(writing: Session) -> StatisticsRun:
        writing.execute(
            delete(StatisticsRun).where(StatisticsRun.test_id == test_id, StatisticsRun.first_only == first_only)
        )
        run = StatisticsRun(
            code=new_code(),
            test_id=test_id,
            first_only=first_only,
            attempts=found.attempts,
            last_result_id=found.last_result_id,
            figures=whole,
            made_at=now,
        )
        writing.add(run)
        writing.flush()
        if rows:
            writing.execute(insert(ItemStatistic), [{"run_id": run.id, **row} for row in rows])
        return run

    return keep


def _response(row: OptionRow) -> Mapping[str, Any]:
    return {
        "part": row.key[0],
        "key": row.key[1],
        "right": row.right,
        "lower": row.lower,
        "middle": row.middle,
        "upper": row.upper,
        "flags": list(row.flags),
    }
