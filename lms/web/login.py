"""Signed-in browsers: Flask-Login over session rows. The cookie is signed and holds a secret; the row knows its hash."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy.orm import Session

from lms.kit.clock import utc_now
from lms.kit.ids import token_hash
from lms.kit.permissions import Actor
from lms.web.context import settings

_SEEN = "seen"
_SEEN_STEP = 60


class LoadActor(Protocol):
    """Reads who holds a session; `bare` where no page will be drawn, so that nothing for its head has to be counted."""

    def __call__(self, session: Session, token_hash: str, now: datetime, zone: str, *, bare: bool) -> Actor | None: ...


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Flask-Login's user: the actor, known by the secret of this browser's session."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor, self._token = actor, token

    def get_id(self) -> str:
        return self._token


def init_app(app: Flask, load_actor: LoadActor) -> None:
    """Let Flask-Login find who is signed in; `load_actor` reads the session's row (people is a floor above)."""
    manager = LoginManager()
    manager.session_protection = (
        None  # an office floor changes addresses; the row and the idle limit protect the session
    )
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
    def load(token: str) -> SignedIn | None:
        if not _awake() or "db" not in g:
            return None
        actor = load_actor(g.db, token_hash(token), g.now, settings().zone, bare=request.is_json)
        return None if actor is None else SignedIn(actor, token)


def _awake() -> bool:
    """Whether the browser was used within the idle limit; notes the use, at most once a minute, in the signed cookie.

    The moment lives in the cookie and not in the row because a GET must not write to the database.
    """
    moment = int(utc_now().timestamp())
    seen = session.get(_SEEN)
    if not isinstance(seen, int) or moment - seen > settings().session_idle_minutes * 60:
        session.clear()
        return False
    if moment - seen >= _SEEN_STEP:
        session[_SEEN] = moment
    return True


def signed_in_cookie() -> bool:
    """Whether the browser's cookie names a session at all; whether it still holds is another question."""
    return "_user_id" in session


def sign_in(actor: Actor, token: str) -> None:
    """Begin a new browser session: nothing of the one before is kept, so that nobody can plant one."""
    session.clear()
    session[_SEEN] = int(utc_now().timestamp())
    login_user(SignedIn(actor, token))


def sign_out() -> None:
    """Forget who was signed in, in this browser."""
    logout_user()
    session.clear()
