"""The worker: one process beside the server that does what nobody waits for.

It carries the outbox, runs jobs, and keeps the house (expired attempts, the audit seal, the work of every night). Killed at any
moment it loses nothing: rows in the database say what is to be done, and leases say what was begun.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy.exc import SQLAlchemyError

import config
from lms.admin.housekeeping import NIGHT_AGAIN, night_due, nightly, tick
from lms.app import make_bus, make_database, make_jobs, make_letters, make_speaking
from lms.kit import heartbeat, jobs, mail
from lms.kit.clock import utc_now
from lms.kit.outbox import Carrier, Courier, Limits
from lms.kit.queue import Queue

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_LAST_WORDS = 10.0
"""Seconds that what runs may still take when the worker is told to stop; what takes longer is taken up again by the next one."""


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent dies, even by `kill -9` (Linux; elsewhere `gone` tells)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)  # it died before we could ask


class Told:
    """Whether the process was told to stop, by SIGTERM or SIGINT. What is running ends first."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def listen(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_: object) -> None:
        self._event.set()

    @property
    def to_stop(self) -> bool:
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Sleep, but wake when told to stop."""
        self._event.wait(seconds)


class Worker:
    """Everything one worker process holds."""

    def __init__(self, settings: config.Settings) -> None:
        self.settings = settings
        self.told = Told()
        self._beaten: float | None = None
        self.database = make_database(settings, make_bus(settings))
        self.speaking = make_speaking(settings, self.database)
        self.letters = make_letters(self.database, self.speaking)
        self._outbox_limits = Limits(
            settings.outbox_tries,
            settings.outbox_base_seconds,
            settings.outbox_cap_seconds,
            settings.outbox_lease_seconds,
        )
        self._job_limits = Limits(
            settings.job_tries, settings.job_base_seconds, settings.job_cap_seconds, settings.job_lease_seconds
        )
        self.runner = jobs.Runner(
            self.database, make_jobs(settings), self._job_limits, utc_now, lambda job: self.speaking.to(job.asked_by)
        )
        self.queue = Queue(
            self._run_job,
            redis_url=settings.redis_url,
            path=settings.instance / "jobs.db",
            secret=settings.secret_key,
        )

    def _run_job(self, code: str) -> None:
        self.runner.run(code)

    def couriers(self) -> list[Courier]:
        """One for each kind of effect, so that a mail server that hangs keeps no job from starting."""
        made: list[Mapping[str, Carrier]] = [{jobs.START: jobs.Starter(self.queue.put)}]
        server = mail.mail_server(self.settings)
        if server is not None:
            mailer = mail.Mailer(server, lambda message: self.letters[message.kind](message), utc_now)
            made.append(dict.fromkeys(self.letters, mailer))
        return [Courier(self.database, carriers, self._outbox_limits, utc_now) for carriers in made]

    def carry(self, courier: Courier) -> None:
        """Carry what is due until told to stop."""
        while not self.told.to_stop:
            with _survived("the outbox"):
                courier.run(most=self.settings.outbox_batch, stop=lambda: self.told.to_stop)
            self.told.sleep(self.settings.worker_pause_seconds)

    def sweep(self) -> None:
        """Queue the jobs that nobody queued, or whose queue was lost."""
        limits, lost = self._job_limits, self.settings.job_lost_seconds
        for code in jobs.sweep(self.database, limits, lost_seconds=lost, now=utc_now()):
            self.queue.put(code)

    def beat(self) -> None:
        """A sign of life, every few seconds."""
        if self._beaten is None or time.monotonic() - self._beaten > heartbeat.EVERY_SECONDS:
            heartbeat.beat(self.settings.instance, utc_now())
            self._beaten = time.monotonic()

    def watch(self) -> None:
        """Sweep the jobs, keep the leases of those that run here, and leave a sign of life for `lms doctor`."""
        renewed = time.monotonic()
        while not self.told.to_stop:
            with _survived("the sweep of the jobs"):
                self.sweep()
                self.beat()  # not where the sweep failed: a worker without its database does no work
            if time.monotonic() - renewed > self.settings.job_lease_seconds / 4:
                with _survived("renewing leases"):
                    self.runner.renew()
                renewed = time.monotonic()
            self.told.sleep(min(self.settings.worker_pause_seconds, self.settings.job_lease_seconds / 4))

    def keep_house(self) -> None:
        """A `tick` every `housekeeping_seconds`, the nightly work once a day, again where part of it was not done."""
        last: date | None = None
        again: datetime | None = None
        while not self.told.to_stop:
            begun = time.monotonic()
            now = utc_now()
            with _survived("housekeeping"):
                due = night_due(last, now, self.settings.zone)
                if due is not None and (again is None or now >= again):
                    again = now + NIGHT_AGAIN  # also where it raises
                    if not nightly(self.database, self.settings, now).failed:
                        last, again = due, None
                else:
                    tick(self.database, now)
            self.told.sleep(max(1.0, self.settings.housekeeping_seconds - (time.monotonic() - begun)))

    def run(self) -> None:
        """Work until told to stop."""
        consumer = self.queue.consumer(self.settings.job_threads, most_pause=self.settings.worker_pause_seconds)
        consumer.start()  # it takes the signals for itself: we take them back
        self.told.listen()
        loops: list[Callable[[], None]] = [self.watch, self.keep_house]
        threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        threads += [threading.Thread(target=self.carry, args=(each,), daemon=True) for each in self.couriers()]
        for thread in threads:
            thread.start()
        while not self.told.to_stop:
            self.told.sleep(3600)
        consumer.stop(graceful=True)
        until = time.monotonic() + _LAST_WORDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        self.queue.close()
        self.database.engine.dispose()


@contextmanager
def _survived(what: str) -> Iterator[None]:
    """Whatever fails is told to the log and tried again in the next round: the database may be away for a while."""
    try:
        yield
    except SQLAlchemyError:
        log.exception("%s failed; the next round tries again", what)
    except Exception:
        log.exception("%s failed in a way nobody thought of; the next round tries again", what)


def work(settings: config.Settings, parent: int | None = None) -> None:
    """Be the worker of this installation until told to stop, or until the process `parent` dies."""
    if parent is not None:
        die_with(parent)
    logging.basicConfig(level=logging.WARNING)
    Worker(settings).run()
