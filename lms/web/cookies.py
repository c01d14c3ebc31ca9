"""Signed cookies as Flask has them, with what signs them made once and not twice in every request."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    """Flask's own sessions. The key is that of the application's start, as everywhere in this application."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, _app: Flask) -> URLSafeTimedSerializer | None:
        return self._signer


def init_app(app: Flask) -> None:
    """Sign with what is made here; after the secret key is set."""
    app.session_interface = Cookies(app)
