"""The search: a registry that every capability adds a provider to, one page, results in groups.

A provider answers for the signed-in reader alone: what is out of their scope is not found. Each runs a fixed number of queries.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, url_for
from flask_babel import LazyString
from markupsafe import Markup, escape

from lms.kit.folding import folded
from lms.web.context import current_actor
from lms.web.routes import allowed, navigation_items

SHORTEST = 2
"""Signs that a search needs at least."""
LONGEST = 100
_AROUND = 90
"""Signs of a snippet before and after the first word found."""


@dataclass(frozen=True)
class Asked:
    """What somebody typed, and its words folded; `dropped` counts the words beyond the limit. `limit` results a group."""

    text: str
    words: tuple[str, ...]
    dropped: int
    limit: int

    def matches(self, text: str) -> bool:
        """Whether every word stands somewhere in a text."""
        plain = folded(text)
        return all(word in plain for word in self.words)

    def patterns(self) -> list[str]:
        """The words for LIKE with the escape sign "\\"."""
        return [_pattern(word) for word in self.words]

    def phrase(self) -> str:
        """The words as one text, for LIKE."""
        return _pattern(" ".join(self.words))


def _pattern(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


@dataclass(frozen=True)
class Hit:
    """One result: where it leads, and what says that it is the right one."""

    title: str
    url: str
    meta: str = ""
    snippet: Markup | None = None


@dataclass(frozen=True)
class Group:
    """The results of one provider; `more`: there are others, which more words would narrow down."""

    label: LazyString
    hits: Sequence[Hit]
    more: bool


@dataclass(frozen=True)
class Provider:
    """Finds one kind of thing: at most `limit + 1` hits, the best first."""

    label: LazyString
    order: int
    find: Callable[[Asked], Sequence[Hit]]


def add(app: Flask, provider: Provider) -> None:
    """Add a provider; `lms/app.py` does, for every capability."""
    app.extensions.setdefault("umbral_search", []).append(provider)


def asked(typed: str, *, words: int, limit: int) -> Asked:
    """What was typed as it is looked for; nothing where it is too short to tell anything."""
    text = " ".join(unicodedata.normalize("NFC", typed).replace("\x00", "").split())[:LONGEST].strip()
    found = list(dict.fromkeys(folded(text).split())) if len(text) >= SHORTEST else []
    return Asked(text, tuple(found[:words]), max(0, len(found) - words), limit)


def find(wanted: Asked) -> list[Group]:
    """The groups that found something, in their order."""
    providers: list[Provider] = sorted(
        current_app.extensions.get("umbral_search", []), key=lambda provider: provider.order
    )
    groups = []
    for provider in providers:
        hits = provider.find(wanted)
        if hits:
            groups.append(Group(provider.label, hits[: wanted.limit], len(hits) > wanted.limit))
    return groups


def find_pages(wanted: Asked) -> list[Hit]:
    """Places of the navigation that are open to the reader, by their name. No query."""
    who = current_actor()
    items = [item for item in navigation_items(current_app) if allowed(item.allow, who)]
    hits = [Hit(str(item.label), url_for(item.endpoint)) for item in items if wanted.matches(str(item.label))]
    return hits[: wanted.limit + 1]


def snippet(text: str, wanted: Asked) -> Markup:
    """The part of a text around the first word found, every word of it marked."""
    plain = folded(text)  # sign for sign: a place in one is the same place in the other
    places = [at for word in wanted.words if (at := plain.find(word)) >= 0]
    begin = max(0, min(places, default=0) - _AROUND)
    end = min(len(text), min(places, default=0) + 2 * _AROUND)
    begin = text.rfind(" ", 0, begin) + 1 if begin else 0
    end = max(text.rfind(" ", begin, end), begin) if end < len(text) else end
    return Markup("{}{}{}").format(
        "… " if begin else "", marked(text[begin:end], wanted), " …" if end < len(text) else ""
    )


def marked(text: str, wanted: Asked) -> Markup:
    """A text with the words found in it marked."""
    plain = folded(text)
    inside = [False] * len(text)
    for word in wanted.words:
        at = plain.find(word)
        while at >= 0:
            inside[at : at + len(word)] = [True] * len(word)
            at = plain.find(word, at + 1)
    out, start = [], 0
    for at in range(1, len(text) + 1):
        if at == len(text) or inside[at] is not inside[start]:
            piece = escape(text[start:at])
            out.append(Markup("<mark>{}</mark>").format(piece) if inside[start] else piece)
            start = at
    return Markup("").join(out)
