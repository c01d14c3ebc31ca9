"""Taking a bank back as files, as `lms banks export`.

Exit status: 0 the files stand, 1 something in the folder would be lost, 2 the bank or the folder cannot be used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import click

from lms.assessment.formats.bank import LoadedBank
from lms.assessment.formats.media import FOLDER
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.formats.yaml_writer import bank_files, media_path, shown_in
from lms.assessment.queries import bank_content
from lms.kit.errors import LmsError
from lms.web.context import services
from lms.web.errors import message

Opened = Callable[[], AbstractContextManager[Any]]


@click.command("export")
@click.argument("bank")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Also where DIR holds changes that were never published.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def export_command(opened: Opened, /, *, bank: str, folder: Path | None, overwrite: bool, as_json: bool) -> None:
    """Write the current version of BANK as the files of DIR (default: its folder in question_banks).

    The same version gives the same bytes. Files of another version are replaced; changes in them that were never
    published are refused, unless --overwrite.
    """
    with opened(), services().database.reading() as session:
        try:
            loaded, base = bank_content.current(session, bank)
        except LmsError as refused:
            _stop(message(refused), 2)
        target = folder or services().settings.content / "question_banks" / bank
        if not overwrite:
            _refuse_losing(target, loaded, lambda found: bank_content.is_version(session, found))
        files = bank_files(loaded, base)
        kept = bank_content.files_shown(session, bank)
        for name in shown_in(files):
            with services().files.open(kept[name]) as stream:
                files[media_path(name)] = stream.read()
    changed = write_folder(target, files)
    told = {"bank": bank, "version": base.version, "questions": len(loaded.questions), **changed}
    click.echo(
        json.dumps(told, ensure_ascii=False, indent=2)
        if as_json
        else f"banco «{bank}»: {len(loaded.questions)} preguntas en {target}; "
        f"{len(changed['written'])} archivos escritos, {len(changed['removed'])} quitados"
    )


def _stop(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(status)


def _refuse_losing(target: Path, loaded: LoadedBank, is_version: Callable[[LoadedBank], bool]) -> None:
    """End where the folder holds something that an export would lose."""
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not (target / "bank.yaml").is_file():
        _stop(f"{target}: no es la carpeta de un banco; elegir una vacía", 2)
    found, report = load_bank(target, target.parent)
    if found is not None and report.ok and found.id == loaded.id and is_version(found):
        return
    _stop(
        f"{target}: tiene cambios que no se publicaron, o faltas. Publicarlos con «lms banks publish {target}», "
        "guardarlos en otro lado, o descartarlos con --overwrite. No se escribió nada.",
        1,
    )


def write_folder(target: Path, files: dict[str, bytes]) -> dict[str, list[str]]:
    """Make the folder of a bank hold exactly these YAML files, media and lock; what else stands there stays.

    Each file appears whole or not at all; one that is the same already is left alone. Gives the names "written" and
    "removed".
    """
    written = []
    for name, data in files.items():
        path = target / name
        if path.is_file() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(data)
        fresh.replace(path)
        written.append(name)
    stale = [path for path in sorted(target.glob("*.yaml")) if path.name not in files]
    stale += [
        path for path in sorted((target / FOLDER).glob("*")) if path.is_file() and media_path(path.name) not in files
    ]
    for path in stale:
        path.unlink()
    return {"written": written, "removed": [path.relative_to(target).as_posix() for path in stale]}
