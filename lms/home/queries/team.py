"""What the start page of whoever accompanies people gathers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.catalog.models import CourseVersion, Enrolment
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person
from lms.people.queries import scope_condition
from lms.skills import queries as skills
from lms.skills.models import ActionPlan, ActionPlanClose, LiveContactPeriod
from lms.skills.queries.live import against_the_gate, current_live_period
from lms.skills.rules import GateState


@dataclass(frozen=True)
class TeamDesk:
    """What whoever accompanies people meets.

    Lists hold at most `limit`. `states` counts the doors of everybody in scope; None where they are more than the start
    page counts (`largest`).
    """

    states: dict[GateState, int] | None
    people: int
    turns: list[skills.TeamRow]  # whose next step is a verification or practice
    waiting: list[skills.RecordRow]
    expiring: Sequence[skills.Expiring]
    plans_open: int
    plans_late: int
    against: int
    late: list[LateCourse]
    limit: int
    largest: int


@dataclass(frozen=True)
class LateCourse:
    """An open course whose due date is over."""

    person: Person
    title: str
    due_on: date


_TURNS = ("skills.missing.pre_ojt", "skills.missing.skill", "skills.missing.ojt_")
"""Keys of what lacks that begin so are for somebody to verify or to practise with; a signature is a list of its own."""


def team_desk(session: Session, actor: Actor, on: date, *, limit: int, largest: int) -> TeamDesk:
    """The people in scope for READ_TEAM: sixteen queries whatever their number."""
    found = skills.readiness(session, actor, on, limit=largest)
    states = {state: sum(row.gate.state is state for row in found.rows) for state in GateState}
    plans_open, plans_late = _plan_counts(session, actor, on)
    return TeamDesk(
        states=None if found.after else states,
        people=len(found.rows),
        turns=[row for row in found.rows if _is_turn(row)],
        waiting=skills.waiting_for_signature(session, actor, Permission.READ_TEAM, on, limit=limit),
        expiring=skills.expiring(session, actor, on, limit=limit),
        plans_open=plans_open,
        plans_late=plans_late,
        against=against_count(session, actor, on),
        late=_late(session, actor, on, limit),
        limit=limit,
        largest=largest,
    )


def _is_turn(row: skills.TeamRow) -> bool:
    """Whether the first thing that lacks is somebody's to verify or to practise with, not the person's own to learn."""
    first = row.gate.missing[0].key if row.gate.missing else ""
    return first.startswith(_TURNS) and not first.endswith("_signature")


def _plan_counts(session: Session, actor: Actor, on: date) -> tuple[int, int]:
    row = session.execute(
        select(func.count(), func.count().filter(ActionPlan.due_on < on))
        .select_from(ActionPlan)
        .outerjoin(ActionPlanClose, ActionPlanClose.plan_id == ActionPlan.id)
        .where(
            ActionPlanClose.id.is_(None),
            scope_condition(actor, Permission.READ_TEAM, on, ActionPlan.__table__.c.person_id),
        )
    ).one()
    return int(row[0]), int(row[1])


def against_count(session: Session, actor: Actor, on: date) -> int:
    """How many live-contact periods of people in scope began against the gate: those that `/contactos?ver=contra` lists."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LiveContactPeriod)
            .where(
                scope_condition(actor, Permission.READ_TEAM, on, LiveContactPeriod.__table__.c.person_id),
                current_live_period(),
                against_the_gate(),
            )
        )
        or 0
    )


def _late(session: Session, actor: Actor, on: date, limit: int) -> list[LateCourse]:
    rows = session.execute(
        select(Person, CourseVersion.title, Enrolment.due_on)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(
            Enrolment.ended_at.is_(None),
            Enrolment.due_on < on,
            Person.active,
            scope_condition(actor, Permission.READ_TEAM, on, Person.__table__.c.id),
        )
        .order_by(Enrolment.due_on, Enrolment.id)
        .limit(limit)
    )
    return [LateCourse(person, title, due_on) for person, title, due_on in rows if due_on is not None]
