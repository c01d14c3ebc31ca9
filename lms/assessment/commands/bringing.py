"""Bringing a file of questions in the browser: kept, looked at as often as wanted, taken by choice in one transaction."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands.importing import import_questions
from lms.assessment.formats.exchange import Parsed
from lms.assessment.formats.kept import Kept, pack
from lms.kit import audit
from lms.kit.errors import Conflict, NotAllowed
from lms.kit.files import FileStore, StoredFile
from lms.kit.permissions import Actor, Permission

PURPOSE = "questions"
CHECK, TAKE = "assessment.check_questions", "assessment.take_questions"
"""The jobs of a large file."""
AT_ONCE, AT_ONCE_PACKED = 256 * 1024, 48 * 1024
"""Bytes of a text, and of a packed file, up to which a page reads it itself: about two seconds."""
MOST_SHOWN = 200
"""Questions not taken that a report lists; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds and what taking it would change, as JSON can hold it: `import_questions` with what can be mended.

    `refused` counts the questions that are not taken, of which `rejected` holds the first `MOST_SHOWN`.
    """

    summary: Mapping[str, Any]
    refused: int
    rejected: list[dict[str, str]]
    new: int
    changed: int
    same: int
    taken: bool = False


def keep(session: Session, actor: Actor, store: FileStore, kept: Kept, *, now: datetime) -> StoredFile:
    """Keep a file until it is taken or forgotten. Raises: NotAllowed; Invalid("files.*", field="file")."""
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")
    name = f"{kept.name[:100]}.zip"
    return store.put(session, io.BytesIO(pack(kept)), name=name, purpose=PURPOSE, actor=actor, now=now)


def is_large(kept: Kept) -> bool:
    """Whether reading it is work for the background."""
    return len(kept.data) > (AT_ONCE_PACKED if kept.data.startswith(b"PK") else AT_ONCE)


def look(session: Session, actor: Actor, kept: Kept, parsed: Parsed, *, now: datetime, media_bytes: int) -> Report:
    """What taking `parsed`, the questions of `kept`, would do; nothing is written. Raises: NotAllowed."""
    return _bring(
        session, actor, kept, parsed, partial=False, dry_run=True, now=now, files=None, media_bytes=media_bytes
    )


def take(
    session: Session,
    actor: Actor,
    kept: Kept,
    parsed: Parsed,
    *,
    partial: bool,
    now: datetime,
    files: FileStore,
    media_bytes: int,
) -> Report:
    """Take the questions: all of them, or (`partial`) the good ones; with the hash of the file in the audit trail.

    Raises: NotAllowed; Conflict("assessment.import_has_faults") where one is not good and not `partial`,
    Conflict("assessment.import_empty") where none is good.
    """
    found = _bring(
        session, actor, kept, parsed, partial=partial, dry_run=False, now=now, files=files, media_bytes=media_bytes
    )
    if not found.taken:
        raise Conflict(
            "assessment.import_has_faults" if found.new + found.changed + found.same else "assessment.import_empty"
        )
    if found.new or found.changed:
        audit.record(
            session,
            actor,
            action="bank.import",
            subject=("bank", kept.bank),
            after={
                "file": kept.name,
                "sha256": kept.sha256,
                "format": found.summary["format"],
                "found": found.summary["found"],
                "new": found.new,
                "changed": found.changed,
                "same": found.same,
                "rejected": found.refused,
                "mended": len(kept.mended),
            },
            now=now,
        )
    return found


def _bring(session: Session, actor: Actor, kept: Kept, parsed: Parsed, **how: Any) -> Report:
    found = import_questions(
        session, actor, bank=kept.bank, title=kept.title, parsed=parsed, defaults=kept.defaults, **how
    )
    rejected = [each.as_dict() | {"source": each.source} for each in parsed.rejected[:MOST_SHOWN]]
    summary = {key: value for key, value in found.report.items() if key != "rejected"}
    return Report(summary, len(parsed.rejected), rejected, found.new, found.changed, found.same, found.taken)
