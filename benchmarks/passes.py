"""Browsers that are signed in already: thousands of sign-ins are not what is measured, and a hash costs as much as many saves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert, select

import config
from benchmarks.wire import Person as Browser
from lms.app import create_app
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.ids import new_token, token_hash
from lms.people.models import Person, UserSession
from lms.web.context import services


def passes(settings: config.Settings, database: Database, numbers: Sequence[str]) -> list[Browser]:
    """A session of each person, written as signing in writes it, and the cookie that the product itself makes of it."""
    now = utc_now()
    tokens = [new_token() for _ in numbers]
    with database.writing() as session:
        ids = {number: key for key, number in session.execute(select(Person.id, Person.employee_number))}
        session.execute(
            insert(UserSession),
            [
                {
                    "token_hash": token_hash(token),
                    "person_id": ids[number],
                    "created_at": now,
                    "expires_at": now + timedelta(hours=6),
                    "browser": "benchmark",
                }
                for number, token in zip(numbers, tokens, strict=True)
            ],
        )
    app = create_app(settings)
    raw = secrets.token_hex(20)
    with app.test_request_context():
        from flask import session as cookie

        cookie["csrf_token"] = raw
        forged = generate_csrf()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of Flask's own sessions
        made = []
        for token in tokens:
            held = {"_user_id": token, "_fresh": True, "seen": int(now.timestamp()), "csrf_token": raw}
            made.append(Browser(f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(held)}", forged))
        services().database.engine.dispose()
    return made
