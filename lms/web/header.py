"""Small entries at the head of every page: what waits for whoever is signed in, counted with the query that says who it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, url_for

from lms.web.context import current_actor

_KEY = "umbral_header"


@dataclass(frozen=True)
class HeaderItem:
    """An entry: `count` names one of the actor's counts, `words` says it for those who do not see the icon.

    Without `always` it is shown only where there is something.
    """

    count: str
    icon: str
    endpoint: str
    words: Callable[[int], str]
    always: bool = False


@dataclass(frozen=True)
class ShownItem:
    """An entry as the page draws it; `number` is empty where nothing waits."""

    icon: str
    url: str
    number: str
    words: str


_MOST = 99


def register(app: Flask, *items: HeaderItem) -> None:
    """Add entries, in the order in which they are shown."""
    app.extensions.setdefault(_KEY, []).extend(items)


def header_items() -> list[ShownItem]:
    """The entries for whoever looks; a Jinja global."""
    who = current_actor()
    if who is None:
        return []
    items: list[HeaderItem] = current_app.extensions.get(_KEY, [])
    shown = []
    for item in items:
        number = who.counts.get(item.count, 0)
        if number or item.always:
            text = "" if not number else str(number) if number <= _MOST else f"{_MOST}+"
            shown.append(ShownItem(item.icon, url_for(item.endpoint), text, item.words(number)))
    return shown
