"""Facts that go up: a command tells what happened, and who wants to know was wired in `app.py`.

Handlers run at once, in the command's own transaction: what they write stands or falls with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

_KEY = "umbral_events"
E_ = TypeVar("E_")


class EventBus:
    """Which handlers hear which event type."""

    def __init__(self) -> None:
        self._handlers: dict[type[Any], list[Callable[[Session, Any], None]]] = defaultdict(list)

    def subscribe(self, event_type: type[E_], handler: Callable[[Session, E_], None]) -> None:
        self._handlers[event_type].append(handler)

    def publish(self, session: Session, event: object) -> None:
        for handler in self._handlers[type(event)]:
            handler(session, event)


def attach(session: Session, bus: EventBus) -> None:
    """Give a session its bus; done where sessions are made."""
    session.info[_KEY] = bus


def emit(session: Session, event: object) -> None:
    """Tell the session's bus; a session without one (a rule tried alone) tells nobody."""
    bus: EventBus | None = session.info.get(_KEY)
    if bus is not None:
        bus.publish(session, event)
