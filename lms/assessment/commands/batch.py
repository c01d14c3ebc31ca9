"""Attempts of many people in one transaction: the rows that `start`, `save` and `submit` write, in few statements.

For attempts that were taken already and are told from beginning to end, outside rooms, networks and pages. What may start,
what is drawn, what counts and how it is graded is decided by the same functions. `tests/assessment/test_batch.py` holds this
to the commands, row by row.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands.answering import Entry, judge_series
from lms.assessment.commands.closing import close_step, note_close
from lms.assessment.commands.failing import after_failure
from lms.assessment.commands.results import new_result
from lms.assessment.commands.starting import item_row, new_attempt, note_start, refuse_start
from lms.assessment.events import AttemptGraded
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, PlanVersion, Result, Test
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import conditions, content, crowds
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.rules import policy
from lms.assessment.rules.draw import draw_from
from lms.assessment.rules.stream import SEED_BYTES
from lms.catalog import commands as catalog
from lms.catalog import queries as courses
from lms.catalog.models import Enrolment, PartRecord
from lms.catalog.rules import PartState
from lms.kit.clock import local_day
from lms.kit.db import insert_all, insert_values, reserve_ids
from lms.kit.errors import Conflict, NotFound
from lms.kit.events import emit
from lms.kit.permissions import Actor
from lms.people.models import Placement
from lms.people.queries import placements_of_many
from lms.people.rules import overlaps


@dataclass(frozen=True)
class Sitting:
    """An attempt from its start to its end: `answer` is given the questions drawn, and returns what was sent and when it
    was handed in."""

    actor: Actor
    enrolment_code: str
    at: datetime
    answer: Callable[[Sequence[Item]], tuple[Sequence[tuple[datetime, Entry]], datetime]]


def sit_all(
    session: Session, sittings: Sequence[Sitting], *, grace_seconds: int = int(policy.GRACE.total_seconds())
) -> list[Result]:
    """Record attempts, one of each person at most; their results, in the same order.

    Raises: what `start` raises, and Conflict("assessment.busy") for somebody with an attempt under way.
    """
    room = _Room(session, sittings, grace_seconds)
    results = [room.sit(sitting) for sitting in sittings]
    room.write()
    return results


class _Room:
    """What is known of those who sit, and what they leave."""

    def __init__(self, session: Session, sittings: Sequence[Sitting], grace_seconds: int) -> None:
        self._session, self._grace = session, grace_seconds
        found = courses.lock_enrolments(session, {sitting.enrolment_code for sitting in sittings})
        self._enrolments = {row.code: row for row in found}
        people = {row.person_id for row in found}
        if len(people) < len(sittings):
            raise NotFound("catalog.enrolment_not_found")
        self._versions = courses.contents(session, {row.version_id for row in found})
        self._states = courses.part_states(session, [row.id for row in found])
        self._places = placements_of_many(session, people)
        self._history = crowds.histories(session, people)
        self._seen = crowds.seen_by_many(session, people)
        self._granted = conditions.granted_to_many(session, people)
        self._zones = {place.site_id: place.site.zone for rows in self._places.values() for place in rows}
        self._tests: dict[str, tuple[Test, PlanVersion]] = {}
        self._hashes: dict[int, dict[int, str]] = {}
        self._ids = iter(reserve_ids(session, Attempt, len(sittings)))
        self._attempts: list[Attempt] = []
        self._items: list[dict[str, Any]] = []
        self._steps: list[dict[str, Any]] = []
        self._results: list[Result] = []
        self._parts: list[PartRecord] = []
        self._graded: list[tuple[Actor, Enrolment, datetime]] = []

    def sit(self, sitting: Sitting) -> Result:
        """One attempt."""
        session, actor, at = self._session, sitting.actor, sitting.at
        enrolment = self._enrolments.get(sitting.enrolment_code)
        if enrolment is None or enrolment.person_id != actor.person_id:
            raise NotFound("catalog.enrolment_not_found")
        test, plan = self._test(enrolment)
        past = self._history[enrolment.person_id, test.id]
        if any(each.attempt.closed_at is None for each in past):
            raise Conflict("assessment.busy")
        mine = [each for each in past if each.attempt.enrolment_id == enrolment.id]
        rules = content.plan_rules(plan)
        given = self._granted[enrolment.person_id, test.id]
        refuse_start(enrolment, rules, [each.facts for each in mine], at, given)
        placement = self._placed(enrolment.person_id, local_day(at, actor.zone))
        seen, seed = self._seen[enrolment.person_id, test.id], secrets.token_bytes(SEED_BYTES)
        table = content.draw_table(session, plan)
        drawn = draw_from(table, seen, seed)
        attempt = new_attempt(
            enrolment,
            test,
            plan,
            len(mine) + 1,
            seed,
            seen,
            placement,
            deadline=policy.deadline(at, plan.minutes, given.time, rules.closes),
            algorithm=table.algorithm,
            grace_seconds=self._grace,
            now=at,
        )
        attempt.id, attempt.plan = next(self._ids), plan
        rows = [item_row(attempt, place, each) for place, each in enumerate(drawn, 1)]
        self._items.extend(rows)
        note_start(session, actor, attempt, test, enrolment, now=at)
        self._step(enrolment, PartState.IN_PROGRESS, at)
        items = self._ready(plan, rows)
        timed, ended = sitting.answer(items)
        opened = Opened(attempt, enrolment, enrolment.course, self._zones.get(attempt.site_id or 0, ""))
        return self._close(opened, actor, items, timed, ended)

    def _close(
        self,
        opened: Opened,
        actor: Actor,
        items: Sequence[Item],
        timed: Sequence[tuple[datetime, Entry]],
        ended: datetime,
    ) -> Result:
        _, rows = judge_series(reading.held(opened.attempt), {item.position: item for item in items}, timed)
        attempt, late = opened.attempt, opened.is_late(ended)
        self._steps.extend(rows)
        self._steps.append(close_step(attempt.id, late=late, now=ended))
        given = [AttemptStep(**row, id=number) for number, row in enumerate(rows)]
        if any(item.question.kind.by_person for item in items):
            raise Conflict("assessment.pending")  # nobody is told here what a person would say
        result = new_result(opened, items, reading.standing(given).answers, actor, ended)
        attempt.closed_at = ended
        self._attempts.append(attempt)
        self._results.append(result)
        note_close(self._session, actor, attempt, result, late=late, now=ended)
        self._step(opened.enrolment, PartState.DONE if result.passed else PartState.FAILED, ended)
        self._graded.append((actor, opened.enrolment, ended))
        return result

    def write(self) -> None:
        """Store everything; courses of which nothing lacks any more are completed; who wants to know is told."""
        session = self._session
        insert_all(session, Attempt, self._attempts)
        insert_values(session, AttemptItem, self._items)
        insert_values(session, AttemptStep, self._steps)
        for number, result in zip(reserve_ids(session, Result, len(self._results)), self._results, strict=True):
            result.id = number
        insert_all(session, Result, self._results)
        insert_all(session, PartRecord, self._parts)
        for (actor, enrolment, at), attempt, result in zip(self._graded, self._attempts, self._results, strict=True):
            catalog.complete_where_done(session, actor, enrolment, self._states[enrolment.id], now=at)
            emit(session, AttemptGraded(attempt.id, result.id, attempt.person_id, attempt.enrolment_id, result.passed))
            if not result.passed:
                after_failure(session, attempt, enrolment, enrolment.course, zone=actor.zone, now=at)

    def _test(self, enrolment: Enrolment) -> tuple[Test, PlanVersion]:
        slug = self._versions[enrolment.version_id].test
        if slug not in self._tests:
            found = content.test_plan(self._session, slug)
            if found is None:
                raise Conflict("assessment.no_test")
            self._tests[slug] = found
        return self._tests[slug]

    def _ready(self, plan: PlanVersion, rows: Sequence[dict[str, Any]]) -> list[Item]:
        if plan.bank_version_id not in self._hashes:
            self._hashes[plan.bank_version_id] = content.hashes_of(self._session, plan.bank_version_id)
        hashes = self._hashes[plan.bank_version_id]
        wanted = [(row["question_version_id"], hashes[row["question_version_id"]]) for row in rows]
        questions = content.ready(self._session, wanted)
        return [
            Item(
                row["position"],
                version,
                tuple(row["option_order"]),
                Fraction(row["points_num"], row["points_den"]),
                questions[content_hash],
                row["section"],
            )
            for row, (version, content_hash) in zip(rows, wanted, strict=True)
        ]

    def _step(self, enrolment: Enrolment, state: PartState, at: datetime) -> None:
        if catalog.may_follow(self._states[enrolment.id].get("test", PartState.NOT_STARTED), state):
            self._parts.append(PartRecord(enrolment_id=enrolment.id, part="test", state=state.value, at=at))
            self._states[enrolment.id]["test"] = state

    def _placed(self, person_id: int, on: date) -> Placement | None:
        rows = (row for row in self._places[person_id] if row.is_primary)
        return next((row for row in rows if overlaps((row.from_day, row.to_day), (on, on))), None)
