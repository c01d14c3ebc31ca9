"""What is typed: shares, numbers, texts. Exact, forgiving where the page says so, and never slow."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.types.base import BadAnswer
from lms.assessment.types.numbers import exact, read_number, spread
from lms.assessment.types.shares import parse_share, snapped
from lms.assessment.types.typed import clean, near_misses, plain, reading, reads_like

UNITS = [
    {"name": "s", "factor": "1"},
    {"name": "min", "factor": "60"},
    {"name": "m", "factor": "1000"},
    {"name": "M", "factor": "5"},
]

# --- shares


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1", "1"),
        ("0", "0"),
        ("0.5", "1/2"),
        ("0,5", "1/2"),
        ("50%", "1/2"),
        ("50 %", "1/2"),
        ("1/3", "1/3"),
        ("-1/3", "-1/3"),
        ("33.33333%", "1/3"),
        ("33.33%", "1/3"),
        ("66,66667%", "2/3"),
        ("16.66667%", "1/6"),
        ("83.33333%", "5/6"),
        ("14.28571%", "1/7"),
        ("11.11111", "100/9"),
        ("11.11111%", "1/9"),
        ("-16.66667%", "-1/6"),
        ("12.5%", "1/8"),
        ("5%", "1/20"),
        ("33%", "33/100"),
        ("33.3%", "333/1000"),
        ("0.333", "333/1000"),
        ("0.3333", "1/3"),
        ("0.12345678", "12345678/100000000"),
        ("100%", "1"),
        ("100.00000%", "1"),
    ],
)
def test_a_share_is_exact_and_what_comes_near_a_fraction_is_that_fraction(text: str, share: str) -> None:
    assert parse_share(text) == Fraction(share)


@pytest.mark.parametrize(
    "text", ["", "x", "1/0", "1//2", "--1", "1e2", "50%%", "½", "1.2.3", "nan", "inf", " ", "1/2/3"]
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a share"):
        parse_share(text)


@given(st.integers(1, 12), st.integers(0, 12), st.integers(4, 9), st.booleans())
def test_every_simple_fraction_survives_being_cut_or_rounded(low: int, top: int, places: int, cut: bool) -> None:
    meant = Fraction(min(top, low), low)
    scaled = meant * 10**places
    written = Fraction(scaled.numerator // scaled.denominator if cut else round(scaled), 10**places)
    assert snapped(written, places) == meant


@given(st.fractions(0, 1), st.integers(0, 9))
def test_snapping_moves_by_less_than_the_last_digit(value: Fraction, places: int) -> None:
    assert abs(snapped(value, places) - value) < Fraction(1, 10**places)


# --- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90", "90"),
        ("1,5", "3/2"),
        ("1.5", "3/2"),
        ("1.234", "1.234"),
        ("1,234", "1.234"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1 250,5", "1250.5"),
        ("1\N{NO-BREAK SPACE}250,5", "1250.5"),
        ("1\N{NARROW NO-BREAK SPACE}250", "1250"),
        ("1'250", "1250"),
        ("1’250", "1250"),
        ("-3", "-3"),
        ("\N{MINUS SIGN}3", "-3"),
        ("+3", "3"),
        (".5", "1/2"),
        (",5", "1/2"),
        ("90.", "90"),
        ("2e3", "2000"),
        ("2,5E-1", "1/4"),
        ("９０", "90"),
        ("  7  ", "7"),
        ("007", "7"),
        ("0,1", "1/10"),
    ],
)
def test_numbers_are_read_with_comma_and_with_point(text: str, value: str) -> None:
    assert read_number(text).value == Fraction(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "noventa",
        "1.2.3",
        "12.34.56",
        "1 2",
        "1.23,4.5",
        "1,2,3",
        "--1",
        "1/2",
        "90 s",
        "½",
        "∞",
        "nan",
        "1 '234",
        "1e1000",
        "0x10",
    ],
)
def test_what_is_no_number_is_told(text: str) -> None:
    assert read_number(text) == read_number(text)
    assert (read_number(text).value, read_number(text).fault) == (None, "no_number")


def test_units_multiply_and_may_be_asked_for() -> None:
    assert read_number("1,5 min", UNITS).value == 90
    assert read_number("1,5min", UNITS).value == 90
    assert read_number("1,5 MIN", UNITS).value == 90  # capitals only decide where two units differ by them
    assert (read_number("2 m", UNITS).value, read_number("2 M", UNITS).value) == (2000, 10)
    assert read_number("90", UNITS).value == 90
    assert read_number("90 h", UNITS).fault == "unknown_unit"
    assert read_number("90", UNITS, unit_required=True).fault == "no_unit"
    assert read_number("90 s", UNITS, unit_required=True).value == 90
    assert read_number("s 90", UNITS).fault == "no_number"


def test_authors_write_fractions_and_tolerances_too() -> None:
    assert (exact("22/7"), exact("-1/2"), exact("1/0"), exact("x")) == (Fraction(22, 7), Fraction(-1, 2), None, None)
    assert spread("5%", Fraction(-200)) == 10
    assert spread("0,5", Fraction(1)) == Fraction(1, 2)
    assert (spread("-1", Fraction(1)), spread("x%", Fraction(1))) == (None, None)


@given(st.text(max_size=60) | st.from_regex(r"[-+0-9., eE']{1,40}", fullmatch=True))
def test_any_text_is_a_number_or_is_told(text: str) -> None:
    found = read_number(text, UNITS)
    assert (found.value is None) is bool(found.fault)


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_number_written_with_either_sign_is_the_same(whole: int, places: int) -> None:
    value = Fraction(whole, 10**places)
    text = f"{whole:0{places + 1}d}" if whole >= 0 else f"-{-whole:0{places + 1}d}"
    for sign in ".," if places else "":
        assert read_number(f"{text[:-places]}{sign}{text[-places:]}").value == value


# --- texts


@pytest.mark.parametrize(
    ("given_text", "pattern", "case", "accents", "alike"),
    [
        ("Nivel de  SERVICIO ", "nivel de servicio", False, False, True),
        ("Nivel de servicio", "nivel de servicio", True, False, False),
        ("atencion", "atención", False, False, True),
        ("atencion", "atención", False, True, False),
        ("atención", "atención", False, True, True),
        ("ano", "año", False, False, False),
        ("AÑO", "año", False, False, True),
        ("an\N{COMBINING TILDE}o", "año", False, False, True),
        ("pinguino", "pingüino", False, False, True),
        ("STRASSE", "straße", False, False, True),
        ("el servicio de hoy", "*servicio*", False, False, True),
        ("servicio", "*servicio*", False, False, True),
        ("servici", "*servicio*", False, False, False),
        ("abcabc", "a*b*c", False, False, True),
        ("ab", "a*b*b", False, False, False),
        ("aba", "ab*ba", False, False, False),
        ("5*3", r"5\*3", False, False, True),
        ("5x3", r"5\*3", False, False, False),
        ("a\\b", r"a\b", False, False, True),
        ("", "*", False, False, True),
        ("x", "", False, False, False),
        ("", "", False, False, True),
        ("a", "**", False, False, True),
    ],
)
def test_texts_are_compared_as_the_question_says(
    given_text: str, pattern: str, case: bool, accents: bool, alike: bool
) -> None:
    assert reads_like(given_text, pattern, case=case, accents=accents) is alike


def _by_trying(text: str, pattern: str) -> bool:
    """What the stars mean, said in the plainest way there is."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_by_trying(text[at:], pattern[1:]) for at in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and _by_trying(text[1:], pattern[1:])


