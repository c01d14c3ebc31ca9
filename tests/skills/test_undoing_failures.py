"""A failure closes the gate; nobody opens it alone by correcting or taking the failure back (invariant 9)."""

from __future__ import annotations

from fractions import Fraction

from lms.kit.errors import Conflict, NotAllowed
from lms.skills import commands
from lms.skills.commands import Observed
from lms.skills.models import Verification
from lms.skills.rules import GateState
from tests.cast import Member
from tests.skills.worlds import World, at, on, refused


def failed(world: World) -> Verification:
    """An open gate that the trainer's failed verification of day 5 closed."""
    world.opened()
    assert world.gate(4).state is GateState.OPEN
    row = world.verify(5, world.phone, score="1/2")
    assert world.gate(5).state is GateState.CLOSED
    return row


def correct(world: World, row: Verification, score: str, by: Member) -> Verification:
    return commands.correct_verification(
        world.session,
        by.actor,
        code=row.code,
        observed=Observed(Fraction(score), on(5)),
        reason="Nota mal copiada",
        now=at(6),
    )


def withdraw(world: World, row: Verification, by: Member) -> Verification:
    return commands.withdraw_verification(world.session, by.actor, code=row.code, reason="No fue", now=at(6))


def test_invariant_09_a_corrected_failure_closes_until_everybody_has_signed(world: World) -> None:
    row = failed(world)
    corrected = correct(world, row, "9/10", world.cast.trainer)
    assert world.gate(6).state is GateState.CLOSED, "the earlier verification does not stand in for it"
    world.sign(corrected, 7)
    assert world.gate(6).state is GateState.CLOSED
    assert world.gate(7).state is GateState.OPEN


def test_invariant_09_a_coordinator_does_not_take_back_the_failure_of_another(world: World) -> None:
    row = failed(world)
    refused(NotAllowed, "skills.withdraw_failed", lambda: withdraw(world, row, world.cast.coordinator))
    assert world.gate(6).state is GateState.CLOSED


def test_invariant_09_nor_by_way_of_a_correction(world: World) -> None:
    row = failed(world)
    own = correct(world, row, "9/10", world.cast.coordinator)
    assert world.gate(6).state is GateState.CLOSED
    refused(NotAllowed, "skills.withdraw_failed", lambda: withdraw(world, own, world.cast.coordinator))
    assert world.gate(6).state is GateState.CLOSED


def test_invariant_09_the_evaluator_who_corrected_does_not_sign_as_manager(world: World) -> None:
    own = correct(world, failed(world), "9/10", world.cast.coordinator)
    refused(Conflict, "skills.sign.same_person", lambda: world.sign(own, 6))


def test_whoever_evaluated_takes_their_own_failure_back(world: World) -> None:
    withdraw(world, failed(world), world.cast.trainer)
    assert world.gate(6).state is GateState.OPEN
    assert world.gate(5).state is GateState.CLOSED  # as it was known that day


def test_a_passed_verification_is_gone_with_its_correction(world: World) -> None:
    world.opened()
    row = world.verify(5, world.phone)
    world.sign(row, 5)
    correct(world, row, "1/2", world.cast.trainer)
    assert world.gate(6).state is GateState.CLOSED
