"""What a figure is made of, and the arithmetic that makes it: pure, exact, without a database.

A figure is computed from two lists of records, its numerator and its denominator, and from nothing else: so the list
that a figure opens adds up to it by construction (invariant 11). Amounts are integers, values exact fractions; they
are rounded where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.kit.clock import add_months, month_end
from lms.kit.permissions import Actor

TREND_MONTHS = 13
"""A month, and the twelve before it: the same month of last year stands at the other end."""


def N_(text: str) -> str:  # noqa: N802 - the name that translation tools look for
    """Mark a text for translation where it is written; the view translates it where it is shown."""
    return text


class Kind(StrEnum):
    """How the two lists make the value. Of a share and a count the numerator is a part of the denominator."""

    SHARE = "share"  # numerator / denominator, both counts of the same things
    MEAN = "mean"  # amounts of the numerator over amounts of the denominator
    COUNT = "count"  # how many stand in the numerator; the denominator is who was looked at


class Unit(StrEnum):
    PERCENT = "percent"
    HOURS = "hours"  # hours per head
    POINTS = "points"  # a scale of 1 to 5
    PEOPLE = "people"


class PeriodKind(StrEnum):
    MONTH = "month"  # what happened in the month
    SNAPSHOT = "snapshot"  # how things stood on its last day


class Better(StrEnum):
    """On which side of its target a figure is good; the value is the `direction` of its targets."""

    HIGH = "at_least"
    LOW = "at_most"


class Dimension(StrEnum):
    """By what a figure can be filtered."""

    SITE = "site"
    PROGRAMME = "programme"
    JOB = "job"
    TRAINING_TYPE = "training_type"
    SUPERVISOR = "supervisor"


PLACE = frozenset({Dimension.SITE, Dimension.PROGRAMME, Dimension.JOB, Dimension.SUPERVISOR})
TRAINING = PLACE | {Dimension.TRAINING_TYPE}


class Status(StrEnum):
    MEETS = "meets"
    MISSES = "misses"
    NO_TARGET = "no_target"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Cell:
    """The part of the company a figure is asked for; None and "" mean all of that kind."""

    site_id: int | None = None
    programme_id: int | None = None
    job_id: int | None = None
    training_type: str = ""
    supervisor_id: int | None = None

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What it filters by."""
        chosen = {
            Dimension.SITE: self.site_id,
            Dimension.PROGRAMME: self.programme_id,
            Dimension.JOB: self.job_id,
            Dimension.TRAINING_TYPE: self.training_type or None,
            Dimension.SUPERVISOR: self.supervisor_id,
        }
        return frozenset(dimension for dimension, value in chosen.items() if value is not None)


@dataclass(frozen=True)
class Ask:
    """Who asks for which months and which part, and on what day (`as_of`): later days have not happened.

    `months` are consecutive, the oldest first. `zone` names days of people without a site. `memo` keeps what several
    figures of one page share.
    """

    actor: Actor
    months: tuple[date, ...]
    as_of: date
    cell: Cell = Cell()
    zone: str = "UTC"
    survey_minimum: int = 5
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def first(self) -> date:
        return self.months[0]

    @property
    def last(self) -> date:
        """The last day that can hold a record."""
        return self.last_day(self.months[-1])

    @property
    def over(self) -> date:
        """The last day of the months that is wholly over: what was due on it is late or was done."""
        return min(month_end(self.months[-1]), self.as_of - timedelta(days=1))

    def about(self, months: tuple[date, ...], cell: Cell) -> Ask:
        """The same asker about these months and this part of the company."""
        return replace(self, months=months, cell=cell, memo={})

    def without_supervisor(self) -> Ask:
        """The same without the filter by supervisor, for a list that asks it of another day than its own."""
        return replace(self, cell=replace(self.cell, supervisor_id=None))

    def last_day(self, month: date) -> date:
        """The day of a month that its snapshot and its closing headcount are taken on: its last, or today."""
        return min(month_end(month), self.as_of)

    def is_running(self, month: date) -> bool:
        """Whether the month is not wholly over."""
        return month_end(month) >= self.as_of

    @property
    def snapshots(self) -> dict[date, date]:
        """By month, that day; months that have not begun are left out."""
        return {month: self.last_day(month) for month in self.months if month <= self.as_of}


