"""What nobody waits for: expired attempts, the audit seal, the nightly release of survey answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import config
from lms.assessment.commands.bringing import PURPOSE
from lms.assessment.jobs import close_expired, measure_outdated
from lms.assessment.queries.bringing import forget as forget_brought
from lms.authoring.commands import publish_due
from lms.certificates.commands import tell_expiring
from lms.kit import anchors, audit, jobs, outbox
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.errors import Conflict
from lms.kit.files import FileStore, make_store
from lms.kit.keys import make_keyring
from lms.kit.permissions import SYSTEM
from lms.notify import commands as notices
from lms.people.commands.records import close_leavers
from lms.people.commands.signin import forget_old
from lms.skills.commands import tell_due
from lms.surveys.commands import release

log = logging.getLogger(__name__)
_T = TypeVar("_T")
SEAL_BATCH = 1000
NIGHT_AGAIN = timedelta(minutes=30)
"""After this the nightly work is tried again where part of it was not done."""
NIGHT_HOUR = 3
"""From this hour on, in the installation's zone, the nightly work of a day is done."""


@dataclass(frozen=True)
class Done:
    """What one round did; `failed` names the duties that could not be done, each of which is in the log."""

    attempts_closed: int = 0
    banks_published: int = 0
    entries_sealed: int = 0
    answers_released: int = 0
    files_swept: int = 0
    anchored: bool = False
    failed: tuple[str, ...] = ()


class _Duties:
    """Duties done one after the other: one that fails keeps nobody from the next."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def do(self, name: str, duty: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return duty()
        except Exception:  # whatever happened: the trail is sealed all the same
            log.exception("housekeeping: %s was not done", name)
            self.failed.append(name)
            return otherwise


def tick(database: Database, now: datetime) -> Done:
    """The work of every minute: close what ran out of time, publish what is due, chain the audit trail.

    Safe to run twice at once.
    """
    duties = _Duties()
    closed = duties.do("closing attempts", lambda: close_expired(database, now), 0)
    published = duties.do("publishing what is due", lambda: publish_due(database, now), 0)
    sealed = duties.do("sealing the audit trail", lambda: _seal(database), 0)
    return Done(closed, published, sealed, failed=tuple(duties.failed))


def _seal(database: Database) -> int:
    sealed = 0
    while True:
        with database.writing() as session:
            count = audit.seal(session, limit=SEAL_BATCH)
        sealed += count
        if count < SEAL_BATCH:
            return sealed


def nightly(database: Database, settings: config.Settings, now: datetime) -> Done:
    """The work of every night, then a `tick`.

    Survey answers leave the buffer in shuffled order, dead sessions go, the accounts of leavers close, bytes
    of files that no row names are removed. What was sent, read and fetched long ago is forgotten; what falls due is told;
    item statistics take in what was graded since.
    The audit trail is signed up to its end.
    """
    today, files = local_day(now, settings.zone), make_store(settings)
    duties = _Duties()

    def in_turn(name: str, duty: Callable[[Session], object]) -> object:
        return duties.do(name, lambda: _written(database, duty), None)

    released = in_turn(
        "releasing survey answers", lambda session: release(session, minimum=settings.survey_minimum, today=today)
    )
    in_turn("forgetting sessions", lambda session: forget_old(session, now=now))
    in_turn("closing accounts", lambda session: close_leavers(session, SYSTEM, today=today, now=now))
    in_turn(
        "the outbox", lambda session: outbox.forget(session, before=now - timedelta(days=settings.outbox_keep_days))
    )
    in_turn(
        "old jobs", lambda session: jobs.forget(session, files, before=now - timedelta(days=settings.job_keep_days))
    )
    in_turn(
        "files brought to be imported",
        lambda session: forget_brought(session, files, PURPOSE, before=now - timedelta(days=settings.job_keep_days)),
    )
    in_turn("notices", lambda session: notices.forget(session, before=now - timedelta(days=settings.notice_keep_days)))
    in_turn(
        "expiring certificates",
        lambda session: tell_expiring(session, today=today, days=settings.notice_expiry_days, now=now),
    )
    in_turn("what falls due", lambda session: tell_due(session, today=today, now=now))
    duties.do("item statistics", lambda: measure_outdated(database, now), 0)
    swept = duties.do("sweeping files", lambda: _swept(database, files, now), 0)
    done = tick(database, now)
    anchored = duties.do("signing the audit trail", lambda: _anchor(database, settings, now), otherwise=False)
    return replace(
        done,
        answers_released=released if isinstance(released, int) else 0,
        files_swept=swept,
        anchored=anchored,
        failed=(*duties.failed, *done.failed),
    )


def _written(database: Database, duty: Callable[[Session], object]) -> object:
    with database.writing() as session:
        return duty(session)


def _swept(database: Database, files: FileStore, now: datetime) -> int:
    with database.reading() as session:
        return files.sweep(session, now)


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
