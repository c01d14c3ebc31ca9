"""What a request carries: its moment, its database session, who acts. Every view asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, g
from sqlalchemy.orm import Session

from config import Settings
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.errors import NotAllowed
from lms.kit.events import EventBus
from lms.kit.files import FileStore, make_store
from lms.kit.permissions import Actor

if TYPE_CHECKING:
    from lms.web.assets import Assets


@dataclass
class Services:
    """What the application holds for all requests."""

    settings: Settings
    database: Database
    bus: EventBus
    assets: Assets

    def __post_init__(self) -> None:
        self.files: FileStore = make_store(self.settings)
        """Where uploaded and made files are kept."""


def services() -> Services:
    """The application's services."""
    return cast(Services, current_app.extensions["umbral"])


def settings() -> Settings:
    return services().settings


def db() -> Session:
    """The request's session, inside its transaction."""
    return cast(Session, g.db)


def now() -> datetime:
    """The request's one moment."""
    return cast(datetime, g.now)


def current_actor() -> Actor | None:
    """Who is signed in; None for a stranger."""
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """Who is signed in.

    Raises: NotAllowed("web.sign_in") for a stranger.
    """
    who = current_actor()
    if who is None:
        raise NotAllowed("web.sign_in")
    return who


def zone() -> str:
    """The time zone that the page's days follow."""
    who = current_actor()
    return who.zone if who is not None else settings().zone


def today() -> date:
    """The day it is for whoever looks."""
    return local_day(now(), zone())