def months_up_to(month: date, count: int = TREND_MONTHS) -> tuple[date, ...]:
    """The `count` months that end with `month`, the oldest first."""
    return tuple(add_months(month, step) for step in range(1 - count, 1))


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a list behind a figure: who, when, what, where, and the page that shows it.

    `amount` is what it adds (minutes, half heads, points; 1 where things are counted). `met`: in a share or a count, it
    stands in the numerator. `other_day` is the day it is judged by (completed, signed), `note` a marked text that says
    why it did not count. Of a group of anonymous answers `person_id` is None.
    """

    month: date
    day: date
    person_id: int | None
    what: str
    site_id: int | None = None
    programme_id: int | None = None
    job_id: int | None = None
    training_type: str = ""
    endpoint: str = ""
    code: str = ""
    amount: int = 1
    met: bool = False
    other_day: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Gathered:
    """The records of all months asked for. `numerator` None: it is those of the denominator that were met."""

    denominator: Sequence[Record]
    numerator: Sequence[Record] | None = None


@dataclass(frozen=True)
class Evidence:
    """One month of a figure: its two lists, and the value they come to (None: nothing to divide by, "no data")."""

    numerator: tuple[Record, ...]
    denominator: tuple[Record, ...]
    over: Fraction
    under: Fraction
    value: Fraction | None


@dataclass(frozen=True)
class Arithmetic:
    """How a figure's lists become its value.

    `numerator_per` and `denominator_per` turn amounts into units (60 minutes an hour, 2 half heads a head).
    `per_person`: people are counted, each once in the cell, and in the numerator only if all of theirs was met.
    """

    kind: Kind
    per_person: bool = False
    numerator_per: int = 1
    denominator_per: int = 1

    def evidence(self, gathered: Gathered, months: Iterable[date]) -> Evidence:
        """The lists and the value of a month, or of several taken together."""
        wanted = frozenset(months)
        denominator = [record for record in gathered.denominator if record.month in wanted]
        if self.per_person:
            denominator = distinct_people(denominator, one_is_enough=self.kind is Kind.COUNT)
        if gathered.numerator is None:
            numerator = [record for record in denominator if record.met]
        else:
            numerator = [record for record in gathered.numerator if record.month in wanted]
        over = Fraction(sum(record.amount for record in numerator), self.numerator_per)
        under = Fraction(sum(record.amount for record in denominator), self.denominator_per)
        value = None if under == 0 else over if self.kind is Kind.COUNT else over / under
        return Evidence(tuple(numerator), tuple(denominator), over, under, value)


def distinct_people(records: Iterable[Record], *, one_is_enough: bool = False) -> list[Record]:
    """One record a person and month, that decides for all of theirs.

    Somebody meets a share only if all their records do, and stands in a count as soon as one does (`one_is_enough`).
    Of records that decide alike the one with a note is kept: the reader is to see it.
    """
    found: dict[tuple[date, int | None], Record] = {}
    for record in records:
        key = (record.month, record.person_id)
        known = found.get(key)
        decides = known is not None and record.met is one_is_enough and known.met is not one_is_enough
        says_more = known is not None and record.met is known.met and bool(record.note) and not known.note
        if known is None or decides or says_more:
            found[key] = record
    return list(found.values())


CELL_KEYS: Mapping[Dimension, Callable[[Record], int | str | None]] = {
    Dimension.SITE: lambda record: record.site_id,
    Dimension.PROGRAMME: lambda record: record.programme_id,
    Dimension.JOB: lambda record: record.job_id,
}
"""By what a figure can be broken down, and where a record says it."""


def split(gathered: Gathered, by: Dimension) -> dict[int | str | None, Gathered]:
    """The records of each cell; a record without a place goes under None."""
    key = CELL_KEYS[by]
    cells = {key(record) for record in (*gathered.denominator, *(gathered.numerator or ()))}
    return {
        cell: replace(
            gathered,
            denominator=[record for record in gathered.denominator if key(record) == cell],
            numerator=None
            if gathered.numerator is None
            else [record for record in gathered.numerator if key(record) == cell],
        )
        for cell in cells
    }


@dataclass(frozen=True)
class Goal:
    """A target: its value, its days (both included; `last` None: no end), where it comes from. `order`: the later wins."""

    value: Fraction
    better: Better
    first: date
    last: date | None
    source: str = ""
    order: int = 0

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def met_by(self, value: Fraction) -> bool:
        """Exactly the target meets it."""
        return value >= self.value if self.better is Better.HIGH else value <= self.value


def goal_on(goals: Iterable[Goal], day: date) -> Goal | None:
    """The target in force on a day: of those that cover it, the one set last."""
    return max((goal for goal in goals if goal.holds(day)), key=lambda goal: goal.order, default=None)


def status(value: Fraction | None, goal: Goal | None) -> Status:
    """How a value stands against the target in force on the last day of its period."""
    if value is None:
        return Status.NO_DATA
    if goal is None:
        return Status.NO_TARGET
    return Status.MEETS if goal.met_by(value) else Status.MISSES


MAX_VALUE = 100_000
MAX_DECIMALS = 4


def read_value(text: str, unit: Unit) -> Fraction | None:
    """A target as typed ("90", "99,5 %", "4.2"), exact; None where it is no number or lies outside its unit.

    Of a share 90 means 90 %. People are counted whole, a scale goes from 1 to 5.
    """
    cleaned = text.replace("%", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not number.is_finite() or number < 0 or number > MAX_VALUE:
        return None
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MAX_DECIMALS:
        return None
    value = Fraction(number)
    fits = {
        Unit.PERCENT: value <= 100,
        Unit.HOURS: True,
        Unit.POINTS: 1 <= value <= 5,
        Unit.PEOPLE: value.denominator == 1,
    }
    if not fits[unit]:
        return None
    return value / 100 if unit is Unit.PERCENT else value
