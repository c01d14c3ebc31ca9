"""What changed between two versions of a question, in parts that a person can read. Pure.

Both are documents as an author writes them. A part has a label, a path in words of those documents ("options", "2", "text"),
and the pieces of its text: what stayed, what went and what came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from lms.assessment.rules.canonical import canonical_json

SAME, GONE, NEW = "same", "gone", "new"
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST_TOKENS = 4_000
"""Texts of more words than this are shown whole, once as gone and once as new."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `kind` is SAME, GONE or NEW."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A text that changed, by its path in the document; places in a list count from 1, as in the newer version."""

    path: Path
    pieces: tuple[Piece, ...]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every text, number or choice that differs, in the order of the documents."""
    return list(_differ((), before, after))


def _differ(path: Path, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*after, *before]):
            yield from _differ((*path, key), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _differ_lists(path, before, after)
    elif isinstance(before, (Mapping, list)) or isinstance(after, (Mapping, list)):
        yield from _leaves(path, before, GONE)
        yield from _leaves(path, after, NEW)
    else:
        pieces = tuple(pieces_of(_text(before), _text(after)))
        if pieces:
            yield Change(path, pieces)


def _differ_lists(path: Path, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Elements that stayed are found first, so that one put in before them changes only itself."""
    matcher = SequenceMatcher(
        None, [canonical_json(each) for each in before], [canonical_json(each) for each in after], False
    )
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        together = min(end - start, new_end - new_start)
        for step in range(together):
            place = (*path, str(new_start + step + 1))
            yield from _differ(place, before[start + step], after[new_start + step])
        for at in range(start + together, end):
            yield from _leaves((*path, str(at + 1)), before[at], GONE)
        for at in range(new_start + together, new_end):
            yield from _leaves((*path, str(at + 1)), after[at], NEW)


def _leaves(path: Path, value: Any, kind: str) -> Iterator[Change]:
    """Everything below a part that only one side has."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves((*path, key), each, kind)
    elif isinstance(value, list):
        for place, each in enumerate(value, 1):
            yield from _leaves((*path, str(place)), each, kind)
    elif text := _text(value):
        yield Change(path, (Piece(kind, text),))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ("sí" if value else "no") if isinstance(value, bool) else str(value)


def pieces_of(before: str, after: str) -> Iterator[Piece]:
    """The pieces of a text, word by word: those SAME and GONE are the one before, those SAME and NEW the one after."""
    one, other = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(one) > MOST_TOKENS or len(other) > MOST_TOKENS:
        yield from (Piece(kind, text) for kind, text in ((GONE, before), (NEW, after)) if text)
        return
    for kind, start, end, new_start, new_end in SequenceMatcher(None, one, other, False).get_opcodes():
        if kind == "equal":
            yield Piece(SAME, "".join(one[start:end]))
            continue
        if end > start:
            yield Piece(GONE, "".join(one[start:end]))
        if new_end > new_start:
            yield Piece(NEW, "".join(other[new_start:new_end]))
