"""What the ledger of hours is made of and what may be written into it: pure decisions, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

NONE_KEY = "-"
"""How an address names "none of them": no site, no course. No code and no slug is a lone hyphen."""

HOUR_DECIMALS = 4
"""Enough that the whole minutes come back by rounding: 0.00005 h is 0.003 minutes."""


class Kind(StrEnum):
    """What the minutes were: training counts as training hours, the other two are shown apart."""

    TRAINING = "training"
    OJT = "ojt"
    COACHING = "coaching"


class Mode(StrEnum):
    """How they were given."""

    SELF_PACED = "self-paced"
    CLASSROOM = "classroom"
    VIRTUAL = "virtual"
    OJT = "ojt"
    COACHING = "coaching"


class Basis(StrEnum):
    """How the minutes are known: the course says so, attendance was taken, somebody observed."""

    NOMINAL = "nominal"
    ATTENDED = "attended"
    OBSERVED = "observed"


TRAINING_TYPES = ("initial", "refresher", "re-entry", "transfer")
"""The four training types of the product; the ledger stands below the catalogue and cannot ask it."""


class Dimension(StrEnum):
    """What hours can be cut by. The value is the word in addresses and on the command line."""

    MONTH = "month"
    SITE = "site"
    PROGRAMME = "programme"
    JOB = "job"
    TYPE = "type"
    MODE = "mode"
    KIND = "kind"
    COURSE = "course"
    PERSON = "person"


WIDE = frozenset({Dimension.COURSE, Dimension.PERSON})
"""Dimensions with too many values to be the columns of a table."""


def entry_fault(minutes: int, kind: str, training_type: str, mode: str, basis: str) -> str | None:
    """The key of the message that says why an entry cannot be posted; None where it can."""
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes <= 0:
        return "hours.minutes_positive"
    known = (
        (kind, frozenset(Kind)),
        (training_type, frozenset(TRAINING_TYPES)),
        (mode, frozenset(Mode)),
        (basis, frozenset(Basis)),
    )
    return None if all(word in words for word, words in known) else "hours.word_unknown"


def correction_fault(entry_minutes: int, earlier: Iterable[int], delta: int, reason: str) -> str | None:
    """Why a correction is refused; None where it can be written.

    `entry_minutes` is the entry's own figure, `earlier` the deltas of its corrections so far. What an entry stands for
    together with its corrections can go down to zero ("it never took place"), never below.
    """
    if delta == 0:
        return "hours.correction_nothing"
    if not reason.strip():
        return "hours.reason_missing"
    return "hours.correction_below_zero" if entry_minutes + sum(earlier) + delta < 0 else None


class Step(Protocol):
    """A step in the life of a month."""

    @property
    def closed(self) -> bool: ...

    @property
    def at(self) -> datetime: ...


def is_closed(steps: Sequence[Step]) -> bool:
    """Whether a month stands closed after these steps, the oldest first; a month without steps is open."""
    return bool(steps) and steps[-1].closed


def exact_hours(minutes: int, decimal_sign: str = ".") -> str:
    """Whole minutes as hours with four decimals, computed exactly and rounded half up: 100 minutes are "1.6667"."""
    scaled = Fraction(minutes, 60) * 10**HOUR_DECIMALS
    sign = -1 if scaled < 0 else 1
    whole = int((Decimal(abs(scaled.numerator)) / scaled.denominator).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return f"{Decimal(sign * whole).scaleb(-HOUR_DECIMALS):.{HOUR_DECIMALS}f}".replace(".", decimal_sign)


@dataclass(frozen=True, order=True)
class Key:
    """One value of a dimension. `key` goes into addresses, `label` is its name (empty: none), `sort` orders the list."""

    sort: str
    key: str = field(compare=False)
    label: str = field(compare=False)


@dataclass(frozen=True)
class Cell:
    """What the entries of one combination of keys add up to, in whole minutes; the kinds are never added together here.

    `adjustments` is the part of `total` that entered a month after it was closed. `people` are distinct in the cell.
    """

    keys: tuple[Key, ...]
    training: int
    ojt: int
    coaching: int
    adjustments: int
    entries: int
    people: int

    @property
    def total(self) -> int:
        return self.training + self.ojt + self.coaching

    def of(self, kind: Kind | None) -> int:
        """The minutes of one kind, or of all."""
        return {Kind.TRAINING: self.training, Kind.OJT: self.ojt, Kind.COACHING: self.coaching, None: self.total}[kind]


@dataclass(frozen=True)
class Pivot:
    """Hours cut by one or two dimensions: the cells, in the order of their keys, and what they all add up to.

    The sums of the cells equal `total`; people do not (somebody may stand in several cells), so theirs is counted apart.
    """

    by: tuple[Dimension, ...]
    cells: tuple[Cell, ...]
    total: Cell

    def rows(self) -> list[Key]:
        """The keys of the first dimension, in order, each once."""
        return sorted({cell.keys[0].key: cell.keys[0] for cell in self.cells}.values())

    def columns(self) -> list[Key]:
        """The keys of the second dimension; empty where there is one dimension only."""
        return sorted({cell.keys[1].key: cell.keys[1] for cell in self.cells if len(cell.keys) > 1}.values())

    def at(self, *keys: str) -> Cell | None:
        """The cell with these keys; None where no entry stands behind it."""
        return self._by_keys().get(keys)

    def sum(self, kind: Kind | None, *, row: str | None = None, column: str | None = None) -> int:
        """Minutes of a kind (None: of all) in a row, in a column, or in the whole."""
        return sum(
            cell.of(kind)
            for cell in self.cells
            if (row is None or cell.keys[0].key == row) and (column is None or cell.keys[1].key == column)
        )

    def _by_keys(self) -> dict[tuple[str, ...], Cell]:
        return {tuple(key.key for key in cell.keys): cell for cell in self.cells}


def month_index(month: date) -> int:
    """A month as one whole number (months since year 0), so that both databases can group by it."""
    return month.year * 12 + month.month - 1


def month_key(index: int) -> str:
    """The month of such a number as addresses write it: "2026-03"."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def parse_month(text: str) -> date | None:
    """The first day of a month written "2026-03"; None for anything else."""
    year, dash, month = text.partition("-")
    if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
        return None
    if not (1 <= int(month) <= 12 and 1 <= int(year) <= 9998):
        return None
    return date(int(year), int(month), 1)


def safe_cell(value: object) -> object:
    """A value for a CSV file: text that a spreadsheet would run as a formula gets an apostrophe in front.

    Numbers pass as they are: they come from us, and a negative one begins with a minus sign rightly.
    """
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return "'" + value
    return value


@dataclass(frozen=True)
class Selection:
    """Which entries: those of the months `first` to `last` (first days), with these values of dimensions.

    `after_close`: only those that entered their month after it was closed for the last time.
    """

    first: date
    last: date
    keys: Mapping[Dimension, str] = field(default_factory=dict)
    after_close: bool = False


@dataclass(frozen=True)
class MonthTotal:
    """A month as it is reported: `at_close` is what it was closed with (None while it is open), `now` what it holds.

    The difference are the adjustments: a closed month's figure stays, and what came later stands beside it.
    """

    month: date
    now: int
    adjustments: int
    closed: bool
    step_at: datetime | None
    step_by: str

    @property
    def at_close(self) -> int | None:
        return self.now - self.adjustments if self.closed else None
