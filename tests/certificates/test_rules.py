"""How a certificate stands, without a database."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.rules import Standing, ends_soon, grouped, normal_code, standing


def test_the_last_day_is_valid_and_the_next_is_not() -> None:
    last = date(2027, 3, 16)
    assert standing(last, revoked=False, today=last) is Standing.VALID
    assert standing(last, revoked=False, today=last + timedelta(days=1)) is Standing.EXPIRED
    assert standing(None, revoked=False, today=date.max) is Standing.VALID
    assert standing(None, revoked=True, today=last) is Standing.REVOKED


@given(st.dates(), st.integers(0, 400))
def test_what_ends_soon_is_still_valid(today: date, days: int) -> None:
    try:
        last = today + timedelta(days=days)
    except OverflowError:
        return
    if ends_soon(last, today):
        assert standing(last, revoked=False, today=today) is Standing.VALID
        assert days <= 30


@given(st.text(alphabet="23456789abcdefghjkmnpqrstwxyz", min_size=1, max_size=32))
def test_a_printed_code_reads_back(code: str) -> None:
    assert normal_code(f"  {grouped(code).upper()} ") == code
