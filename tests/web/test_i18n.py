"""Numbers, days and moments as they are read. A score never reads higher than it is (invariant 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from flask import Flask, g, render_template_string
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.permissions import Actor
from lms.web import i18n
from lms.web.context import today, zone

SPACE = "\N{NO-BREAK SPACE}"
SHARES = st.fractions(0, 1, max_denominator=100_000)
plain_app = Flask("plain")
i18n.init_app(plain_app)


@pytest.fixture
def reader(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.actor = None
        yield


def read(text: str) -> Fraction:
    return Fraction(text.removesuffix(f"{SPACE}%").replace(".", "").replace(",", "."))


@pytest.mark.parametrize(
    ("value", "scored", "shared"),
    [
        (Fraction(79995, 100_000), "79,9", "80"),
        (Fraction(79999999, 100_000_000), "79,9", "80"),
        (Fraction(4, 5), "80", "80"),
        (Fraction(47, 60), "78,3", "78,3"),  # 15 and two thirds of 20
        (Fraction(2, 3), "66,6", "66,7"),
        (Fraction(1, 3), "33,3", "33,3"),
        (Fraction(1, 1), "100", "100"),
        (Fraction(0), "0", "0"),
        (Fraction(9995, 10_000), "99,9", "100"),
        (Fraction(1, 2000), "0", "0,1"),
        (Fraction(123, 10), "1.230", "1.230"),
    ],
)
@pytest.mark.usefixtures("reader")
def test_invariant_03_a_score_is_rounded_down_and_a_share_half_up(value: Fraction, scored: str, shared: str) -> None:
    assert i18n.score(value) == f"{scored}{SPACE}%"
    assert i18n.percent(value) == f"{shared}{SPACE}%"


@given(SHARES, SHARES)
def test_invariant_03_what_reads_like_the_mark_has_reached_it(value: Fraction, mark: Fraction) -> None:
    """Whatever the mark, as long as a tenth of a percent can write it."""
    mark = Fraction(round(mark * 1000), 1000)
    with plain_app.test_request_context():
        assert (read(i18n.score(value)) >= mark * 100) == (value >= mark)
        assert 0 <= value * 100 - read(i18n.score(value)) < Fraction(1, 10)
        assert abs(value * 100 - read(i18n.percent(value))) <= Fraction(1, 20)


@pytest.mark.usefixtures("reader")
def test_what_is_not_there_is_a_dash_and_not_a_zero() -> None:
    assert i18n.score(None) == i18n.percent(None) == i18n.fixed(None) == i18n.day(None) == i18n.moment(None) == "—"


@pytest.mark.usefixtures("reader")
def test_numbers() -> None:
    assert i18n.fixed(Fraction(5, 3)) == "1,67"
    assert i18n.fixed(Fraction(5, 3), 0) == "2"
    assert i18n.fixed(Fraction(5, 2)) == "2,5"
    assert i18n.fixed(Fraction(-5, 4), 1) == "-1,2"
    assert i18n.number(1234567) == "1.234.567"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (125, "2 h 05 min"), (6000, "100 h"), (-90, "−1 h 30 min"), (-5, "−5 min")],
)  # fmt: skip
def test_minutes(minutes: int, words: str) -> None:
    assert i18n.minutes(minutes) == words


@given(st.integers(-100_000, 100_000))
def test_minutes_say_what_they_are(value: int) -> None:
    words = i18n.minutes(value)
    sign = -1 if words.startswith("−") else 1
    parts = words.removeprefix("−").split(" ")
    units = {"h": 60, "min": 1}
    assert sign * sum(int(number) * units[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True)) == value


@pytest.mark.usefixtures("reader")
def test_days_in_words() -> None:
    assert i18n.day(date(2026, 11, 30)) == "30 nov 2026"
    assert i18n.month(date(2026, 11, 1)) == "noviembre de 2026"
    assert i18n.due(date(2026, 11, 30), date(2026, 11, 30)) == "vence hoy"
    assert i18n.due(date(2026, 11, 30), date(2026, 11, 29)) == "vence el 30 nov 2026"
    assert i18n.due(date(2026, 11, 30), date(2026, 12, 1)) == "venció el 30 nov 2026"
    assert i18n.due(None, date(2026, 12, 1)) == "sin fecha límite"


@pytest.mark.parametrize(
    ("place", "said", "clock", "day"),
    [
        ("America/Argentina/Buenos_Aires", "28 feb 2026, 23:30", "23:30", date(2026, 2, 28)),
        ("Europe/Madrid", "1 mar 2026, 03:30", "03:30", date(2026, 3, 1)),
        ("Asia/Kolkata", "1 mar 2026, 08:00", "08:00", date(2026, 3, 1)),
    ],
)
@pytest.mark.usefixtures("reader")
def test_moments_and_days_are_in_the_zone_of_the_reader(place: str, said: str, clock: str, day: date) -> None:
    at = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    g.actor, g.now = Actor(person_id=1, name="A", zone=place), at
    assert i18n.moment(at) == said
    assert i18n.clock(at) == clock
    assert (zone(), today()) == (place, day)


@pytest.mark.usefixtures("reader")
def test_a_stranger_reads_in_the_zone_of_the_installation() -> None:
    g.now = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    assert (zone(), today()) == ("America/Argentina/Buenos_Aires", date(2026, 2, 28))


@pytest.mark.usefixtures("reader")
def test_a_language_that_is_not_complete_falls_back() -> None:
    g.actor = Actor(person_id=1, name="A", locale="xx")
    assert i18n.select_locale() == "es"


@pytest.mark.usefixtures("reader")
def test_templates_have_them_as_filters() -> None:
    shown = render_template_string(
        "{{ value|score }} {{ value|percent }} {{ 65|minutes }}", value=Fraction(79995, 100_000)
    )
    assert shown == f"79,9{SPACE}% 80{SPACE}% 1 h 05 min"
