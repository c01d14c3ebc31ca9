"""Checkpoints of the audit trail: signed by the site's key, chained, and written to a file beside the database as well.

The chain of seals alone says that nothing in it was changed; somebody who may write to the database could still cut off its end
or make it anew. A checkpoint says, with a signature, how far the chain reached and with which hash. The file holds the same
lines, so that a database put back to an earlier day shows.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kit import audit
from lms.kit.audit import AuditSeal, Verdict
from lms.kit.db import AppendOnly, Base, BigKey, lock, moment, pk
from lms.kit.keys import Keyring

LOG_NAME = "audit-checkpoints.jsonl"
"""In the instance folder; part of the backup, and worth a copy on another machine."""


class AuditCheckpoint(AppendOnly, Base):
    """That the chain reached the seal `seal_id` with `seal_hash`, signed."""

    __tablename__ = "audit_checkpoint"

    id: Mapped[pk]  # 1, 2, 3... without a hole
    seal_id: Mapped[int] = mapped_column(BigKey)  # also how many seals there were
    seal_hash: Mapped[str]
    at: Mapped[moment]
    kid: Mapped[str]
    signature: Mapped[str]


@dataclass(frozen=True)
class Line:
    """A checkpoint as the file has it."""

    id: int
    seal_id: int
    seal_hash: str
    at: str
    kid: str
    signature: str


def anchor(session: Session, keyring: Keyring, *, now: datetime) -> AuditCheckpoint | None:
    """Sign how far the chain reaches; None where it has not grown since the last checkpoint.

    Raises: Conflict("keys.secret_changed").
    """
    lock(session, "audit_checkpoint")
    seal = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    last = latest(session)
    if seal is None or (last is not None and last.seal_id >= seal.id):
        return None
    number = 1 if last is None else last.id + 1
    data = _signed(number, seal.id, seal.hash, now.isoformat(), last.signature if last is not None else "")
    kid, signature = keyring.sign(session, data, now=now)
    row = AuditCheckpoint(
        id=number, seal_id=seal.id, seal_hash=seal.hash, at=now, kid=kid, signature=base64.b64encode(signature).decode()
    )
    session.add(row)
    session.flush()
    return row


def latest(session: Session) -> AuditCheckpoint | None:
    """The last checkpoint."""
    return session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))


def write_log(session: Session, folder: Path) -> int:
    """Add to the file the checkpoints that it lacks; returns how many. Called after they were committed."""
    path = folder / LOG_NAME
    _mend_end(path)
    known = max((line.id for line in read_log(folder) if line is not None), default=0)
    rows = session.scalars(select(AuditCheckpoint).where(AuditCheckpoint.id > known).order_by(AuditCheckpoint.id)).all()
    if rows:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            for row in rows:
                log.write(json.dumps(vars(_line(row)), separators=(",", ":")) + "\n")
            log.flush()
            os.fsync(log.fileno())
    return len(rows)


def _mend_end(path: Path) -> None:
    """Take away a last line that was cut off while it was written (the disk was full, the machine stopped): it comes again."""
    if not path.exists():
        return
    with path.open("r+b") as log:
        content = log.read()
        if content and not content.endswith(b"\n"):
            log.truncate(content.rfind(b"\n") + 1)


def read_log(folder: Path) -> list[Line | None]:
    """The lines of the file; None for one that cannot be read. Empty where there is no file."""
    path = folder / LOG_NAME
    if not path.exists():
        return []
    found: list[Line | None] = []
    for text in path.read_text("utf-8").splitlines():
        try:
            found.append(Line(**json.loads(text)))
        except (ValueError, TypeError):
            found.append(None)
    return found


def verify(session: Session, keyring: Keyring, folder: Path) -> Verdict:
    """What `audit.verify` finds, and what the checkpoints in the database and in the file say against it.

    A cut-off end, a chain made anew, a forged, changed or missing checkpoint are faults; an erased payload is not.
    """
    verdict = audit.verify(session)
    checked, faults = verify_checkpoints(session, keyring, folder)
    return replace(verdict, faults=(*verdict.faults, *faults), checkpoints=checked)


def verify_checkpoints(session: Session, keyring: Keyring, folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many checkpoints there are, and what they say against the seals and against the file; walks no chain."""
    faults: list[str] = []
    checked = 0
    previous = ""
    for row, seal in session.execute(
        select(AuditCheckpoint, AuditSeal)
        .outerjoin(AuditSeal, AuditSeal.id == AuditCheckpoint.seal_id)
        .order_by(AuditCheckpoint.id)
    ):
        checked += 1
        if row.id != checked:
            faults.append(f"checkpoint {checked} is missing")
            checked = row.id
        faults.extend(_faults_of(session, keyring, row, seal, previous))
        previous = row.signature
    faults.extend(_against_log(session, folder))
    return checked, tuple(faults)


def _faults_of(
    session: Session, keyring: Keyring, row: AuditCheckpoint, seal: AuditSeal | None, previous: str
) -> Iterator[str]:
    data = _signed(row.id, row.seal_id, row.seal_hash, row.at.isoformat(), previous)
    try:
        signature = base64.b64decode(row.signature, validate=True)
    except ValueError:
        signature = b""
    if not keyring.verify(session, row.kid, data, signature):
        yield (
            f"checkpoint {row.id} of {row.at:%Y-%m-%d}: its signature does not hold. It or the one before was changed, or "
            f"LMS_SECRET_KEY is not the one that key {row.kid} was made with (put that one into LMS_FORMER_SECRET_KEYS)"
        )
    if seal is None:
        yield f"checkpoint {row.id} of {row.at:%Y-%m-%d} was signed at seal {row.seal_id}, which is gone: the end was cut off"
    elif seal.hash != row.seal_hash:
        yield f"checkpoint {row.id} of {row.at:%Y-%m-%d} has another hash for seal {row.seal_id}: the chain was made anew"


def _against_log(session: Session, folder: Path) -> Iterator[str]:
    """What the file knows and the database does not."""
    rows = {row.id: _line(row) for row in session.scalars(select(AuditCheckpoint))}
    for number, line in enumerate(read_log(folder), start=1):
        if line is None:
            yield f"line {number} of {LOG_NAME} cannot be read"
        elif line.id not in rows:
            yield f"checkpoint {line.id} of {line.at[:10]} is in {LOG_NAME} and not in the database: rows were taken away"
        elif rows[line.id] != line:
            yield f"checkpoint {line.id} of {line.at[:10]} is another one in {LOG_NAME} than in the database"


def _line(row: AuditCheckpoint) -> Line:
    return Line(row.id, row.seal_id, row.seal_hash, row.at.isoformat(), row.kid, row.signature)


def _signed(number: int, seal_id: int, seal_hash: str, at: str, previous: str) -> bytes:
    """What a checkpoint's signature covers: itself and the signature before it."""
    return json.dumps(["umbral-audit-checkpoint-1", number, seal_id, seal_hash, at, previous]).encode()
