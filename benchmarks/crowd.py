"""The crowd: two thousand people in one test, each saving every ten seconds for five minutes; what was acknowledged is there.

The people start over HTTP, one after the other; then all of them save from moments spread over the ten seconds. A save counts
from the moment it was due, so that a server that falls behind cannot hide it. Afterwards what the clients were told is
compared with what the database holds, line by line, by number and by hash.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

import config
from benchmarks.content import DRAWN, write_content
from benchmarks.databases import Held
from benchmarks.measure import percentile
from benchmarks.passes import passes
from benchmarks.processes import processor_seconds, serve
from benchmarks.wire import Request, Told, Work, prepared
from benchmarks.world import make_takers
from lms.assessment.models import Attempt, AttemptItem, AttemptStep
from lms.kit.db import Database

PEOPLE, SECONDS, EVERY = 2000, 300, 10
MOST_PEOPLE, MOST_SECONDS = 5000, 600
P99_MS = 300
_TAB = "multitud-1"
_COURSE = "multitud"


@dataclass(frozen=True)
class Crowd:
    """What came of it. `told` and `held` are hashes over what was acknowledged and over what the database holds."""

    database: str
    people: int
    seconds: float
    saves: int
    errors: dict[str, int]
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    cpu_ms: float
    told: str
    held: str
    stored: int
    started_seconds: float
    retried: int

    @property
    def sound(self) -> bool:
        return not self.errors and self.told == self.held and self.stored == self.saves

    @property
    def met(self) -> bool:
        return self.sound and self.p99_ms <= P99_MS


def measure(
    held: Held, environ: dict[str, str], folder: Path, *, people: int, seconds: int, say: Callable[[str], None]
) -> Crowd:
    """Run it once against a fresh database."""
    people, seconds = min(people, MOST_PEOPLE), min(seconds, MOST_SECONDS)
    settings = config.load(environ)
    say(f"{held.name}: {people} people")
    world = make_takers(settings, write_content(folder / "crowd", _COURSE), [_COURSE], people)
    learners = world.takers[_COURSE]
    browsers = passes(settings, world.database, [each.number for each in learners])
    world.database.engine.dispose()
    server, base = serve(environ, folder / "crowd.log")
    try:
        roots = [server.pid, *held.roots]
        say(f"{held.name}: they start")
        asked = [
            Request(number, "POST", f"/prueba/{each.enrolment}/empezar", f"csrf_token={browsers[number].token}")
            for number, each in enumerate(learners)
        ]
        with prepared(Work(base, browsers, asked, clients=8)) as run:
            begun = run()
        if set(begun.statuses) != {303}:
            raise RuntimeError("not everybody could start")
        codes = [each.rpartition("/")[2] for each in begun.locations]
        work = Work(
            base,
            browsers,
            saves_at=[f"{each}/guardar" for each in begun.locations],
            seconds=seconds,
            every=EVERY,
            places=DRAWN,
            tab=_TAB,
        )
        say(f"{held.name}: they save, for {seconds} seconds")
        with prepared(work) as run:
            before = processor_seconds(roots)
            told = run()
            spent = processor_seconds(roots) - before
    finally:
        server.stop()
    return _judged(held.name, world.database, codes, told, spent=spent, started=begun.seconds)


def _judged(name: str, database: Database, codes: list[str], told: Told, *, spent: float, started: float) -> Crowd:
    errors: dict[str, int] = {}
    for *_, fault in told.saves:
        if fault:
            errors[fault] = errors.get(fault, 0) + 1
    times = [seconds for *_, seconds, _ in told.saves]
    promised, stored = _compared(database, codes, told)
    return Crowd(
        database=name,
        people=len(codes),
        seconds=told.seconds,
        saves=len(told.saves),
        errors=errors,
        p50_ms=percentile(times, 0.5) * 1000,
        p99_ms=percentile(times, 0.99) * 1000,
        slowest_ms=max(times) * 1000,
        cpu_ms=spent / len(times) * 1000,
        told=_hash(promised),
        held=_hash(stored),
        stored=len(stored),
        started_seconds=started,
        retried=told.retried,
    )


def _compared(database: Database, codes: list[str], told: Told) -> tuple[list[str], list[str]]:
    """What the clients were told is saved, and what is stored and counts: a line each, by attempt, number, place and answer.

    A client knows the place of the option on its page; the stored draw says which option that was.
    """
    with database.reading() as session:
        attempts = {code: key for key, code in session.execute(select(Attempt.id, Attempt.code))}
        rows = session.execute(select(AttemptItem.attempt_id, AttemptItem.position, AttemptItem.option_order))
        orders = {(attempt, place): order for attempt, place, order in rows}
        steps = session.execute(
            select(AttemptStep.attempt_id, AttemptStep.seq, AttemptStep.position, AttemptStep.payload).where(
                AttemptStep.tab == _TAB, AttemptStep.kind == "answer", AttemptStep.late.is_(False)
            )
        )
        stored = [f"{attempt} {seq} {place} {payload['answer']}" for attempt, seq, place, payload in steps]
    keys = [attempts[code] for code in codes]
    promised = [
        f"{keys[person]} {seq} {place} {orders[keys[person], place][choice]}"
        for person, seq, place, choice, _, fault in told.saves
        if not fault
    ]
    database.engine.dispose()
    return promised, stored


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def section(found: Iterable[Crowd], machine: str) -> str:
    """The part of docs/benchmarks.md."""
    said = (
        f"`python -m benchmarks crowd`, {time.strftime('%Y-%m-%d')}: people in one test, each saving an answer every "
        f"{EVERY} seconds; `lms serve` with two workers, the client on the same cores. {machine}"
    )
    lines = [
        "## The crowd",
        "",
        said,
        "A save's time runs from the moment it was due to the last byte of its answer.",
        "",
        "| database | people | seconds | saves | errors | p50 | p99 (must: 300 ms) | slowest | processor | told = stored |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in found:
        same = f"yes, {each.stored:,} (`{each.held[:12]}`)" if each.sound else f"NO: {each.stored:,} stored"
        told = "met" if each.p99_ms <= P99_MS else "NOT met"
        lines.append(
            f"| {each.database} | {each.people:,} | {each.seconds:.0f} | {each.saves:,} | {sum(each.errors.values())} "
            f"| {each.p50_ms:.0f} ms | {each.p99_ms:.0f} ms: {told} | {each.slowest_ms:.0f} ms | {each.cpu_ms:.1f} ms | {same} |"
        )
    lines += [
        "",
        *(f"- {each.database}: {count} times {fault}" for each in found for fault, count in each.errors.items()),
    ]
    return "\n".join(lines)
