"""The imports that were made, and one imported record for whoever may see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.kit.provenance import ImportBatch, ImportRow, ImportWithdrawal
from lms.people.models import Person
from lms.people.queries import may_see
from lms.skills.queries import PriorRow, prior_record


@dataclass(frozen=True)
class BatchRow:
    """An import, and how many of its records were taken back since."""

    batch: ImportBatch
    withdrawn: int


def batches(session: Session, *, before: str = "", limit: int) -> list[BatchRow]:
    """Imports, the newest first, paged by key: `before` is the code of the last one shown. One query."""
    taken = (
        select(func.count())
        .select_from(ImportWithdrawal)
        .join(ImportRow, ImportRow.key == ImportWithdrawal.row_key)
        .where(ImportRow.batch_id == ImportBatch.id)
        .correlate(ImportBatch)
        .scalar_subquery()
    )
    query = select(ImportBatch, taken).order_by(ImportBatch.id.desc()).limit(limit)
    if before:
        query = query.where(ImportBatch.id < select(ImportBatch.id).where(ImportBatch.code == before).scalar_subquery())
    return [BatchRow(batch, withdrawn) for batch, withdrawn in session.execute(query)]


def batch_by_code(session: Session, code: str) -> ImportBatch:
    """The import with this code. Raises: NotFound("history.batch_not_found")."""
    found = session.scalar(select(ImportBatch).where(ImportBatch.code == code))
    if found is None:
        raise NotFound("history.batch_not_found")
    return found


def record_for(
    session: Session, actor: Actor, code: str, permissions: Collection[Permission], on: date
) -> tuple[PriorRow, Person, ImportBatch]:
    """An imported certificate or verification with its person and batch, where one of the permissions reaches the person.

    Raises: NotFound("history.record_not_found") for a code that does not exist and for a stranger alike.
    """
    found = prior_record(session, code)
    if found is not None and _reaches(session, actor, found.record.person_id, permissions, on):
        person = session.get_one(Person, found.record.person_id)
        return found, person, session.get_one(ImportBatch, found.source.batch_id)
    raise NotFound("history.record_not_found")


def _reaches(session: Session, actor: Actor, person_id: int, permissions: Collection[Permission], on: date) -> bool:
    held: Sequence[Permission] = [permission for permission in permissions if actor.can(permission)]
    return any(may_see(session, actor, person_id, permission, on) for permission in held)


def source_of(session: Session, key: str) -> tuple[ImportRow, ImportBatch]:
    """Where an imported record came from, by the key of its row."""
    row = session.get_one(ImportRow, key)
    return row, session.get_one(ImportBatch, row.batch_id)
