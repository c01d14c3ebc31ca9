"""Entries for the tests of hours, and people who may read and correct everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.hours import commands
from lms.hours.models import HoursEntry
from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Grant, Role
from lms.people.models import AccessGrant
from lms.people.queries import placement_on
from tests.cast import Cast
from tests.conftest import NOW

MARCH, FEBRUARY, JANUARY = date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1)
_numbers = count(1)


def everywhere(cast: Cast) -> Actor:
    """HR of the whole company: the cast's is bound to one site."""
    return replace(cast.hr.actor, grants=(Grant(Role.HR),))


def grant_everywhere(database: Database, cast: Cast, now: datetime = NOW) -> None:
    """The same in the database, for a browser."""
    with database.writing() as session:
        session.add(AccessGrant(code=new_code(), person_id=cast.hr.id, role=Role.HR, granted_at=now))


def post(session: Session, cast: Cast, *, person: str = "agent", **changes: Any) -> HoursEntry:
    """An hour's training of the agent on 9 March, with changes."""
    member = getattr(cast, person)
    day = changes.get("day", date(2026, 3, 9))
    facts: dict[str, Any] = {
        "person_id": member.id,
        "day": day,
        "minutes": 60,
        "kind": "training",
        "training_type": "initial",
        "mode": "self-paced",
        "basis": "nominal",
        "source_kind": "module",
        "source_code": f"sample:{next(_numbers)}",
        "placement": placement_on(session, member.id, day),
        "course_id": "certificacion",
        "course_title": "Certificación",
        "course_version": "abc123abc123",
        "detail": "Las auditorías",
        "now": NOW,
    }
    return commands.post(session, member.actor, **(facts | changes))


def ledger_sum(session: Session) -> int:
    """What stands in the ledger, counted without the code under test."""
    return sum(session.scalars(select(HoursEntry.minutes)).all())
