"""The `lms` command. Each group is thin: it reads options, calls what the pages call, and prints.

Exit status: 0 good, 1 a check found something (or a command was refused), 2 wrong use, settings or database that cannot be used.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import config
from lms.admin.publishing import Content, publish_content, read_content, read_courses
from lms.app import create_app
from lms.kit import anchors, migrate
from lms.kit.clock import utc_now
from lms.kit.db import make_engine
from lms.kit.errors import LmsError
from lms.kit.keys import make_keyring
from lms.kit.permissions import SYSTEM
from lms.people.commands.access import set_up
from lms.people.commands.records import Details
from lms.web.context import services
from lms.web.errors import message

if TYPE_CHECKING:
    from lms.admin.doctor import Result

F = TypeVar("F", bound=Callable[..., None])
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


class LazyGroup(click.Group):
    """Groups of capabilities, imported when they are called: `lms --help` need not load everything."""

    lazy = {  # noqa: RUF012 - a constant table
        "banks": "lms.assessment.cli:banks",
        "history": "lms.history.cli:history",
        "hours": "lms.hours.cli:hours",
        "metrics": "lms.metrics.cli:metrics",
        "demo": "lms.demo.cli:demo",
        "keys": "lms.admin.cli:keys",
        "stats": "lms.assessment.stats_cli:stats",
    }

    reading = frozenset({"history", "hours", "keys", "metrics"})
    """Groups whose commands use the database: each runs inside the application, with the database as its object."""
    sometimes = frozenset({"banks"})
    """Groups with commands that need the database now and then: they get what opens the application as their object."""
    _mounted: ClassVar[set[str]] = set()

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.lazy:
            module, _, name = self.lazy[cmd_name].partition(":")
            found: click.Group = getattr(importlib.import_module(module), name)
            if cmd_name in self.sometimes:
                ctx.obj = application
            if cmd_name in self.reading and cmd_name not in self._mounted:
                self._mounted.add(cmd_name)
                for command in found.commands.values():
                    command.callback = in_application(command.callback) if command.callback else None
            return found
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Turn what an operator can mend into one clear line, without a traceback."""
        try:
            return super().invoke(ctx)
        except config.ConfigError as fault:
            _stop(f"settings: {fault}")
        except SQLAlchemyError as fault:
            _stop(
                f"the database cannot be used: {str(fault).splitlines()[0]}\nIs DATABASE_URL right, and was `lms db upgrade` run?"
            )


def _stop(text: str) -> None:
    click.echo(text, err=True)
    sys.exit(2)


@contextmanager
def application() -> Iterator[Flask]:
    """The application of this installation, with a database that fits the code; exits with status 2 where it does not."""
    app = create_app()
    with app.app_context():
        if migrate.pending(services().database.engine):
            _stop("the database is not up to date: run `lms db upgrade`")
        yield app


def in_application(command: F) -> F:
    """Run a command inside the application; a refusal is one line and status 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        with application():
            click.get_current_context().obj = services().database
            try:
                command(*args, **kwargs)
            except LmsError as refused:
                click.echo(message(refused), err=True)
                sys.exit(1)

    return run  # type: ignore[return-value]  # the same signature, wrapped


@click.group(cls=LazyGroup)
@click.version_option(package_name="umbral", prog_name="lms")
def main() -> None:
    """Umbral: training, certification and human-resources evidence for contact centres."""


@main.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the shape of the code."""
    with create_app().app_context():
        engine = services().database.engine
        was_pending = migrate.pending(engine)
        migrate.upgrade(engine)
    click.echo("the database was upgraded" if was_pending else "the database was up to date")


@db.command()
def status() -> None:
    """Say whether the database fits the code (exit status 1 where it does not)."""
    with create_app().app_context():
        pending = migrate.pending(services().database.engine)
    click.echo("run `lms db upgrade`" if pending else "up to date")
    sys.exit(1 if pending else 0)


@main.command()
@click.option("--number", prompt="Employee number", help="Employee number to sign in with.")
@click.option("--given-name", prompt="Given name")
@click.option("--family-name", prompt="Family name")
@click.option("--email", default="", help="E-mail address, if there is one.")
@as_json_option
@in_application
def init(number: str, given_name: str, family_name: str, email: str, as_json: bool) -> None:
    """Make the first administrator of an empty installation and print a one-time code to sign in with."""
    held = services()
    with held.database.writing() as session:
        _, code = set_up(
            session,
            details=Details(number, given_name, family_name, email),
            key=held.settings.secret_key,
            hours=held.settings.code_hours,
            now=utc_now(),
        )
    if as_json:
        click.echo(json.dumps({"number": number.upper(), "code": code}))
    else:
        click.echo(f"Sign in at /ingresar/codigo with number {number.upper()} and this one-time code: {code}")


@main.command()
def serve() -> None:
    """Serve this installation, with one worker process beside the server."""
    from lms.serving import serve as run

    with application():
        settings = services().settings
        services().database.engine.dispose()
    click.echo(f"Umbral: http://{settings.host}:{settings.port}")
    run(settings)


