"""Languages and formats: texts through Babel, days, moments and numbers in the reader's locale and zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lms.web import translating
from lms.web.catalogues import LANGUAGES, SOURCE, Texts, catalogue
from lms.web.context import current_actor, zone

COOKIE = "language"
"""The cookie of the language chosen in this browser, before anybody signed in."""

_TIMES = {"en": "h:mm a"}
_MOMENTS = {"en": "MMM d, y, h:mm a", "pt": "d 'de' MMM 'de' y, HH:mm"}
_TIME, _MOMENT = "HH:mm", "d MMM y, HH:mm"


def select_locale() -> str:
    """The language that the person chose; else the one chosen in this browser; else the first that the browser asks for
    and that is complete; else Spanish.
    """
    who = current_actor()
    return who.locale if who is not None and who.locale in LANGUAGES else of_browser()


def of_browser() -> str:
    """The language of this browser, whoever uses it; Spanish outside a request."""
    if not has_request_context():
        return SOURCE
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else _asked_for(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=256)
def _asked_for(header: str) -> str:
    """The best of our languages for an Accept-Language header: "pt-BR,en;q=0.8" is Portuguese."""
    # Not werkzeug's best_match: it prefers the English above, which is there letter by letter.
    for tag, quality in parse_accept_header(header, LanguageAccept):
        language = tag.replace("_", "-").split("-")[0].lower()
        if quality > 0 and language in LANGUAGES:
            return language
    return SOURCE


@contextmanager
def speaking(locale: str | None) -> Iterator[None]:
    """Everything inside reads in this language (None: the default one): for mails, files and jobs made for somebody else.

    Needs an application context, as every text does; lazy texts have to become `str` inside.
    """
    with force_locale(locale if locale in LANGUAGES else SOURCE):
        yield


def language() -> str:
    """The language of what is being written, as `lang` attributes take it: "es", "en", "pt"."""
    return _locale().split("_", maxsplit=1)[0]


def content_lang() -> Markup:
    """The attribute for an element that holds content (a course, a question, a survey): its language, where the page has
    another one. Names of courses, skills or places need none.
    """
    return Markup("") if language() == SOURCE else Markup(' lang="{}"').format(SOURCE)


def content(text: str) -> str:
    """A piece of content inside a text of ours, marked with its language where the page has another one."""
    return text if language() == SOURCE else Markup('<span lang="{}">{}</span>').format(SOURCE, text)


def with_content(text: str, **pieces: str) -> str:
    """A text of ours, parameters and all, with pieces of content put in: for Python, where a filter cannot."""
    return Markup(text) % {name: content(piece) for name, piece in pieces.items()}  # noqa: S704 - the text is ours


def said(text: str) -> str:
    """A text marked with `N_`, in the reader's language; one that nobody marked stays as it is."""
    return str(_(text)) if text else ""  # gettext answers an empty text with the head of its file


def sentence(text: str) -> str:
    """A text as the beginning of a line: its first letter in upper case and the others as they are ("Feb 28")."""
    return text[:1].upper() + text[1:]


def day(value: date | None, style: str = "medium") -> str:
    """A day in words: "30 nov 2026"."""
    return "—" if value is None else str(format_date(value, style, locale=_locale()))


def month(value: date) -> str:
    """A month in words: "noviembre de 2026"."""
    return str(format_skeleton("yMMMM", value, locale=_locale()))


def moment(value: datetime | None) -> str:
    """A moment in the reader's zone: "30 nov 2026, 14:05"."""
    if value is None:
        return "—"
    return str(format_datetime(_local(value), _MOMENTS.get(language(), _MOMENT), locale=_locale()))


def clock(value: datetime) -> str:
    """The time of day in the reader's zone: "14:05"."""
    return str(format_time(_local(value), _TIMES.get(language(), _TIME), locale=_locale()))


def _local(value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(zone()))


def percent(value: Fraction | None, digits: int = 1) -> str:
    """An exact share as a percentage, rounded half up only here: "83,3 %"; a dash where there is no data."""
    if value is None:
        return "—"
    return _percent(_rounded(value * 100, digits, ROUND_HALF_UP))


def out_of_100(value: float) -> str:
    """The length of a bar, from 0 to 100, as a percentage; for bars whose exact share nobody gave."""
    return percent(Fraction(value) / 100)


def score(value: Fraction | None, digits: int = 1) -> str:
    """A score as a percentage, rounded *down*: what reads 80 % has reached 80 % (invariant 3)."""
    if value is None:
        return "—"
    return _percent(_rounded(value * 100, digits, ROUND_FLOOR))


def _percent(value: Decimal) -> str:
    """A percentage already rounded, with the sign where the language puts it."""
    return str(format_percent(value.scaleb(-2), locale=_locale(), decimal_quantization=False))


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
    return translating.locale_name() or SOURCE


def init_app(app: Flask) -> None:
    """Wire Babel, the filters of texts, days and numbers named below, and `content_lang()`.

    Reads every catalogue: a process without them must not begin to serve.
    """
    babel = Babel(app, locale_selector=select_locale, default_locale=SOURCE, default_timezone="UTC")
    babel.domain_instance = Texts()
    for each in LANGUAGES:
        catalogue(each)
    app.jinja_env.globals["content_lang"] = content_lang
    for function in (
        content,
        said,
        sentence,
        day,
        month,
        moment,
        clock,
        percent,
        out_of_100,
        score,
        fixed,
        minutes,
        due,
        number,
    ):
        app.jinja_env.filters[function.__name__] = function
