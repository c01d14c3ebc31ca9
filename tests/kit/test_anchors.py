"""Signed checkpoints find what the chain alone cannot: a cut-off end, a chain made anew, a database put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from lms.kit import anchors, audit
from lms.kit.anchors import LOG_NAME, AuditCheckpoint
from lms.kit.audit import AuditEntry, AuditPayload, AuditSeal, Verdict
from lms.kit.db import Database
from lms.kit.errors import Conflict
from lms.kit.keys import Keyring, SigningKey
from lms.kit.permissions import SYSTEM
from tests.conftest import NOW
from tests.kit.test_audit import _force

RING = Keyring(["a secret that is long enough for a test"])


def grow(database: Database, folder: Path, count: int, *, ring: Keyring = RING) -> None:
    """`count` entries more, sealed, signed and written to the file."""
    with database.writing() as session:
        for number in range(count):
            audit.record(session, SYSTEM, action="a.b", subject=("thing", str(number)), now=NOW)
    with database.writing() as session:
        audit.seal(session)
    with database.writing() as session:
        assert anchors.anchor(session, ring, now=NOW + timedelta(seconds=count)) is not None
    with database.reading() as session:
        anchors.write_log(session, folder)


@pytest.fixture
def anchored(database: Database, tmp_path: Path) -> Database:
    """Three checkpoints: after 4 entries, after 3 more (one for the key), after 2 more."""
    for count in (4, 3, 2):
        grow(database, tmp_path, count)
    return database


def verdict(database: Database, folder: Path, ring: Keyring = RING) -> Verdict:
    with database.reading() as session:
        return anchors.verify(session, ring, folder)


def test_what_nobody_touched_holds(anchored: Database, tmp_path: Path) -> None:
    assert verdict(anchored, tmp_path) == Verdict((), 10, 0, 3)
    assert len((tmp_path / LOG_NAME).read_text().splitlines()) == 3
    with anchored.writing() as session:
        assert anchors.anchor(session, RING, now=NOW) is None  # nothing new to sign
        assert anchors.write_log(session, tmp_path) == 0


def test_an_erased_payload_is_no_fault(anchored: Database, tmp_path: Path) -> None:
    with anchored.writing() as session:
        for entry_id in session.scalars(select(AuditPayload.entry_id)).all():
            audit.erase_payload(session, entry_id)
    assert verdict(anchored, tmp_path).faults == ()


def cut_tail(database: Database) -> None:
    """The last two entries, and what follows from them, as if they had never been."""
    with database.writing() as session:
        connection = session.connection()
        for table in ("audit_payload", "audit_seal", "audit_entry"):
            column = "id" if table == "audit_entry" else "entry_id"
            _force(connection, f"DELETE FROM {table} WHERE {column} > 8")


def make_anew(database: Database) -> None:
    """Another name in the first entry, and every seal computed again: the chain alone is whole."""
    with database.writing() as session:
        connection = session.connection()
        _force(connection, "UPDATE audit_entry SET actor_name = 'Otra' WHERE id = 1")
        _force(connection, "DELETE FROM audit_seal")
    with database.writing() as session:
        audit.seal(session)
    with database.reading() as session:
        assert audit.verify(session).faults == ()


def forced(statement: str) -> Callable[[Database], None]:
    def touch(database: Database) -> None:
        with database.writing() as session:
            _force(session.connection(), statement)

    return touch


def cut_with_its_checkpoint(database: Database) -> None:
    cut_tail(database)
    forced("DELETE FROM audit_checkpoint WHERE id = 3")(database)


def forge_with_own_key(database: Database) -> None:
    """Somebody with the database but without the secret: a key of their own, and everything signed again with it."""
    make_anew(database)
    forced("DELETE FROM audit_checkpoint")(database)
    forced("DELETE FROM signing_key")(database)
    with database.writing() as session:
        assert anchors.anchor(session, Keyring(["another secret"]), now=NOW) is not None


@pytest.mark.parametrize(
    ("touch", "told"),
    [
        (forced("UPDATE audit_entry SET subject_code = '9' WHERE id = 2"), "entry 2"),
        (forced("DELETE FROM audit_payload WHERE entry_id = 3"), None),
        (cut_tail, "the end was cut off"),
        (make_anew, "the chain was made anew"),
        (cut_with_its_checkpoint, "rows were taken away"),
        (forge_with_own_key, "its signature does not hold"),
        (forced("UPDATE audit_checkpoint SET seal_id = 3 WHERE id = 2"), "checkpoint 2 of"),
        (forced("UPDATE audit_checkpoint SET signature = 'AAAA' WHERE id = 1"), "checkpoint 1 of"),
        (forced("UPDATE audit_checkpoint SET signature = '?' WHERE id = 1"), "checkpoint 1 of"),
        (forced("DELETE FROM audit_checkpoint WHERE id = 2"), "checkpoint 2 is missing"),
        (forced("UPDATE signing_key SET public = 'AAAA'"), "its signature does not hold"),
        (forced("DELETE FROM signing_key"), "its signature does not hold"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_every_touch_is_found(
    anchored: Database, tmp_path: Path, touch: Callable[[Database], None], told: str | None
) -> None:
    touch(anchored)
    faults = verdict(anchored, tmp_path).faults
    assert any(told in fault for fault in faults) if told else faults == (), faults


def test_a_row_removed_from_the_middle_is_found(anchored: Database, tmp_path: Path) -> None:
    with anchored.writing() as session:
        connection = session.connection()
        _force(connection, "DELETE FROM audit_payload WHERE entry_id = 4")
        _force(connection, "DELETE FROM audit_entry WHERE id = 4")
    assert any("entry 4" in fault for fault in verdict(anchored, tmp_path).faults)


def test_a_line_of_the_file_that_was_changed_is_found(anchored: Database, tmp_path: Path) -> None:
    path = tmp_path / LOG_NAME
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0].replace(NOW.isoformat()[:10], "2020-01-01"), "{", lines[2]]) + "\n")
    faults = verdict(anchored, tmp_path).faults
    assert [fault.split(" ")[:2] for fault in faults] == [["checkpoint", "1"], ["line", "2"]]


def test_a_changed_secret_is_told_and_a_former_one_still_counts(anchored: Database, tmp_path: Path) -> None:
    fresh = Keyring(["a new secret"])
    with anchored.writing() as session:
        audit.record(session, SYSTEM, action="a.b", subject=("thing", "x"), now=NOW)
    with anchored.writing() as session:
        audit.seal(session)
        with pytest.raises(Conflict) as refused:
            anchors.anchor(session, fresh, now=NOW)
    assert refused.value.key == "keys.secret_changed"
    assert "LMS_FORMER_SECRET_KEYS" in verdict(anchored, tmp_path, fresh).faults[0]
    both = Keyring(["a new secret", "a secret that is long enough for a test"])
    with anchored.writing() as session:
        both.rotate(session, SYSTEM, now=NOW + timedelta(days=1))
    grow(anchored, tmp_path, 1, ring=both)
    assert verdict(anchored, tmp_path, both).faults == ()


def test_rotation_keeps_old_signatures_good(database: Database) -> None:
    with database.writing() as session:
        first, signature = RING.sign(session, b"words", now=NOW)
        RING.rotate(session, SYSTEM, now=NOW + timedelta(days=1))
        second, _ = RING.sign(session, b"words", now=NOW + timedelta(days=2))
        assert first != second
        assert RING.verify(session, first, b"words", signature)
        assert not RING.verify(session, first, b"other words", signature)
        assert not RING.verify(session, second, b"words", signature)
        assert not RING.verify(session, "nothing", b"words", signature)
        states = RING.states(session)
        assert [(state.kid, state.retired_at, state.ours) for state in states] == [
            (second, None, True),
            (first, NOW + timedelta(days=1), True),
        ]
        assert not any(state.ours for state in Keyring(["x"]).states(session))


def test_the_private_half_is_not_to_be_read(database: Database) -> None:
    with database.writing() as session:
        RING.sign(session, b"words", now=NOW)
        row = session.scalars(select(SigningKey)).one()
        private = RING._private(row)
        assert private is not None
        assert private.private_bytes_raw() not in row.private.encode()
        assert Keyring(["x"])._private(row) is None


def test_checkpoints_are_evidence(anchored: Database) -> None:
    with anchored.reading() as session:
        assert session.scalar(select(AuditCheckpoint.seal_id).where(AuditCheckpoint.id == 1)) == 4
        assert session.scalar(select(text("count(*)")).select_from(AuditSeal)) == 10
        assert session.scalar(select(AuditEntry.action).where(AuditEntry.subject_kind == "signing_key")) == "key.make"


def test_a_line_cut_off_while_it_was_written_comes_again(anchored: Database, tmp_path: Path) -> None:
    path = tmp_path / LOG_NAME
    whole = path.read_text()
    for cut in (1, 40):  # without its line end, and in the middle
        path.write_text(whole[:-cut])
        grow(anchored, tmp_path, 1)
        assert verdict(anchored, tmp_path).faults == ()
        whole = path.read_text()
    assert len(whole.splitlines()) == 5
