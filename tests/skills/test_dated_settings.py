"""The gate and the plans take the setting of the record's own day and site; what falls due falls on a working day."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.admin.commands import add_setting
from lms.kit.permissions import SYSTEM
from lms.people.commands.holidays import add_holiday
from lms.people.models import Employment, Site
from lms.skills.models import ActionPlan
from lms.skills.rules import GateState
from tests.cast import Cast
from tests.skills.worlds import at, make_world, on


def _set(session: Session, key: str, value: int, first: int, *, last: int | None = None, site: str = "") -> None:
    add_setting(
        session,
        SYSTEM,
        key=key,
        value=value,
        from_day=on(first),
        to_day=None if last is None else on(last),
        site_code=site,
        note="x",
        now=at(0),
    )


def test_invariant_08_the_gate_of_a_day_takes_the_gap_of_that_day(cast: Cast, session: Session) -> None:
    """Away for 40 days: with 90 allowed days the gate stays open, from the day the company allows 30 it is closed."""
    world = make_world(session, cast)
    world.opened()
    held = session.scalars(select(Employment).where(Employment.person_id == cast.agent.id)).one()
    held.left_on = on(4)
    session.flush()
    session.add(Employment(person_id=cast.agent.id, hired_on=on(45)))
    session.flush()
    assert world.gate(46).state is GateState.OPEN
    _set(session, "gap_days", 30, 47)
    assert world.gate(46).state is GateState.OPEN
    assert world.gate(47).state is GateState.CLOSED
    _set(session, "gap_days", 90, 48, last=48, site=session.get_one(Site, cast.site_id).code)
    assert [world.gate(number).state for number in (47, 48, 49)] == [
        GateState.CLOSED,
        GateState.OPEN,
        GateState.CLOSED,
    ]


def _due(session: Session) -> list[date]:
    return list(session.scalars(select(ActionPlan.due_on).order_by(ActionPlan.id)))


def test_a_plan_takes_the_days_of_its_own_day_and_falls_due_on_a_working_day(cast: Cast, session: Session) -> None:
    world = make_world(session, cast)
    world.know(0)
    world.verify(1, score="1/10")
    _set(session, "action_plan_days", 5, 2)
    world.verify(2, score="1/10")
    code = session.get_one(Site, cast.site_id).code
    holiday = on(3) + timedelta(days=5)
    assert holiday.isoformat() == "2026-03-10"
    add_holiday(session, SYSTEM, code, day=holiday, name="De la sede", now=at(3))
    world.verify(3, score="1/10")
    _set(session, "action_plan_days", 4, 4, last=4, site=code)
    world.verify(4, score="1/10")  # 10 March again, by the site's own setting
    world.verify(5, score="1/10")  # 12 March
    assert _due(session) == [
        date(2026, 3, 17),
        date(2026, 3, 9),
        date(2026, 3, 11),
        date(2026, 3, 11),
        date(2026, 3, 12),
    ]
    world.verify(6, score="1/10", recorded=10)  # 12 March + 5 days
    assert _due(session)[-1] == date(2026, 3, 17)


def test_no_plan_falls_due_on_a_sunday(cast: Cast, session: Session) -> None:
    world = make_world(session, cast)
    world.know(0)
    for number in range(1, 9):
        world.verify(number, score="1/10")
    assert on(6).weekday() == 6  # a fortnight later is a Sunday too
    assert all(day.weekday() != 6 for day in _due(session))
    assert len(set(_due(session))) == 7
