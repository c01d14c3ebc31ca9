"""Facts that go up: told at once, in order, in the transaction of the command that told them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.kit.db import Database
from lms.kit.events import EventBus, attach, emit
from lms.kit.ids import new_code
from lms.people.models import Job


@dataclass(frozen=True)
class Told:
    number: int


@dataclass(frozen=True)
class MoreTold(Told):
    pass


def test_handlers_hear_their_own_kind_in_the_order_they_came() -> None:
    bus, heard = EventBus(), []
    bus.subscribe(Told, lambda _session, event: heard.append(("first", event.number)))
    bus.subscribe(Told, lambda _session, event: heard.append(("second", event.number)))
    bus.subscribe(MoreTold, lambda _session, event: heard.append(("more", event.number)))
    with Session() as session:
        attach(session, bus)
        emit(session, Told(1))
        emit(session, MoreTold(2))
    assert heard == [("first", 1), ("second", 1), ("more", 2)]


def test_a_handler_may_tell_more() -> None:
    bus, heard = EventBus(), []
    bus.subscribe(Told, lambda session, _event: emit(session, MoreTold(2)))
    bus.subscribe(MoreTold, lambda _session, event: heard.append(event.number))
    with Session() as session:
        attach(session, bus)
        emit(session, Told(1))
    assert heard == [2]


def test_a_session_without_a_bus_tells_nobody() -> None:
    with Session() as session:
        emit(session, Told(1))


def jobs(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_what_a_handler_writes_falls_with_the_command_and_the_command_with_its_handler(database: Database) -> None:
    def write(session: Session, event: Told) -> None:
        session.add(Job(code=new_code(), name=f"Puesto {event.number}", key_customer_related=False))

    def refuse(_session: Session, _event: MoreTold) -> None:
        raise ValueError("the handler fails")

    bus = EventBus()
    bus.subscribe(Told, write)
    bus.subscribe(MoreTold, refuse)

    def command(*events: Told, fails: bool = False) -> None:
        with database.writing() as session:
            attach(session, bus)
            for event in events:
                emit(session, event)
            if fails:
                raise RuntimeError("the command fails")

    command(Told(1))
    assert jobs(database) == 1
    with pytest.raises(RuntimeError, match="the command fails"):
        command(Told(2), fails=True)
    with pytest.raises(ValueError, match="the handler fails"):
        command(Told(3), MoreTold(4))
    assert jobs(database) == 1


def test_every_session_of_the_application_has_its_bus(database: Database) -> None:
    with database.reading() as reading, database.writing() as writing:
        assert reading.info["umbral_events"] is writing.info["umbral_events"]
