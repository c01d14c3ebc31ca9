"""Evidence files: those of a record, and who may have one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kit.errors import NotFound
from lms.kit.files import StoredFile
from lms.kit.permissions import Actor, Permission
from lms.skills.models import EvidenceFile, OjtRecord, Verification
from lms.skills.queries.records import ojt_for, verification_for

READERS = (Permission.READ_TEAM, Permission.LEARN)
"""Any of these lets somebody read a record, and its files, within its scope."""


def readable_record(session: Session, actor: Actor, code: str, *, ojt: bool, on: date) -> Verification | OjtRecord:
    """The record, where the reader's team or own scope reaches it.

    Raises: NotFound("skills.record_not_found") for a stranger.
    """
    for permission in READERS:
        if actor.can(permission):
            try:
                if ojt:
                    return ojt_for(session, actor, code, permission, on)
                return verification_for(session, actor, code, permission, on)
            except NotFound:
                continue
    raise NotFound("skills.record_not_found")


def evidence_of(session: Session, record: Verification | OjtRecord) -> Sequence[StoredFile]:
    """The files given with a record, in the order they were given."""
    of_record = EvidenceFile.ojt_id if isinstance(record, OjtRecord) else EvidenceFile.verification_id
    return session.scalars(
        select(StoredFile)
        .join(EvidenceFile, EvidenceFile.file_id == StoredFile.id)
        .where(of_record == record.id)
        .order_by(EvidenceFile.id)
    ).all()


def reach_evidence(session: Session, actor: Actor, file: StoredFile, on: date) -> Verification | OjtRecord:
    """The record that an evidence file belongs to, for whoever may read it.

    Raises: NotFound("skills.record_not_found") for a stranger, and for a file of no record.
    """
    codes = session.execute(
        select(Verification.code, OjtRecord.code)
        .select_from(EvidenceFile)
        .outerjoin(Verification, Verification.id == EvidenceFile.verification_id)
        .outerjoin(OjtRecord, OjtRecord.id == EvidenceFile.ojt_id)
        .where(EvidenceFile.file_id == file.id)
    ).one_or_none()
    if codes is None:
        raise NotFound("skills.record_not_found")
    verification, ojt = codes
    return readable_record(session, actor, verification or ojt, ojt=verification is None, on=on)
