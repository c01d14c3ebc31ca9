"""Ids of questions that come from other programs: the same file gives the same ids, so that importing twice is once.

A question keeps the id that its file gives it, spelt as ours are. One without is called after its name, or the beginning of
its text; where several of a file would be called alike, each gets a piece of the digest of what it says, and those that say
the same are numbered. What a question is called so depends on its file only, never on what was imported before.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

MAX_SLUG = 60
_DIGEST = 8
_MARKUP = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)|[*_`#>~|\\]")
_OTHER = re.compile(r"[^a-z0-9]+")


class Named(Protocol):
    """What has a name and a document with an "id" ("" where none is known): `exchange.Found`."""

    @property
    def name(self) -> str: ...
    @property
    def document(self) -> dict[str, Any]: ...


def slug(text: str, limit: int = MAX_SLUG) -> str:
    """`text` spelt as an id: lower-case letters without accents, figures, single hyphens; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", text[: limit * 8]).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:limit].strip("-")


def digest(document: Mapping[str, Any]) -> str:
    """A short digest of what a question says, its id left out."""
    said = {key: value for key, value in document.items() if key != "id"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def name_questions(questions: Sequence[Named], scenarios: Sequence[Named] = ()) -> None:
    """Give every document its id, in place: unique in the file, scenarios among themselves and questions among all."""
    inner = [_Inner(each) for scenario in scenarios for each in scenario.document.get("questions", ())]
    _name(scenarios, "escenario")
    _name([*questions, *inner], "pregunta")


def _free(base: str, used: set[str]) -> str:
    """`base`, with a number where it is used already; the result is used from now on."""
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}-{number}"
    used.add(key)
    return key


class _Inner:
    """A question of a scenario."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.name = str(document.get("title", ""))
        document.setdefault("id", "")


def _name(found: Sequence[Named], word: str) -> None:
    wanted = [_wanted(each, word) for each in found]
    often = Counter(wanted)
    used: set[str] = {key for key, times in often.items() if times == 1}
    for each, key in zip(found, wanted, strict=True):
        each.document["id"] = _free(f"{key}-{digest(each.document)}", used) if often[key] > 1 else key


def _wanted(each: Named, word: str) -> str:
    """What a question would be called if no other were called so."""
    given = slug(str(each.document.get("id", "")), 80)
    if given:
        return given
    named = slug(each.name)
    if named:
        return named
    said = slug(_MARKUP.sub(r"\1", str(each.document.get("stem") or each.document.get("text") or "")[:400]))
    return said or f"{word}-{digest(each.document)}"
