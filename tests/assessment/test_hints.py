"""Hints, never verdicts: what steps tell, and how probable likeness is under the stated model, against counting it out."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.hints import Event, Given, at_least, likeness, traces, wrong_answers
from lms.assessment.types.registry import question_type
from tests.assessment.samples import BODIES
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


def answer(position: int, seconds: float, tab: str = "tab-one-1") -> Event:
    return Event("answer", NOW + seconds * SECOND, position, tab)


def test_leaving_and_pasting_are_counted() -> None:
    found = traces([Event("left", NOW, 1, "t", 5), Event("paste", NOW, 3, "t", 40), Event("left", NOW, 2, "t", 7)])
    assert (found.left_times, found.left_seconds, found.pasted) == (2, 12, ((3, 40),))
    assert found.anything
    assert not traces([answer(1, 0), Event("flag", NOW, 1, "t")]).anything


def test_quick_is_another_question_within_two_seconds() -> None:
    assert traces([answer(1, 0), answer(2, 2)]).quick == (2,)
    assert traces([answer(1, 0), answer(2, 2.1)]).quick == ()
    assert traces([answer(1, 0), answer(1, 1)]).quick == ()  # the same question, thought over
    assert traces([answer(1, 0), answer(2, 1), answer(3, 2), answer(2, 9), answer(3, 10)]).quick == (2, 3)


def test_a_queue_that_went_out_at_once_is_no_sign() -> None:
    assert traces([answer(number, 0) for number in range(1, 9)]).quick == ()


@given(st.lists(st.fractions(0, 1, max_denominator=7), max_size=5), st.integers(0, 6))
def test_the_probability_is_what_counting_every_case_gives(chances: list[Fraction], hits: int) -> None:
    expected = Fraction(0)
    for case in product([0, 1], repeat=len(chances)):
        if sum(case) >= hits:
            weight = Fraction(1)
            for hit, chance in zip(case, chances, strict=True):
                weight *= chance if hit else 1 - chance
            expected += weight
    assert at_least(hits, chances) == expected


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("single", 2),
        ("multiple", 14),
        ("true_false", 1),
        ("matching", 63),
        ("ordering", 5),
        ("numeric", 0),
        ("open", 0),
    ],
)
def test_wrong_answers_are_counted_where_they_can_be(kind: str, number: int) -> None:
    shown = question_type(kind)
    body = BODIES[kind]
    assert wrong_answers(shown.present(body, range(shown.shuffle_size(body)))) == number


def test_only_what_both_got_wrong_and_can_be_counted_tells_anything() -> None:
    mine = {1: Given("a", True), 2: Given("b", False), 3: Given("c", False), 4: Given("d", False), 5: Given("e", False)}
    other = {1: Given("a", True), 2: Given("b", False), 3: Given("x", False), 4: Given("d", True), 6: Given("f", False)}
    found = likeness(mine, other, {1: 3, 2: 3, 3: 3, 4: 3, 5: 3, 6: 3})
    assert (found.shared, found.both_wrong, found.alike) == (4, 2, 1)
    assert found.chance == 1 - Fraction(2, 3) ** 2
    typed = likeness(mine, other, {2: 0, 3: 0})
    assert (typed.both_wrong, typed.chance) == (0, 1)


def test_true_or_false_says_nothing() -> None:
    both = {number: Given("x", False) for number in range(10)}
    assert likeness(both, both, dict.fromkeys(range(10), 1)).chance == 1