@main.command()
@click.option("--parent", type=int, hidden=True, help="End when the process of this number does.")
def worker(parent: int | None) -> None:
    """Carry e-mails, run jobs and keep the house, for a server that `lms serve` did not start. `lms serve` starts its own."""
    from lms.worker import work

    settings = config.load()
    engine = make_engine(settings.database)
    if migrate.pending(engine):
        _stop("the database is not up to date: run `lms db upgrade`")
    engine.dispose()
    work(settings, parent)


@main.command()
@as_json_option
@in_application
def nightly(as_json: bool) -> None:
    """The work of every night, for an installation whose server is not started by `lms serve`."""
    from lms.admin.housekeeping import nightly as run

    done = run(services().database, services().settings, utc_now())
    if as_json:
        click.echo(json.dumps(vars(done)))
    else:
        click.echo(
            f"{done.attempts_closed} attempts closed, {done.entries_sealed} audit entries sealed, "
            f"{done.answers_released} answers released"
        )


@main.command()
@as_json_option
def doctor(as_json: bool) -> None:
    """Look at this installation and say what to mend (exit status 1 where there is something)."""
    from lms.admin import doctor as doctors

    try:
        app = create_app()
    except config.ConfigError as fault:  # what would stop the server is the first thing to mend
        _tell([doctors.Result("settings", doctors.fail(str(fault), ""))], as_json)
        return
    with app.app_context():
        held = services()
        found = doctors.examine(doctors.Patient(held.settings, held.database, utc_now()), doctors.CHECKS)
        held.database.engine.dispose()
    _tell(found, as_json)


def _tell(found: list[Result], as_json: bool) -> None:
    """Print what the doctor found, and end with its exit status."""
    if as_json:
        click.echo(json.dumps({"checks": [result.as_dict() for result in found]}, ensure_ascii=False, indent=2))
    else:
        for result in found:
            advice = f" → {result.finding.advice}" if result.finding.advice else ""
            click.echo(f"{result.finding.grade.value:4}  {result.name}: {result.finding.seen}{advice}")
    sys.exit(0 if all(result.finding.grade.value == "ok" for result in found) else 1)


@main.group()
def courses() -> None:
    """Courses."""


_path = click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))


@courses.command("check")
@_path
@as_json_option
def check_courses(path: Path | None, as_json: bool) -> None:
    """Check the courses at or under PATH: every fault at once, with file and line."""
    content = _courses_at(path or config.load().content)
    report(content, as_json)


def _courses_at(path: Path) -> Content:
    """The courses of PATH: one course, a folder of courses, or a folder that holds `courses/`."""
    folder = path.resolve()
    folder = folder / "courses" if (folder / "courses").is_dir() else folder
    banks = (folder.parent if (folder / "course.md").exists() else folder).parent / "question_banks"
    names = {each.name for each in banks.iterdir() if each.is_dir()} if banks.is_dir() else None
    return read_courses(folder, names)


@courses.command("publish")
@_path
@as_json_option
@in_application
def publish_courses(path: Path | None, as_json: bool) -> None:
    """Publish the courses, banks, plans and surveys of PATH (a folder with `courses/` and `question_banks/`), all or nothing."""
    root = (path or services().settings.content).resolve()
    media_bytes = services().settings.media_kib * 1024
    content = read_content(root.parent if root.name == "courses" else root, media_bytes)
    if content.report.ok:
        with services().database.writing() as session:
            publish_content(session, SYSTEM, content, now=utc_now(), files=services().files)
    report(content, as_json)


def report(content: Content, as_json: bool) -> None:
    """Print what a check found, and end with its exit status."""
    found = content.report
    if as_json:
        click.echo(json.dumps({**found.as_dict(), **content.counts()}, ensure_ascii=False, indent=2))
    else:
        for fault in sorted(found.errors):
            click.echo(f"{fault.file}:{fault.line}: {fault.message}")
        for fault in sorted(found.warnings):
            click.echo(f"{fault.file}:{fault.line}: aviso: {fault.message}")
        counted = ", ".join(f"{name} {count}" for name, count in content.counts().items() if count)
        click.echo(f"{counted or 'nada'}; {len(found.errors)} errores, {len(found.warnings)} avisos")
    sys.exit(0 if found.ok else 1)


@main.group("audit")
def audit_group() -> None:
    """The audit trail."""


@audit_group.command()
@as_json_option
@in_application
def verify(as_json: bool) -> None:
    """Walk the whole chain of the audit trail and its signed checkpoints; exit status 1 where a row was changed or removed."""
    with services().database.reading() as session:
        verdict = anchors.verify(session, make_keyring(services().settings), services().settings.instance)
    if as_json:
        click.echo(
            json.dumps({name: list(value) if name == "faults" else value for name, value in vars(verdict).items()})
        )
    else:
        for fault in verdict.faults:
            click.echo(fault)
        click.echo(
            f"{verdict.checked} sealed entries and {verdict.checkpoints} signed checkpoints checked, "
            f"{verdict.unsealed} wait for a seal, {len(verdict.faults)} faults"
        )
    sys.exit(1 if verdict.faults else 0)


if __name__ == "__main__":
    main()
