"""The audit trail: append-only entries written with the change, chained afterwards, personal payloads apart.

An entry holds the salted digest of its payload. The payload (what changed, which may name people) and its salt stand in a
table of their own, so that they can be erased on a person's lawful request without breaking the chain. The sealer chains
committed entries afterwards: a chain written inline would put every writer in one queue.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kit.db import AppendOnly, Base, BigKey, insert_all, json_doc, moment, pk, reserve_ids
from lms.kit.permissions import Actor

_GATHERED = "umbral_audit_gathered"
_GENESIS = "0" * 64


class AuditEntry(AppendOnly, Base):
    """Who did what to what, and when."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_code"),)

    id: Mapped[pk]
    at: Mapped[moment]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_code: Mapped[str]
    digest: Mapped[str]


class AuditPayload(Base):
    """The erasable part of an entry: its salt and what changed, `{"before": {...}, "after": {...}}`."""

    __tablename__ = "audit_payload"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str]
    payload: Mapped[json_doc]


class AuditSeal(AppendOnly, Base):
    """One link of the chain."""

    __tablename__ = "audit_seal"

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(BigKey, unique=True)
    hash: Mapped[str]


_Waiting = tuple[AuditEntry, str, object]


def _plain(value: object) -> object:
    """What JSON can hold, the same for ever: exact rationals as "n/d", days and moments in ISO form."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _payload_digest(salt: str, payload: object) -> str:
    return hashlib.sha256(f"{salt}|{_canonical(payload)}".encode()).hexdigest()


def _link(previous: str, entry: AuditEntry) -> str:
    facts = [
        previous,
        entry.id,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject_kind,
        entry.subject_code,
        entry.digest,
    ]
    return hashlib.sha256(_canonical(facts).encode()).hexdigest()


def record(
    session: Session,
    actor: Actor,
    *,
    action: str,
    subject: tuple[str, str],
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write down a change in the transaction that makes it.

    `action` is "<thing>.<verb>", `subject` the kind and the code of what was changed, `before` and `after` the facts that
    changed (rationals, days and moments welcome).
    """
    payload = _plain({"before": dict(before or {}), "after": dict(after or {})})
    salt = secrets.token_hex(16)
    entry = AuditEntry(
        at=now,
        actor_id=actor.person_id,
        actor_name=actor.name,
        action=action,
        subject_kind=subject[0],
        subject_code=subject[1],
        digest=_payload_digest(salt, payload),
    )
    waiting: list[_Waiting] | None = session.info.get(_GATHERED)
    if waiting is not None:
        waiting.append((entry, salt, payload))
        return entry
    session.add(entry)
    session.flush()
    session.add(AuditPayload(entry_id=entry.id, salt=salt, payload=payload))
    return entry


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """Keep what is recorded in the block, and write it at its end all together, in the order of time.

    For one transaction that does a great many things. Should the block fail, nothing of it is written, as nothing of
    what it did is: the caller's transaction is rolled back.
    """
    waiting: list[_Waiting] = []
    session.info[_GATHERED] = waiting
    try:
        yield
    finally:
        del session.info[_GATHERED]
    if not waiting:
        return
    session.flush()
    waiting.sort(key=lambda item: item[0].at)
    payloads = []
    for number, (entry, salt, payload) in zip(reserve_ids(session, AuditEntry, len(waiting)), waiting, strict=True):
        entry.id = number
        payloads.append(AuditPayload(entry_id=number, salt=salt, payload=payload))
    insert_all(session, AuditEntry, [entry for entry, _, _ in waiting])
    insert_all(session, AuditPayload, payloads)


def seal(session: Session, *, limit: int = 10_000) -> int:
    """Chain up to `limit` entries that are not sealed yet; returns how many. Run by one job at a time."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    previous, number = (last.hash, last.id) if last else (_GENESIS, 0)
    waiting = session.scalars(
        select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.id.is_(None))
        .order_by(AuditEntry.id)
        .limit(limit)
    ).all()
    seals = []
    for entry in waiting:
        number += 1
        previous = _link(previous, entry)
        seals.append(AuditSeal(id=number, entry_id=entry.id, hash=previous))
    insert_all(session, AuditSeal, seals)
    return len(waiting)


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: `faults` in words, how many links were checked, how many entries wait for a seal.

    `checkpoints`: how many signed ones were checked (by `kit.anchors.verify`).
    """

    faults: tuple[str, ...]
    checked: int
    unsealed: int
    checkpoints: int = 0


def verify(session: Session) -> Verdict:
    """Walk the whole chain: changed entries, changed payloads and removed rows are faults; an erased payload is not."""
    faults: list[str] = []
    previous, expected = _GENESIS, 0
    rows = session.execute(
        select(AuditSeal, AuditEntry, AuditPayload)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .outerjoin(AuditPayload, AuditPayload.entry_id == AuditSeal.entry_id)
        .order_by(AuditSeal.id)
        .execution_options(yield_per=1000)
    )
    for link, entry, payload in rows:
        expected += 1
        if link.id != expected:
            faults.append(f"seal {expected} is missing")
            expected = link.id
        faults.extend(_faults_of(link, entry, payload, previous))
        previous = link.hash
    unsealed = len(
        session.scalars(
            select(AuditEntry.id)
            .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
            .where(AuditSeal.id.is_(None))
        ).all()
    )
    return Verdict(tuple(faults), expected, unsealed)


def _faults_of(link: AuditSeal, entry: AuditEntry | None, payload: AuditPayload | None, previous: str) -> list[str]:
    if entry is None:
        return [f"entry {link.entry_id} (seal {link.id}) was removed"]
    faults = []
    if _link(previous, entry) != link.hash:
        faults.append(f"entry {entry.id} (seal {link.id}) or its seal was changed")
    if payload is not None and _payload_digest(payload.salt, payload.payload) != entry.digest:
        faults.append(f"the payload of entry {entry.id} was changed")
    return faults


def erase_payload(session: Session, entry_id: int) -> None:
    """Erase what an entry says about people; the entry, its digest and the chain stay."""
    payload = session.get(AuditPayload, entry_id)
    if payload is not None:
        session.delete(payload)
