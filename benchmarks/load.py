"""The load client: a process of its own, so that its time is not counted. Speaks JSON by lines on its standard streams.

It reads a job, prepares (signs in, begins attempts), prints `ready`, waits for a line, runs, and prints what it measured.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from benchmarks import child
from benchmarks.visitor import Client, journey, start_test

_SETTLE = 20
"""Requests of each client before the clock starts: caches of the server's processes fill."""


@dataclass
class Job:
    """What one run does: `kind` is get, save or journey; `people` are (number, enrolment), one for each client or journey.

    `path` may hold `{enrolment}`. A run lasts `seconds`, or, for journeys, as long as there are people.
    """

    base: str
    kind: str
    clients: int
    seconds: float
    path: str = ""
    password: str = ""
    people: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Measured:
    """Seconds of each request (of a journey: of the whole), and of the run; how many requests were made."""

    times: list[float]
    seconds: float
    requests: int


def _getter(job: Job, number: int) -> Callable[[], None]:
    client = Client(job.base)
    path = job.path
    if job.people:
        who, enrolment = job.people[number]
        client.sign_in(who, job.password)
        path = path.format(enrolment=enrolment)
    return lambda: _void(client.get(path))


def _saver(job: Job, number: int) -> Callable[[], None]:
    client = Client(job.base)
    who, enrolment = job.people[number]
    client.sign_in(who, job.password)
    attempt = start_test(client, enrolment)
    tab = f"medicion-{time.time_ns()}"
    counter = iter(range(1, 10**9))

    def save() -> None:
        seq = next(counter)
        entry = {"position": seq % 20 + 1, "tab": tab, "seq": seq, "answer": [str(seq % 4)]}
        client.post_json(f"{attempt}/guardar", entry)

    return save


def _void(_answer: object) -> None:
    return None


def _run_timed(job: Job) -> Measured:
    make = _saver if job.kind == "save" else _getter
    calls = [make(job, number) for number in range(job.clients)]
    for call in calls:
        for _ in range(_SETTLE):
            call()
    times: list[list[float]] = [[] for _ in calls]
    _wait_for_go()
    begun = time.perf_counter()
    ends = begun + job.seconds

    def work(call: Callable[[], None], into: list[float]) -> None:
        while (before := time.perf_counter()) < ends:
            call()
            into.append(time.perf_counter() - before)

    _in_threads([lambda each=each, into=into: work(each, into) for each, into in zip(calls, times, strict=True)])  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
    every = [value for some in times for value in some]
    return Measured(every, time.perf_counter() - begun, len(every))


def _run_journeys(job: Job) -> Measured:
    waiting: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for person in job.people:
        waiting.put(person)
    times: list[float] = []
    requests: list[int] = []
    _wait_for_go()
    begun = time.perf_counter()

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                number, enrolment = waiting.get_nowait()
                client, before = Client(job.base), time.perf_counter()
                journey(client, number, job.password, enrolment)
                times.append(time.perf_counter() - before)
                requests.append(client.requests)

    _in_threads([work] * job.clients)
    if len(times) != len(job.people):
        raise RuntimeError("not every journey came to its end")
    return Measured(times, time.perf_counter() - begun, sum(requests))


def _in_threads(works: list[Callable[[], None]]) -> None:
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:  # noqa: BLE001 - told to the harness, which ends the run
            failed.append(fault)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _wait_for_go() -> None:
    print("ready", flush=True)
    if sys.stdin.readline().strip() != "go":
        sys.exit(1)


def main() -> None:
    job = Job(**json.loads(sys.stdin.readline()))
    measured = _run_journeys(job) if job.kind == "journey" else _run_timed(job)
    print(json.dumps(asdict(measured)), flush=True)


@contextmanager
def prepared(job: Job) -> Iterator[Callable[[], Measured]]:
    """A load client that has prepared `job`, in a process of its own that ends with this block; call it to run."""
    with child.prepared("benchmarks.load", asdict(job)) as client:
        yield lambda: Measured(**client.go())


if __name__ == "__main__":
    main()
