"""Invariants 7, 8 and 9 of the road, tried at the database: past every command, with plain SQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from lms.kit.ids import new_code
from lms.skills.models import LiveContactPeriod, OjtRecord, SignOff, Verification
from tests.skills.worlds import World, at, on


def refused(session: Session, act: Callable[[], object]) -> None:
    """That the database itself refuses; the transaction goes on."""
    with pytest.raises(DBAPIError), session.begin_nested():
        act()


def _columns(model: type[OjtRecord] | type[LiveContactPeriod]) -> list[str]:
    return [column.key for column in model.__table__.columns]


def raw(session: Session) -> Connection:
    return session.connection()


def a_verification(world: World, **changes: object) -> dict[str, object]:
    """A row that the database takes; the tests spoil one thing in it."""
    row: dict[str, object] = {
        "code": new_code(),
        "person_id": world.cast.agent.id,
        "kind": "pre_ojt",
        "skill_id": None,
        "profile_id": world.profile.id,
        "method": "observation",
        "score_num": 4,
        "score_den": 5,
        "threshold_num": 4,
        "threshold_den": 5,
        "passed": True,
        "observed_on": on(1),
        "evaluator_id": world.cast.trainer.id,
        "comment": "",
        "site_id": world.cast.site_id,
        "programme_id": world.cast.programme_id,
        "job_id": world.cast.job_id,
        "recorded_at": at(1),
        "withdrawn": False,
        "reason": "",
    }
    return row | changes


def test_the_row_the_tests_spoil_is_taken_as_it_is(world: World) -> None:
    raw(world.session).execute(insert(Verification).values(**a_verification(world)))


@pytest.mark.parametrize(
    "spoiled",
    [
        {"score_num": 79, "score_den": 100},  # below the threshold, and "passed"
        {"passed": False},  # at the threshold, and "failed"
        {"score_num": 6},  # more than everything
        {"score_num": -1, "passed": False},
        {"score_den": 0},
        {"threshold_num": 0},  # a threshold that everybody reaches
        {"threshold_num": 6, "passed": False},
        {"kind": "skill"},  # a skill's verification without a skill
        {"kind": "whatever"},
        {"withdrawn": True},  # a taking back of nothing
    ],
)
def test_invariant_08_a_false_verdict_cannot_be_written(world: World, spoiled: dict[str, object]) -> None:
    refused(
        world.session,
        lambda: raw(world.session).execute(insert(Verification).values(**a_verification(world, **spoiled))),
    )


def test_invariant_09_nobody_can_be_written_as_their_own_evaluator_or_observer(world: World) -> None:
    own = a_verification(world, evaluator_id=world.cast.agent.id)
    refused(world.session, lambda: raw(world.session).execute(insert(Verification).values(**own)))
    world.supervised()
    row = world.practise(2)
    spoiled = {name: getattr(row, name) for name in _columns(OjtRecord) if name != "id"}
    spoiled |= {"code": new_code(), "observer_id": world.cast.agent.id}
    refused(world.session, lambda: raw(world.session).execute(insert(OjtRecord).values(**spoiled)))


def a_signature(world: World, record: Verification, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "verification_id": record.id,
        "subject_id": record.person_id,
        "role": "manager",
        "signer_id": world.cast.coordinator.id,
        "at": at(1),
    }
    return row | changes


def test_invariant_09_a_signature_of_ones_own_cannot_be_written(world: World) -> None:
    world.know(0)
    row = world.verify(1)
    agent, trainer, stranger = world.cast.agent.id, world.cast.trainer.id, world.cast.stranger.id
    for spoiled in (
        {"signer_id": agent},  # the subject signs
        {"signer_id": agent, "subject_id": stranger},  # and hides behind somebody else as the subject
        {"signer_id": trainer},  # the evaluator signs a second time
        {"role": "evaluator"},  # a second evaluator
        {"role": "director"},
        {"verification_id": None},
    ):
        values = a_signature(world, row, **spoiled)
        refused(world.session, lambda values=values: raw(world.session).execute(insert(SignOff).values(**values)))  # type: ignore[misc]
    raw(world.session).execute(insert(SignOff).values(**a_signature(world, row)))


def test_invariant_07_a_correction_needs_its_reason_and_comes_once(world: World) -> None:
    world.know(0)
    row = world.verify(1)
    refused(
        world.session,
        lambda: raw(world.session).execute(insert(Verification).values(**a_verification(world, corrects_id=row.id))),
    )
    fine = {"corrects_id": row.id, "reason": "Se cargó mal"}
    raw(world.session).execute(insert(Verification).values(**a_verification(world, **fine)))
    with pytest.raises(IntegrityError), world.session.begin_nested():
        raw(world.session).execute(insert(Verification).values(**a_verification(world, **fine)))


@pytest.mark.parametrize(
    "table",
    [
        "job_profile_version",
        "profile_requirement",
        "verification",
        "ojt_record",
        "sign_off",
        "action_plan",
        "action_plan_close",
        "live_contact_period",
    ],
)
def test_invariant_07_evidence_is_neither_changed_nor_deleted(world: World, table: str) -> None:
    _some_of_everything(world)
    assert world.session.scalar(text(f"SELECT count(*) FROM {table}"))
    refused(world.session, lambda: raw(world.session).execute(text(f"UPDATE {table} SET id = id + 1000")))
    refused(world.session, lambda: raw(world.session).execute(text(f"DELETE FROM {table}")))


def _some_of_everything(world: World) -> None:
    from lms.skills import commands, queries

    world.know(0)
    failed = world.verify(1, score="1/2")
    plan = queries.plan_of(world.session, failed.id)
    assert plan is not None
    coordinator = world.cast.coordinator.actor
    commands.close_action_plan(world.session, coordinator, code=plan.plan.code, outcome="Refuerzo", now=at(1))
    world.sign(world.verify(1), 1)
    world.practise(2)
    commands.enter_live_period(
        world.session,
        coordinator,
        person_code=world.cast.agent.code,
        programme_id=world.cast.programme_id,
        period=commands.Period(on(2), under_ojt=True),
        confirmed=False,
        now=at(2),
    )


def test_invariant_07_a_period_is_not_replaced_twice_nor_without_a_reason(world: World) -> None:
    _some_of_everything(world)
    period = world.session.query(LiveContactPeriod).one()
    kept = {name: getattr(period, name) for name in _columns(LiveContactPeriod) if name != "id"}
    for spoiled in (
        {"corrects_id": period.id, "reason": ""},
        {"to_day": on(1)},
        {"gate_at_start": "ajar"},
        {"withdrawn": True},
    ):
        values = kept | {"code": new_code()} | spoiled
        refused(
            world.session,
            lambda values=values: raw(world.session).execute(insert(LiveContactPeriod).values(**values)),  # type: ignore[misc]
        )
