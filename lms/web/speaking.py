"""Words outside a request: the worker makes files and e-mails in the language of the person they are for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from flask import Flask, g
from flask_babel import force_locale
from sqlalchemy.orm import Session

from config import Settings
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.errors import NotFound
from lms.kit.permissions import SYSTEM, Actor
from lms.web.catalogues import LANGUAGES

FindActor = Callable[[Session, int, datetime, str], Actor | None]


class Speaking:
    """Contexts in which `gettext`, templates, filters and `url_for` speak to somebody.

    The application is made when it is first needed: most workers carry mail before they write a word. `find` loads an actor.
    """

    def __init__(self, make_app: Callable[[], Flask], settings: Settings, database: Database, find: FindActor) -> None:
        self._make_app, self._settings, self._database, self._find = make_app, settings, database, find
        self._lock = threading.Lock()

    @cached_property
    def _app(self) -> Flask:
        return self._make_app()

    @contextmanager
    def to(self, person_id: int | None) -> Iterator[Actor]:
        """Speak to this person, who is also `actor()`, as they are now; None speaks to the system, in the default language.

        A context of its own on every call: threads do not share it.
        Raises: NotFound("people.not_found") for somebody whose account is closed.
        """
        moment = utc_now()
        who: Actor | None = SYSTEM
        if person_id is not None:
            with self._database.reading() as session:
                who = self._find(session, person_id, moment, self._settings.zone)
        if who is None:
            raise NotFound("people.not_found")
        with self._lock:
            app = self._app
        with app.test_request_context("/", base_url=self._settings.public_url or None):
            g.actor, g.now = who, moment
            with force_locale(who.locale if who.locale in LANGUAGES else LANGUAGES[0]):
                yield who
