"""What nobody waits for: expired attempts, the audit seal, the nightly release of survey answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import config
from lms.assessment.commands.bringing import PURPOSE
from lms.assessment.jobs import close_expired, measure_outdated
from lms.assessment.queries.bringing import forget as forget_brought
from lms.certificates.commands import tell_expiring
from lms.kit import anchors, audit, jobs, outbox
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.errors import Conflict
from lms.kit.files import make_store
from lms.kit.keys import make_keyring
from lms.kit.permissions import SYSTEM
from lms.notify import commands as notices
from lms.people.commands.records import close_leavers
from lms.people.commands.signin import forget_old
from lms.skills.commands import tell_due
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
    of files that no row names are removed. What was sent, read and fetched long ago is forgotten; what falls due is told;
    item statistics take in what was graded since.
    The audit trail is signed up to its end.
    """
    today, files = local_day(now, settings.zone), make_store(settings)
    with database.writing() as session:
        released = release(session, minimum=settings.survey_minimum, today=today)
        forget_old(session, now=now)
        close_leavers(session, SYSTEM, today=today, now=now)
    with database.writing() as session:
        outbox.forget(session, before=now - timedelta(days=settings.outbox_keep_days))
        jobs.forget(session, files, before=now - timedelta(days=settings.job_keep_days))
        forget_brought(session, files, PURPOSE, before=now - timedelta(days=settings.job_keep_days))
        notices.forget(session, before=now - timedelta(days=settings.notice_keep_days))
    with database.writing() as session:
        tell_expiring(session, today=today, days=settings.notice_expiry_days, now=now)
        tell_due(session, today=today, now=now)
    measure_outdated(database, now)
    with database.reading() as session:
        swept = files.sweep(session, now)
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
