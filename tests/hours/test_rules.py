"""The pure rules of hours."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.hours import rules
from lms.hours.rules import Cell, Dimension, Key, Kind, Pivot


@given(st.integers(-(10**9), 10**9))
def test_whole_minutes_come_back_from_exact_hours(minutes: int) -> None:
    shown = Fraction(rules.exact_hours(minutes))
    assert round(shown * 60) == minutes
    assert abs(shown - Fraction(minutes, 60)) <= Fraction(1, 2 * 10**rules.HOUR_DECIMALS)


@pytest.mark.parametrize(
    ("minutes", "sign", "text"),
    [(100, ".", "1.6667"), (90, ",", "1,5000"), (-1, ".", "-0.0167"), (0, ".", "0.0000"), (20, ".", "0.3333")],
)
def test_hours_have_four_decimals_rounded_half_up(minutes: int, sign: str, text: str) -> None:
    assert rules.exact_hours(minutes, sign) == text


@pytest.mark.parametrize("text", ["=1+1", "+54", "-1", "@x", "\tx", "\rx", "\nx"])
def test_text_that_would_run_as_a_formula_is_kept_as_text(text: str) -> None:
    assert rules.safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", [-60, 60, "a=b", "", "Ñandú", None])
def test_everything_else_passes_as_it_is(value: object) -> None:
    assert rules.safe_cell(value) is value


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_months_go_to_numbers_and_words_and_back(day: date) -> None:
    word = rules.month_key(rules.month_index(day))
    assert rules.parse_month(word) == day.replace(day=1)
    assert day.isoformat().startswith(word)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-03", "2026-3", "²026-03", "2026-03-01", "9999-12"]
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert rules.parse_month(text) is None


@given(st.integers(1, 600), st.lists(st.integers(-600, 600), max_size=5), st.integers(-700, 700))
def test_invariant_10_a_correction_never_leaves_less_than_zero(minutes: int, earlier: list[int], delta: int) -> None:
    fault = rules.correction_fault(minutes, earlier, delta, "why")
    refused = delta == 0 or minutes + sum(earlier) + delta < 0
    assert (fault is not None) == refused


def test_a_correction_to_exactly_zero_is_possible_and_needs_its_reason() -> None:
    assert rules.correction_fault(60, [-20], -40, "it never took place") is None
    assert rules.correction_fault(60, [-20], -41, "too much") == "hours.correction_below_zero"
    assert rules.correction_fault(60, [], -60, "  ") == "hours.reason_missing"


@pytest.mark.parametrize(
    ("minutes", "kind", "training_type", "mode", "basis"),
    [
        (0, "training", "initial", "virtual", "nominal"),
        (-5, "training", "initial", "virtual", "nominal"),
        (True, "training", "initial", "virtual", "nominal"),
        (5, "party", "initial", "virtual", "nominal"),
        (5, "training", "first", "virtual", "nominal"),
        (5, "training", "initial", "telepathy", "nominal"),
        (5, "training", "initial", "virtual", "guessed"),
    ],
)
def test_an_entry_outside_the_ledgers_words_is_refused(
    minutes: int, kind: str, training_type: str, mode: str, basis: str
) -> None:
    assert rules.entry_fault(minutes, kind, training_type, mode, basis) is not None


def test_the_ledger_and_the_catalogue_name_the_same_types_and_modes() -> None:
    from lms.catalog.rules import TrainingType

    assert set(rules.TRAINING_TYPES) == {kind.value for kind in TrainingType}


def test_rows_columns_and_sums_of_a_pivot() -> None:
    a, b, x, y = Key("1", "a", "A"), Key("2", "b", "B"), Key("1", "x", "X"), Key("2", "y", "Y")
    cells = (
        Cell((a, x), 10, 1, 0, 0, 1, 1),
        Cell((a, y), 20, 0, 2, 5, 1, 1),
        Cell((b, y), 40, 0, 0, 0, 2, 1),
    )
    pivot = Pivot((Dimension.SITE, Dimension.TYPE), cells, Cell((), 70, 1, 2, 5, 4, 1))
    assert [key.key for key in pivot.rows()] == ["a", "b"]
    assert [key.key for key in pivot.columns()] == ["x", "y"]
    assert pivot.at("b", "x") is None
    assert pivot.sum(Kind.TRAINING, row="a") == 30
    assert pivot.sum(None, column="y") == 62
    assert pivot.sum(None) == pivot.total.total == 73
