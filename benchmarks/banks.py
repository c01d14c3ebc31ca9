"""The bank of ten thousand questions: its list, filtered and searched, one question, and publishing and exporting it.

`python -m benchmarks banks`. The application answers inside this process, so that the processor time is its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import event

import config
from benchmarks.content import COURSE, write_content
from benchmarks.passes import passes
from lms.admin.publishing import publish_content, read_content
from lms.app import create_app, make_bus, make_database
from lms.assessment.export_cli import write_folder
from lms.assessment.formats.yaml_writer import bank_files
from lms.assessment.queries import bank_content
from lms.kit import migrate
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM, Role
from lms.people.commands import access
from lms.people.commands.access import set_up
from lms.people.commands.records import Details

QUESTIONS = 10_000
MUST_QUERIES, MUST_MS, MUST_SEARCH_MS = 4, 8.0, 50.0
_ROUNDS = 40
_BANK = f"/contenido/banco/{COURSE}"


@dataclass(frozen=True)
class Page:
    """A page as it was measured; times in milliseconds, statements without BEGIN and COMMIT."""

    name: str
    first_ms: float
    wall_ms: float
    cpu_ms: float
    queries: int
    must: str
    met: bool


@dataclass(frozen=True)
class Measured:
    """What one database gave; times in seconds."""

    database: str
    publish: float
    export: float
    again: float
    pages: Sequence[Page]


def measure(name: str, environ: dict[str, str], folder: Path) -> Measured:
    """Publish, export and publish again a bank of ten thousand questions, and ask for its pages."""
    settings = config.load(environ)
    database = make_database(settings, make_bus(settings))
    migrate.upgrade(database.engine)
    content = write_content(folder / "content", questions=QUESTIONS)
    publish = _timed(lambda: _publish(database, content))
    bank = content / "question_banks" / COURSE
    export = _timed(lambda: _export(database, bank))
    again = _timed(lambda: _publish(database, content))
    with database.writing() as session:
        details = Details("A000", "Autora", "Medida", "")
        person, _ = set_up(session, details=details, key=settings.secret_key, hours=1, now=utc_now())
        access.grant_role(session, SYSTEM, person.code, role=Role.AUTHOR, now=utc_now())
    pages = _pages(settings, database, "A000")
    database.engine.dispose()
    return Measured(name, publish, export, again, pages)


def _publish(database: Database, content: Path) -> None:
    read = read_content(content)
    with database.writing() as session:
        publish_content(session, SYSTEM, read, now=utc_now())


def _export(database: Database, folder: Path) -> None:
    with database.reading() as session:
        write_folder(folder, bank_files(*bank_content.current(session, COURSE)))


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _pages(settings: config.Settings, database: Database, number: str) -> list[Page]:
    (browser,) = passes(settings, database, [number])
    app = create_app(settings)
    list_must, search_must = f"{MUST_QUERIES} queries, {MUST_MS:.0f} ms of processor", f"{MUST_SEARCH_MS:.0f} ms"
    with database.reading() as session:
        key = bank_content.published(session, COURSE).questions[QUESTIONS // 2].key
    found = [
        _page(app, browser.cookie, "the list", _BANK, list_must),
        _page(app, browser.cookie, "one difficulty, far down", f"{_BANK}?dificultad=hard&desde={key}", list_must),
        _page(app, browser.cookie, "search of one word", f"{_BANK}?q=gistro", search_must),
        _page(app, browser.cookie, "search of two, one difficulty", f"{_BANK}?q=ta+ma&dificultad=hard", search_must),
        _page(app, browser.cookie, "search that finds nothing", f"{_BANK}?q=zzzz", search_must),
        _page(app, browser.cookie, "one question", f"{_BANK}/pregunta/{key}", ""),
        _page(app, browser.cookie, "questions that are alike", f"{_BANK}/parecidas", ""),
    ]
    with app.app_context():
        from lms.web.context import services

        services().database.engine.dispose()
    return found


def _page(app: Flask, cookie: str, name: str, path: str, must: str) -> Page:
    from lms.web.context import services

    with app.app_context():
        engine = services().database.engine
    client = app.test_client(use_cookies=False)
    sent: list[str] = []

    def ask() -> None:
        answer = client.get(path, headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    first = _timed(ask) * 1000
    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    walls, cpus = [], []
    for _ in range(_ROUNDS):
        cpu = time.process_time()
        walls.append(_timed(ask) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    wall, spent = statistics.median(walls), statistics.median(cpus)
    queries = sum(not each.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SET", "PRAGMA")) for each in sent)
    met = queries <= MUST_QUERIES and (wall <= MUST_SEARCH_MS if "search" in name else spent <= MUST_MS)
    return Page(name, first, wall, spent, queries, must, met or not must)


def section(found: Sequence[Measured], machine: str) -> str:
    """The part of docs/benchmarks.md."""
    said = (
        f"`python -m benchmarks banks`, {time.strftime('%Y-%m-%d')}: pages of an author, {_ROUNDS} times each, medians; "
        f"the first time reads what is kept afterwards. {machine}"
    )
    lines = [
        "## A bank of ten thousand questions",
        "",
        said,
        "",
        "| page | database | first time | wall | processor | queries | must | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in found:
        lines += [
            f"| {page.name} | {each.database} | {page.first_ms:.0f} ms | {page.wall_ms:.1f} ms | {page.cpu_ms:.1f} ms "
            f"| {page.queries} | {page.must or 'none'} | {('met' if page.met else 'NOT met') if page.must else ''} |"
            for page in each.pages
        ]
    lines += [
        "",
        "| whole bank | read and publish | export | read and publish what was exported |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each.database} | {each.publish:.1f} s | {each.export:.1f} s | {each.again:.1f} s |" for each in found
    ]
    return "\n".join(lines)
