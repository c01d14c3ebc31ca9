"""The frame of every page, drawn once for each shape it has and then only filled in.

What is kept is a drawing and nothing else: who may see which entry is worked out with every request, and the drawing is looked up
by everything that it was made from. What belongs to a person (name, token, numbers, the address to come back to) is never in a
kept drawing: it has holes there, which each request fills for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from lms.web.context import current_actor
from lms.web.header import ShownItem, header_items
from lms.web.routes import NavItem, allowed, navigation_items
from lms.web.translating import locale_name

_KEY = "umbral_frames"
MOST = 256
"""Drawings kept at most: languages, appearances, sets of entries and the page's place among them. Full, it begins anew."""
_EDGE = "\0"
"""What marks a hole while a drawing is made: no text of ours holds it, and `guard` refuses it from browsers."""

Theme = Callable[[], str]


def hole(name: str) -> Markup:
    """A place in a drawing that `filled` fills."""
    return Markup(_EDGE + name + _EDGE)  # noqa: S704 - never sent: it is cut out


def filled(key: tuple[Any, ...], draw: Callable[[], str], values: Mapping[str, object]) -> Markup:
    """The drawing of `key`, its holes filled with `values`, escaped. `draw` may use what is in `key` and nothing else."""
    kept: dict[tuple[Any, ...], list[str]] = current_app.extensions[_KEY]
    pieces = kept.get(key)
    if pieces is None:
        pieces = draw().split(_EDGE)
        if len(kept) >= MOST:
            kept.clear()
        kept[key] = pieces
    # Between the edges stand, in turns, HTML and the name of a hole.
    parts = [escape(values[piece]) if number % 2 else piece for number, piece in enumerate(pieces)]
    return Markup("".join(parts))  # noqa: S704 - a template's output, and values escaped above


def csrf_token() -> str:
    """The request's token, made once."""
    return str(g.get("csrf_token") or generate_csrf())


def _here() -> str:
    return request.full_path if request.method == "GET" else "/"


def _shape() -> tuple[str, str]:
    """What every drawing depends on: the language, and the address under which we are served."""
    return locale_name(), request.root_path


def _near(items: list[NavItem]) -> NavItem | None:
    """The entry that this page belongs to: its own, else the one whose address it stands under, else that of its capability."""
    endpoint = request.endpoint or ""
    blueprint = endpoint.split(".")[0]
    exact = [item for item in items if item.endpoint == endpoint]
    above = exact or [item for item in items if request.path.startswith(f"{_address(item)}/")]
    return next(iter(above or [item for item in items if item.endpoint.split(".")[0] == blueprint]), None)


def _address(item: NavItem) -> str:
    """Where an entry leads, without the address under which we are served."""
    return str(next(current_app.url_map.iter_rules(item.endpoint)).rule)


def _draw(name: str, **facts: object) -> str:
    return current_app.jinja_env.get_template(f"web/{name}").render(hole=hole, **facts)


def _bare_bar() -> Markup:
    return filled(("bare", *_shape()), lambda: _draw("_top_bar.html", signed_in=False, places=[], items=[]), {})


def top_bar_of(theme: Theme) -> Callable[[], Markup]:
    """The bar at the head of every page, for whoever looks; a Jinja global."""

    def top_bar() -> Markup:
        who = current_actor()
        if who is None:
            return _bare_bar()
        places = [item for item in navigation_items(current_app) if allowed(item.allow, who)]
        near, items, chosen = _near(places), header_items(), theme()
        key = (
            "bar",
            *_shape(),
            chosen,
            tuple(item.endpoint for item in places),
            near.endpoint if near else "",
            tuple((item.icon, item.url, bool(item.number)) for item in items),
        )

        def draw() -> str:
            links = [{"label": item.label, "url": url_for(item.endpoint), "active": item is near} for item in places]
            return _draw("_top_bar.html", signed_in=True, places=links, items=items, now=chosen)

        return filled(key, draw, _personal(who.name, items))

    return top_bar


def _personal(name: str, items: list[ShownItem]) -> dict[str, object]:
    values: dict[str, object] = {"name": name, "initial": name[:1].upper(), "token": csrf_token(), "next": _here()}
    for place, item in enumerate(items):
        values[f"number-{place}"], values[f"words-{place}"] = item.number, item.words
    return values


def foot() -> Markup:
    """The foot of every page; strangers choose the language there. A Jinja global."""
    stranger = current_actor() is None
    values = {"token": csrf_token(), "next": _here()} if stranger else {}
    return filled(("foot", *_shape(), stranger), lambda: _draw("_foot.html", stranger=stranger), values)


def init_app(app: Flask, theme: Theme) -> None:
    """Give templates the two ends of the frame, and the token without its detours."""
    app.extensions[_KEY] = {}
    app.jinja_env.globals.update(top_bar=top_bar_of(theme), foot=foot, csrf_token=csrf_token)
