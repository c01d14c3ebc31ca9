"""Scores are exact (invariant 3)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.grading import Graded, result

EIGHTY = Fraction(4, 5)


def of(*grades: Fraction, topic: str = "a") -> list[Graded]:
    return [Graded(topic, 1, grade) for grade in grades]


def test_invariant_03_sixteen_of_twenty_pass_and_a_thousandth_less_does_not() -> None:
    sixteen = of(*[Fraction(1)] * 16, *[Fraction(0)] * 4)
    short = of(*[Fraction(1)] * 15, Fraction(999, 1000), *[Fraction(0)] * 4)
    assert result(sixteen, EIGHTY).score == EIGHTY
    assert result(sixteen, EIGHTY).passed
    assert result(short, EIGHTY).total.earned == Fraction("15.999")
    assert not result(short, EIGHTY).passed


def test_invariant_03_thirds_add_up_exactly_where_floats_would_not() -> None:
    """Floats lose here: 0.1 + 0.2 > 0.3, and ten times 0.1 is less than 1."""
    tenths = of(*[Fraction(1, 10)] * 10)
    assert result(tenths, Fraction(1, 10)).passed
    thirds = of(Fraction(1, 3), Fraction(1, 3), Fraction(2, 3), Fraction(2, 3))
    assert result(thirds, Fraction(1, 2)).passed
    assert not result(thirds, Fraction(1, 2) + Fraction(1, 10**30)).passed


@given(st.integers(1, 300).flatmap(lambda of_all: st.tuples(st.integers(0, of_all), st.just(of_all))))
def test_invariant_03_holds_for_every_number_of_questions(numbers) -> None:
    right, of_all = numbers
    questions = of(*[Fraction(1)] * right, *[Fraction(0)] * (of_all - right))
    assert result(questions, EIGHTY).passed == (100 * right >= 80 * of_all)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.fractions(0, 1, max_denominator=12)), min_size=1)
)
def test_topics_add_up_to_the_whole(rows) -> None:
    found = result([Graded(*row) for row in rows], EIGHTY)
    assert sum(tally.earned for tally in found.topics.values()) == found.total.earned
    assert sum(tally.possible for tally in found.topics.values()) == found.total.possible
    assert sum(tally.questions for tally in found.topics.values()) == found.total.questions == len(rows)
    assert 0 <= found.score <= 1


def test_points_weigh_and_topics_are_told_apart() -> None:
    found = result(
        [
            Graded("a", 3, Fraction(1)),
            Graded("a", 1, Fraction(1, 2)),
            Graded("b", 4, Fraction(0), answered=False),
        ],
        EIGHTY,
    )
    assert found.score == Fraction(7, 16)
    assert list(found.topics) == ["a", "b"]
    assert (found.topics["a"].earned, found.topics["a"].score) == (Fraction(7, 2), Fraction(7, 8))
    assert (found.topics["a"].right, found.topics["a"].questions, found.topics["b"].answered) == (1, 2, 0)


def test_what_is_not_a_score_is_refused() -> None:
    with pytest.raises(ValueError, match="without questions"):
        result([], EIGHTY)
    with pytest.raises(ValueError, match="pass mark"):
        result(of(Fraction(1)), Fraction(0))
    with pytest.raises(TypeError):
        result(of(Fraction(1)), 0.8)  # a float never decides
    with pytest.raises(TypeError):
        result([Graded("a", 1, 0.5)], EIGHTY)
    for points, grade in ((0, Fraction(1)), (1, Fraction(2)), (1, Fraction(-1, 2))):
        with pytest.raises(ValueError, match="points"):
            Graded("a", points, grade)
