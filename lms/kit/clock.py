"""Time: aware UTC inside, days and months in a site's own zone."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The moment, aware, in UTC. Called at the edges only: everything below takes `now` as an argument."""
    return datetime.now(UTC)


@functools.lru_cache(maxsize=100_000)
def local_day(at: datetime, zone: str) -> date:
    """The calendar day of `at` in the IANA `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def month_of(day: date) -> date:
    """The first day of the month of `day`; months are named by it everywhere."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after (or before) that of `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_end(month: date) -> date:
    """The last day of the month of `month`."""
    return add_months(month_of(month), 1) - timedelta(days=1)


def months_between(first: date, last: date) -> list[date]:
    """The months from that of `first` to that of `last`, both included; empty where `last` comes before."""
    months, month = [], month_of(first)
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    return months
