"""The speed of a test: start, save, submit and result at 1, 8 and 64 learners, from a bank of 100 and one of 10,000."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import config
from benchmarks.content import write_content
from benchmarks.databases import Held
from benchmarks.measure import percentile
from benchmarks.passes import passes
from benchmarks.processes import processor_seconds, serve
from benchmarks.wire import Person, Request, Work, prepared
from benchmarks.world import Learner, make_takers

CLIENTS = (1, 8, 64)
BANKS = (100, 10_000)
STEPS = ("start", "save", "submit", "result")
START_RATIO = 1.5
_SAVES = 3
_WARM = 32


@dataclass(frozen=True)
class Speed:
    """Milliseconds: of processor time a request, of the middle one and of the slowest hundredth."""

    cpu_ms: float
    p50_ms: float
    p99_ms: float
    requests: int


@dataclass
class Taking:
    """Figures of one database, by step, size of the bank and number of learners."""

    database: str
    speeds: dict[tuple[str, int, int], Speed] = field(default_factory=dict)
    first: dict[int, float] = field(default_factory=dict)  # by bank: the slowest start of all, which reads the bank

    def ratio(self, clients: int) -> float:
        """Processor time of a start from the large bank, to one from the small bank."""
        small, large = (self.speeds["start", bank, clients].cpu_ms for bank in BANKS)
        return large / small

    @property
    def whole_ratio(self) -> float:
        """The same over all starts, however many learners."""
        totals = []
        for bank in BANKS:
            found = [self.speeds["start", bank, clients] for clients in CLIENTS]
            totals.append(sum(each.cpu_ms * each.requests for each in found) / sum(each.requests for each in found))
        return totals[1] / totals[0]


def measure(held: Held, environ: dict[str, str], folder: Path, learners: int, say: Callable[[str], None]) -> Taking:
    """Every figure of one database: `learners` people take each test at each number of clients."""
    found, roots, settings = Taking(held.name), list(held.roots), config.load(environ)
    content = folder / "taking"
    for bank in BANKS:
        write_content(content, f"banco-{bank}", questions=bank)
    say(f"{held.name}: publishing banks of {BANKS[0]} and {BANKS[1]:,}")
    world = make_takers(settings, content, [f"banco-{bank}" for bank in BANKS], (learners + _WARM) * len(CLIENTS))
    browsers = {
        course: passes(settings, world.database, [each.number for each in some])
        for course, some in world.takers.items()
    }
    world.database.engine.dispose()
    server, base = serve(environ, folder / "taking.log")
    try:
        # The banks in turns, so that a slow minute of the machine meets both.
        for (place, clients), bank in product(enumerate(CLIENTS), BANKS):
            say(f"{held.name}: {clients} learners, bank of {bank:,}")
            part = slice(place * (learners + _WARM), (place + 1) * (learners + _WARM))
            people, signed = world.takers[f"banco-{bank}"][part], browsers[f"banco-{bank}"][part]
            room = _Room(base, clients, [server.pid, *roots], signed, people)
            for step, speed in room.run(STEPS if bank == BANKS[-1] else STEPS[:1]).items():
                found.speeds[step, bank, clients] = speed
            found.first.setdefault(bank, room.first_ms)
    finally:
        server.stop()
    return found


class _Room:
    """Some people who take the test at the same time. The first of them are not counted: caches of the server fill."""

    def __init__(
        self, base: str, clients: int, roots: Sequence[int], people: list[Person], who: Sequence[Learner]
    ) -> None:
        self._base, self._clients, self._roots = base, clients, roots
        self._people, self._who = people, who
        self._attempts: list[str] = []
        self.first_ms = 0.0

    def run(self, steps: Sequence[str]) -> dict[str, Speed]:
        return {step: getattr(self, f"_{step}")() for step in steps}

    def _start(self) -> Speed:
        asked = [
            self._post(number, f"/prueba/{each.enrolment}/empezar", self._form(number))
            for number, each in enumerate(self._who)
        ]
        speed, self._attempts = self._sent(asked, 303)
        return speed

    def _save(self) -> Speed:
        asked = []
        for seq in range(1, _SAVES + 1):
            for number, attempt in enumerate(self._attempts):
                entry = {"position": seq, "tab": "medicion-uno", "seq": seq, "answer": [str(number % 4)]}
                asked.append(self._post(number, f"{attempt}/guardar", json.dumps({"saves": [entry]})))
        return self._sent(asked, 200)[0]

    def _submit(self) -> Speed:
        asked = [
            self._post(number, f"{attempt}/entregar", self._form(number))
            for number, attempt in enumerate(self._attempts)
        ]
        return self._sent(asked, 303)[0]

    def _result(self) -> Speed:
        asked = [Request(number, "GET", f"{attempt}/resultado") for number, attempt in enumerate(self._attempts)]
        return self._sent(asked, 200)[0]

    def _form(self, number: int) -> str:
        return f"csrf_token={self._people[number].token}"

    def _post(self, number: int, path: str, body: str) -> Request:
        return Request(number, "POST", path, body)

    def _sent(self, asked: list[Request], status: int) -> tuple[Speed, list[str]]:
        """Send the first few uncounted, then the others. Raises: RuntimeError where an answer is not what it must be."""
        locations: list[str] = []
        for counted, part in ((False, asked[:_WARM]), (True, asked[_WARM:])):
            with prepared(Work(self._base, self._people, part, self._clients)) as run:
                before = processor_seconds(self._roots)
                told = run()
                spent = processor_seconds(self._roots) - before
            wrong = [each for each in told.statuses if each != status]
            if wrong:
                raise RuntimeError(f"{len(wrong)} of {len(part)} answers were not {status}: {wrong[:3]}")
            locations += told.locations
            self.first_ms = max(self.first_ms, max(told.times) * 1000)
            if counted:
                times = told.times
                speed = Speed(
                    spent / len(times) * 1000, percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000, len(times)
                )
        return speed, locations


def section(found: Sequence[Taking], machine: str) -> str:
    """The part of docs/benchmarks.md."""
    lines = [
        "## The speed of a test",
        "",
        f"20 questions drawn; `lms serve` with two workers, learners signed in, one request a learner at a time. {machine}",
        "Milliseconds; processor time of the server's and the database's processes, the client's not counted.",
        "",
        "| database | step | bank | learners | requests | processor | p50 | p99 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in found:
        for (step, bank, clients), speed in sorted(each.speeds.items(), key=_order):
            lines.append(
                f"| {each.database} | {step} | {bank:,} | {clients} | {speed.requests} | {speed.cpu_ms:.1f} "
                f"| {speed.p50_ms:.1f} | {speed.p99_ms:.1f} |"
            )
    lines.append("")
    for each in found:
        ratio = each.whole_ratio
        told = "met" if ratio <= START_RATIO else "NOT met"
        by = ", ".join(f"{each.ratio(clients):.2f} at {clients}" for clients in CLIENTS)
        cold = " and ".join(f"{each.first[bank]:,.0f} ms from {bank:,}" for bank in BANKS)
        lines.append(
            f"- {each.database}: a start from 10,000 questions costs {ratio:.2f} times one from 100 "
            f"(processor time; must be at most {START_RATIO}: {told}); {by}. "
            f"The slowest start of all, in which a process reads the bank for the first time: {cold}."
        )
    return "\n".join(lines)


def _order(item: tuple[tuple[str, int, int], Any]) -> tuple[int, int, int]:
    step, bank, clients = item[0]
    return STEPS.index(step), bank, clients
