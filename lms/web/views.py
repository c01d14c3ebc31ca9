"""Pages of the glue itself: the switches of theme and language, the health check."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from lms.kit.db import ping
from lms.web import i18n
from lms.web import search as searching
from lms.web.catalogues import LANGUAGES
from lms.web.context import db, settings
from lms.web.errors import MESSAGES
from lms.web.local import safe_next
from lms.web.routes import PUBLIC, SIGNED_IN, Routes

routes = Routes("web", __name__, MESSAGES)
THEMES = ("auto", "light", "dark")


@routes.page("/tema", allow=PUBLIC, methods=("POST",), transaction=False)
def set_theme() -> ResponseReturnValue:
    """Remember light, dark or the system's choice in this browser."""
    theme = request.form.get("theme", "auto")
    return _remember("theme", theme if theme in THEMES else "auto")


@routes.page("/idioma", allow=PUBLIC, methods=("POST",), transaction=False)
def set_language() -> ResponseReturnValue:
    """Remember a language in this browser; whoever signed in has one in the account."""
    language = request.form.get("language", "")
    return _remember(i18n.COOKIE, language if language in LANGUAGES else LANGUAGES[0])


def _remember(cookie: str, value: str) -> ResponseReturnValue:
    response = redirect(safe_next(request.form.get("next"), "/"), code=303)
    response.set_cookie(cookie, value, max_age=365 * 24 * 3600, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


@routes.page("/salud", allow=PUBLIC)
def health() -> ResponseReturnValue:
    """Whether the server and its database answer; for a load balancer."""
    return {"status": "ok" if ping(db()) else "down"}


@routes.page("/buscar", allow=SIGNED_IN)
def search() -> ResponseReturnValue:
    """What every capability finds for the words asked, within the reader's scope."""
    asked = searching.asked(request.args.get("q", ""), words=settings().search_words, limit=settings().search_results)
    groups = searching.find(asked) if asked.words else []
    return render_template("web/search.html", asked=asked, groups=groups, shortest=searching.SHORTEST)
