"""Publishing banks from their files, as `lms banks publish`: what others changed meanwhile is told or joined, never lost.

Exit status: 0 published or nothing new, 1 faults or a conflict, 2 PATH cannot be used.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import click

from lms.assessment.commands.joining import MERGE, PLAIN, REPLACE, Joined, publish_files
from lms.assessment.formats.bank import LoadedBank
from lms.kit.clock import utc_now
from lms.kit.errors import LmsError
from lms.kit.permissions import SYSTEM
from lms.web.context import services
from lms.web.errors import message

Opened = Callable[[], AbstractContextManager[Any]]


def publish_all(
    opened: Opened, banks: Sequence[LoadedBank], *, merge: bool, replace: bool, reason: str, as_json: bool
) -> None:
    """Publish some banks in one transaction, print what became of each, and end with the exit status."""
    if merge and replace:
        click.echo("--merge y --replace no van juntos", err=True)
        sys.exit(2)
    mode = MERGE if merge else REPLACE if replace else PLAIN
    done: list[tuple[LoadedBank, Joined]] = []
    try:
        with opened(), services().database.writing() as session:
            for bank in banks:
                joined = publish_files(
                    session, SYSTEM, bank, now=utc_now(), files=services().files, mode=mode, reason=reason
                )
                done.append((bank, joined))
            told = [_told(*each) for each in done]
    except LmsError as refused:
        if as_json:
            listed = {key: str(value) for key, value in refused.params.items()}
            click.echo(json.dumps({"refused": refused.key, **listed}, ensure_ascii=False, indent=2))
        click.echo(message(refused), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"banks": told}, ensure_ascii=False, indent=2))
        return
    for each in told:
        click.echo(_words(each))


def _told(bank: LoadedBank, joined: Joined) -> dict[str, Any]:
    difference = joined.difference
    return {
        "bank": bank.id,
        "number": joined.version.number,
        "version": joined.version.content_hash,
        "kept": joined.kept,
        "files": list(difference.files),
        "published": list(difference.published),
        "both": list(difference.both),
    }


def _words(told: dict[str, Any]) -> str:
    name = f"banco «{told['bank']}»"
    if told["kept"]:
        newer = ", ".join(told["published"])
        return f"{name}: los archivos no tienen nada nuevo, y lo publicado sí ({newer}); tomarlo con «lms banks export»"
    names = ", ".join(told["published"] + told["both"])
    joined = (
        f"; los archivos no tienen todo lo publicado ({names}): exportarlos de nuevo antes de seguir" if names else ""
    )
    return f"{name}: versión {told['number']}{joined}"
