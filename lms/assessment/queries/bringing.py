"""Files of questions that somebody brought, and the banks that they can go to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import Topic
from lms.assessment.models import Bank, BankVersion, BankVersionQuestion
from lms.kit.errors import NotFound
from lms.kit.files import FileStore, StoredFile
from lms.kit.jobs import BackgroundJob
from lms.kit.permissions import Actor


def kept_file(session: Session, actor: Actor, purpose: str, code: str) -> StoredFile:
    """A file of questions, for who brought it alone. Raises: NotFound("assessment.import_not_found")."""
    found = session.scalar(select(StoredFile).where(StoredFile.code == code, StoredFile.purpose == purpose))
    if found is None or actor.person_id is None or found.stored_by != actor.person_id:
        raise NotFound("assessment.import_not_found")
    return found


def job_of(session: Session, actor: Actor, name: str, file_code: str, *, limit: int = 200) -> BackgroundJob | None:
    """The last job of this name that the actor asked for about a file."""
    rows = session.scalars(
        select(BackgroundJob)
        .where(BackgroundJob.asked_by == actor.person_id, BackgroundJob.name == name)
        .order_by(BackgroundJob.id.desc())
        .limit(limit)
    )
    return next((row for row in rows if row.params.get("file") == file_code), None)


def forget(session: Session, files: FileStore, purpose: str, *, before: datetime) -> int:
    """Remove the files that were brought before a moment; returns how many."""
    rows = session.scalars(select(StoredFile).where(StoredFile.purpose == purpose, StoredFile.stored_at < before)).all()
    for row in rows:
        files.remove(session, row)
    return len(rows)


def banks(session: Session, *, after: str = "", limit: int) -> list[tuple[Bank, BankVersion, int]]:
    """Published banks with their version and how many questions it has, by name in URLs, paged by it."""
    held = (
        select(BankVersionQuestion.bank_version_id, func.count().label("held"))
        .group_by(BankVersionQuestion.bank_version_id)
        .subquery()
    )
    query = (
        select(Bank, BankVersion, func.coalesce(held.c.held, 0))
        .join(BankVersion, BankVersion.id == Bank.current_version_id)
        .outerjoin(held, held.c.bank_version_id == BankVersion.id)
        .where(Bank.slug > after)
        .order_by(Bank.slug)
        .limit(limit)
    )
    return [(bank, version, number) for bank, version, number in session.execute(query)]


def is_taken(session: Session, bank: str) -> bool:
    """Whether there is a bank of this name, published or not."""
    return session.scalar(select(Bank.id).where(Bank.slug == bank)) is not None


def topics_of(session: Session, bank: str) -> list[Topic]:
    """The topics of a bank; none where it is not published."""
    version = session.scalar(
        select(BankVersion).join(Bank, Bank.current_version_id == BankVersion.id).where(Bank.slug == bank)
    )
    return [] if version is None else [Topic(each["id"], each["title"]) for each in version.topics]
