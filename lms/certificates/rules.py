"""Pure decisions about certificates."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

SOON_DAYS = 30
"""A certificate that ends within this many days is shown as ending soon."""


class Standing(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(expires_on: date | None, *, revoked: bool, today: date) -> Standing:
    """How a certificate stands today; `expires_on` is its last valid day, None where it does not expire."""
    if revoked:
        return Standing.REVOKED
    if expires_on is not None and today > expires_on:
        return Standing.EXPIRED
    return Standing.VALID


def ends_soon(expires_on: date | None, today: date) -> bool:
    """Whether a certificate that is valid today ends within `SOON_DAYS`."""
    return expires_on is not None and today <= expires_on <= today + timedelta(days=SOON_DAYS)


def normal_code(typed: str) -> str:
    """A certificate's code as typed from paper: blanks, hyphens and case do not matter."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())[:32]


def grouped(code: str) -> str:
    """A code in groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
