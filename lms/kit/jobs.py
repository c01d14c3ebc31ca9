"""Long work in the background: rows are the truth, Huey the carrier.

Asking for a job writes its row and an outbox message in the asking transaction, so that a request that is rolled back starts
nothing. The worker puts the job's code into Huey's queue; a sweep puts it there again where the queue was lost, where a try
failed and its wait is over, and where the worker died in the middle and the lease ran out. Who does a job claims its row, so a
code that is in the queue twice is done once.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kit import outbox
from lms.kit.db import Base, BigKey, Database, JsonDoc, code, json_doc, moment, pk
from lms.kit.errors import LmsError
from lms.kit.events import emit
from lms.kit.files import FileStore, StoredFile
from lms.kit.ids import new_code
from lms.kit.outbox import Limits, Message, backoff
from lms.kit.permissions import Actor

log = logging.getLogger(__name__)

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
STATES = (WAITING, RUNNING, DONE, FAILED)
START = "job.start"
"""The outbox kind that puts a job's code into the queue."""
_KILLED = "the worker ended in the middle of it"


class BackgroundJob(Base):
    """One piece of long work: who asked, with what, how far it is, and what came of it."""

    __tablename__ = "background_job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index("ix_background_job_asked_by", "asked_by"),
        Index("ix_background_job_due", "state", "available_at"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(BigKey)
    params: Mapped[json_doc]
    state: Mapped[str] = mapped_column(default=WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Any | None] = mapped_column(JsonDoc)
    error: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[moment]
    available_at: Mapped[moment]
    queued_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]


@dataclass(frozen=True)
class JobEnded:
    """A job was done, or has failed for good."""

    code: str
    name: str
    asked_by: int | None
    succeeded: bool
    at: datetime


class Run:
    """What a job's function is given. No transaction is open while it works: it opens its own, short ones."""

    def __init__(
        self, database: Database, job: BackgroundJob, progress: Callable[[int, int], None], now: datetime
    ) -> None:
        self.database, self.code, self.asked_by, self.now = database, job.code, job.asked_by, now
        self.params: Mapping[str, Any] = dict(job.params)
        self.progress = progress
        """`progress(done, total)`: how far it is, in whatever it counts."""


Finish = Callable[[Session], Mapping[str, Any]]
Work = Callable[[Run], Finish]
"""Does the long part, and returns what writes its outcome and gives the job's `result`. That runs in the transaction that
marks the job done: a job that is done twice after a kill has written once."""


@dataclass(frozen=True)
class JobKind:
    """`title` is the words that its rows are shown by."""

    name: str
    work: Work
    title: object


class Jobs:
    """Every kind of job of this installation, by name; filled where capabilities are wired."""

    def __init__(self) -> None:
        self._kinds: dict[str, JobKind] = {}

    def register(self, name: str, work: Work, *, title: object) -> None:
        """Add a kind. Raises: ValueError for a name that is taken."""
        if name in self._kinds:
            raise ValueError(f"the job {name} is registered twice")
        self._kinds[name] = JobKind(name, work, title)

    def get(self, name: str) -> JobKind | None:
        return self._kinds.get(name)

    def title(self, name: str) -> str:
        """The words for a kind; its name where the code that knew it is gone."""
        kind = self._kinds.get(name)
        return name if kind is None else str(kind.title)


def ask(session: Session, actor: Actor, *, name: str, params: Mapping[str, Any], now: datetime) -> BackgroundJob:
    """Ask for a job in this transaction; it starts after the commit. `params` must be what JSON can hold."""
    row = BackgroundJob(
        code=new_code(),
        name=name,
        asked_by=actor.person_id,
        params=dict(params),
        state=WAITING,
        asked_at=now,
        available_at=now,
        queued_at=now,
    )
    session.add(row)
    session.flush()
    outbox.put(session, kind=START, key=f"{START}:{row.code}", payload={"job": row.code}, now=now)
    return row


class Starter:
    """The carrier of `START`: puts the code of a job into the queue."""

    def __init__(self, enqueue: Callable[[str], None]) -> None:
        self._enqueue = enqueue

    def deliver(self, message: Message) -> None:
        self._enqueue(message.payload["job"])

    def rest(self) -> None:
        """Nothing is kept open."""