@given(st.text("ab", max_size=7), st.text("ab*", max_size=6))
def test_the_fast_way_agrees_with_trying_everything(text: str, pattern: str) -> None:
    assert reads_like(text, pattern, case=False, accents=False) is _by_trying(text, pattern)


def test_no_pattern_is_slow() -> None:
    began = time.perf_counter()
    assert not reads_like("a" * 500, "*a" * 148 + "*b", case=False, accents=False)
    assert not reads_like("a" * 500, "*" * 299 + "b", case=False, accents=False)
    assert time.perf_counter() - began < 1


def test_stars_are_shown_as_dots() -> None:
    assert (plain("*servicio*"), plain(r"5\*3")) == ("…servicio…", "5*3")


@given(st.text(max_size=80), st.booleans())
def test_what_is_kept_of_a_text_stays_as_it_is(text: str, lines: bool) -> None:
    kept = clean(text, most=500, lines=lines)
    assert kept is None or (kept == clean(kept, most=500, lines=lines) and kept == kept.strip() and kept)
    assert kept is None or (kept.encode() and "\x00" not in kept)
    assert lines or "\n" not in (kept or "")


def test_what_cannot_be_stored_is_left_out_and_what_is_too_long_is_refused() -> None:
    assert clean("a\x00b\ud800c\x1b", most=500) == "abc"
    assert clean("uno\r\ndos\rtres", most=500, lines=True) == "uno\ndos\ntres"
    assert clean("uno\ndos", most=500) == "uno dos"
    assert clean(" \t\x00 ", most=500) is None
    with pytest.raises(BadAnswer):
        clean("a" * 501, most=500)


def test_near_misses_are_slips_and_the_most_frequent_comes_first() -> None:
    given_texts = [
        ("nivel de servisio", 3),
        ("Nivel de Servisio", 2),
        ("nivel servicio", 9),
        ("nivel de servicio", 50),
        ("otra", 7),
        ("aba", 4),
    ]
    found = near_misses(given_texts, ["nivel de servicio", "aha"], case=False, accents=False)
    assert [(miss.text, miss.times, miss.nearest) for miss in found] == [
        ("nivel de servisio", 5, "nivel de servicio"),
        ("aba", 4, "aha"),
    ]


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        new = [at]
        for place, to in enumerate(other, 1):
            new.append(min(row[place] + 1, new[-1] + 1, row[place - 1] + (sign != to)))
        row = new
    return row[-1]


@given(st.text("abc", min_size=1, max_size=9), st.text("abc", min_size=1, max_size=9))
def test_near_is_what_the_plain_distance_says(text: str, pattern: str) -> None:
    near = 0 < _distance(text, pattern) <= (1 if len(pattern) <= 5 else 2)
    assert bool(near_misses([(text, 1)], [pattern], case=False, accents=False)) is near


@given(st.text(max_size=40))
def test_reading_twice_reads_the_same(text: str) -> None:
    once = reading(text, case=False, accents=False)
    assert reading(once, case=False, accents=False) == once
