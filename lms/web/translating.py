"""Texts of templates and forms through Babel, without looking up per text what stands still for a whole request.

Flask-Babel asks for context, domain and locale at each `_()`: a fifth of a page's time. Here a text costs a dictionary's look.
"""

from __future__ import annotations

import functools
from typing import Any
from weakref import WeakKeyDictionary

import flask_babel
from babel import Locale
from flask import Flask, g
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_MOST_TEXTS = 10_000
"""Of one language: far more than there are; a template that translates what people typed must not fill the memory."""


def _held() -> Any:
    """What is kept of the request's language: (locale, its catalogue, its name), on Flask-Babel's own context.

    A locale that changes within the request (a forced one, for a mail) is another one, and held anew.
    """
    try:
        context = g.get("_flask_babel")
    except RuntimeError:  # outside of every application: texts stay as they are written
        context = None
    held = getattr(context, "umbral_held", None)
    if held is not None and getattr(context, "babel_locale", None) is held[0]:
        return held
    found = flask_babel.get_translations()
    locale = flask_babel.get_locale()
    held = (locale, found, str(locale or ""))
    context = g.get("_flask_babel") if g else None
    if context is not None and locale is not None:
        context.umbral_held = held
    return held


def _catalogue() -> Any:
    return _held()[1]


def locale_name() -> str:
    """The locale of what is being written: "es"; "" outside of every application."""
    return str(_held()[2])


@functools.cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@pass_eval_context
def _text(context: EvalContext, message: str, **values: Any) -> str:
    """`_("…")` of a template: the translated text as HTML, its values escaped; in a template of plain text (a mail's), as it
    is. As Jinja's own, without its detours.
    """
    if context.autoescape:
        return _safe(_catalogue(), message) % values
    return str(_catalogue().ugettext(message)) % values


_KEPT: WeakKeyDictionary[Any, dict[str, Markup]] = WeakKeyDictionary()


def _safe(catalogue: Any, message: str) -> Markup:
    """The text of a catalogue, marked as HTML of ours: made once, for there are as many as the templates name."""
    texts = _KEPT.get(catalogue)
    if texts is None:
        texts = _KEPT.setdefault(catalogue, {})
    found = texts.get(message)
    if found is None:
        found = Markup(catalogue.ugettext(message))  # noqa: S704 - texts of templates and of their translations
        if len(texts) < _MOST_TEXTS:
            texts[message] = found
    return found


def init_app(app: Flask) -> None:
    """Give templates our look-up; after Flask-Babel was wired."""
    babel = app.extensions["babel"]
    choose = babel.locale_selector
    babel.locale_selector = lambda: _locale(str(choose() or babel.instance.default_locale))
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's extension for translations
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update({"_": _text, "gettext": _text})
