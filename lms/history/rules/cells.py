"""What a cell means: days, minutes, shares, texts. Every function gives a value or a fault, never a guess. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

from lms.history.rules.faults import Fault, fault


class Formula(str):
    """The text of a cell that holds a formula: what it comes to is not in the file's keeping."""

    __slots__ = ()


Cell = str | int | float | bool | date | None

MINUTES_OF_A_DAY = 24 * 60
MAX_DENOMINATOR = 10_000
"""Scores are kept as fractions with at most this denominator: two decimals of a percentage fit."""
_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
"""Numbers that a spreadsheet shows as days from 1954 to 2119."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%")
_SHARE = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{1,4})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class DateOrder(StrEnum):
    """How days with strokes are meant; `ASK` refuses those that can be read in two ways."""

    ASK = "ask"
    DMY = "dmy"
    MDY = "mdy"


def as_text(cell: Cell) -> str:
    """What a cell says, stripped: a whole number without ".0", a day in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def text(cell: Cell, column: str, limit: int) -> str | Fault:
    """A text of at most `limit` signs, without control signs."""
    found = as_text(cell)
    if _CONTROL.search(found):
        return fault("control", column)
    if len(found) > limit:
        return fault("too_long", column, length=len(found), limit=limit)
    return " ".join(found.split())


def day(cell: Cell, column: str, order: DateOrder) -> date | Fault:
    """A day: of a spreadsheet's own, in ISO form, or with strokes where it cannot be read in two ways."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = as_text(cell)
    if isinstance(cell, int | float) or found.isdigit():
        return _not_serial(found, column)
    if match := _ISO.fullmatch(found):
        return _day(int(match[1]), int(match[2]), int(match[3])) or fault("day_unreadable", column, value=found)
    match = _SLASHED.fullmatch(found)
    if match is None:
        return fault("day_unreadable", column, value=found[:40])
    return _slashed(int(match[1]), int(match[2]), int(match[3]), order) or fault(
        "day_ambiguous" if order is DateOrder.ASK and int(match[1]) <= 12 >= int(match[2]) else "day_unreadable",
        column,
        value=found,
    )


def _slashed(first: int, second: int, year: int, order: DateOrder) -> date | None:
    readings = {order: (second, first) if order is not DateOrder.MDY else (first, second)}
    if order is DateOrder.ASK:
        readings = {DateOrder.DMY: (second, first), DateOrder.MDY: (first, second)}
    days = {found for month, number in readings.values() if (found := _day(year, month, number)) is not None}
    return days.pop() if len(days) == 1 else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _not_serial(found: str, column: str) -> Fault:
    """A bare number is not taken for a day; where it looks like a spreadsheet's, the day it would be is said."""
    try:
        number = int(Decimal(found))
    except (InvalidOperation, ValueError, OverflowError):
        number = 0
    if number in _SERIALS:
        return fault("day_serial", column, value=number, day=(_EPOCH + timedelta(days=number)).isoformat())
    return fault("day_unreadable", column, value=found[:40])


def minutes(cell: Cell, column: str) -> int | Fault:
    """Whole minutes, from 1 to a day's."""
    found = as_text(cell)
    try:
        number = Decimal(found.replace(",", "."))
    except InvalidOperation:
        return fault("minutes_unreadable", column, value=found[:40])
    if not number.is_finite():
        return fault("minutes_unreadable", column, value=found[:40])
    if number != number.to_integral_value():
        return fault("minutes_decimal", column, value=found[:40])
    if number <= 0:
        return fault("minutes_positive", column, value=found[:40])
    if number > MINUTES_OF_A_DAY:
        return fault("minutes_too_many", column, value=found[:40])
    return int(number)


def share(cell: Cell, column: str) -> Fraction | Fault:
    """An exact share from 0 to 1: "85 %", "87,5%", "17/20", "85" (per cent), or a spreadsheet's 0.85 shown as 85 %.

    A bare number above 1 is per cent, from 0 to 1 a share; 1 itself can mean both and is asked back.
    """
    found = as_text(cell)
    value: Fraction | None = None
    if match := _PERCENT.fullmatch(found):
        value = Fraction(int(match[1] + (match[2] or "").ljust(2, "0")), 10_000)
    elif match := _SHARE.fullmatch(found):
        value = Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    elif _NUMBER.fullmatch(found):
        number = Fraction(found.replace(",", "."))
        if number == 1:
            return fault("score_ambiguous", column)
        value = number / 100 if number > 1 else number
    if value is None:
        return fault("score_unreadable", column, value=found[:40])
    if value > 1:
        return fault("score_over", column, value=found)
    if value.denominator > MAX_DENOMINATOR:
        return fault("score_unreadable", column, value=found[:40])
    return value
