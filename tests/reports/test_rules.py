"""Marks and scores of reports, without a database."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lms.reports.rules import Graded, Outcome, marks, outcome_of, score_text

DAY = date(2026, 3, 16)
SCORES = st.fractions(0, 1, max_denominator=400)


def graded(number: int, score: Fraction, *, mark: Fraction = Fraction(4, 5)) -> Graded:
    return Graded(number, score, score >= mark, mark, DAY.replace(day=number))


def test_without_an_attempt_there_are_no_marks() -> None:
    assert marks([]) is None
    assert outcome_of(None) is Outcome.NONE


@given(st.lists(SCORES, min_size=1, max_size=9))
def test_the_marks_are_the_best_and_the_last(scores: list[Fraction]) -> None:
    attempts = [graded(number, score) for number, score in enumerate(scores, 1)]
    found = marks(attempts[::-1])  # whatever the order they come in
    assert found is not None
    assert (found.attempts, found.best, found.last) == (len(scores), max(scores), scores[-1])
    assert found.last_on == DAY.replace(day=len(scores))
    assert found.passed is (max(scores) >= Fraction(4, 5))
    assert outcome_of(found) is (Outcome.PASSED if found.passed else Outcome.FAILED)


@given(SCORES)
def test_a_score_in_a_file_is_rounded_down(score: Fraction) -> None:
    text = Fraction(score_text(score))
    assert text <= score * 100 < text + Fraction(1, 10)
    assert score_text(score, ",") == score_text(score).replace(".", ",")


def test_what_reads_eighty_has_reached_eighty() -> None:
    assert score_text(Fraction(4, 5)) == "80.0"
    assert score_text(Fraction(3999, 5000)) == "79.9"
    assert score_text(Fraction(1)) == "100.0"
