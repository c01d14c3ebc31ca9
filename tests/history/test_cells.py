"""What a cell means, without a database: a value or a fault, never a guess."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.history.rules.cells import DateOrder, as_text, day, minutes, share, text
from lms.history.rules.columns import COLUMNS, REQUIRED, WORDS, column_of, kind_of_sheet, meaning
from lms.history.rules.faults import Fault


def key(found: object) -> str:
    assert isinstance(found, Fault)
    return found.key


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_written_plainly_is_read(on: date) -> None:
    assert day(on.isoformat(), "day", DateOrder.ASK) == on
    assert day(datetime(on.year, on.month, on.day), "day", DateOrder.ASK) == on  # noqa: DTZ001 - a spreadsheet's own
    assert day(f"{on.day}/{on.month}/{on.year}", "day", DateOrder.DMY) == on
    assert day(f"{on.month}/{on.day}/{on.year}", "day", DateOrder.MDY) == on


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_day_that_reads_in_two_ways_is_never_guessed(on: date) -> None:
    found = day(f"{on.day}/{on.month}/{on.year}", "day", DateOrder.ASK)
    if on.day > 12 or on.day == on.month:
        assert found == on
    else:
        assert key(found) == "day_ambiguous"


@pytest.mark.parametrize("typed", ["31/02/2025", "2025-13-01", "ayer", "1/2", "99"])
def test_what_is_no_day_is_said(typed: str) -> None:
    assert key(day(typed, "day", DateOrder.ASK)) == "day_unreadable"


@pytest.mark.parametrize("cell", [45123, 45123.0, "45123"])
def test_the_inner_number_of_a_day_is_recognised_and_refused(cell: object) -> None:
    found = day(cell, "day", DateOrder.ASK)  # type: ignore[arg-type]  # the three ways it comes
    assert key(found) == "day_serial"
    assert found.params["day"] == "2023-07-16"  # type: ignore[union-attr]  # a fault, as just seen


@given(st.integers(min_value=1, max_value=1440))
def test_minutes_of_a_day_are_read(count: int) -> None:
    assert minutes(count, "minutes") == minutes(f" {count} ", "minutes") == minutes(float(count), "minutes") == count


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("-5", "minutes_positive"),
        (0, "minutes_positive"),
        (1441, "minutes_too_many"),
        ("90,5", "minutes_decimal"),
        (90.5, "minutes_decimal"),
        ("1:30", "minutes_unreadable"),
        ("NaN", "minutes_unreadable"),
        ("Infinity", "minutes_unreadable"),
    ],
)
def test_other_minutes_are_refused(cell: object, fault: str) -> None:
    assert key(minutes(cell, "minutes")) == fault  # type: ignore[arg-type]  # cells of every kind


@given(st.integers(min_value=0, max_value=100))
def test_a_share_is_exact_however_it_is_written(percent: int) -> None:
    wanted = Fraction(percent, 100)
    assert share(f"{percent} %", "score") == share(f"{percent}/100", "score") == wanted
    if percent > 1:
        assert share(percent, "score") == wanted


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("101 %", "score_over"),
        ("21/20", "score_over"),
        ("5/0", "score_unreadable"),
        (1, "score_ambiguous"),
        ("bien", "score_unreadable"),
    ],
)
def test_other_shares_are_refused(cell: object, fault: str) -> None:
    assert key(share(cell, "score")) == fault  # type: ignore[arg-type]  # cells of every kind


def test_texts_have_a_length_and_no_control_signs() -> None:
    assert text("  Lista   4 ", "evidence", 20) == "Lista 4"
    assert key(text("x" * 21, "evidence", 20)) == "too_long"
    assert key(text("a\x00b", "evidence", 20)) == "control"


@given(st.text(), st.integers(), st.floats(allow_nan=False))
def test_no_cell_breaks_a_reader(written: str, number: int, real: float) -> None:
    for cell in (written, number, real, None, True):
        assert isinstance(as_text(cell), str)
        for found in (day(cell, "day", DateOrder.ASK), minutes(cell, "minutes"), share(cell, "score")):
            assert isinstance(found, date | int | Fraction | Fault)


def test_names_are_read_in_both_languages_with_or_without_accents() -> None:
    for column, names in COLUMNS.items():
        assert {column_of(name) for name in names} == {column}
        assert column_of(names[0].upper().replace(" ", "_")) == column
    assert {column for columns in REQUIRED.values() for column in columns} <= set(COLUMNS)
    for column, table in WORDS.items():
        for value, words in table.items():
            assert {meaning(column, word) for word in words} == {str(value)}
    assert kind_of_sheet("HORAS") == "hours"
    assert kind_of_sheet("Hoja1") is None
