"""Files that show what a record says: given with it, in the same transaction, and never taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.errors import Invalid, NotAllowed
from lms.kit.files import FileStore, StoredFile, clean_name
from lms.kit.permissions import Actor
from lms.skills import queries
from lms.skills.models import EvidenceFile, OjtRecord, Verification

PURPOSE = "evidence"


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: what it was called, and its bytes."""

    name: str
    stream: BinaryIO


def attach_evidence(
    session: Session,
    actor: Actor,
    *,
    record: Verification | OjtRecord,
    uploads: Sequence[Upload],
    store: FileStore,
    now: datetime,
) -> list[StoredFile]:
    """Keep the files of a record that the actor has just made; a form that is sent twice keeps each of them once.

    Raises: NotAllowed("skills.evidence_of_others"); Invalid("files.*", field="evidence"): nothing of the record is kept then.
    """
    ojt = isinstance(record, OjtRecord)
    maker = record.observer_id if isinstance(record, OjtRecord) else record.evaluator_id
    if actor.person_id != maker:
        raise NotAllowed("skills.evidence_of_others")
    limit = store.purposes[PURPOSE].max_files
    if len(uploads) > limit:
        raise Invalid("files.too_many", field="evidence", limit=limit)
    kept: list[StoredFile] = []
    there = {(file.name, file.sha256) for file in queries.evidence_of(session, record)}
    for upload in uploads:
        try:
            file = store.put(session, upload.stream, name=upload.name, purpose=PURPOSE, actor=actor, now=now)
        except Invalid as refused:
            refused.field = "evidence"
            raise
        if (clean_name(upload.name), file.sha256) in there:
            session.delete(file)  # nothing refers to it yet
            session.flush()
            continue
        there.add((file.name, file.sha256))
        if len(there) > limit:  # a form sent again with other files, however often
            raise Invalid("files.too_many", field="evidence", limit=limit)
        link = EvidenceFile(
            file_id=file.id, ojt_id=record.id if ojt else None, verification_id=None if ojt else record.id
        )
        session.add(link)
        session.flush()
        kept.append(file)
    if kept:
        _note(session, actor, record, kept, now=now)
    return kept


def _note(
    session: Session, actor: Actor, record: Verification | OjtRecord, kept: Sequence[StoredFile], *, now: datetime
) -> None:
    """The audit row of the files of a record."""
    audit.record(
        session,
        actor,
        action="evidence.attach",
        subject=("ojt_record" if isinstance(record, OjtRecord) else "verification", record.code),
        after={"files": "; ".join(f"{file.name} (SHA-256 {file.sha256})" for file in kept)},
        now=now,
    )
