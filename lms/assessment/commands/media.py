"""Keeping the pictures and the sound of a bank: bytes in the file store, and which name of a text they go by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import LoadedMedia
from lms.assessment.models import Bank, BankMedia
from lms.kit.errors import Invalid, NotAllowed
from lms.kit.files import FileStore
from lms.kit.filetypes import KINDS
from lms.kit.permissions import Actor, Permission


def keep_media(
    session: Session, actor: Actor, bank: Bank, media: Sequence[LoadedMedia], files: FileStore | None, *, now: datetime
) -> None:
    """Store what a bank shows and does not have yet.

    Raises: Invalid("assessment.media_changed") where a file is no longer what was read; ValueError where there is something
    to store and no store; what the store raises of a file.
    """
    known = set(session.scalars(select(BankMedia.name).where(BankMedia.bank_id == bank.id)))
    new = [each for each in media if each.name not in known]
    if not new:
        return
    if files is None:
        raise ValueError(f"{bank.slug} shows {len(new)} files, and there is no store to keep them")
    for each in new:
        with each.path.open("rb") as stream:
            row = files.put(session, stream, name=each.path.name, purpose="media", actor=actor, now=now)
        if row.sha256 != each.name.partition(".")[0]:
            raise Invalid("assessment.media_changed", name=each.path.name)
        session.add(BankMedia(bank_id=bank.id, name=each.name, file_id=row.id))
    session.flush()


def add_media(
    session: Session, actor: Actor, bank: Bank, stream: BinaryIO, *, name: str, files: FileStore, now: datetime
) -> str:
    """Keep one picture or sound of a bank; returns the name by which texts show it, the same for the same bytes.

    Raises: NotAllowed("assessment.not_allowed"), and what the store raises of a file.
    """
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")
    row = files.put(session, stream, name=name, purpose="media", actor=actor, now=now)
    stored = f"{row.sha256}.{KINDS[row.kind].endings[0]}"
    known = select(BankMedia.id).where(BankMedia.bank_id == bank.id, BankMedia.name == stored)
    if session.scalar(known) is None:
        session.add(BankMedia(bank_id=bank.id, name=stored, file_id=row.id))
        session.flush()
    return stored
