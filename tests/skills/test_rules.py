"""The gate, without a database: the order of the road, the signatures, expiry, and that nothing skips a step."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from lms.skills.rules import GateState, KnowledgePass, Requirement, SignOffFact, Span, StepKind, StepState
from tests.skills.roads import (
    AGENT,
    EVALUATOR,
    FACTS,
    MANAGER,
    PROFILE,
    WITNESS,
    at,
    current,
    look,
    on,
    practised,
    signatures,
    swap,
    verified,
)


def test_invariant_09_the_whole_road_opens_the_gate() -> None:
    found = look(FACTS)
    assert found.state is GateState.OPEN
    assert [step.kind for step in found.steps] == list(StepKind)
    assert {step.state for step in found.steps} == {StepState.DONE}
    assert found.missing == ()


@pytest.mark.parametrize(
    ("day", "state", "step"),
    [
        (1, GateState.CLOSED, StepKind.KNOWLEDGE),
        (2, GateState.CLOSED, StepKind.PRE_OJT),
        (3, GateState.SUPERVISED, StepKind.OJT),
        (4, GateState.SUPERVISED, StepKind.OJT),
        (5, GateState.SUPERVISED, StepKind.SKILLS),
        (6, GateState.OPEN, None),
    ],
)
def test_invariant_09_day_by_day_in_this_order(day: int, state: GateState, step: StepKind | None) -> None:
    found = look(FACTS, day)
    assert (found.state, current(found)) == (state, step)


def test_what_lacks_is_named() -> None:
    found = look(replace(FACTS, ojt=FACTS.ojt[:1]))
    keys = {item.key: item for item in found.missing}
    assert (keys["skills.missing.ojt_days"].have, keys["skills.missing.ojt_days"].need) == (1, 2)
    assert (keys["skills.missing.ojt_minutes"].have, keys["skills.missing.ojt_minutes"].need) == (240, 480)
    assert {item.skill_id for item in found.missing} == {None, 10, 11}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_invariant_09_one_below_the_threshold_is_not_enough(number: int) -> None:
    assert look(swap(FACTS, number, score=Fraction(4, 5))).state is GateState.OPEN
    assert look(swap(FACTS, number, score=Fraction(4, 5) - Fraction(1, 10**9))).state is not GateState.OPEN


def test_invariant_08_the_threshold_then_in_force_counts() -> None:
    strict = replace(PROFILE, requirements=tuple(replace(item, threshold=Fraction(1)) for item in PROFILE.requirements))
    assert look(FACTS, profile=strict).state is GateState.OPEN


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "signed",
    [
        (),
        signatures(3)[:1],
        signatures(3)[1:],
        (SignOffFact("evaluator", EVALUATOR, at(8)), SignOffFact("manager", EVALUATOR, at(8, 13))),
        (SignOffFact("evaluator", EVALUATOR, at(8)), SignOffFact("manager", AGENT, at(8, 13))),
        (SignOffFact("evaluator", AGENT, at(8)), SignOffFact("manager", MANAGER, at(8, 13))),
        (SignOffFact("evaluator", WITNESS, at(8)), SignOffFact("manager", MANAGER, at(8, 13))),
        (SignOffFact("evaluator", EVALUATOR, at(8, 13)), SignOffFact("manager", MANAGER, at(8))),
        (SignOffFact("evaluator", EVALUATOR, at(2)), SignOffFact("manager", MANAGER, at(2, 13))),
        (SignOffFact("evaluator", EVALUATOR, at(11)), SignOffFact("manager", MANAGER, at(11, 13))),
    ],
    ids=["none", "no manager", "no evaluator", "one person", "own manager", "own evaluator", "not the evaluator",
         "out of order", "before the act", "in the future"],
)  # fmt: skip
def test_invariant_09_signatures_are_separate_acts_by_separate_people(
    number: int, signed: tuple[SignOffFact, ...]
) -> None:
    assert look(swap(FACTS, number, sign_offs=signed)).state is not GateState.OPEN


def test_invariant_09_evaluating_oneself_counts_for_nothing() -> None:
    assert look(swap(FACTS, 1, evaluator_id=AGENT)).state is GateState.CLOSED


def test_invariant_09_ojt_before_the_signed_pre_ojt_does_not_count() -> None:
    assert current(look(replace(FACTS, ojt=(practised(1, 2), practised(2, 5))))) is StepKind.OJT
    late = swap(FACTS, 1, sign_offs=signatures(5))
    assert current(look(late)) is StepKind.OJT, "the pre-OJT was passed before, but signed after the first day of OJT"


def test_invariant_09_pre_ojt_before_the_knowledge_does_not_count() -> None:
    late = replace(FACTS, knowledge=(KnowledgePass("copc", on(4), None),))
    found = look(late)
    assert (found.state, current(found)) == (GateState.CLOSED, StepKind.PRE_OJT)


def test_invariant_09_skills_before_the_end_of_ojt_do_not_count() -> None:
    found = look(swap(FACTS, 2, observed_on=on(4), recorded_at=at(4)))
    assert (found.state, current(found)) == (GateState.SUPERVISED, StepKind.SKILLS)


def test_invariant_09_every_course_of_the_profile_must_be_passed() -> None:
    assert look(FACTS, profile=replace(PROFILE, courses=("copc", "datos"))).state is GateState.CLOSED


@pytest.mark.parametrize(
    "empty",
    [{"courses": ()}, {"requirements": ()}, {"sign_roles": ()}, {"ojt_sign_roles": ()}],
    ids=lambda value: next(iter(value)),
)
def test_invariant_09_a_profile_that_asks_for_nothing_opens_nothing(empty: dict[str, tuple[()]]) -> None:
    assert look(FACTS, profile=replace(PROFILE, **empty)).state is not GateState.OPEN


def test_invariant_09_no_ojt_asked_still_means_a_day_of_it() -> None:
    none_asked = replace(PROFILE, min_ojt_days=0, min_ojt_minutes=0)
    assert look(replace(FACTS, ojt=()), profile=none_asked).state is GateState.SUPERVISED


def test_invariant_09_a_skill_that_expires_closes_the_gate() -> None:
    last = 6 + 180
    found = look(FACTS, 10)
    assert found.next_change_on == on(last + 1)
    assert look(FACTS, last).state is GateState.OPEN
    assert look(FACTS, last + 1).state is GateState.CLOSED
    renewed = replace(FACTS, verifications=(*FACTS.verifications, verified(9, last - 3, 10)))
    assert look(renewed, last + 1).state is GateState.OPEN


def test_invariant_09_knowledge_that_expires_closes_the_gate() -> None:
    lasting = replace(PROFILE, requirements=(Requirement(11, Fraction(4, 5)),))
    assert look(FACTS, 10, lasting).next_change_on == on(368)
    assert look(FACTS, 367, lasting).state is GateState.OPEN
    assert look(FACTS, 368, lasting).state is GateState.CLOSED
    renewed = replace(FACTS, knowledge=(*FACTS.knowledge, KnowledgePass("copc", on(400))))
    assert look(renewed, 400, lasting).state is GateState.OPEN


def test_invariant_09_failing_after_passing_closes_even_unsigned() -> None:
    failed = replace(verified(9, 8, 10, score="1/2"), sign_offs=())
    found = look(replace(FACTS, verifications=(*FACTS.verifications, failed)))
    assert found.state is GateState.CLOSED
    assert [item.key for item in found.missing] == ["skills.missing.skill_failed"]
    again = replace(FACTS, verifications=(*FACTS.verifications, failed, verified(12, 9, 10)))
    assert look(again).state is GateState.OPEN


def test_of_one_day_the_one_recorded_last_decides() -> None:
    failed = replace(verified(9, 6, 10, score="1/2"), recorded_at=at(6, 15))
    assert look(replace(FACTS, verifications=(*FACTS.verifications, failed))).state is GateState.CLOSED
    earlier = replace(failed, recorded_at=at(6, 9))
    assert look(replace(FACTS, verifications=(*FACTS.verifications, earlier))).state is GateState.OPEN


def test_failing_for_the_first_time_leaves_the_person_under_supervision() -> None:
    assert look(swap(FACTS, 2, score=Fraction(1, 2))).state is GateState.SUPERVISED


def test_invariant_07_a_corrected_verification_no_longer_counts() -> None:
    assert look(swap(FACTS, 1, superseded=True)).state is GateState.CLOSED


def test_a_renewal_not_yet_signed_leaves_the_earlier_one_standing() -> None:
    pending = replace(verified(9, 8, 10), sign_offs=())
    assert look(replace(FACTS, verifications=(*FACTS.verifications, pending))).state is GateState.OPEN


@pytest.mark.parametrize("changes", [{"subject_id": 99}, {"programme_id": 99}])
@pytest.mark.parametrize("number", [1, 2])
def test_facts_of_others_count_for_nothing(number: int, changes: dict[str, int]) -> None:
    assert look(swap(FACTS, number, **changes)).state is not GateState.OPEN


def test_without_placement_or_employment_the_gate_is_closed() -> None:
    assert look(replace(FACTS, placements=(Span(on(0), on(9)),))).state is GateState.CLOSED
    assert look(replace(FACTS, employments=(Span(on(0), on(9)),))).state is GateState.CLOSED
    ending = replace(FACTS, placements=(Span(on(0), on(20)),))
    assert look(ending).next_change_on == on(21)


@pytest.mark.parametrize(("away", "state"), [(90, GateState.OPEN), (91, GateState.CLOSED)])
def test_invariant_09_a_long_gap_makes_verifications_stale(away: int, state: GateState) -> None:
    back = 20 + away + 1
    rehired = replace(FACTS, employments=(Span(on(0), on(20)), Span(on(back))))
    assert look(rehired, back).state is state
    absent = replace(FACTS, absences=(Span(on(21), on(20 + away)),))
    assert look(absent, back).state is state


def test_after_a_long_gap_the_road_is_walked_again() -> None:
    back = 150
    rehired = replace(FACTS, employments=(Span(on(0), on(20)), Span(on(back))))
    assert current(look(rehired, back)) is StepKind.PRE_OJT
    again = replace(
        rehired,
        verifications=(
            *FACTS.verifications,
            verified(21, back + 1),
            verified(22, back + 4, 10),
            verified(23, back + 4, 11),
        ),
        ojt=(*FACTS.ojt, practised(21, back + 2), practised(22, back + 3)),
    )
    assert look(again, back + 3).state is GateState.SUPERVISED
    assert look(again, back + 4).state is GateState.OPEN


def test_the_day_of_a_signature_is_the_day_of_the_site() -> None:
    late = (SignOffFact("evaluator", EVALUATOR, at(4, 1)), SignOffFact("manager", MANAGER, at(4, 2)))
    pre = swap(FACTS, 1, sign_offs=late)
    local = replace(pre, zone="America/Argentina/Buenos_Aires")
    assert look(pre, 3).state is GateState.CLOSED
    assert look(local, 3).state is GateState.SUPERVISED, "two in the morning UTC is still the day before there"
