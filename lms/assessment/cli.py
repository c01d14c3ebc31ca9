"""The command line of banks, mounted under `lms` as `lms banks`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

import config
from lms.assessment.exchange_cli import convert_command, import_command
from lms.assessment.export_cli import Opened, export_command
from lms.assessment.formats.bank import LoadedBank
from lms.assessment.formats.media import MAX_BYTES
from lms.assessment.formats.yaml_bank import check_reviews, load_bank, load_banks
from lms.assessment.publish_cli import publish_all
from lms.catalog.loader import load_course
from lms.kit.content import Report


@click.group()
def banks() -> None:
    """Question banks."""


banks.add_command(import_command)
banks.add_command(convert_command)
banks.add_command(export_command)


@banks.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(path: Path | None, as_json: bool) -> None:
    """Check the bank in PATH, or every bank in the folders under it; every fault at once, with file and line.

    Exit code 0: nothing to mend (warnings are allowed), 1: faults, 2: PATH cannot be used.
    """
    settings = config.load()
    folder = path or settings.content / "question_banks"
    if not folder.is_dir():
        click.echo(f"no existe la carpeta {folder}", err=True)
        sys.exit(2)
    found, report = read(folder, settings.media_kib * 1024)
    if as_json:
        click.echo(json.dumps(summary(found, report), ensure_ascii=False, indent=2))
    else:
        _print(found, report)
    sys.exit(0 if report.ok else 1)


@banks.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--merge", is_flag=True, help="Join with what was published since the files were taken.")
@click.option("--replace", is_flag=True, help="Publish the files all the same; needs --reason.")
@click.option("--reason", default="", help="Why what others published is undone; the audit keeps it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def publish(opened: Opened, /, *, path: Path | None, merge: bool, replace: bool, reason: str, as_json: bool) -> None:
    """Publish the bank in PATH, or every bank in the folders under it, all or nothing.

    Refused where it would undo what was published since the files were exported, with what changed on each side.
    """
    settings = config.load()
    folder = path or settings.content / "question_banks"
    if not folder.is_dir():
        click.echo(f"no existe la carpeta {folder}", err=True)
        sys.exit(2)
    found, report = read(folder, settings.media_kib * 1024)
    if not report.ok:
        _print(found, report)
        sys.exit(1)
    publish_all(opened, found, merge=merge, replace=replace, reason=reason, as_json=as_json)


def read(folder: Path, media_bytes: int = MAX_BYTES) -> tuple[list[LoadedBank], Report]:
    """The banks at or under `folder` and what is wrong with them, the links to their courses included.

    Courses are looked for in the `courses` folder beside the banks; where there is none, the links are not checked.
    """
    single = (folder / "bank.yaml").exists()
    # Absolute, so that the folder above is found also when the path is "." or a bare name.
    whole = folder.resolve()
    root = whole.parent.parent if single else whole.parent
    if single:
        bank, report = load_bank(whole, root, media_bytes)
        found = [] if bank is None else [bank]
    else:
        found, report = load_banks(whole, root, media_bytes)
    for bank in found:
        _check_course(bank, root / "courses", report)
    return found, report


def _check_course(bank: LoadedBank, courses: Path, report: Report) -> None:
    folder = courses / bank.course
    if not bank.course or not courses.is_dir():
        return
    if not folder.is_dir():
        report.warning(f"question_banks/{bank.id}/bank.yaml", 1, f"el curso «{bank.course}» no está en «courses»")
        return
    course, _ = load_course(folder, courses)
    if course is not None:  # a course with faults of its own is the business of `lms courses check`
        check_reviews(bank, {module.id: module.anchors for module in course.modules}, report)


def summary(found: list[LoadedBank], report: Report) -> dict[str, object]:
    """What `--json` prints."""
    return {
        **report.as_dict(),
        "banks": len(found),
        "questions": sum(len(bank.questions) for bank in found),
        "plans": sum(bank.plan is not None for bank in found),
    }


def _print(found: list[LoadedBank], report: Report) -> None:
    for fault in sorted(report.errors):
        click.echo(f"{fault.file}:{fault.line}: {fault.message}")
    for fault in sorted(report.warnings):
        click.echo(f"{fault.file}:{fault.line}: aviso: {fault.message}")
    questions = sum(len(bank.questions) for bank in found)
    click.echo(
        f"{len(found)} bancos, {questions} preguntas, {len(report.errors)} errores, {len(report.warnings)} avisos"
    )
