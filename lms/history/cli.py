"""Bringing the past along on the command line.

Mounted by `lms/cli.py`, which gives the context a `Database` as its object. Exit status: 0 all written (or nothing to write),
1 something in the file has to be mended, 2 wrong use.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from config import Settings
from lms.history import commands
from lms.history.commands import Checked, Options
from lms.history.formats.csv_file import open_csv
from lms.history.formats.rejects import Rejects
from lms.history.formats.table import FileLimits, Sheet, Table
from lms.history.formats.template import csv_template, xlsx_template
from lms.history.formats.xlsx_file import open_xlsx
from lms.history.messages import KIND_NAMES, column_word, reason_word, worded
from lms.history.rules.cells import DateOrder
from lms.history.rules.faults import Fault, FileFaultError, Found, fault
from lms.history.rules.rows import Limits, Row
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM, Actor, Permission
from lms.people.queries import actor_for_person, person_by_identifier
from lms.web.context import services


@click.group("history")
def history() -> None:
    """What was before: training hours, certificates and verifications of other systems."""


@history.command("template")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="Write an XLSX file, one sheet a kind.")
@click.option("--csv", "csv_", type=click.Path(dir_okay=False, path_type=Path), help="Write a CSV file for all kinds.")
@click.option("--english", is_flag=True, help="English column names; both are read.")
def template(xlsx: Path | None, csv_: Path | None, english: bool) -> None:
    """Write empty files with the right columns."""
    if xlsx is None and csv_ is None:
        raise click.UsageError("say --xlsx FILE or --csv FILE")
    for path in (xlsx, csv_):
        if path is not None and path.exists():
            raise click.UsageError(f"{path} exists already; nothing was written")
    if xlsx is not None:
        xlsx_template(xlsx, int(english))
    if csv_ is not None:
        csv_.write_text(csv_template(int(english)), encoding="utf-8", newline="")
    click.echo(", ".join(str(path) for path in (xlsx, csv_) if path is not None))


@history.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look and say, write nothing.")
@click.option("--sheet", default="", help="The one sheet of an XLSX file to import.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How days like 3/4/2025 are meant.")
@click.option("--adjustments", is_flag=True, help="Hours of closed months enter as adjustments.")
@click.option("--skip-faulty", is_flag=True, help="Write the good rows, and the others to a file of rejects.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="That file; default: beside FILE.")
@click.option("--by", default="", help="Employee number of who imports; rows about that person are refused.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def import_(
    database: Database,
    *,
    file: Path,
    dry_run: bool,
    sheet: str,
    dates: str | None,
    adjustments: bool,
    skip_faulty: bool,
    rejects: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Bring the rows of FILE (CSV or XLSX) along. A file with a fault writes nothing, unless --skip-faulty."""
    settings = services().settings
    options = Options(
        zone=settings.zone,
        row=Limits(settings.history_text, DateOrder(dates or "ask")),
        file=FileLimits(settings.history_file_mib, settings.history_unpacked_mib, settings.history_rows),
        faults=settings.history_faults,
        adjustments=adjustments,
        skip_faulty=skip_faulty,
    )
    now = utc_now()
    actor = _importer(database, by, settings, now)
    target = (
        (rejects or file.with_name(f"{file.stem}-rechazados{file.suffix}")) if skip_faulty and not dry_run else None
    )
    if target is not None and target.exists():
        raise click.UsageError(f"{target} exists already: move it away or say --rejects FILE")
    run = _Run(database, actor, file=file, sheet=sheet, options=options, now=now)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        done = run.check(spool, target)
        written = ""
        refused = bool(done.errors or done.rejected) and not skip_faulty
        if not (dry_run or done.fatal or refused) and done.good:
            written = run.write(done, spool)
    if done.fatal and target is not None:
        target.unlink(missing_ok=True)
    report = {"batch": written, "dry_run": dry_run, "rejects": str(target) if target and target.exists() else ""}
    (_print_json if as_json else _print)(file.name, done, report)
    sys.exit(1 if done.errors or done.rejected else 0)


