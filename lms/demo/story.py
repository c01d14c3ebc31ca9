"""The calendar of the demo and its order of events: what is planned in any order happens in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.kit.clock import local_day
from lms.kit.db import Database

_SATURDAY = 5
Act = Callable[[Session, datetime], None]


@dataclass(frozen=True)
class Calendar:
    """Days as seen from the moment of the build, in the company's zone."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    def ago(self, working_days: int) -> date:
        """The day so many working days (Monday to Friday) before today; today itself for 0."""
        return self.today if working_days == 0 else shift(self.today, -working_days)

    def at(self, day: date, hour: int, minute: int = 0, zone: str = "") -> datetime:
        """A moment of a day; what would still lie ahead today happens at the moment of the build."""
        return min(datetime.combine(day, time(hour, minute), ZoneInfo(zone or self.zone)), self.now)


def shift(day: date, working_days: int) -> date:
    """The day so many working days after `day` (before it, where negative)."""
    step = timedelta(days=1 if working_days > 0 else -1)
    left = abs(working_days)
    while left:
        day += step
        left -= day.weekday() < _SATURDAY
    return day


def working_day(day: date) -> date:
    """The day itself, or the Monday after where it falls on a weekend."""
    return shift(shift(day, -1), 1)


@dataclass
class Story:
    """What happens and when. Acts of one moment keep the order in which they were planned."""

    calendar: Calendar
    _planned: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def plan(self, at: datetime, act: Act) -> None:
        """Let `act` happen at a moment of the past.

        Raises: ValueError for a moment after the build: a record from the future would be a lie.
        """
        if at > self.calendar.now:
            raise ValueError(f"{at} lies after {self.calendar.now}")
        self._planned.append((at, len(self._planned), act))

    def tell(self, database: Database, progress: Callable[[str], None] = lambda _text: None) -> int:
        """Let everything happen in the order of time, one transaction a week; returns how many acts there were."""
        told, month = 0, 0
        for _week, acts in groupby(sorted(self._planned, key=lambda item: item[:2]), key=_week_of):
            if _week[1] // 9 != month:
                month = _week[1] // 9
                progress(f"{100 * told // len(self._planned):3d} %  semana {_week[1]} de {_week[0]}")
            with database.writing() as session:
                for at, _number, act in acts:
                    act(session, at)
                    told += 1
        return told


def _week_of(item: tuple[datetime, int, Act]) -> tuple[int, int]:
    year, week, _ = item[0].isocalendar()
    return year, week
