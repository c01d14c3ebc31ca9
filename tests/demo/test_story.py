"""The calendar of the demo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.demo.story import Calendar, Story, shift

NOW = datetime(2026, 3, 16, 15, tzinfo=UTC)  # a Monday
ZONE = "America/Argentina/Buenos_Aires"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 300))
def test_shifting_counts_working_days_and_lands_on_one(day: date, count: int) -> None:
    for sign in (1, -1):
        landed = shift(day, sign * count)
        assert landed.weekday() < 5
        first, last = sorted((landed, day))
        between = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        assert sum(each.weekday() < 5 and each != day for each in between) == count


def test_today_is_the_companys_day_and_its_late_hours_are_the_moment_of_the_build() -> None:
    late = Calendar(datetime(2026, 3, 17, 1, tzinfo=UTC), ZONE)
    assert late.today == date(2026, 3, 16)
    assert late.at(late.today, 23) == late.now
    assert Calendar(NOW, ZONE).at(date(2026, 3, 13), 10) == datetime(2026, 3, 13, 13, tzinfo=UTC)
    assert Calendar(NOW, ZONE).ago(1) == date(2026, 3, 13)


def test_nothing_can_be_planned_after_the_build() -> None:
    story = Story(Calendar(NOW, ZONE))
    with pytest.raises(ValueError, match="lies after"):
        story.plan(NOW + timedelta(seconds=1), lambda _session, _now: None)
