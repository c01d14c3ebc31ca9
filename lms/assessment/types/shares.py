"""Shares of a point as authors and other programs write them: exact, and snapped to the fraction that was meant."""

from __future__ import annotations

import re
from fractions import Fraction

from lms.kit.content import Reader

_DECIMAL = re.compile(r"([+-]?)([0-9]{1,6})(?:[.,]([0-9]{1,12}))?\s?(%?)")
_FRACTION = re.compile(r"([+-]?[0-9]{1,6})\s?/\s?([0-9]{1,6})")
_SNAPPED_FROM = 4
"""Digits after the point of the share itself (two of a percentage) from which a number may stand for a fraction."""


def parse_share(text: str) -> Fraction:
    """The exact share in "1", "1/2", "50%" or "0,5"; what only comes near a fraction ("33.33333%") is that fraction.

    Raises: ValueError for anything else.
    """
    if (match := _FRACTION.fullmatch(text.strip())) and int(match[2]):
        return Fraction(int(match[1]), int(match[2]))
    if match := _DECIMAL.fullmatch(text.strip()):
        sign, whole, digits, percent = match.groups(default="")
        value = Fraction(f"{whole}.{digits or 0}")
        places = len(digits)
        if percent:
            value, places = value / 100, places + 2
        return snapped(value, places) * (-1 if sign == "-" else 1)
    raise ValueError(f"not a share: {text!r}")


def snapped(value: Fraction, places: int) -> Fraction:
    """The simple fraction that `value`, written with `places` digits after the point, was cut or rounded from.

    With four digits (33.33%) denominators up to 12 are looked at, with more up to 30; where none comes within one unit of
    the last digit, or fewer digits were written, the value is what was meant.
    """
    if places < _SNAPPED_FROM:
        return value
    unit = Fraction(1, 10**places)
    for denominator in range(1, 13 if places == _SNAPPED_FROM else 31):
        near = Fraction(round(value * denominator), denominator)
        if abs(near - value) < unit:
            return near
    return value


def share_text(share: Fraction) -> str:
    """The one spelling of a share in bodies and documents: "1", "1/2", "-1/3"."""
    return str(share)


def read_share(reader: Reader, key: str, *, low: int = 0, default: Fraction) -> Fraction:
    """The share under `key`, from `low` to 1; `default` where the key is missing or, once reported, wrong."""
    text = reader.text(key, required=False, max_length=30)
    if not text:
        return default
    try:
        share = parse_share(text)
    except ValueError:
        reader.error(key, f"«{key}: {text}» tiene que ser una parte: «1/2», «50%» o «0.5»")
        return default
    if not low <= share <= 1:
        reader.error(key, f"«{key}: {text}» está fuera de {low} a 1")
        return default
    return share
