"""Languages and formats: texts through Babel, days, moments and numbers in the reader's locale and zone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import Babel, get_locale
from flask_babel import gettext as _

from lms.web.context import current_actor, zone

LANGUAGES = ("es",)
"""Languages whose texts are complete; the first is the default and the one that texts are written in."""


def select_locale() -> str:
    """The language of the person, where it is complete."""
    who = current_actor()
    return who.locale if who is not None and who.locale in LANGUAGES else LANGUAGES[0]


def day(value: date | None, style: str = "medium") -> str:
    """A day in words: "30 nov 2026"."""
    return "—" if value is None else str(format_date(value, style, locale=_locale()))


def month(value: date) -> str:
    """A month in words: "noviembre de 2026"."""
    return str(format_date(value, "MMMM 'de' y" if _locale().startswith("es") else "MMMM y", locale=_locale()))


def moment(value: datetime | None) -> str:
    """A moment in the reader's zone: "30 nov 2026, 14:05"."""
    if value is None:
        return "—"
    return str(format_datetime(value.astimezone(ZoneInfo(zone())), "d MMM y, HH:mm", locale=_locale()))


def clock(value: datetime) -> str:
    """The time of day in the reader's zone: "14:05"."""
    return str(format_time(value.astimezone(ZoneInfo(zone())), "HH:mm", locale=_locale()))


def percent(value: Fraction | None, digits: int = 1) -> str:
    """An exact share as a percentage, rounded half up only here: "83,3 %"; a dash where there is no data."""
    if value is None:
        return "—"
    return f"{number(_rounded(value * 100, digits, ROUND_HALF_UP))}\N{NO-BREAK SPACE}%"


def score(value: Fraction | None, digits: int = 1) -> str:
    """A score as a percentage, rounded *down*: what reads 80 % has reached 80 % (invariant 3)."""
    if value is None:
        return "—"
    return f"{number(_rounded(value * 100, digits, ROUND_FLOOR))}\N{NO-BREAK SPACE}%"


def fixed(value: Fraction | None, digits: int = 2) -> str:
    """An exact number with at most `digits` decimals."""
    return "—" if value is None else number(_rounded(value, digits, ROUND_HALF_UP))


def number(value: Decimal | int) -> str:
    return str(format_decimal(value, locale=_locale()))


def minutes(value: int) -> str:
    """Whole minutes as hours and minutes: "2 h 05 min", "45 min"."""
    sign, value = ("−", -value) if value < 0 else ("", value)
    hours, rest = divmod(value, 60)
    if hours and rest:
        return f"{sign}{hours} h {rest:02d} min"
    return f"{sign}{hours} h" if hours else f"{sign}{rest} min"


def due(value: date | None, today: date) -> str:
    """A due date in words, as seen from today."""
    if value is None:
        return str(_("sin fecha límite"))
    days = (value - today).days
    if days < 0:
        return str(_("venció el %(day)s", day=day(value)))
    if days == 0:
        return str(_("vence hoy"))
    return str(_("vence el %(day)s", day=day(value)))


def _rounded(value: Fraction, digits: int, rounding: str) -> Decimal:
    scaled = value * 10**digits
    whole = scaled.numerator // scaled.denominator
    if rounding == ROUND_HALF_UP and (scaled - whole) * 2 >= 1:
        whole += 1
    return Decimal(whole).scaleb(-digits).normalize() + 0


def _locale() -> str:
    return str(get_locale() or LANGUAGES[0])


def init_app(app: Flask) -> None:
    """Wire Babel and the filters `day`, `month`, `moment`, `clock`, `percent`, `score`, `fixed`, `minutes`."""
    Babel(app, locale_selector=select_locale, default_locale=LANGUAGES[0], default_timezone="UTC")
    for function in (day, month, moment, clock, percent, score, fixed, minutes, due, number):
        app.jinja_env.filters[function.__name__] = function
