"""Test plans: pass marks, and what a bank lacks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings

from lms.assessment.rules.draw import DrawImpossible, draw
from lms.assessment.rules.filling import LackKind, feasibility, unseen_attempts
from lms.assessment.rules.plan import Section, TestPlan, parse_pass_mark

from .worlds import candidate, plan_of, small_worlds, valid_forms


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("80%", Fraction(4, 5)),
        ("80 %", Fraction(4, 5)),
        ("82,5%", Fraction(33, 40)),
        ("82.5%", Fraction(33, 40)),
        ("33.333333%", Fraction(33333333, 100000000)),
        ("4/5", Fraction(4, 5)),
        ("2 / 3", Fraction(2, 3)),
        ("100%", Fraction(1)),
        ("1/1", Fraction(1)),
    ],
)
def test_a_pass_mark_is_exact(text: str, mark: Fraction) -> None:
    assert parse_pass_mark(text) == mark


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80",
        "0.8",
        "0%",
        "0/5",
        "101%",
        "6/5",
        "4/0",
        "-80%",
        "+80%",
        "1e2%",
        "80%%",
        "ochenta",
        "٨٠%",
        "80.%",
        ".5%",
        "4/5/6",
        "nan%",
    ],
)
def test_nonsense_is_no_pass_mark(text: str) -> None:
    with pytest.raises(ValueError, match="not "):
        parse_pass_mark(text)


def test_a_plan_survives_storage_and_its_hash_ignores_the_order_of_sections() -> None:
    plan = TestPlan("t", "T", Fraction(2, 3), 30, 3, 24, (Section("b", "any", 2, 3), Section("a", "easy", 1)))
    stored = TestPlan.from_dict(plan.as_dict())
    assert set(stored.sections) == set(plan.sections)
    assert stored.pass_mark == Fraction(2, 3)
    turned = replace(plan, sections=plan.sections[::-1])
    assert turned.content_hash() == plan.content_hash() == stored.content_hash()
    assert replace(plan, minutes=31).content_hash() != plan.content_hash()
    assert (
        replace(plan, sections=(Section("b", "any", 2), Section("a", "easy", 1))).content_hash() != plan.content_hash()
    )


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Section("a", "easy", 1), Section("a", "easy", 2), True),
        (Section("a", "easy", 1), Section("a", "any", 1), True),
        (Section("a", "any", 1), Section("a", "any", 1), True),
        (Section("a", "easy", 1), Section("a", "hard", 1), False),
        (Section("a", "any", 1), Section("b", "any", 1), False),
    ],
)
def test_sections_are_disjoint(one: Section, other: Section, overlap: bool) -> None:
    bank = [
        candidate(number, topic, difficulty)
        for number, (topic, difficulty) in enumerate(
            [("a", "easy"), ("a", "easy"), ("a", "easy"), ("a", "hard"), ("b", "easy")]
        )
    ]
    lacks = feasibility(plan_of(one, other), bank)
    assert [lack.kind for lack in lacks] == ([LackKind.OVERLAP] if overlap else [])
    assert unseen_attempts(plan_of(one, other), bank) == (0 if overlap else 1)


def test_every_section_that_lacks_is_told_with_its_numbers() -> None:
    bank = [candidate(1), candidate(2, exclusive="x"), candidate(3, exclusive="x"), candidate(4, pool="practice")]
    lacks = feasibility(plan_of(Section("a", "easy", 3), Section("b", "any", 2)), bank)
    assert [(lack.kind, lack.sections[0].topic, lack.needed, lack.available) for lack in lacks] == [
        (LackKind.SHORT, "a", 3, 2),
        (LackKind.SHORT, "b", 2, 0),
    ]


def test_sections_that_claim_the_same_sets_are_told_together() -> None:
    bank = [candidate(number, topic, exclusive="x") for number, topic in enumerate("ab")] + [candidate(9, "c")]
    (lack,) = feasibility(plan_of(*(Section(topic, "any", 1) for topic in "abc")), bank)
    assert lack.kind is LackKind.EXCLUSIVE
    assert {section.topic for section in lack.sections} == {"a", "b"}
    assert (lack.needed, lack.available) == (2, 1)


@given(small_worlds())
@settings(max_examples=500, deadline=None)
def test_invariant_02_a_plan_lacks_something_exactly_when_no_form_exists(world) -> None:
    plan, bank, seen = world
    lacks = feasibility(plan, bank)
    assert bool(lacks) == (next(valid_forms(plan, bank), None) is None)
    assert all(lack.available < lack.needed for lack in lacks)
    if lacks:
        with pytest.raises(DrawImpossible):
            draw(plan, bank, seen, bytes(16))
    else:
        assert len(draw(plan, bank, seen, bytes(16))) == plan.size


@given(small_worlds())
@settings(max_examples=400, deadline=None)
def test_the_number_of_unseen_attempts_is_the_most_disjoint_forms(world) -> None:
    plan, bank, _ = world
    forms = {frozenset(each.question_id for each in form) for form in valid_forms(plan, bank)}
    assert unseen_attempts(plan, bank) == most_disjoint(sorted(forms, key=sorted), frozenset())


def most_disjoint(forms: list[frozenset[int]], used: frozenset[int]) -> int:
    """By trying: the first form is used or not. Small numbers only."""
    free = [form for form in forms if not form & used]
    if len(free) > 40:  # enough to bound: try pairs and triples only where forms are small
        size = len(free[0])
        every = len(frozenset().union(*free))
        for many in range(every // size, 1, -1):
            if any(len(frozenset().union(*some)) == many * size for some in combinations(free, many)):
                return many
        return 1
    return max((1 + most_disjoint(free[place + 1 :], used | form) for place, form in enumerate(free)), default=0)


def test_without_exclusive_sets_retakes_reach_the_number_of_unseen_attempts() -> None:
    bank = [candidate(number, "ab"[number % 2]) for number in range(21)]
    plan = plan_of(Section("a", "any", 3), Section("b", "any", 2))
    assert unseen_attempts(plan, bank) == 3  # 11 of a by 3, 10 of b by 2
    seen: dict[int, int] = {}
    for attempt in range(3):
        form = {drawn.question_id for drawn in draw(plan, bank, seen, bytes([attempt] * 16))}
        assert not form & seen.keys()
        seen |= dict.fromkeys(form, attempt)
