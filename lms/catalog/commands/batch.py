"""Modules read by many people in one transaction: the rows that `progress` writes, decided by the same rules, in few statements.

`tests/catalog/test_batch.py` holds this to the commands, row by row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.catalog import queries
from lms.catalog.commands.progress import complete_where_done, may_follow, module_hours
from lms.catalog.models import Enrolment, PartRecord, ReadingPosition
from lms.catalog.queries import ModuleContent, VersionContent
from lms.catalog.rules import PartState
from lms.hours import commands as hours
from lms.hours.commands import Posting
from lms.kit.clock import local_day
from lms.kit.db import insert_all
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement
from lms.people.queries import placements_of_many, zone_of
from lms.people.rules import overlaps


class StudyBatch:
    """Records what learners do in the enrolments that were loaded. Nothing is stored before `write`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._parts: list[PartRecord] = []
        self._postings: list[tuple[Actor, Posting, datetime]] = []
        self._finished: dict[int, tuple[Actor, datetime]] = {}
        self._touched: dict[tuple[int, str], tuple[str, datetime]] = {}

    def load(self, enrolment_codes: Collection[str]) -> None:
        """Read these enrolments with what is known of them, and lock them; six queries."""
        session = self._session
        self._enrolments = {row.code: row for row in queries.lock_enrolments(session, enrolment_codes)}
        rows = self._enrolments.values()
        self._versions = queries.contents(session, {row.version_id for row in rows})
        self._states = queries.part_states(session, [row.id for row in rows])
        self._places = placements_of_many(session, {row.person_id for row in rows})
        self._positions = queries.positions_of(session, [row.id for row in rows])

    def save_position(self, actor: Actor, *, enrolment_code: str, module_key: str, anchor: str, now: datetime) -> None:
        """See `progress.save_position`."""
        enrolment, _, module = self._module(actor, enrolment_code, module_key)
        if anchor and module.heading(anchor) is None:
            raise Invalid("catalog.anchor_unknown")
        part = f"module:{module.key}"
        if enrolment.ended_at is None and part not in self._states[enrolment.id]:
            self._step(enrolment, part, PartState.IN_PROGRESS, now)
        if anchor:
            known = self._touched.get((enrolment.id, module.key))
            if known is None or known[1] <= now:
                self._touched[enrolment.id, module.key] = (anchor, now)

    def finish_module(self, actor: Actor, enrolment_code: str, module_key: str, now: datetime) -> None:
        """See `progress.finish_module`."""
        enrolment, version, module = self._module(actor, enrolment_code, module_key)
        part = f"module:{module.key}"
        if self._states[enrolment.id].get(part) is PartState.DONE:
            return
        if enrolment.ended_at is not None:
            raise Conflict("catalog.enrolment_ended")
        placement, day = self._place_at(enrolment.person_id, now, actor.zone)
        self._postings.append((actor, module_hours(enrolment, version, module, placement, day), now))
        self._step(enrolment, part, PartState.DONE, now)
        self._finished[enrolment.id] = (actor, now)

    def write(self) -> None:
        """Store everything; a course of which nothing lacks any more is completed."""
        session = self._session
        insert_all(session, PartRecord, self._parts)
        hours.post_all(session, self._postings)
        fresh = []
        for (enrolment_id, key), (anchor, at) in self._touched.items():
            position = self._positions.get((enrolment_id, key))
            if position is None:
                fresh.append(ReadingPosition(enrolment_id=enrolment_id, module_key=key, anchor=anchor, at=at))
            elif position.at <= at:
                position.anchor, position.at = anchor, at
        insert_all(session, ReadingPosition, fresh)
        for enrolment in self._enrolments.values():
            if enrolment.id in self._finished:
                actor, now = self._finished[enrolment.id]
                complete_where_done(session, actor, enrolment, self._states[enrolment.id], now=now)

    def _step(self, enrolment: Enrolment, part: str, state: PartState, now: datetime) -> None:
        if may_follow(self._states[enrolment.id].get(part, PartState.NOT_STARTED), state):
            self._parts.append(PartRecord(enrolment_id=enrolment.id, part=part, state=state.value, at=now))
            self._states[enrolment.id][part] = state

    def _module(
        self, actor: Actor, enrolment_code: str, module_key: str
    ) -> tuple[Enrolment, VersionContent, ModuleContent]:
        enrolment = self._enrolments.get(enrolment_code)
        scope = actor.scope(Permission.LEARN)
        if enrolment is None or not (scope.everybody or (scope.own and enrolment.person_id == actor.person_id)):
            raise NotFound("catalog.enrolment_not_found")
        version = self._versions[enrolment.version_id]
        module = version.module(module_key)
        if module is None:
            raise NotFound("catalog.module_not_found")
        return enrolment, version, module

    def _place_at(self, person_id: int, at: datetime, zone: str) -> tuple[Placement | None, date]:
        """See `queries.place_at`."""
        day = local_day(at, zone)
        placement = self._placed(person_id, day)
        there = local_day(at, zone_of(placement, zone))
        return (placement if there == day else self._placed(person_id, there)), there

    def _placed(self, person_id: int, on: date) -> Placement | None:
        rows = (row for row in self._places[person_id] if row.is_primary)
        return next((row for row in rows if overlaps((row.from_day, row.to_day), (on, on))), None)
