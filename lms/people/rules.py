"""Pure decisions about people: passwords, identifiers, throttling, placements, sessions."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

_SUNDAY = 6
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_EMPLOYEE_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,31}")


RECENT_DAYS = 30
"""How far back lists of who came and who left look."""


class Movement(StrEnum):
    """Coming and leaving, as lists of people are narrowed by them."""

    HIRED = "hired"
    LEFT = "left"


def normal_identifier(typed: str) -> str:
    """What somebody typed to sign in, as it is looked up: an e-mail in lower case, an employee number in upper case."""
    text = unicodedata.normalize("NFKC", typed).strip()
    return text.lower() if "@" in text else text.upper()


def valid_employee_number(number: str) -> bool:
    """Whether a normalised employee number can be stored: 1 to 32 letters, digits, dots, dashes, slashes."""
    return _EMPLOYEE_NUMBER.fullmatch(number) is not None


def valid_email(address: str) -> bool:
    """Whether a text has the shape of an e-mail address; whether it reaches anybody, only sending would tell."""
    return len(address) <= 254 and _EMAIL.fullmatch(address) is not None


def password_fault(password: str, *, low: int, high: int, employee_number: str, email: str | None) -> str | None:
    """The key of the message that says why a new password is refused; None where it is fine.

    Length is what counts (NIST SP 800-63B): no rules on kinds of signs. What an attacker tries first is refused.
    """
    if len(password) < low:
        return "people.password_short"
    if len(password) > high:
        return "people.password_long"
    folded = password.casefold()
    parts = [
        employee_number.casefold(),
        (email or "").split("@", maxsplit=1)[0].casefold(),
        "umbral",
        "password",
        "contraseña",
    ]
    if any(len(part) >= 4 and folded.replace(part, "", 1).strip("0123456789!.-_") == "" for part in parts):
        return "people.password_guessable"
    if len(set(folded)) < 4:
        return "people.password_guessable"
    return None


@dataclass(frozen=True)
class ThrottleLimits:
    """Failures within `window` before a sign-in has to wait."""

    identifier: int
    address: int
    site_address: int
    window: timedelta


def must_wait(
    identifier_failures: Sequence[datetime],
    address_failures: Sequence[datetime],
    *,
    from_site: bool,
    limits: ThrottleLimits,
    now: datetime,
) -> datetime | None:
    """Until when a sign-in must wait; None where it may be tried. Failures are times, in any order."""
    waits = []
    for failures, limit in (
        (identifier_failures, limits.identifier),
        (address_failures, limits.site_address if from_site else limits.address),
    ):
        recent = sorted(at for at in failures if at > now - limits.window)
        if len(recent) >= limit:
            waits.append(recent[-limit] + limits.window)
    return max(waits, default=None)


def in_ranges(address: str, ranges: Iterable[str]) -> bool:
    """Whether an IP address lies in one of the CIDR `ranges`; a text that is no address lies in none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in ipaddress.ip_network(item.strip(), strict=False) for item in ranges if item.strip())


def next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day` itself, or the first later one that is neither a Sunday nor in `holidays`: when something can fall due.

    Saturdays are working days of a contact centre. The calendar's very last day stays what it is.
    """
    while (day.weekday() == _SUNDAY or day in holidays) and day < date.max:
        day += timedelta(days=1)
    return day


def overlaps(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Whether two ranges of days (last day included, None: no end) share a day."""
    return (second[1] is None or first[0] <= second[1]) and (first[1] is None or second[0] <= first[1])


def employed_on(employments: Iterable[tuple[date, date | None]], on: date) -> bool:
    """Whether `on` falls in any employment (hired, last day employed or None)."""
    return any(overlaps(item, (on, on)) for item in employments)


@dataclass(frozen=True)
class Line:
    """`person` is supervised by `supervisor` from a day to a day (None: no end)."""

    person: int
    supervisor: int
    from_day: date
    to_day: date | None


def supervisor_circle(new: Line, lines: Iterable[Line]) -> bool:
    """Whether `new` would make somebody their own supervisor, through however many others, on any day it holds.

    `lines` are those of everybody, those of `new.person` that `new` replaces left out by the caller or cut short.
    """
    above: dict[int, list[Line]] = {}
    for line in lines:
        above.setdefault(line.person, []).append(line)
    # Depth first from the supervisor upwards; each step narrows the days on which the whole chain holds.
    waiting = [(new.supervisor, new.from_day, new.to_day)]
    seen: set[tuple[int, date, date | None]] = set()
    while waiting:
        reached, first, last = waiting.pop()
        if reached == new.person:
            return True
        if (reached, first, last) in seen:
            continue
        seen.add((reached, first, last))
        for line in above.get(reached, []):
            if overlaps((line.from_day, line.to_day), (first, last)):
                ends = [day for day in (line.to_day, last) if day is not None]
                waiting.append((line.supervisor, max(line.from_day, first), min(ends, default=None)))
    return False
