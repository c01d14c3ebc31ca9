"""Writing what a check found good: one transaction, so that an interruption leaves nothing half done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.catalog.commands import bring_certificates
from lms.history.commands.checking import Checked
from lms.history.rules.columns import Kind
from lms.hours.commands import post_imported
from lms.kit import audit
from lms.kit.errors import Conflict
from lms.kit.ids import new_code
from lms.kit.permissions import Actor
from lms.kit.provenance import ImportBatch, ImportRow
from lms.skills.commands import bring_verifications

PORTION = 1_000
"""Rows of one statement."""
_DAYS = ("day", "issued_on", "expires_on", "observed_on", "valid_until")


def write(
    session: Session,
    actor: Actor,
    checked: Checked,
    spool: IO[str],
    *,
    file_name: str,
    file_hash: str,
    adjustments: bool,
    now: datetime,
) -> ImportBatch:
    """Write the rows of `spool` and the batch they belong to; the caller's one transaction holds them all.

    One audit row says who brought which file and how many records of each kind; where each came from stands in `ImportRow`.
    Raises: Conflict("history.changed_since") where somebody imported the same rows since the check;
    Conflict("hours.month_closed_since").
    """
    counts = checked.as_counts()
    batch = ImportBatch(
        code=new_code(),
        at=now,
        actor_id=actor.person_id,
        actor_name=actor.name,
        file_name=file_name,
        file_hash=file_hash,
        counts=counts,
    )
    session.add(batch)
    session.flush()
    spool.seek(0)
    try:
        for plans in _portions(spool):
            session.execute(insert(ImportRow), [{**plan["source"], "batch_id": batch.id} for plan in plans])
            of_kind = {kind: [_record(plan) for plan in plans if plan["kind"] == kind.value] for kind in Kind}
            post_imported(session, actor, of_kind[Kind.HOURS], adjustments=adjustments, now=now)
            bring_certificates(session, of_kind[Kind.CERTIFICATE], now=now)
            bring_verifications(session, of_kind[Kind.VERIFICATION], now=now)
    except IntegrityError:
        raise Conflict("history.changed_since") from None
    audit.record(
        session,
        actor,
        action="history.import",
        subject=("import_batch", batch.code),
        after={"file": file_name, "sha256": file_hash, **counts},
        now=now,
    )
    return batch


def _portions(lines: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(lines)
    while portion := [json.loads(line) for line in islice(waiting, PORTION)]:
        yield portion


def _record(plan: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = plan["record"]
    for name in _DAYS:
        if record.get(name):
            record[name] = date.fromisoformat(record[name])
    return record
