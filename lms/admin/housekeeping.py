"""What nobody waits for: expired attempts, the audit seal, the nightly release of survey answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import config
from lms.assessment.jobs import close_expired
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.kit.permissions import SYSTEM
from lms.people.commands.records import close_leavers
from lms.people.commands.signin import forget_old
from lms.surveys.commands import release

SEAL_BATCH = 1000
NIGHT_HOUR = 3
"""From this hour on, in the installation's zone, the nightly work of a day is done."""


@dataclass(frozen=True)
class Done:
    """What one round did."""

    attempts_closed: int = 0
    entries_sealed: int = 0
    answers_released: int = 0
    files_swept: int = 0


def tick(database: Database, now: datetime) -> Done:
    """The work of every minute: close what ran out of time, chain the audit trail. Safe to run twice at once."""
    closed = close_expired(database, now)
    sealed = 0
    while True:
        with database.writing() as session:
            count = audit.seal(session, limit=SEAL_BATCH)
        sealed += count
        if count < SEAL_BATCH:
            return Done(attempts_closed=closed, entries_sealed=sealed)


def nightly(database: Database, settings: config.Settings, now: datetime) -> Done:
    """The work of every night, then a `tick`.

    Survey answers leave the buffer in shuffled order, dead sessions go, the accounts of leavers close, bytes
    of files that no row names are removed.
    """
    with database.writing() as session:
        released = release(session, minimum=settings.survey_minimum, today=local_day(now, settings.zone))
        forget_old(session, now=now)
        close_leavers(session, SYSTEM, today=local_day(now, settings.zone), now=now)
    with database.reading() as session:
        swept = make_store(settings).sweep(session, now)
    done = tick(database, now)
    return Done(done.attempts_closed, done.entries_sealed, released, swept)


def night_due(last: date | None, now: datetime, zone: str) -> date | None:
    """The day whose nightly work is to be done now; None where it was done or the night has not come."""
    today = local_day(now, zone)
    hour = now.astimezone(ZoneInfo(zone)).hour
    return today if hour >= NIGHT_HOUR and last != today else None
