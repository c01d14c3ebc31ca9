"""The chain of the audit trail finds a changed byte and a missing row, and stands an erased payload."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.conftest import NOW


@pytest.fixture
def sealed(database: Database) -> Database:
    """Ten entries in the chain."""
    with database.writing() as session:
        for number in range(10):
            audit.record(
                session,
                SYSTEM,
                action="thing.change",
                subject=("thing", str(number)),
                before={"score": Fraction(2, 3), "day": date(2026, 3, 1)},
                after={"score": None, "list": [1, {"at": NOW}]},
                now=NOW,
            )
    with database.writing() as session:
        assert audit.seal(session) == 10
    return database


def _force(connection: Connection, statement: str) -> None:
    """What somebody with the database's own password can do: switch off the triggers and write."""
    if connection.dialect.name == "sqlite":
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    connection.exec_driver_sql(statement)


def _verdict(database: Database) -> audit.Verdict:
    with database.reading() as session:
        return audit.verify(session)


def test_an_untouched_chain_is_whole(sealed: Database) -> None:
    assert _verdict(sealed) == audit.Verdict((), 10, 0)
    with sealed.writing() as session:
        audit.record(session, SYSTEM, action="thing.change", subject=("thing", "11"), now=NOW)
    assert _verdict(sealed) == audit.Verdict((), 10, 1)


def test_what_is_gathered_is_written_in_the_order_of_time_and_sealed_like_the_rest(sealed: Database) -> None:
    with sealed.writing() as session:
        with audit.gathered(session):
            for number, minutes in enumerate((30, 10, 20)):
                at = NOW + timedelta(minutes=minutes)
                after = {"number": number, "score": Fraction(1, 3)}
                audit.record(session, SYSTEM, action="thing.change", subject=("thing", "g"), after=after, now=at)
            assert session.scalars(select(AuditEntry).where(AuditEntry.subject_code == "g")).all() == []
        audit.record(session, SYSTEM, action="thing.change", subject=("thing", "h"), now=NOW)
    with sealed.writing() as session:
        assert audit.seal(session) == 4
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(4)).all()
    assert [(row.at - NOW).seconds // 60 for row in reversed(rows)] == [10, 20, 30, 0]
    assert _verdict(sealed) == audit.Verdict((), 14, 0)


def test_what_was_gathered_is_dropped_where_the_block_fails(sealed: Database) -> None:
    def fail() -> None:
        with sealed.writing() as session, audit.gathered(session):
            audit.record(session, SYSTEM, action="thing.change", subject=("thing", "g"), now=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _verdict(sealed) == audit.Verdict((), 10, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'umbral' WHERE subject_code = '4'",
        "UPDATE audit_entry SET action = 'thing.chance' WHERE subject_code = '0'",
        "UPDATE audit_entry SET subject_code = '44' WHERE subject_code = '4'",
        "UPDATE audit_entry SET actor_id = 7 WHERE subject_code = '9'",
        "UPDATE audit_entry SET digest = 'x' WHERE subject_code = '4'",
        "UPDATE audit_payload SET salt = 'x' WHERE entry_id = (SELECT min(entry_id) FROM audit_payload)",
        "UPDATE audit_payload SET payload = '{}' WHERE entry_id = (SELECT max(entry_id) FROM audit_payload)",
        "UPDATE audit_seal SET hash = 'x' WHERE id = 5",
        "DELETE FROM audit_seal WHERE id = 5",
        "DELETE FROM audit_entry WHERE subject_code = '5'",
        "DELETE FROM audit_entry WHERE subject_code = '9'",
    ],
)
def test_every_touch_is_found(sealed: Database, statement: str) -> None:
    with sealed.writing() as session:
        connection = session.connection()
        if "DELETE FROM audit_entry" in statement:
            _force(connection, "DELETE FROM audit_payload")
        _force(connection, statement)
    assert _verdict(sealed).faults


def test_an_erased_payload_is_no_fault(sealed: Database) -> None:
    with sealed.writing() as session:
        for entry_id in session.scalars(select(AuditPayload.entry_id)).all():
            audit.erase_payload(session, entry_id)
        audit.erase_payload(session, 10_000)
    assert _verdict(sealed).faults == ()
    with sealed.reading() as session:
        assert session.scalar(select(AuditPayload.entry_id)) is None


def test_sealing_goes_on_where_it_stopped(database: Database) -> None:
    with database.writing() as session:
        for number in range(7):
            audit.record(session, SYSTEM, action="a.b", subject=("thing", str(number)), now=NOW)
    counts = []
    for _ in range(4):
        with database.writing() as session:
            counts.append(audit.seal(session, limit=3))
    assert counts == [3, 3, 1, 0]
    assert _verdict(database) == audit.Verdict((), 7, 0)


def test_payloads_are_plain_and_exact(session: Session) -> None:
    entry = audit.record(
        session,
        SYSTEM,
        action="a.b",
        subject=("thing", "1"),
        after={"share": Fraction(4, 5), "days": {1: NOW}},
        now=NOW,
    )
    session.flush()
    payload = session.get_one(AuditPayload, entry.id).payload
    assert payload == {"before": {}, "after": {"share": "4/5", "days": {"1": "2026-03-16T15:00:00+00:00"}}}
    assert session.scalar(select(AuditEntry.id).where(text("digest <> ''"))) == entry.id
