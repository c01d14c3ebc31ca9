"""What a question says as plain words: for the search of a bank, and to tell which questions are alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_NO_TEXT = frozenset({"id", "kind", "scoring", "grade", "value", "low", "high", "tolerance", "answer", "shuffle"})
"""Keys of a body whose values are no words of the question."""
_REMARKS = frozenset({"feedback", "general", "when_right", "when_partial", "when_wrong", "model", "rubric"})
"""Keys whose words are for the review: searched, and left aside where questions are compared."""
_OTHER = re.compile(r"[^\w]+")


def folded(text: str) -> str:
    """`text` without accents, capitals and runs of spaces: what is typed and what is searched are folded alike."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


def words(text: str) -> str:
    """`text` folded, its signs left out."""
    return " ".join(_OTHER.sub(" ", folded(text)).split())


def searched(texts: Iterable[str], body: Mapping[str, Any], tags: Iterable[str]) -> str:
    """What the search looks through: each tag on a line of its own (see `tag_mark`), then every text of the question."""
    marks = "".join(tag_mark(tag) for tag in tags)
    return marks + " ".join(filter(None, (folded(text) for text in (*texts, *_strings(body, frozenset())))))


def tag_mark(tag: str) -> str:
    """How a tag stands in what is searched: no other text has line ends."""
    return f"\n#{folded(tag)}\n"


def said(body: Mapping[str, Any], scenario_stem: str = "") -> str:
    """What a question asks and offers, as plain words: two that say the same are one question written twice."""
    return words(" ".join((scenario_stem, *_strings(body, _REMARKS))))


def _strings(value: Any, without: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        # In the order of the keys: databases give them back in orders of their own.
        for key in sorted(value):
            if key not in _NO_TEXT and key not in without:
                yield from _strings(value[key], without)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, without)
