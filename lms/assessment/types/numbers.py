"""Numbers as people type them, with the unit beside them.

The rule, which the page states: a comma or a point parts the decimals; thousands stand together or apart by a space.
Where both signs come, the last one parts the decimals; a sign that comes more than once parts thousands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_TYPED = re.compile(r"([+-]?)\s*([0-9][0-9.,' ]*|[.,][0-9]+)(?:[eE]([+-]?[0-9]{1,2})(?![0-9]))?\s*(.*)", re.DOTALL)
_EXACT = re.compile(r"([+-]?[0-9]{1,30})\s?/\s?([0-9]{1,30})")
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'"})


@dataclass(frozen=True, slots=True)
class NumberRead:
    """What was read: a value in the unit of factor 1, or why there is none: no_number, no_unit or unknown_unit."""

    value: Fraction | None
    fault: str = ""


def read_number(text: str, units: Sequence[Mapping[str, Any]] = (), *, unit_required: bool = False) -> NumberRead:
    """The number in `text`, times the factor of the unit after it; `units` are `{"name", "factor"}`."""
    match = _TYPED.fullmatch(_plain(text))
    value = _decimal(match[2]) if match else None
    if match is None or value is None:
        return NumberRead(None, "no_number")
    value = (-value if match[1] == "-" else value) * Fraction(10) ** int(match[3] or 0)
    name = match[4].strip()
    if not name:
        return NumberRead(None, "no_unit") if unit_required else NumberRead(value)
    if not units:
        return NumberRead(None, "no_number")
    factor = _factor(name, units)
    return NumberRead(None, "unknown_unit") if factor is None else NumberRead(value * factor)


def exact(text: str) -> Fraction | None:
    """The number that an author wrote: a decimal or a fraction; None for anything else."""
    if match := _EXACT.fullmatch(_plain(text)):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    return read_number(text).value


def spread(text: str, value: Fraction) -> Fraction | None:
    """How far from `value` a tolerance reaches: a number, or a percentage of the value; None for anything else."""
    if text.endswith("%"):
        share = exact(text.removesuffix("%"))
        found = None if share is None else share * abs(value) / 100
    else:
        found = exact(text)
    return None if found is None or found < 0 else found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()


def unit_key(name: str) -> str:
    """Two unit names with one key cannot be told apart where capitals do not decide."""
    return _plain(name).casefold()


def _factor(name: str, units: Sequence[Mapping[str, Any]]) -> Fraction | None:
    same = [unit for unit in units if _plain(unit["name"]) == name]
    alike = same or [unit for unit in units if unit_key(unit["name"]) == name.casefold()]
    return exact(alike[0]["factor"]) if alike else None


def _decimal(text: str) -> Fraction | None:
    """The value of digits with their signs between them; None where the thousands do not stand in threes."""
    text = text.strip()
    points, commas = text.count("."), text.count(",")
    sign = ""
    if points and commas:
        sign = max(".", ",", key=text.rindex)
    elif 1 in (points, commas):
        sign = "." if points else ","
    if sign and text.count(sign) > 1:
        return None
    whole, _, digits = text.partition(sign) if sign else (text, "", "")
    whole = whole.strip()
    between = set(whole) - set("0123456789")
    if len(between) > 1 or (digits and not digits.isdigit()):
        return None
    if between:
        first, *rest = whole.split(between.pop())
        if not 1 <= len(first) <= 3 or any(len(part) != 3 for part in rest):
            return None
        whole = "".join([first, *rest])
    return Fraction(int((whole or "0") + digits), 10 ** len(digits))
