"""What nobody waits for: expired attempts, the audit seal, the nightly release of survey answers."""

from __future__ import annotations

import logging
import signal
import time
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

import config
from lms.assessment.jobs import close_expired
from lms.kit import anchors, audit
from lms.kit.clock import local_day, utc_now
from lms.kit.db import Database
from lms.kit.errors import Conflict
from lms.kit.files import make_store
from lms.kit.keys import make_keyring
from lms.kit.permissions import SYSTEM
from lms.people.commands.records import close_leavers
from lms.people.commands.signin import forget_old
from lms.surveys.commands import release

log = logging.getLogger(__name__)
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
    anchored: bool = False


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
    of files that no row names are removed, and the audit trail is signed up to its end.
    """
    with database.writing() as session:
        released = release(session, minimum=settings.survey_minimum, today=local_day(now, settings.zone))
        forget_old(session, now=now)
        close_leavers(session, SYSTEM, today=local_day(now, settings.zone), now=now)
    with database.reading() as session:
        swept = make_store(settings).sweep(session, now)
    done = tick(database, now)
    return Done(done.attempts_closed, done.entries_sealed, released, swept, _anchor(database, settings, now))


def _anchor(database: Database, settings: config.Settings, now: datetime) -> bool:
    """Sign how far the chain reaches, and write it to the file beside the database."""
    try:
        with database.writing() as session:
            made = anchors.anchor(session, make_keyring(settings), now=now)
    except Conflict as refused:
        log.error("the audit trail was not signed: key %s needs another LMS_SECRET_KEY", refused.params["kid"])
        return False
    with database.reading() as session:
        anchors.write_log(session, settings.instance)
    return made is not None


def night_due(last: date | None, now: datetime, zone: str) -> date | None:
    """The day whose nightly work is to be done now; None where it was done or the night has not come."""
    today = local_day(now, zone)
    hour = now.astimezone(ZoneInfo(zone)).hour
    return today if hour >= NIGHT_HOUR and last != today else None


def keep_house(database: Database, settings: config.Settings) -> None:
    """Until told to stop: a `tick` every `housekeeping_seconds`, the nightly work once a day. One process of it is enough.

    A round that fails is told to the log and tried again: the database may be away for a while.
    """
    told = Told()
    last: date | None = None
    while not told.to_stop:
        begun = time.monotonic()
        now = utc_now()
        try:
            due = night_due(last, now, settings.zone)
            if due is not None:
                nightly(database, settings, now)
                last = due
            else:
                tick(database, now)
        except SQLAlchemyError:
            log.exception("housekeeping failed; the next round tries again")
        told.sleep(max(1.0, settings.housekeeping_seconds - (time.monotonic() - begun)))


class Told:
    """Whether the process was told to stop, by SIGTERM or SIGINT. A round that is running ends first."""

    def __init__(self) -> None:
        self.to_stop = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_: object) -> None:
        self.to_stop = True

    def sleep(self, seconds: float) -> None:
        """Sleep, but wake within half a second of being told to stop."""
        until = time.monotonic() + seconds
        while not self.to_stop and (left := until - time.monotonic()) > 0:
            time.sleep(min(0.5, left))
