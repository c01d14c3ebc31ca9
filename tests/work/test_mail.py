"""Letters against real servers: one that takes them, one that refuses, one that takes half, and those that hang."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lms.kit import outbox
from lms.kit.db import Database
from lms.kit.mail import MAIL, Letter, Mailer, MailServer, built, letter_of, message_id
from lms.kit.outbox import DEAD, SENT, WAITING, Courier, Limits, OutboxMessage, RefusedError
from tests.conftest import NOW
from tests.work.postman import SENDER, mail_server, post_office, silent_server

LIMITS = Limits(tries=5, base_seconds=10, cap_seconds=100, lease_seconds=300)


def _put(database: Database, count: int) -> None:
    with database.writing() as session:
        for number in range(count):
            payload = {
                "to": f"p{number}@example.test",
                "subject": "Asunto con eñe",
                "text": "Texto",
                "html": "<p>á</p>",
            }
            outbox.put(session, kind=MAIL, key=f"m{number}", payload=payload, now=NOW)


def _run(database: Database, server: MailServer, now: datetime = NOW) -> int:
    mailer = Mailer(server, letter_of, lambda: now)
    courier = Courier(database, {MAIL: mailer}, LIMITS, lambda: now, seed=1)
    tried = courier.run(most=100)
    mailer.rest()
    return tried


def _states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.key: row.state for row in session.scalars(select(OutboxMessage))}


def test_a_letter_arrives_whole(database: Database) -> None:
    _put(database, 2)
    with post_office() as (postman, server):
        assert _run(database, server) == 2
    mail = postman.mails[0]
    assert (mail["To"], mail["Subject"], mail["From"]) == ("p0@example.test", "Asunto con eñe", SENDER)
    assert mail["Message-ID"] == message_id("m0", SENDER)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert max(postman.connections.values()) == 2  # both over one connection
    assert set(_states(database).values()) == {SENT}


def test_a_refused_recipient_is_dead_at_once_and_the_others_get_theirs(database: Database) -> None:
    _put(database, 3)
    with post_office() as (postman, server):
        postman.refused["p1@example.test"] = "550 nobody of that name"
        _run(database, server)
    assert _states(database) == {"m0": SENT, "m1": DEAD, "m2": SENT}
    with database.reading() as session:
        (reason,) = session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.key == "m1"))
    assert "550 nobody of that name" in (reason or "")


def test_a_recipient_put_off_is_tried_later(database: Database) -> None:
    _put(database, 2)
    with post_office() as (postman, server):
        postman.refused["p0@example.test"] = "451 not today"
        _run(database, server)
        assert _states(database) == {"m0": WAITING, "m1": SENT}
        postman.refused.clear()
        _run(database, server, NOW + timedelta(minutes=1))
    assert _states(database) == {"m0": SENT, "m1": SENT}
    assert set(postman.ids().values()) == {1}


@pytest.mark.parametrize(("reply", "state"), [("554 spam", DEAD), ("452 no room", WAITING)])
def test_a_refused_letter_is_judged_by_its_code(database: Database, reply: str, state: str) -> None:
    _put(database, 1)
    with post_office() as (postman, server):
        postman.data_reply = reply
        _run(database, server)
    assert _states(database) == {"m0": state}


def test_a_server_that_takes_half_and_hangs_up_gets_the_rest_once(database: Database) -> None:
    _put(database, 10)
    with post_office() as (postman, server):
        postman.drop_after = 3
        _run(database, server)
        assert set(_states(database).values()) == {SENT}
    assert len(postman.connections) >= 4
    assert sorted(postman.ids().values()) == [1] * 10


def test_a_server_that_is_not_there_costs_a_try(database: Database) -> None:
    _put(database, 1)
    with post_office() as (_, server):
        pass  # closed again: nobody listens there now
    _run(database, server)
    with database.reading() as session:
        row = session.scalars(select(OutboxMessage)).one()
        assert (row.state, row.tries) == (WAITING, 1)
        assert row.last_error


@pytest.mark.parametrize(("say", "every", "timeout"), [(b"", 0.0, 0.3), (b"2", 0.05, 5.0)])
def test_a_server_that_hangs_is_given_up_and_holds_no_transaction(
    database: Database, say: bytes, every: float, timeout: float
) -> None:
    _put(database, 1)
    free = []

    def clock() -> datetime:
        # Asked before and after the letter; whenever it is, somebody else can write.
        with database.writing() as session:
            free.append(session.scalar(select(OutboxMessage.state)))
        return NOW

    with silent_server(say, every) as port:
        server = mail_server(port, timeout=timeout, deadline=1.0)
        began = time.monotonic()
        mailer = Mailer(server, letter_of, clock)
        Courier(database, {MAIL: mailer}, LIMITS, lambda: NOW, seed=1).run(most=10)
        assert time.monotonic() - began < 30
    assert free == ["claimed"]
    assert _states(database) == {"m0": WAITING}


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "josé@example.test", "a@example.test\nBcc: x@example.test"])
def test_an_address_that_is_none_is_refused_before_or_by_the_server(database: Database, address: str) -> None:
    with database.writing() as session:
        payload = {"to": address, "subject": "x", "text": "y"}
        outbox.put(session, kind=MAIL, key="m0", payload=payload, now=NOW)
    with post_office() as (postman, server):
        _run(database, server)
    assert _states(database) == {"m0": DEAD}
    assert postman.mails == []


def test_a_subject_begins_no_other_header() -> None:
    mail = built(Letter("a@b.test", "uno\r\nBcc: x@b.test", "t"), key="k", sender=SENDER, now=NOW)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "uno Bcc: x@b.test"
    with pytest.raises(RefusedError):
        built(Letter("no address", "x", "t"), key="k", sender=SENDER, now=NOW)
