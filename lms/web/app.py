"""Wires the glue into a Flask application: security headers, CSRF, templates, languages, sign-in, errors."""

from __future__ import annotations

from datetime import timedelta

import jinja2
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.web import addresses, cookies, errors, frame, guard, i18n, login, packing, translating
from lms.web.catalogues import NAMES
from lms.web.context import Services, current_actor
from lms.web.context import today as today_of_request
from lms.web.login import LoadActor
from lms.web.slots import slot
from lms.web.views import THEMES
from lms.web.views import routes as web_routes

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def init_app(app: Flask, held: Services, load_actor: LoadActor) -> None:
    """Make a bare Flask application ours; capabilities register their routes afterwards."""
    settings = held.settings
    app.extensions["umbral"] = held
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DEBUG=settings.debug,
        TESTING=settings.environment == "test",
        MAX_CONTENT_LENGTH=settings.max_request_kib * 1024,
        SESSION_COOKIE_NAME="umbral",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a long test must not fail at its end
    )
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        theme=_theme,
        lang=i18n.language,
        language_names=NAMES,
        signed_in=_signed_in,
        user_name=_user_name,
        slot=slot,
        today=today_of_request,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's own way
    guard.init_app(app)  # before the token is looked for: that would read a form, and nothing else
    CSRFProtect(app)
    cookies.init_app(app)
    held.assets.init_app(app)
    i18n.init_app(app)
    translating.init_app(app)
    addresses.init_app(app)
    frame.init_app(app, _theme)
    login.init_app(app, load_actor)
    errors.init_app(app)
    app.register_blueprint(web_routes)
    app.after_request(_headers)
    packing.init_app(app)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        # Pages hold people's records, on PCs that a whole floor shares.
        headers["Cache-Control"] = "no-store"
        response.vary.add("Accept-Language")
    return response


def _theme() -> str:
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _signed_in() -> bool:
    return current_actor() is not None


def _user_name() -> str:
    who = current_actor()
    return "" if who is None else who.name
