"""Work of assessment that no request waits for."""

from __future__ import annotations

from datetime import datetime

from lms.assessment.commands import sweep
from lms.kit.db import Database

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
