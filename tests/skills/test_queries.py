"""Reading the road: the gate of many people at once, past days, readiness, and what scope hides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from lms.kit.errors import NotFound
from lms.kit.permissions import Permission
from lms.skills import queries
from lms.skills.queries import CellState
from lms.skills.rules import (
    GateState,
    Profile,
    Requirement,
    StepKind,
    VerificationKind,
    parse_score,
    verification_refusal,
)
from tests.skills.worlds import World, on

Counting = Callable[[], AbstractContextManager[Any]]


def test_many_gates_cost_no_more_queries_than_one(world: World, count_queries: Counting) -> None:
    world.opened()
    cast = world.cast
    world.session.flush()
    world.session.expunge_all()
    with count_queries() as one:
        queries.gates_of(world.session, [(cast.agent.id, cast.programme_id)], on(5))
    world.session.expunge_all()
    items = [(member.id, cast.programme_id, on(day)) for member in cast.members().values() for day in range(6)]
    with count_queries() as many:
        found = queries.gates_at(world.session, items)
    assert many.number == one.number <= 10
    assert found[cast.agent.id, cast.programme_id, on(1)].state is GateState.SUPERVISED
    assert found[cast.agent.id, cast.programme_id, on(5)].state is GateState.OPEN
    assert found[cast.coordinator.id, cast.programme_id, on(5)].state is GateState.CLOSED


def test_a_past_day_is_decided_by_what_was_known_that_day(world: World) -> None:
    world.supervised()
    world.practise(2)
    world.practise(3, recorded=10)  # entered a week late
    assert world.gate(4).steps[2].kind is StepKind.OJT
    assert world.gate(4).steps[2].missing
    assert not world.gate(10).steps[2].missing


def test_without_profile_or_placement_the_gate_is_closed(world: World) -> None:
    cast = world.cast
    other = queries.gate_of(world.session, cast.agent.id, cast.other_programme_id, on(5))
    assert other.state is GateState.CLOSED
    assert "skills.missing.placement" in {item.key for item in other.missing}
    early = queries.gate_of(world.session, cast.agent.id, cast.programme_id, on(-91))
    assert early.state is GateState.CLOSED


def test_the_matrix_says_how_each_skill_stands(world: World) -> None:
    world.practised()
    coordinator = world.cast.coordinator.actor
    first = world.verify(3, world.phone)
    world.verify(3, world.system, score="1/2")
    [row] = queries.readiness(world.session, coordinator, on(3), limit=10).rows
    assert (row.cells[world.phone.id].state, row.cells[world.system.id].state) == (CellState.WAITING, CellState.FAILED)
    world.sign(first, 3)
    [row] = queries.readiness(world.session, coordinator, on(3), limit=10).rows
    assert (row.cells[world.phone.id].state, row.cells[world.phone.id].until) == (CellState.VERIFIED, on(63))
    [row] = queries.readiness(world.session, coordinator, on(40), limit=10).rows
    assert row.cells[world.phone.id].state is CellState.SOON
    [row] = queries.readiness(world.session, coordinator, on(64), limit=10).rows
    assert row.cells[world.phone.id].state is CellState.EXPIRED


def test_what_ends_soon_and_was_not_renewed_is_listed(world: World) -> None:
    world.opened()
    coordinator = world.cast.coordinator.actor
    assert queries.expiring(world.session, coordinator, on(32), limit=10) == []
    [item] = queries.expiring(world.session, coordinator, on(33), limit=10)
    assert (item.verification.skill_id, item.last_day) == (world.phone.id, on(63))
    assert queries.expiring(world.session, world.cast.other_coordinator.actor, on(33), limit=10) == []
    world.sign(world.verify(40, world.phone), 40)
    assert queries.expiring(world.session, coordinator, on(40), limit=10) == []


def test_what_waits_for_a_signature(world: World) -> None:
    world.know(0)
    row = world.verify(1)
    coordinator = world.cast.coordinator.actor
    [waiting] = queries.waiting_for_signature(world.session, coordinator, Permission.READ_TEAM, on(1), limit=10)
    assert (waiting.record, queries.next_role(waiting)) == (row, "manager")
    world.sign(row, 1)
    world.practise(2)  # this profile asks for no manager under OJT
    assert queries.waiting_for_signature(world.session, coordinator, Permission.READ_TEAM, on(2), limit=10) == []


@pytest.mark.parametrize("name", ["stranger", "other_coordinator", "author", "administrator"])
def test_invariant_13_records_out_of_scope_do_not_exist(world: World, name: str) -> None:
    world.practised()
    actor = world.cast.members()[name].actor
    history = queries.people_history(world.session, world.cast.agent.id, limit=10)
    for permission in (Permission.READ_TEAM, Permission.LEARN):
        with pytest.raises(NotFound):
            queries.verification_for(world.session, actor, history.verifications[0].record.code, permission, on(3))
        with pytest.raises(NotFound):
            queries.ojt_for(world.session, actor, history.ojt[0].record.code, permission, on(3))
    found = queries.readiness(world.session, actor, on(3), limit=10).rows
    assert world.cast.agent.id not in {row.person.id for row in found}


def test_plans_are_paged_by_their_day(world: World) -> None:
    world.know(0)
    for day in (1, 2, 3):
        world.verify(day, score="1/2")
    coordinator = world.cast.coordinator.actor
    first = queries.plans_page(world.session, coordinator, on(3), limit=2)
    rest = queries.plans_page(world.session, coordinator, on(3), after=first[-1].plan.code, limit=2)
    assert [row.plan.due_on for row in (*first, *rest)] == [on(15), on(16), on(17)]
    due = queries.plans_page(world.session, coordinator, on(3), due_by=on(15), limit=9)
    assert [row.plan.due_on for row in due] == [on(15)]


@pytest.mark.parametrize(
    ("typed", "score"),
    [
        ("80", Fraction(4, 5)),
        (" 87,5 % ", Fraction(7, 8)),
        ("79.99", Fraction(7999, 10_000)),
        ("17/20", Fraction(17, 20)),
        ("1/3", Fraction(1, 3)),
        ("0", Fraction(0)),
        ("100", Fraction(1)),
        ("100,01", None),
        ("21/20", None),
        ("1/0", None),
        ("-1", None),
        ("8e1", None),
        ("79,999", None),
        ("", None),
    ],
)
def test_scores_are_read_exactly_or_not_at_all(typed: str, score: Fraction | None) -> None:
    assert parse_score(typed) == score


def test_a_profile_without_courses_lets_no_verification_be_recorded(world: World) -> None:
    world.know(0)
    held = queries.Dossiers(world.session, {world.cast.agent.id})
    facts = held.facts(world.cast.agent.id, world.cast.programme_id, on(1))
    empty = Profile(1, (), (Requirement(1, Fraction(1)),), 1, 1)
    found = verification_refusal(
        empty, facts, kind=VerificationKind.PRE_OJT, skill_id=None, observed_on=on(1), today=on(1) + timedelta(days=1)
    )
    assert found is not None
    assert found.key == "skills.order.knowledge_first"
