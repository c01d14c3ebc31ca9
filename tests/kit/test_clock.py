"""Days and months: in the zone they are asked for, whole, and without a hole between them."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.clock import add_months, local_day, month_end, month_of, months_between, utc_now

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Argentina/Buenos_Aires", date(2026, 3, 31)),  # 23:30 of the day before
        ("Europe/Madrid", date(2026, 4, 1)),
        ("Pacific/Auckland", date(2026, 4, 1)),
        ("UTC", date(2026, 4, 1)),
    ],
)
def test_one_moment_is_another_day_elsewhere(zone: str, day: date) -> None:
    assert local_day(datetime(2026, 4, 1, 2, 30, tzinfo=UTC), zone) == day


def test_a_day_follows_the_clocks_that_are_put_forward() -> None:
    # Santiago is at UTC-3 until 5 April 2026 and at UTC-4 after it.
    assert local_day(datetime(2026, 4, 4, 3, 30, tzinfo=UTC), "America/Santiago") == date(2026, 4, 4)
    assert local_day(datetime(2026, 4, 6, 3, 30, tzinfo=UTC), "America/Santiago") == date(2026, 4, 5)


@given(DAYS)
def test_a_month_is_its_first_day_to_its_last(day: date) -> None:
    first, last = month_of(day), month_end(day)
    assert first.day == 1
    assert first <= day <= last
    assert last + timedelta(days=1) == add_months(first, 1)


@given(DAYS, st.integers(-300, 300))
def test_adding_months_goes_there_and_back(day: date, count: int) -> None:
    first = month_of(day)
    there = add_months(day, count)
    assert there.day == 1
    assert add_months(there, -count) == first
    assert (there > first) == (count > 0)


@given(DAYS, DAYS)
def test_the_months_between_follow_each_other_and_hold_both_ends(first: date, last: date) -> None:
    months = months_between(first, last)
    if month_of(first) > last:
        assert months == []
        return
    assert (months[0], months[-1]) == (month_of(first), month_of(last))
    assert all(add_months(before, 1) == after for before, after in itertools.pairwise(months))


def test_the_last_day_of_a_month() -> None:
    assert month_end(date(2028, 2, 1)) == date(2028, 2, 29)
    assert month_end(date(2026, 12, 31)) == date(2026, 12, 31)
