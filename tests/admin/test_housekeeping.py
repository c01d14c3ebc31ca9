"""The work that nobody waits for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

import config
from lms.admin import housekeeping
from lms.kit import audit
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.commands import records
from lms.people.models import Person, UserSession
from tests.cast import Cast
from tests.conftest import NOW


def test_tick_seals_everything_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "SEAL_BATCH", 4)
    with database.writing() as session:
        for number in range(10):
            audit.record(session, SYSTEM, action="a.b", subject=("thing", str(number)), now=NOW)
    assert housekeeping.tick(database, NOW).entries_sealed == 10
    assert housekeeping.tick(database, NOW).entries_sealed == 0
    with database.reading() as session:
        assert audit.verify(session) == audit.Verdict((), 10, 0)


def test_nightly_closes_leavers_and_forgets_dead_sessions(
    database: Database, settings: config.Settings, cast: Cast
) -> None:
    with database.writing() as session:
        records.end_employment(
            session, SYSTEM, cast.agent.code, last_day=date(2026, 3, 16), reason="x", voluntary=True, now=NOW
        )
        for row in session.scalars(select(UserSession).where(UserSession.person_id == cast.hr.id)):
            row.expires_at = NOW - timedelta(days=31)
    done = housekeeping.nightly(database, settings, NOW + timedelta(days=1))
    assert done.entries_sealed > 0
    with database.reading() as session:
        assert not session.get_one(Person, cast.agent.id).active
        assert session.scalar(select(UserSession.id).where(UserSession.person_id == cast.hr.id)) is None
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "person.deactivate")) is not None
        assert not audit.verify(session).faults


def test_night_comes_once_a_day_at_its_hour() -> None:
    zone = "America/Argentina/Buenos_Aires"
    before, after = datetime(2026, 3, 16, 5, 59, tzinfo=UTC), datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
    day = date(2026, 3, 16)
    assert housekeeping.night_due(None, before, zone) is None
    assert housekeeping.night_due(None, after, zone) == day
    assert housekeeping.night_due(day, after + timedelta(hours=5), zone) is None
    assert housekeeping.night_due(day, after + timedelta(days=1), zone) == day + timedelta(days=1)


def test_a_duty_that_fails_keeps_no_other_from_being_done(
    database: Database, settings: config.Settings, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_named: object) -> int:
        raise RuntimeError("broken on purpose")

    with database.writing() as session:
        audit.record(session, SYSTEM, action="a.b", subject=("thing", "1"), now=NOW)
    for name in ("close_expired", "measure_outdated", "forget_old"):
        monkeypatch.setattr(housekeeping, name, broken)
    done = housekeeping.nightly(database, settings, NOW + timedelta(days=1))
    assert done.failed == ("forgetting sessions", "item statistics", "closing attempts")
    assert done.entries_sealed > 0
    assert done.anchored
