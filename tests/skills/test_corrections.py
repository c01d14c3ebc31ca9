"""What follows a record: corrections, plans, and live-contact periods."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select

from lms.hours.models import HoursEntry
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.skills import commands, queries
from lms.skills.commands import Observed, Period, Practice
from lms.skills.models import ActionPlanClose, LiveContactPeriod, OjtRecord, Verification
from lms.skills.rules import GateState
from tests.skills.worlds import World, at, on, refused

# Corrections


def test_invariant_07_a_correction_is_a_new_row_and_the_old_one_stays(world: World) -> None:
    world.supervised()
    old = world.session.scalars(select(Verification)).one()
    new = commands.correct_verification(
        world.session,
        world.cast.trainer.actor,
        code=old.code,
        observed=Observed(Fraction(1, 2), on(1)),
        reason="Se cargó el puntaje de otra persona",
        now=at(2),
    )
    assert (new.corrects_id, new.passed, old.passed) == (old.id, False, True)
    assert world.gate(2).state is GateState.CLOSED
    assert world.gate(1).state is GateState.SUPERVISED  # as it was known that day
    refused(Conflict, "skills.sign.corrected", lambda: world.sign(old, 2, role="witness"))
    refused(
        Conflict,
        "skills.already_corrected",
        lambda: commands.withdraw_verification(
            world.session, world.cast.trainer.actor, code=old.code, reason="Otra vez", now=at(2)
        ),
    )
    refused(
        Invalid,
        "skills.reason_missing",
        lambda: commands.withdraw_verification(
            world.session, world.cast.trainer.actor, code=new.code, reason=" ", now=at(2)
        ),
    )
    assert world.session.scalars(select(AuditEntry).where(AuditEntry.action == "verification.correct")).one()


def test_withdrawing_takes_the_effect_back_and_closes_the_plan(world: World) -> None:
    world.know(0)
    row = world.verify(1, score="1/2")
    commands.withdraw_verification(
        world.session, world.cast.trainer.actor, code=row.code, reason="Era de otra persona", now=at(1)
    )
    plan = queries.plan_of(world.session, row.id)
    assert plan is not None
    assert plan.close is not None
    assert {item.key for item in world.gate(1).missing} >= {"skills.missing.pre_ojt"}


def test_invariant_10_ojt_posts_hours_and_its_correction_a_counter_entry(world: World) -> None:
    world.supervised()
    row = world.practise(2, 240)
    commands.correct_ojt(
        world.session,
        world.cast.trainer.actor,
        code=row.code,
        practice=Practice(on(2), 200, 9),
        reason="Salió antes",
        now=at(3),
    )
    entries = world.session.scalars(select(HoursEntry).order_by(HoursEntry.id)).all()
    assert [(item.minutes, item.kind, item.basis) for item in entries] == [
        (240, "ojt", "observed"),
        (-240, "ojt", "observed"),
        (200, "ojt", "observed"),
    ]
    assert entries[0].training_type == "re-entry"  # that of the latest enrolment
    assert entries[1].posted_by == world.cast.trainer.id
    assert queries.ojt_minutes_on(world.session, world.cast.agent.id, on(2)) == 200


def test_withdrawn_ojt_leaves_no_hours_and_closes_the_step(world: World) -> None:
    world.practised()
    row = world.session.scalars(select(OjtRecord).where(OjtRecord.day == on(3))).one()
    commands.withdraw_ojt(world.session, world.cast.trainer.actor, code=row.code, reason="No fue", now=at(3))
    assert sum(world.session.scalars(select(HoursEntry.minutes))) == 240
    refused(Conflict, "skills.order.ojt_first", lambda: world.verify(3, world.phone))


@pytest.mark.parametrize("minutes", [0, -5, 721])
def test_minutes_out_of_range_are_refused(world: World, minutes: int) -> None:
    world.supervised()
    refused(Invalid, "skills.minutes_range", lambda: world.practise(2, minutes))


def test_a_day_holds_no_more_than_twelve_hours_of_practice(world: World) -> None:
    world.supervised()
    world.practise(2, 480)
    refused(Invalid, "skills.ojt_day_full", lambda: world.practise(2, 241))
    world.practise(2, 240)


# Plans


def test_a_failed_verification_opens_a_plan_for_the_supervisor(world: World) -> None:
    world.know(0)
    row = world.verify(1, score="1/2")
    found = queries.plan_of(world.session, row.id)
    assert found is not None
    assert (found.plan.owner_id, found.plan.due_on) == (world.cast.coordinator.id, on(15))
    close = {"code": found.plan.code, "now": at(5)}
    for name in ("agent", "hr", "auditor", "stranger", "other_coordinator"):
        refused(
            NotFound,
            "skills.plan_not_found",
            lambda name=name: commands.close_action_plan(  # type: ignore[misc]
                world.session, world.cast.members()[name].actor, outcome="Listo", **close
            ),
        )
    coordinator = world.cast.coordinator.actor
    refused(
        Invalid,
        "skills.outcome_missing",
        lambda: commands.close_action_plan(world.session, coordinator, outcome=" ", **close),  # type: ignore[arg-type]
    )
    commands.close_action_plan(world.session, coordinator, outcome="Refuerzo dado", **close)  # type: ignore[arg-type]
    refused(
        Conflict,
        "skills.plan_closed",
        lambda: commands.close_action_plan(world.session, coordinator, outcome="Otra vez", **close),  # type: ignore[arg-type]
    )
    assert world.session.scalars(select(ActionPlanClose)).one().closed_on == on(5)


def test_a_passed_verification_opens_no_plan(world: World) -> None:
    world.know(0)
    assert queries.plan_of(world.session, world.verify(1).id) is None


# Live contacts


def enter(world: World, first: int, last: int | None = None, *, now: int = 40, **more: object) -> LiveContactPeriod:
    arguments: dict[str, object] = {"confirmed": False, "by": world.cast.coordinator, "under_ojt": False} | more
    return commands.enter_live_period(
        world.session,
        arguments["by"].actor,  # type: ignore[attr-defined]
        person_code=world.cast.agent.code,
        programme_id=world.cast.programme_id,
        period=Period(on(first), on(last) if last is not None else None, bool(arguments["under_ojt"])),
        confirmed=bool(arguments["confirmed"]),
        now=at(now),
    )


def test_a_period_keeps_the_gate_of_its_first_day(world: World) -> None:
    world.opened()
    refused(Conflict, "skills.live_against_gate", lambda: enter(world, 0, 1))
    assert enter(world, 0, 1, confirmed=True).gate_at_start == "closed"
    refused(Conflict, "skills.live_against_gate", lambda: enter(world, 2, 2))
    assert enter(world, 2, 2, under_ojt=True).gate_at_start == "supervised"
    assert enter(world, 3).gate_at_start == "open"


def test_overlapping_and_impossible_periods_are_refused(world: World) -> None:
    world.opened()
    enter(world, 5, 9)
    for first, last in ((9, 12), (1, 5), (6, 7), (4, None)):
        refused(
            Conflict,
            "skills.live_overlap",
            lambda first=first, last=last: enter(world, first, last, confirmed=True),  # type: ignore[misc]
        )
    refused(Invalid, "skills.future", lambda: enter(world, 41))
    refused(Invalid, "skills.future", lambda: enter(world, 20, 41))
    refused(Invalid, "skills.dates_wrong", lambda: enter(world, 20, 19))
    refused(Invalid, "skills.not_placed", lambda: enter(world, -80, -79))
    assert enter(world, 10, None)


@pytest.mark.parametrize("name", ["agent", "trainer", "hr", "author", "auditor", "administrator", "other_coordinator"])
def test_invariant_13_live_contacts_are_entered_by_the_teams_coordinator(world: World, name: str) -> None:
    world.opened()
    refused(NotFound, "people.not_found", lambda: enter(world, 5, by=world.cast.members()[name]))


def test_invariant_07_periods_are_ended_corrected_and_withdrawn_by_new_rows(world: World) -> None:
    world.opened()
    actor, session = world.cast.coordinator.actor, world.session
    first = enter(world, 5)
    ended = commands.end_live_period(session, actor, code=first.code, last_day=on(9), now=at(40))
    refused(
        Conflict,
        "skills.live_not_current",
        lambda: commands.end_live_period(session, actor, code=first.code, last_day=on(8), now=at(40)),
    )
    refused(
        Conflict,
        "skills.live_against_gate",
        lambda: commands.correct_live_period(
            session,
            actor,
            code=ended.code,
            period=Period(on(0), on(9)),
            reason="Empezó antes",
            confirmed=False,
            now=at(40),
        ),
    )
    corrected = commands.correct_live_period(
        session, actor, code=ended.code, period=Period(on(0), on(9)), reason="Empezó antes", confirmed=True, now=at(40)
    )
    assert (corrected.gate_at_start, first.gate_at_start) == ("closed", "open")
    commands.withdraw_live_period(session, actor, code=corrected.code, reason="No fue", now=at(40))
    assert session.scalars(select(LiveContactPeriod).where(queries.current_live_period())).all() == []
    assert len(session.scalars(select(LiveContactPeriod)).all()) == 4
