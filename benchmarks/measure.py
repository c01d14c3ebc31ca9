"""Running one row: rounds at 1 and at 8 clients against a server, its processor time from /proc."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.load import Job, Measured, prepared
from benchmarks.processes import processor_seconds


@dataclass(frozen=True)
class Round:
    """One run. Milliseconds of processor time a request, of the middle and the slowest hundredth; requests a second."""

    cpu_ms: float
    p50_ms: float
    p99_ms: float
    per_second: float


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds, alone and with eight clients. `requests` were made in all."""

    alone: Round
    eight: Round
    requests: int


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run(job: Job, roots: Sequence[int]) -> tuple[Round, int]:
    """Run a job; the processor time is that of the processes at and below `roots`."""
    with prepared(job) as run:
        before = processor_seconds(roots)
        measured = run()
        spent = processor_seconds(roots) - before
    return _round(measured, spent), measured.requests


def _round(measured: Measured, spent: float) -> Round:
    count = len(measured.times)
    return Round(
        cpu_ms=spent / count * 1000,
        p50_ms=percentile(measured.times, 0.5) * 1000,
        p99_ms=percentile(measured.times, 0.99) * 1000,
        per_second=count / measured.seconds,
    )


def middle(rounds: Sequence[Round]) -> Round:
    """The median of each figure."""
    return Round(*(statistics.median(getattr(each, name) for each in rounds) for name in Round.__dataclass_fields__))


def rounds(job: Job, roots: Sequence[int], count: int) -> Figures:
    """`count` rounds alone and with eight clients, in turns, so that a slow minute of the machine meets both."""
    alone: list[Round] = []
    eight: list[Round] = []
    requests = 0
    for _ in range(count):
        for clients, into in ((1, alone), (8, eight)):
            found, made = run(replace(job, clients=clients), roots)
            into.append(found)
            requests += made
    return Figures(middle(alone), middle(eight), requests)


def journeys(job: Job, roots: Sequence[int], count: int, some: int) -> Figures:
    """As `rounds`, each run with `some` people of the job, taken in turns: a person's attempts are few."""
    people = list(job.people)
    alone: list[Round] = []
    eight: list[Round] = []
    requests = 0
    for _ in range(count):
        for clients, into in ((1, alone), (8, eight)):
            batch, people = people[:some], people[some:]
            if len(batch) < some:
                raise RuntimeError("there are not enough learners for so many journeys")
            found, made = run(replace(job, clients=clients, people=batch), roots)
            into.append(found)
            requests += made
    return Figures(middle(alone), middle(eight), requests)


def seconds_of(fetch: object, times: int = 5) -> float:
    """The median of some calls, in seconds."""
    assert callable(fetch)
    found = []
    for _ in range(times):
        before = time.perf_counter()
        fetch()
        found.append(time.perf_counter() - before)
    return statistics.median(found)
