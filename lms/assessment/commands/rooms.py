"""Supervised rooms: opened with a pin, closed by hand or by their time."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.models import ExamRoom
from lms.assessment.queries import conditions
from lms.assessment.queries import rooms as reading
from lms.assessment.rules.pins import new_pin
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.queries import placement_on

LONGEST = timedelta(days=7)
MOST_NETWORKS = 50
_TRIES = 5


def open_room(
    session: Session,
    actor: Actor,
    *,
    test_slug: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    addresses: Sequence[str],
    now: datetime,
) -> ExamRoom:
    """A room for a test, in the site of who opens it, with a pin of its own; one enters from `addresses` only, if any.

    Raises: NotAllowed("assessment.room_not_allowed"); NotFound for no such test; Invalid("assessment.room_title"),
    ("assessment.room_times"), ("assessment.room_network") with `network`.
    """
    if actor.person_id is None or not actor.can(Permission.VERIFY):
        raise NotAllowed("assessment.room_not_allowed")
    test = conditions.test_by_slug(session, test_slug)
    if not title.strip():
        raise Invalid("assessment.room_title", field="title")
    if not opens_at < closes_at <= opens_at + LONGEST or closes_at <= now:
        raise Invalid("assessment.room_times", field="closes_at", days=LONGEST.days)
    networks = _networks(addresses)
    release_pins(session, now)
    placement = placement_on(session, actor.person_id, local_day(now, actor.zone))
    for _ in range(_TRIES):
        room = ExamRoom(
            code=new_code(),
            pin=new_pin(),
            test_id=test.id,
            title=title.strip(),
            site_id=placement.site_id if placement else None,
            addresses=networks,
            opens_at=opens_at,
            closes_at=closes_at,
            opened_by=actor.person_id,
            opened_at=now,
            closed_at=None,
        )
        try:
            with session.begin_nested():
                session.add(room)
        except IntegrityError:
            continue  # another open room has this pin
        facts = {"test": test.slug, "title": room.title, "from": opens_at, "to": closes_at, "addresses": networks}
        audit.record(session, actor, action="room.open", subject=("room", room.code), after=facts, now=now)
        return room
    raise Conflict("assessment.busy")


def _networks(addresses: Sequence[str]) -> list[str]:
    found = []
    for text in addresses[: MOST_NETWORKS + 1]:
        try:
            found.append(str(ipaddress.ip_network(text)))
        except ValueError:
            raise Invalid("assessment.room_network", field="addresses", network=text[:50]) from None
    if len(found) > MOST_NETWORKS:
        raise Invalid("assessment.room_network", field="addresses", network=addresses[MOST_NETWORKS][:50])
    return found


def release_pins(session: Session, now: datetime) -> None:
    """Close the rooms whose time is over, so that their pins are free: a pin is unique among rooms that are open."""
    over = (ExamRoom.closed_at.is_(None), ExamRoom.closes_at <= now)
    session.execute(update(ExamRoom).where(*over).values(closed_at=ExamRoom.closes_at))


def close_room(session: Session, actor: Actor, *, code: str, now: datetime) -> ExamRoom:
    """Nobody enters any more; who is in goes on until their own end. Closed before, nothing changes.

    Raises: NotFound("assessment.room_not_found") for a stranger.
    """
    room = reading.room_for(session, actor, code, lock=True)
    if room.closed_at is None:
        room.closed_at = now
        audit.record(session, actor, action="room.close", subject=("room", room.code), after={"at": now}, now=now)
        session.flush()
    return room
