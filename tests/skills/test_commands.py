"""Commands of skills: the road in its order and in no other, signatures, corrections, plans, live contacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import select

from lms.hours.models import HoursEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.people.models import Employment
from lms.skills import commands, queries
from lms.skills.commands import Practice, RequirementInput
from lms.skills.models import OjtRecord, SignOff, Verification
from lms.skills.rules import GateState
from tests.cast import Member
from tests.skills.worlds import World, at, count, on, refused

# The road


def test_invariant_09_the_gate_opens_through_the_commands_in_this_order(world: World) -> None:
    assert world.gate(0).state is GateState.CLOSED
    world.know(0)
    assert world.gate(0).state is GateState.CLOSED
    pre = world.verify(1)
    assert world.gate(1).state is GateState.CLOSED  # the manager has not signed
    world.sign(pre, 1)
    assert world.gate(1).state is GateState.SUPERVISED
    world.practise(2)
    world.practise(3)
    phone = world.verify(3, world.phone)
    system = world.verify(3, world.system)
    world.sign(phone, 3)
    assert world.gate(3).state is GateState.SUPERVISED
    world.sign(system, 3)
    assert world.gate(3).state is GateState.OPEN
    assert world.gate(2).state is GateState.SUPERVISED  # what is recorded today changes no yesterday


def test_invariant_09_pre_ojt_before_the_knowledge_test_is_refused(world: World) -> None:
    error = refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(1))
    assert [item.course_id for item in error.params["missing"]] == ["certificacion"]  # type: ignore[attr-defined]
    world.know(2)
    refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(1, recorded=3))


def test_invariant_09_knowledge_that_had_expired_opens_no_pre_ojt(world: World) -> None:
    world.know(0, expires=2)
    world.verify(2)  # its last day
    refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(3))


def test_invariant_09_the_gate_closes_the_day_after_the_last_day_of_the_knowledge(world: World) -> None:
    world.know(0, expires=2)
    world.sign(world.verify(1), 1)
    assert world.gate(2).state is GateState.SUPERVISED
    assert world.gate(2).next_change_on == on(3)
    assert world.gate(3).state is GateState.CLOSED


def test_invariant_09_ojt_before_pre_ojt_is_refused(world: World) -> None:
    refused(Conflict, "skills.order.not_supervised", lambda: world.practise(1))
    world.know(0)
    refused(Conflict, "skills.order.not_supervised", lambda: world.practise(1))
    pre = world.verify(1)
    refused(Conflict, "skills.order.not_supervised", lambda: world.practise(1))  # passed, not signed
    world.sign(pre, 2)
    refused(Conflict, "skills.order.not_supervised", lambda: world.practise(1, recorded=2))  # signed only on day 2
    world.practise(2)


def test_invariant_09_skills_before_ojt_are_refused(world: World) -> None:
    refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(1, world.phone))
    world.supervised()
    refused(Conflict, "skills.order.ojt_first", lambda: world.verify(1, world.phone))
    world.practise(2)
    error = refused(Conflict, "skills.order.ojt_first", lambda: world.verify(2, world.phone))
    assert {item.key for item in error.params["missing"]} == {  # type: ignore[attr-defined]
        "skills.missing.ojt_days",
        "skills.missing.ojt_minutes",
    }
    world.practise(3)
    refused(Conflict, "skills.order.before_ojt", lambda: world.verify(2, world.phone, recorded=3))
    world.verify(3, world.phone)


def test_ojt_is_refused_once_the_gate_is_open(world: World) -> None:
    world.opened()
    refused(Conflict, "skills.order.already_open", lambda: world.practise(4))


def test_invariant_09_a_failed_pre_ojt_keeps_the_gate_closed_until_a_passed_one(world: World) -> None:
    world.know(0)
    world.sign(world.verify(1, score="79/100"), 1)
    assert world.gate(1).state is GateState.CLOSED
    refused(Conflict, "skills.order.not_supervised", lambda: world.practise(1))
    world.sign(world.verify(2), 2)
    assert world.gate(2).state is GateState.SUPERVISED


def test_invariant_09_a_skill_that_expires_closes_and_verifying_again_opens(world: World) -> None:
    world.opened()
    assert world.gate(3).next_change_on == on(64)  # verified on day 3, valid for 60 days
    assert world.gate(63).state is GateState.OPEN
    assert world.gate(64).state is GateState.CLOSED
    world.sign(world.verify(65, world.phone), 65)
    assert world.gate(65).state is GateState.OPEN
    assert world.gate(64).state is GateState.CLOSED


def test_reentry_after_a_long_gap_walks_the_road_again(world: World) -> None:
    world.opened()
    employment = world.session.scalars(select(Employment).where(Employment.person_id == world.cast.agent.id)).one()
    employment.left_on = on(10)
    world.session.flush()
    world.session.add(Employment(person_id=world.cast.agent.id, hired_on=on(110)))
    world.session.flush()
    assert world.gate(9).state is GateState.OPEN
    assert world.gate(20).state is GateState.CLOSED
    assert world.gate(111).state is GateState.CLOSED
    refused(Conflict, "skills.order.ojt_first", lambda: world.verify(111, world.phone))


# What a verification keeps


@pytest.mark.parametrize(("score", "passed"), [("4/5", True), ("7999/10000", False), ("1", True), ("0", False)])
def test_invariant_08_the_threshold_in_force_is_kept_and_the_verdict_is_exact(
    world: World, score: str, passed: bool
) -> None:
    world.know(0)
    row = world.verify(1, score=score)
    assert (row.passed, Fraction(row.threshold_num, row.threshold_den)) == (passed, Fraction(4, 5))
    assert (row.site_id, row.programme_id, row.job_id) == (
        world.cast.site_id,
        world.cast.programme_id,
        world.cast.job_id,
    )
    assert row.profile_id == world.profile.id


def _publish(world: World, day: int, threshold: str, author: Member | None = None, **changes: object) -> object:
    arguments: dict[str, object] = {
        "job_code": world.job.code,
        "from_day": on(day),
        "courses": [world.course.slug],
        "requirements": [RequirementInput(world.phone.code, True, "observation", Fraction(threshold), None)],
        "min_ojt_days": 1,
        "min_ojt_minutes": 60,
        "pre_ojt_threshold": Fraction(threshold),
        "now": at(1),
    } | changes
    return commands.publish_profile(world.session, (author or world.cast.author).actor, **arguments)  # type: ignore[arg-type]


def test_invariant_08_a_new_version_counts_from_its_day_and_not_before(world: World) -> None:
    world.know(0)
    _publish(world, 5, "19/20")
    before, after = world.verify(4, score="9/10", recorded=6), world.verify(5, score="9/10", recorded=6)
    assert (before.passed, after.passed) == (True, False)
    assert Fraction(after.threshold_num, after.threshold_den) == Fraction(19, 20)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"from_day": on(0)}, "skills.profile_past"),
        ({"courses": []}, "skills.profile_no_course"),
        ({"courses": ["otro"]}, "skills.profile_course_unknown"),
        ({"requirements": []}, "skills.profile_no_skill"),
        ({"min_ojt_days": 0}, "skills.profile_ojt_days"),
        ({"min_ojt_minutes": 0}, "skills.profile_ojt_minutes"),
        ({"pre_ojt_threshold": Fraction(0)}, "skills.profile_threshold"),
        ({"pre_ojt_threshold": Fraction(101, 100)}, "skills.profile_threshold"),
    ],
)
def test_a_profile_that_asks_for_nothing_or_for_yesterday_is_refused(
    world: World, changes: dict[str, object], key: str
) -> None:
    refused(Invalid, key, lambda: _publish(world, 5, "4/5", **changes))


def test_profiles_and_skills_are_for_those_who_manage_them(world: World) -> None:
    for name in ("agent", "coordinator", "trainer", "hr", "auditor"):
        member = world.cast.members()[name]
        refused(NotAllowed, "skills.manage", lambda member=member: _publish(world, 5, "4/5", member))  # type: ignore[misc]
        refused(
            NotAllowed,
            "skills.manage",
            lambda member=member: commands.add_skill(  # type: ignore[misc]
                world.session, member.actor, name="Otra", kind="skill", description="", now=at(1)
            ),
        )
    assert world.profile.approved_by == world.cast.author.id


def test_versions_are_found_by_day_and_number(world: World) -> None:
    second, third = _publish(world, 5, "4/5"), _publish(world, 5, "9/10")
    versions = queries.profile_versions(world.session, world.job.id)
    assert [row.number for row in versions] == [3, 2, 1]
    assert queries.profile_in_force(world.session, world.job.id, on(4)) is world.profile
    assert queries.profile_in_force(world.session, world.job.id, on(5)) is third
    assert second is not third
    assert queries.profile_in_force(world.session, world.job.id, on(-91)) is None


# What is refused


@pytest.mark.parametrize("name", ["agent", "hr", "author", "auditor", "administrator", "other_coordinator", "stranger"])
def test_invariant_13_only_those_who_verify_in_scope_may_record(world: World, name: str) -> None:
    world.supervised()
    member = world.cast.members()[name]
    for act in (lambda: world.verify(2, by=member), lambda: world.practise(2, by=member)):
        with pytest.raises((NotFound, NotAllowed)):
            act()
    assert (count(world.session, Verification), count(world.session, OjtRecord)) == (1, 0)


def test_invariant_09_nobody_verifies_themselves(world: World) -> None:
    world.know(0, world.cast.trainer)
    refused(NotAllowed, "skills.own", lambda: world.verify(1, of=world.cast.trainer))


def test_days_that_are_impossible_are_refused(world: World) -> None:
    world.know(-58)
    refused(Invalid, "skills.future", lambda: world.verify(2, recorded=1))
    refused(Invalid, "skills.not_employed", lambda: world.verify((date(2026, 1, 4) - on(0)).days, recorded=1))
    employment = world.session.scalars(select(Employment).where(Employment.person_id == world.cast.agent.id)).one()
    employment.left_on = on(0)
    world.session.flush()
    refused(Invalid, "skills.not_employed", lambda: world.verify(1))


def test_another_programme_than_the_persons_is_refused(world: World) -> None:
    world.know(0)
    elsewhere = replace(world, cast=replace(world.cast, programme_id=world.cast.other_programme_id))
    refused(Invalid, "skills.not_placed", lambda: elsewhere.verify(1))


def test_a_skill_the_profile_does_not_ask_for_is_refused(world: World) -> None:
    world.practised()
    refused(Conflict, "skills.order.not_in_profile", lambda: world.verify(3, world.extra))


@pytest.mark.parametrize("score", ["-1/100", "101/100", "1/10001"])
def test_scores_out_of_range_or_that_cannot_be_kept_are_refused(world: World, score: str) -> None:
    world.know(0)
    refused(Invalid, "skills.score_range", lambda: world.verify(1, score=score))


def test_an_evaluator_who_left_may_not_record(world: World) -> None:
    world.know(0)
    employment = world.session.scalars(select(Employment).where(Employment.person_id == world.cast.trainer.id)).one()
    employment.left_on = on(0)
    world.session.flush()
    refused(NotAllowed, "skills.signer_left", lambda: world.verify(1))


def test_a_form_sent_twice_is_recorded_once(world: World) -> None:
    world.supervised()
    arguments = {
        "person_code": world.cast.agent.code,
        "programme_id": world.cast.programme_id,
        "practice": Practice(on(2), 240, 10),
        "now": at(2),
        "code": "abcdefgh2345",
    }
    first = commands.record_ojt(world.session, world.cast.trainer.actor, **arguments)  # type: ignore[arg-type]
    assert commands.record_ojt(world.session, world.cast.trainer.actor, **arguments) is first  # type: ignore[arg-type]
    refused(
        Conflict,
        "skills.code_taken",
        lambda: commands.record_ojt(world.session, world.cast.coordinator.actor, **arguments),  # type: ignore[arg-type]
    )
    assert [entry.minutes for entry in world.session.scalars(select(HoursEntry))] == [240]


# Signatures


def test_invariant_09_signatures_are_of_separate_people_with_the_role(world: World) -> None:
    cast = world.cast
    world.know(0)
    row = world.verify(1)
    refused(NotAllowed, "skills.sign.not_allowed", lambda: world.sign(row, 1, cast.trainer))
    refused(NotAllowed, "skills.sign.not_allowed", lambda: world.sign(row, 1, cast.agent))
    refused(NotFound, "skills.record_not_found", lambda: world.sign(row, 1, cast.other_coordinator))
    refused(Conflict, "skills.sign.unknown_role", lambda: world.sign(row, 1, role="witness"))
    refused(Conflict, "skills.sign.already", lambda: world.sign(row, 1, cast.trainer, "evaluator"))
    world.sign(row, 1)
    refused(Conflict, "skills.sign.already", lambda: world.sign(row, 2))
    signed = world.session.scalars(select(SignOff).order_by(SignOff.id)).all()
    assert [(item.role, item.signer_id) for item in signed] == [
        ("evaluator", cast.trainer.id),
        ("manager", cast.coordinator.id),
    ]


def test_invariant_09_who_evaluated_does_not_sign_as_manager_too(world: World) -> None:
    world.know(0)
    row = world.verify(1, by=world.cast.coordinator)
    refused(Conflict, "skills.sign.same_person", lambda: world.sign(row, 1))
    assert world.gate(1).state is GateState.CLOSED


def test_a_profile_may_ask_for_a_witness_before_the_manager(world: World) -> None:
    world.know(0)
    _publish(world, 2, "4/5", witness=True)
    row = world.verify(2, by=world.cast.trainer)
    refused(Conflict, "skills.sign.out_of_order", lambda: world.sign(row, 2))
    world.sign(row, 2, role="witness")
    refused(Conflict, "skills.sign.same_person", lambda: world.sign(row, 2))
