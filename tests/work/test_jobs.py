"""Jobs: asked in a transaction, carried by Huey, done once, tried again, failed for good; the rows are the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lms.kit import audit, jobs, outbox
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import NotAllowed
from lms.kit.events import EventBus, attach
from lms.kit.jobs import DONE, FAILED, RUNNING, WAITING, BackgroundJob, Finish, JobEnded, Jobs, Run, Runner, Starter
from lms.kit.outbox import Courier, Limits
from lms.kit.permissions import SYSTEM, Actor
from lms.kit.queue import Queue
from tests.conftest import NOW
from tests.work.test_outbox import Clock

LIMITS = Limits(tries=3, base_seconds=10, cap_seconds=100, lease_seconds=60)
ASKER = Actor(person_id=None, name="Ana")


class Bench:
    """A registry with one job whose behaviour the test sets, and what happened."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.work: Callable[[Run], Finish] = lambda _run: lambda _session: {"is": "done"}
        self.jobs = Jobs()
        self.jobs.register("x", self._work, title="Equis")
        self.runner = self.new_runner()

    def _work(self, run: Run) -> Finish:
        return self.work(run)  # what the test has set by now

    def new_runner(self) -> Runner:
        """The runner of another worker process."""

        @contextmanager
        def surround(_job: BackgroundJob) -> Iterator[None]:
            yield

        return Runner(self.database, self.jobs, LIMITS, self.clock, surround)

    def ask(self, name: str = "x", **params: Any) -> str:
        with self.database.writing() as session:
            return jobs.ask(session, ASKER, name=name, params=params, now=self.clock()).code

    def row(self, code: str) -> BackgroundJob:
        with self.database.reading() as session:
            return session.scalars(select(BackgroundJob).where(BackgroundJob.code == code)).one()

    def sweep(self) -> list[str]:
        return jobs.sweep(self.database, LIMITS, lost_seconds=30, now=self.clock())


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, Clock())


def _audits(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(AuditEntry.id)).all())


def test_a_job_is_done_once_with_its_outcome_in_one_transaction(bench: Bench) -> None:
    def work(run: Run) -> Finish:
        run.progress(1, 4)
        assert (bench.row(run.code).done, bench.row(run.code).total) == (1, 4)

        def finish(session: Any) -> Mapping[str, Any]:
            audit.record(session, SYSTEM, action="x.y", subject=("x", run.params["of"]), now=run.now)
            return {"url": "/x"}

        return finish

    bench.work = work
    code = bench.ask(of="mine")
    assert bench.runner.run(code)
    assert not bench.runner.run(code)  # it stood in the queue twice
    row = bench.row(code)
    assert (row.state, row.tries, row.result, row.error) == (DONE, 1, {"url": "/x"}, None)
    assert _audits(bench.database) == 1


def test_a_request_that_is_rolled_back_starts_nothing(bench: Bench) -> None:
    session = bench.database.open(write=True)
    jobs.ask(session, ASKER, name="x", params={}, now=NOW)
    session.rollback()
    session.close()
    started: list[str] = []
    courier = Courier(bench.database, {jobs.START: Starter(started.append)}, LIMITS, bench.clock)
    assert courier.run(most=10) == 0
    bench.clock.pass_(1000)
    assert bench.sweep() == []


def test_a_job_that_dies_each_time_has_failed_with_its_error_and_can_be_tried_again(bench: Bench) -> None:
    def work(_run: Run) -> Finish:
        raise OSError("the disk is full")

    bench.work = work
    code = bench.ask()
    waits = []
    for turn in range(LIMITS.tries):
        assert bench.runner.run(code)
        row = bench.row(code)
        if turn < LIMITS.tries - 1:
            assert row.state == WAITING
            assert not bench.runner.run(code)  # not before its time
            waits.append((row.available_at - bench.clock.now).total_seconds())
            assert bench.sweep() == []
            bench.clock.pass_(waits[-1])
            assert bench.sweep() == [code]
    assert waits[1] >= waits[0] >= 5
    assert (row.state, row.tries, row.error) == (FAILED, 3, "OSError: the disk is full")
    bench.clock.pass_(10_000)
    assert bench.sweep() == []
    assert not bench.runner.run(code)
    with bench.database.writing() as session:
        assert jobs.retry(session, code, now=bench.clock()) is not None
        assert jobs.retry(session, code, now=bench.clock()) is None
    del bench.work
    bench.work = lambda _run: lambda _session: {}
    assert bench.sweep() == [code]
    assert bench.runner.run(code)
    assert bench.row(code).state == DONE


