"""Importing and converting questions on the command line, as `lms banks import` and `lms banks convert`.

Exit status: 0 everything was taken, 1 something was not, 2 the file or the target cannot be used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import click

from lms.assessment.commands.importing import import_questions
from lms.assessment.formats.bank import STATUSES
from lms.assessment.formats.converting import convert, read, target_of
from lms.assessment.formats.exchange import MAX_BYTES, Defaults, Unreadable, summary
from lms.assessment.formats.identity import slug
from lms.assessment.formats.registry import FORMATS, parse
from lms.assessment.rules.plan import DIFFICULTIES, POOLS
from lms.kit.clock import utc_now
from lms.kit.errors import LmsError
from lms.kit.permissions import SYSTEM
from lms.web.context import services
from lms.web.errors import message

Opened = Callable[[], AbstractContextManager[Any]]
_format = click.option(
    "--format", "wanted", type=click.Choice([each.name for each in FORMATS]), help="Default: guessed."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_format
@click.option("--dry-run", is_flag=True, help="Look and say, write nothing; without --bank it needs no database.")
@click.option("--bank", default="", help="Id of the bank; default: the name of FILE. Made where there is none.")
@click.option("--partial", is_flag=True, help="Take the good questions of a file that has others too.")
@click.option(
    "--status", type=click.Choice(STATUSES), default="draft", help="Of new questions; only reviewed ones are drawn."
)
@click.option("--difficulty", type=click.Choice(DIFFICULTIES), default="medium", help="Where the file does not say.")
@click.option("--pool", type=click.Choice(POOLS), default="both", help="Where the file does not say.")
@_json
@click.pass_obj
def import_command(opened: Opened, /, *, file: Path, wanted: str | None, as_json: bool, **options: Any) -> None:
    """Import the questions of FILE (YAML, GIFT, Moodle XML, Aiken...) into a bank, as a new version of it.

    All of them or, with --partial, the good ones, in one transaction; a second time changes nothing.
    """
    bank = options["bank"] or slug(file.name.partition(".")[0]) or "importado"
    defaults = Defaults(difficulty=options["difficulty"], pool=options["pool"], status=options["status"])
    data = _bytes(file)
    try:
        if options["dry_run"] and not options["bank"]:
            checked = read(data, file.name, wanted or "", defaults)
            _print(summary(checked.parsed), "", as_json)
            return
        parsed = parse(data, file.name, wanted or "")
    except Unreadable as fault:
        _refuse(fault, as_json, wanted)
    try:
        with opened(), services().database.writing() as session:
            found = import_questions(
                session,
                SYSTEM,
                bank=bank,
                title=file.stem,
                parsed=parsed,
                defaults=defaults,
                partial=options["partial"],
                dry_run=options["dry_run"],
                now=utc_now(),
                files=services().files,
                media_bytes=services().settings.media_kib * 1024,
            )
    except LmsError as refused:
        click.echo(message(refused), err=True)
        sys.exit(1)
    counts = f"banco «{bank}»: {found.new} nuevas, {found.changed} cambiadas, {found.same} iguales"
    _print(found.report, counts if found.taken else "no se escribió nada", as_json)


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@_format
@click.option("--to", default="", help="Format of OUT; default: by its ending.")
@_json
def convert_command(source: Path, target: Path, wanted: str | None, to: str, as_json: bool) -> None:
    """Read the questions of IN and write them as OUT in another format; says what was not taken and what OUT cannot hold."""
    if target.exists():
        click.echo(f"{target} existe: no se escribió nada", err=True)
        sys.exit(2)
    try:
        found = convert(_bytes(source), source.name, wanted or "", target_of(target.name, to), Defaults())
    except Unreadable as fault:
        _refuse(fault, as_json, wanted)
    target.write_bytes(found.written.data)
    if target.suffix in {".yaml", ".yml"} and found.parsed.media:
        folder = target.parent / "media"
        folder.mkdir(exist_ok=True)
        for name, data in found.parsed.media.items():
            (folder / name).write_bytes(data)
    report = summary(found.parsed) | {"written": found.written.questions, "losses": list(found.written.losses)}
    _print(report, f"{found.written.questions} preguntas escritas en {target}", as_json)


def _bytes(file: Path) -> bytes:
    """The file, and one byte more than may be read: what is larger is refused without being held."""
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _refuse(fault: Unreadable, as_json: bool, wanted: str | None) -> NoReturn:
    if as_json:
        report = {"format": wanted or "", "found": 0, "imported": 0, "by_type": {}, "warnings": []}
        rejected = [{"where": fault.where, "name": "", "reason": fault.reason}]
        click.echo(json.dumps(report | {"rejected": rejected}, ensure_ascii=False, indent=2))
    else:
        click.echo(str(fault), err=True)
    sys.exit(2)


def _print(report: dict[str, Any], last: str, as_json: bool) -> None:
    """Print a report, and end with its exit status."""
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for each in report["rejected"]:
            name = f"«{each['name']}» " if each["name"] else ""
            click.echo(f"{each['where']}: {name}{each['reason']}")
        for warning in report["warnings"]:
            click.echo(f"aviso: {warning}")
        for loss in report.get("losses", ()):
            click.echo(f"se pierde: {loss}")
        types = ", ".join(f"{kind} {count}" for kind, count in report["by_type"].items())
        click.echo(
            f"{report['format']}: {report['found']} preguntas, {report['imported']} tomadas ({types or 'ninguna'})"
        )
        if last:
            click.echo(last)
    sys.exit(1 if report["rejected"] else 0)
