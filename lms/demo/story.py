"""The calendar of the demo and its order of events: what is planned in any order happens in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.notify import commands as notices

_SATURDAY = 5
_PROGRESS_WEEKS = 10
HEARD = timedelta(days=14)
"""Of what happened longer ago nobody is told: people have read it and done it."""
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


class Batch(IntEnum):
    """What acts of one day are told together, in this order, after the others."""

    NONE = 0
    STUDY = 1
    TESTS = 2
    EVIDENCE = 3


_Planned = tuple[datetime, int, Act, Batch, str]
Batches = Callable[[Session, Batch, Collection[str]], AbstractContextManager[None]]


@dataclass
class Story:
    """What happens and when. Acts of one moment keep the order in which they were planned."""

    calendar: Calendar
    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, at: datetime, act: Act, batch: Batch = Batch.NONE, of: str = "") -> None:
        """Let `act` happen at a moment of the past; within a batch, if one is named, and then `of` whom.

        Raises: ValueError for a moment after the build: a record from the future would be a lie.
        """
        if at > self.calendar.now:
            raise ValueError(f"{at} lies after {self.calendar.now}")
        self._planned.append((at, len(self._planned), act, batch, of))

    def tell(
        self,
        database: Database,
        batches: Batches,
        progress: Callable[[str], None] = lambda _text: None,
    ) -> int:
        """Let everything happen in the order of time, one transaction a week; returns how many acts there were.

        Of each day (in UTC) those of a batch come after the others, within what `batches` opens for the people they are of.
        """
        told, ordered = 0, sorted(self._planned, key=lambda item: item[:2])
        for number, (week, of_week) in enumerate(groupby(ordered, key=_week_of)):
            if number % _PROGRESS_WEEKS == 0:
                progress(f"{100 * told // len(ordered):3d} %  {week[0]}, semana {week[1]}")
            with database.writing() as session:
                notices.hush(session, before=self.calendar.now - HEARD)
                with audit.gathered(session):
                    for _day, of_day in groupby(of_week, key=lambda item: item[0].astimezone(UTC).date()):
                        acts = list(of_day)
                        told += len(acts)
                        _tell_day(session, acts, batches)
        return told


def _tell_day(session: Session, acts: Sequence[_Planned], batches: Batches) -> None:
    for batch in Batch:
        mine = [item for item in acts if item[3] is batch]
        if mine:
            with batches(session, batch, {item[4] for item in mine}) if batch else nullcontext():
                for at, _, act, _, _ in mine:
                    act(session, at)


def _week_of(item: _Planned) -> tuple[int, int]:
    year, week, _ = item[0].isocalendar()
    return year, week