def test_what_a_command_refuses_is_not_tried_again(bench: Bench) -> None:
    def work(_run: Run) -> Finish:
        raise NotAllowed("web.not_allowed")

    bench.work = work
    code = bench.ask()
    bench.runner.run(code)
    assert bench.row(code).state == FAILED
    other = bench.ask("nobody knows this")
    bench.runner.run(other)
    assert bench.row(other).state == FAILED


class Killed(BaseException):
    """The worker's end, which nothing catches."""


def test_a_job_whose_worker_died_is_taken_up_again_by_the_next(bench: Bench) -> None:
    def work(run: Run) -> Finish:
        run.progress(2, 9)
        raise Killed

    bench.work = work
    code = bench.ask()
    with pytest.raises(Killed):
        bench.runner.run(code)
    assert bench.row(code).state == RUNNING
    assert not bench.new_runner().run(code)  # the lease still holds
    assert bench.sweep() == []
    bench.clock.pass_(LIMITS.lease_seconds)
    assert bench.sweep() == [code]
    bench.work = lambda _run: lambda _session: {}
    assert bench.new_runner().run(code)
    row = bench.row(code)
    assert (row.state, row.tries) == (DONE, 2)


def test_a_job_that_kills_its_worker_each_time_fails_in_the_end(bench: Bench) -> None:
    def work(_run: Run) -> Finish:
        raise Killed

    bench.work = work
    code = bench.ask()
    for _ in range(LIMITS.tries):
        with pytest.raises(Killed):
            bench.new_runner().run(code)
        bench.clock.pass_(LIMITS.lease_seconds)
    assert bench.sweep() == []
    row = bench.row(code)
    assert (row.state, row.error) == (FAILED, "the worker ended in the middle of it")


def test_who_lost_the_lease_writes_nothing(bench: Bench) -> None:
    def slow(run: Run) -> Finish:
        bench.clock.pass_(LIMITS.lease_seconds + 1)
        bench.work = lambda _run: lambda _session: {"by": "the other"}
        assert bench.new_runner().run(run.code)
        return lambda _session: {"by": "the slow one"}

    bench.work = slow
    code = bench.ask()
    bench.runner.run(code)
    assert bench.row(code).result == {"by": "the other"}


def test_a_lease_that_is_renewed_holds(bench: Bench) -> None:
    def work(run: Run) -> Finish:
        for _ in range(5):
            bench.clock.pass_(LIMITS.lease_seconds / 2)
            bench.runner.renew()
            assert bench.sweep() == []
            assert not bench.new_runner().run(run.code)
        return lambda _session: {}

    bench.work = work
    code = bench.ask()
    bench.runner.run(code)
    assert bench.row(code).tries == 1
    bench.runner.renew()  # nothing runs


def test_a_lost_queue_loses_no_job(bench: Bench, tmp_path: Path) -> None:
    code = bench.ask()
    started: list[str] = []
    Courier(bench.database, {jobs.START: Starter(started.append)}, LIMITS, bench.clock).run(most=10)
    assert started == [code]  # and the queue is lost now
    assert bench.sweep() == []
    bench.clock.pass_(31)
    assert bench.sweep() == [code]
    assert bench.sweep() == []  # it waits its time again
    queue = Queue(bench.runner.run, redis_url="", path=tmp_path / "q" / "jobs.db", secret="x" * 40)
    queue.put(code)
    assert queue.waiting() == 1
    queue.close()


def test_the_end_of_a_job_is_told(bench: Bench) -> None:
    bus, told = EventBus(), []
    bus.subscribe(JobEnded, lambda _session, event: told.append((event.name, event.succeeded)))
    bench.database._on_open = lambda session: attach(session, bus)
    bench.runner.run(bench.ask())
    assert told == [("x", True)]


def test_a_name_is_registered_once(bench: Bench) -> None:
    with pytest.raises(ValueError, match="twice"):
        bench.jobs.register("x", lambda _run: lambda _session: {}, title="y")
    assert bench.jobs.title("x") == "Equis"
    assert bench.jobs.title("gone") == "gone"


def test_counts_name_every_state(bench: Bench) -> None:
    bench.ask()
    with bench.database.reading() as session:
        assert jobs.counts(session) == {WAITING: 1, RUNNING: 0, DONE: 0, FAILED: 0}
        assert outbox.counts(session)["waiting"] == 1
