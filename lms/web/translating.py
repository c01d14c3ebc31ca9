"""Texts of templates and forms through Babel, without looking up per text what stands still for a whole request.

Flask-Babel asks for context, domain, locale and directory at each `_()`, and Flask-WTF reads its catalogue from the disk
with each request that shows a form: a fifth of a page's time. Here a text costs a dictionary's look.
"""

from __future__ import annotations

import functools
from typing import Any

import flask_babel
from babel.support import NullTranslations, Translations
from flask import Flask, g
from wtforms.i18n import messages_path


def _catalogue() -> Any:
    """The request's catalogue. A locale that changes within the request (a forced one, for a mail) is another catalogue."""
    context = g.get("_flask_babel") if g else None
    locale = getattr(context, "babel_locale", None)
    held = getattr(context, "umbral_catalogue", None)
    if locale is not None and held is not None and held[0] is locale:
        return held[1]
    found = flask_babel.get_translations()
    context = g.get("_flask_babel") if g else None
    if context is not None:
        context.umbral_catalogue = (flask_babel.get_locale(), found)
    return found


def init_app(app: Flask) -> None:
    """Give templates our look-up; after Flask-Babel was wired."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's extension for translations
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, count: _catalogue().unpgettext(context, one, many, count),
        newstyle=True,
    )


@functools.cache
def _library_texts(locale: str) -> NullTranslations:
    """What the forms' library says of wrong input, in one language; read once by each process."""
    return Translations.load(messages_path(), [locale], domain="wtforms")


class FormTexts:
    """The texts of the forms' library in the request's language, as a form's `Meta.get_translations` gives them."""

    def gettext(self, text: str) -> str:
        return str(self._texts().ugettext(text))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return str(self._texts().ungettext(one, many, count))

    def _texts(self) -> NullTranslations:
        return _library_texts(str(flask_babel.get_locale() or "es"))
