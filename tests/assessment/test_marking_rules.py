"""When an open answer is settled, without a database."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.marking import GAP, Settled, Turn, settle

shares = st.fractions(0, 1, max_denominator=60)
QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)


def test_one_reviewer_settles_it() -> None:
    assert settle([], 1) == Settled(None, Turn.FIRST)
    assert settle([HALF], 1) == Settled(HALF, Turn.NONE)


@given(shares, shares)
def test_two_who_are_near_give_the_mean_and_two_who_are_not_a_third(one: Fraction, other: Fraction) -> None:
    assert settle([one], 2) == Settled(None, Turn.SECOND)
    near = abs(one - other) <= GAP
    assert settle([one, other], 2) == (Settled((one + other) / 2, Turn.NONE) if near else Settled(None, Turn.DECIDES))


@given(shares, shares, shares)
def test_the_third_decides_alone(one: Fraction, other: Fraction, third: Fraction) -> None:
    assert settle([one, other, third], 2) == Settled(third, Turn.NONE)


def test_exactly_the_gap_is_near_enough_and_a_hair_more_is_not() -> None:
    assert settle([HALF, HALF + QUARTER], 2).turn is Turn.NONE
    assert settle([HALF, HALF + QUARTER + Fraction(1, 10**9)], 2).turn is Turn.DECIDES
    assert settle([Fraction(0), Fraction(1)], 2, Fraction(1)).grade == HALF
    assert settle([HALF, HALF], 2, Fraction(0)).grade == HALF


@pytest.mark.parametrize(("marks", "reviewers"), [([HALF, HALF], 1), ([HALF] * 4, 2), ([], 3), ([], 0)])
def test_marks_that_nobody_could_have_given_are_refused(marks: list[Fraction], reviewers: int) -> None:
    with pytest.raises(ValueError, match="reviewers"):
        settle(marks, reviewers)
