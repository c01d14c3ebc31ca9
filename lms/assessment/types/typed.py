"""Typed texts: what is kept of them, whether they read like an accepted answer, and which came near to one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.assessment.types.base import Answer, BadAnswer

MAX_LINE = 500
_TOKEN = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)
_ANY = "\N{NULL}"
"""Stands for a star that means anything: no text that is kept has this sign."""
_TILDE = "\N{COMBINING TILDE}"


def clean(text: str, *, most: int, lines: bool = False) -> Answer:
    """`text` as it is kept: without signs that cannot be stored or seen, stripped; None where nothing is left.

    Raises: BadAnswer where more than `most` signs are left.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\n\t" if lines else ""
    kept = (
        sign if sign in allowed or unicodedata.category(sign) not in {"Cc", "Cs"} else " " if sign.isspace() else ""
        for sign in text
    )
    found = "".join(kept).strip()
    if len(found) > most:
        raise BadAnswer("answer.long_text")
    return found or None


def reading(text: str, *, case: bool, accents: bool) -> str:
    """`text` as it is compared: spaces run together, and capitals and accents only where they matter.

    The tilde of "ñ" is no accent: it makes another letter.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if not case:
        text = text.casefold()
    if accents:
        return unicodedata.normalize("NFC", text)
    kept: list[str] = []
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign) or (sign == _TILDE and kept and kept[-1] in "nN"):
            kept.append(sign)
    # A sign made of a space and an accent leaves the space.
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def pieces(pattern: str, *, case: bool, accents: bool) -> list[str]:
    """The texts of an accepted answer between its stars, as they are compared; one piece where it has no star."""
    text = "".join(match[1] or (_ANY if match[2] else match[3]) for match in _TOKEN.finditer(pattern))
    return reading(text, case=case, accents=accents).split(_ANY)


def reads_like(text: str, pattern: str, *, case: bool, accents: bool) -> bool:
    """Whether `text` is what `pattern` accepts: "*" stands for anything (nothing too), "\\*" for a star.

    Each piece between stars is looked for once, from left to right: the time grows with the text, whatever the pattern.
    """
    first, *rest = pieces(pattern, case=case, accents=accents)
    given = reading(text, case=case, accents=accents)
    if not rest:
        return given == first
    last = rest.pop()
    if len(given) < len(first) + len(last) or not given.startswith(first) or not given.endswith(last):
        return False
    at, end = len(first), len(given) - len(last)
    for piece in rest:
        found = given.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def first_alike(text: str, patterns: Sequence[str], *, case: bool, accents: bool) -> int | None:
    """The first of `patterns` that accepts `text`; None where none does."""
    return next(
        (at for at, each in enumerate(patterns) if reads_like(text, each, case=case, accents=accents)),
        None,
    )


def plain(pattern: str) -> str:
    """An accepted answer as people read it: "…" for a star that means anything."""
    return "".join(match[1] or ("…" if match[2] else match[3]) for match in _TOKEN.finditer(pattern))


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A text that was given `times` times, earned nothing, and is a slip away from the accepted answer `nearest`."""

    text: str
    times: int
    nearest: str


def near_misses(
    given: Iterable[tuple[str, int]], patterns: Sequence[str], *, case: bool, accents: bool
) -> list[NearMiss]:
    """Of what was given (text and how often), what an author may want to accept too; the most frequent first.

    Near is a slip of one letter in a word of up to five, of two in a longer one.
    """
    counted: dict[str, int] = {}
    for text, times in given:
        key = reading(text, case=case, accents=accents)
        counted[key] = counted.get(key, 0) + times
    wanted = [(each, "".join(pieces(each, case=case, accents=accents))) for each in patterns]
    found = []
    for text, times in counted.items():
        if first_alike(text, patterns, case=case, accents=accents) is not None:
            continue
        slips = [
            (slip, each) for each, to in wanted if (slip := _slips(text, to, 1 if len(to) <= 5 else 2)) is not None
        ]
        if slips:
            found.append(NearMiss(text, times, min(slips)[1]))
    return sorted(found, key=lambda miss: (-miss.times, miss.text))


def _slips(one: str, other: str, most: int) -> int | None:
    """How many letters must be put in, left out or changed to get from `one` to `other`; None for more than `most`.

    Only the band of `most` beside the diagonal is worked out.
    """
    if abs(len(one) - len(other)) > most:
        return None
    far = most + 1
    row = [min(place, far) for place in range(len(other) + 1)]
    for at, sign in enumerate(one, 1):
        new = [far] * (len(other) + 1)
        if at <= most:
            new[0] = at
        for place in range(max(1, at - most), min(len(other), at + most) + 1):
            new[place] = min(row[place] + 1, new[place - 1] + 1, row[place - 1] + (sign != other[place - 1]))
        row = new
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