def _takeable(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(BackgroundJob.state == WAITING, BackgroundJob.available_at <= now),
        and_(BackgroundJob.state == RUNNING, BackgroundJob.lease_until <= now),
    )


class Runner:
    """Does jobs. `surround` wraps each one in what its function may need (the language of who asked)."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        limits: Limits,
        clock: Callable[[], datetime],
        surround: Callable[[BackgroundJob], AbstractContextManager[object]],
    ) -> None:
        self._database, self._jobs, self._limits, self._clock = database, jobs, limits, clock
        self._surround = surround
        self._token = new_code(16)
        self._chance = random.Random()  # noqa: S311 - spreads retries, keeps no secret

    def run(self, job_code: str) -> bool:
        """Do the job of this code if it is to be done now; returns whether it was tried. Raises: SQLAlchemyError."""
        job = self._claim(job_code)
        if job is None:
            return False
        kind = self._jobs.get(job.name)
        try:
            if kind is None:
                raise LmsError(f"no job is called {job.name}")
            with self._surround(job):
                finish = kind.work(Run(self._database, job, self._progress_of(job), self._clock()))
                self._finish(job, finish)
        except LmsError as refused:
            # What a command refuses it will refuse again: a permission that was taken away, a thing that is gone.
            self._fail(job, f"{type(refused).__name__}: {refused}", for_good=True)
        except Exception as failed:
            log.exception("job %s (%s) failed, try %s", job.code, job.name, job.tries)
            self._fail(job, f"{type(failed).__name__}: {failed}"[: outbox.MOST_ERROR], for_good=False)
        return True

    def _claim(self, job_code: str) -> BackgroundJob | None:
        now = self._clock()
        with self._database.writing() as session:
            job = session.scalar(
                select(BackgroundJob)
                .where(BackgroundJob.code == job_code, _takeable(now))
                .with_for_update(skip_locked=True)
            )
            if job is None or job.tries >= self._limits.tries:
                return None
            job.state, job.tries, job.done, job.total = RUNNING, job.tries + 1, 0, 0
            job.started_at, job.lease_token = now, self._token
            job.lease_until = now + timedelta(seconds=self._limits.lease_seconds)
            return job

    def _mine(self, job: BackgroundJob) -> ColumnElement[bool]:
        return and_(
            BackgroundJob.id == job.id,
            BackgroundJob.state == RUNNING,
            BackgroundJob.lease_token == self._token,
            BackgroundJob.tries == job.tries,
        )

    def _progress_of(self, job: BackgroundJob) -> Callable[[int, int], None]:
        def progress(done: int, total: int) -> None:
            until = self._clock() + timedelta(seconds=self._limits.lease_seconds)
            with self._database.writing() as session:
                session.execute(
                    update(BackgroundJob).where(self._mine(job)).values(done=done, total=total, lease_until=until)
                )

        return progress

    def renew(self) -> None:
        """Make the leases of the jobs that run here longer; called by the worker well within a lease. Raises: SQLAlchemyError."""
        until = self._clock() + timedelta(seconds=self._limits.lease_seconds)
        held = and_(BackgroundJob.state == RUNNING, BackgroundJob.lease_token == self._token)
        with self._database.reading() as session:
            if session.scalar(select(BackgroundJob.id).where(held).limit(1)) is None:
                return
        with self._database.writing() as session:
            session.execute(update(BackgroundJob).where(held).values(lease_until=until))

    def _finish(self, job: BackgroundJob, finish: Finish) -> None:
        with self._database.writing() as session:
            row = session.scalar(select(BackgroundJob).where(self._mine(job)).with_for_update())
            if row is None:
                log.warning("job %s was taken over by another worker: what this one found is dropped", job.code)
                return
            result, now = dict(finish(session)), self._clock()
            row.state, row.result, row.error, row.ended_at = DONE, result, None, now
            row.lease_until = row.lease_token = None
            emit(session, JobEnded(row.code, row.name, row.asked_by, True, now))

    def _fail(self, job: BackgroundJob, error: str, *, for_good: bool) -> None:
        now = self._clock()
        with self._database.writing() as session:
            row = session.scalar(select(BackgroundJob).where(self._mine(job)).with_for_update())
            if row is None:
                return
            if for_good or row.tries >= self._limits.tries:
                _end(session, row, error, now)
                return
            wait = timedelta(seconds=backoff(row.tries, self._limits, self._chance.random()))
            row.state, row.error, row.available_at, row.queued_at = WAITING, error, now + wait, None
            row.lease_until = row.lease_token = None


def _end(session: Session, row: BackgroundJob, error: str, now: datetime) -> None:
    row.state, row.error, row.ended_at = FAILED, error, now
    row.lease_until = row.lease_token = None
    emit(session, JobEnded(row.code, row.name, row.asked_by, False, now))


def sweep(database: Database, limits: Limits, *, lost_seconds: float, now: datetime) -> list[str]:
    """Codes of jobs that are to be put into the queue (again); jobs whose last try ended with its worker have failed.

    A job that was queued waits `lost_seconds` before it counts as lost: the queue may be long.
    """
    lost = now - timedelta(seconds=lost_seconds)
    not_queued = or_(BackgroundJob.queued_at.is_(None), BackgroundJob.queued_at <= lost)
    due = and_(
        _takeable(now),
        or_(not_queued, and_(BackgroundJob.state == RUNNING, BackgroundJob.queued_at < BackgroundJob.started_at)),
    )
    with database.reading() as session:
        if session.scalar(select(BackgroundJob.id).where(due).limit(1)) is None:
            return []
    with database.writing() as session:
        found = session.scalars(
            select(BackgroundJob).where(due).order_by(BackgroundJob.available_at).with_for_update(skip_locked=True)
        ).all()
        again = []
        for row in found:
            if row.tries >= limits.tries:
                _end(session, row, row.error or _KILLED, now)
            else:
                row.queued_at = now
                again.append(row.code)
        return again


def retry(session: Session, job_code: str, *, now: datetime) -> BackgroundJob | None:
    """Let a failed job be tried again, from the first try; None where there is no failed job of this code."""
    row = session.scalar(
        select(BackgroundJob).where(BackgroundJob.code == job_code, BackgroundJob.state == FAILED).with_for_update()
    )
    if row is not None:
        row.state, row.tries, row.available_at, row.queued_at, row.ended_at = WAITING, 0, now, None, None
    return row


def of_person(session: Session, person_id: int, *, limit: int) -> Sequence[BackgroundJob]:
    """What a person asked for, the newest first."""
    return session.scalars(
        select(BackgroundJob).where(BackgroundJob.asked_by == person_id).order_by(BackgroundJob.id.desc()).limit(limit)
    ).all()


def own(session: Session, person_id: int, job_code: str) -> BackgroundJob | None:
    """A job of this code that this person asked for."""
    return session.scalar(
        select(BackgroundJob).where(BackgroundJob.code == job_code, BackgroundJob.asked_by == person_id)
    )


def listing(
    session: Session, states: Collection[str], *, before_id: int | None = None, limit: int
) -> Sequence[BackgroundJob]:
    """Everybody's jobs in these states, the newest first, paged by key."""
    query = select(BackgroundJob).where(BackgroundJob.state.in_(list(states))).order_by(BackgroundJob.id.desc())
    if before_id is not None:
        query = query.where(BackgroundJob.id < before_id)
    return session.scalars(query.limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    """How many jobs are in each state; every state is there."""
    found = dict.fromkeys(STATES, 0)
    for state, number in session.execute(select(BackgroundJob.state, func.count()).group_by(BackgroundJob.state)):
        found[state] = number
    return found


def remove(session: Session, files: FileStore, person_id: int, job_code: str) -> bool:
    """Take a job that ended out of its person's tray, with the file that it left; False where there is none to take."""
    row = own(session, person_id, job_code)
    if row is None or row.state not in {DONE, FAILED}:
        return False
    _drop(session, files, row)
    return True


def forget(session: Session, files: FileStore, *, before: datetime) -> int:
    """Remove the jobs that ended before a moment, with the files that they left; returns how many."""
    rows = session.scalars(select(BackgroundJob).where(BackgroundJob.ended_at < before)).all()
    for row in rows:
        _drop(session, files, row)
    return len(rows)


def _drop(session: Session, files: FileStore, row: BackgroundJob) -> None:
    left = (row.result or {}).get("file")
    stored = session.scalar(select(StoredFile).where(StoredFile.code == left)) if left else None
    if stored is not None:
        files.remove(session, stored)
    session.delete(row)
    session.flush()
