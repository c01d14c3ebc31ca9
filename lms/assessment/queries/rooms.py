"""Reading supervised rooms: which the actor may see, who sits in them and how far they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from lms.assessment.models import Attempt, AttemptStep, ExamRoom, Result, Test
from lms.assessment.queries.attempts import pure_step
from lms.assessment.rules.policy import latest
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person, Site
from lms.people.queries import place_condition


def _reached(actor: Actor) -> ColumnElement[bool]:
    """The rooms that one opened, and those of the sites that one's right to verify covers whole."""
    scope = actor.scope(Permission.VERIFY)
    if scope.everybody:
        return true()
    sites = sorted(site for site, programme in scope.places if site is not None and programme is None)
    return or_(ExamRoom.opened_by == (actor.person_id or -1), ExamRoom.site_id.in_(sites))


def room_for(session: Session, actor: Actor, code: str, *, lock: bool = False) -> ExamRoom:
    """A room in reach.

    Raises: NotFound("assessment.room_not_found") for a code that does not exist and for a stranger alike.
    """
    query = select(ExamRoom).where(ExamRoom.code == code, _reached(actor))
    room = session.scalar(query.with_for_update() if lock else query)
    if room is None:
        raise NotFound("assessment.room_not_found")
    return room


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room of a list, with its test and how many attempts began in it."""

    room: ExamRoom
    test: Test
    site: str
    attempts: int


def _rows(session: Session, *conditions: ColumnElement[bool], limit: int) -> list[RoomRow]:
    many = select(func.count()).select_from(Attempt).where(Attempt.room_id == ExamRoom.id).correlate(ExamRoom)
    query = (
        select(ExamRoom, Test, Site.name, many.scalar_subquery())
        .join(Test, Test.id == ExamRoom.test_id)
        .outerjoin(Site, Site.id == ExamRoom.site_id)
        .where(*conditions)
        .order_by(ExamRoom.id.desc())
        .limit(limit)
    )
    return [RoomRow(row[0], row[1], row[2] or "", row[3]) for row in session.execute(query)]


def rooms_page(session: Session, actor: Actor, *, before: str, limit: int) -> list[RoomRow]:
    """Rooms in reach, the newest first; `before` is the code of the last one shown."""
    conditions = [_reached(actor)]
    if before:
        last = select(ExamRoom.id).where(ExamRoom.code == before).scalar_subquery()
        conditions.append(ExamRoom.id < last)
    return _rows(session, *conditions, limit=limit)


def room_row(session: Session, actor: Actor, code: str) -> RoomRow:
    """One room in reach, as a list shows it. Raises: NotFound("assessment.room_not_found")."""
    rows = _rows(session, ExamRoom.code == code, _reached(actor), limit=1)
    if not rows:
        raise NotFound("assessment.room_not_found")
    return rows[0]


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody in a room: the attempt, how many questions have an answer, when the server last heard of it."""

    person: Person
    attempt: Attempt
    result: Result | None
    answered: int
    last_at: datetime

    def silent(self, now: datetime) -> int:
        """Whole minutes since the server last heard of it."""
        return max(0, int((now - self.last_at).total_seconds())) // 60


def sitters(session: Session, actor: Actor, room_id: int, on: date) -> tuple[list[Sitter], int]:
    """Who of the actor's scope sits in a room, by name, and how many others do: three queries whatever their number."""
    columns = Attempt.__table__.c
    reach = place_condition(
        actor,
        Permission.VERIFY,
        on,
        person_id=columns.person_id,
        site_id=columns.site_id,
        programme_id=columns.programme_id,
    )
    in_room = Attempt.room_id == room_id
    rows = session.execute(
        select(Attempt, Person, Result)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .options(joinedload(Attempt.plan))
        .where(in_room, reach)
        .order_by(Person.family_name, Person.given_name, Attempt.id, Result.id)
    )
    found = {attempt.id: (attempt, person, result) for attempt, person, result in rows}
    steps: dict[int, list[AttemptStep]] = defaultdict(list)
    mine = select(Attempt.id).where(in_room, reach)
    for step in session.scalars(
        select(AttemptStep).where(AttemptStep.attempt_id.in_(mine), AttemptStep.kind.not_in(("extend", "expire")))
    ):
        steps[step.attempt_id].append(step)
    every = session.scalar(select(func.count()).select_from(Attempt).where(in_room)) or 0
    return [_sitter(*facts, steps[number]) for number, facts in found.items()], every - len(found)


def _sitter(attempt: Attempt, person: Person, result: Result | None, steps: Sequence[AttemptStep]) -> Sitter:
    answers = latest(pure_step(step) for step in steps if step.kind == "answer")
    return Sitter(
        person=person,
        attempt=attempt,
        result=result,
        answered=sum(step.answer["answer"] is not None for step in answers.values()),
        last_at=max((step.at for step in steps), default=attempt.started_at),
    )