def _importer(database: Database, number: str, settings: Settings, now: datetime) -> Actor:
    """Who imports: the system, or the person with that employee number.

    Raises: click.UsageError for somebody who may not change the people's records.
    """
    if not number:
        return SYSTEM
    with database.reading() as session:
        person = person_by_identifier(session, number.strip().upper())
        who = actor_for_person(session, person, now, settings.zone) if person is not None else None
    if who is None or not who.scope(Permission.MANAGE_PEOPLE).everybody:
        raise click.UsageError(f"--by {number}: nobody with this number who manages the records of the whole company")
    return who


class _Run:
    """One call of the command."""

    def __init__(
        self, database: Database, actor: Actor, *, file: Path, sheet: str, options: Options, now: datetime
    ) -> None:
        self._database, self._actor, self._file, self._sheet = database, actor, file, sheet
        self._options, self._now = options, now

    def check(self, spool: IO[str], target: Path | None) -> Checked:
        try:
            table = self._open()
            with self._database.reading() as session, contextlib.ExitStack() as stack:
                held = stack.enter_context(Rejects(target, table)) if target is not None else None

                def reject(sheet: Sheet, row: Row, faults: Sequence[Fault]) -> None:
                    if held is not None:
                        held.add(sheet, row.values, reason_word(list(faults)))

                done = commands.check(
                    session,
                    self._actor,
                    table,
                    options=self._options,
                    spool=spool,
                    rejects=reject,
                    now=self._now,
                )
        except FileFaultError as wrong:
            return Checked(errors=[wrong.found], fatal=True)
        if target is not None and not done.rejected:
            target.unlink(missing_ok=True)
        return done

    def _open(self) -> Table:
        kind = self._file.suffix.lower()
        if kind == ".csv":
            return open_csv(self._file, self._options.file)
        if kind == ".xlsx":
            return open_xlsx(self._file, self._options.file, self._sheet)
        raise FileFaultError(fault("suffix"))

    def write(self, done: Checked, spool: IO[str]) -> str:
        with self._file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        with self._database.writing() as session:
            batch = commands.write(
                session,
                self._actor,
                done,
                spool,
                file_name=self._file.name,
                file_hash=digest,
                adjustments=self._options.adjustments,
                now=self._now,
            )
        return batch.code


def _as_dict(file: str, found: Found) -> dict[str, str | int]:
    place = f"{file}!{found.sheet}" if found.sheet else file
    return {"file": place, "line": found.line, "column": column_word(found.fault), "message": worded(found.fault)}


def _print_json(file: str, done: Checked, report: dict[str, Any]) -> None:
    document = {
        "errors": [_as_dict(file, found) for found in done.errors],
        "warnings": [_as_dict(file, found) for found in done.warnings],
        "unshown": done.unshown,
        "counts": done.as_counts(),
        **report,
    }
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _print(file: str, done: Checked, report: dict[str, Any]) -> None:
    for found in done.errors:
        _line(file, found, "")
    for found in done.warnings:
        _line(file, found, "aviso: ")
    if done.unshown:
        click.echo(f"… y {done.unshown} más, que no se listan (LMS_HISTORY_FAULTS)")
    for kind, count in done.counts.items():
        click.echo(f"{KIND_NAMES[kind.value]}: {count}")
    click.echo(f"ya traídas antes: {done.repeated}; con faltas: {done.rejected}")
    if report["rejects"]:
        click.echo(f"filas con faltas, para corregir y volver a importar: {report['rejects']}")
    if report["batch"]:
        click.echo(f"escrito, importación {report['batch']}")
    else:
        click.echo("no se escribió nada" + (" (prueba)" if report["dry_run"] else ""))


def _line(file: str, found: Found, mark: str) -> None:
    place = _as_dict(file, found)
    column = f"{place['column']}: " if place["column"] else ""
    click.echo(f"{place['file']}:{place['line']}: {mark}{column}{place['message']}")
