"""`kill -9` of the worker at random moments: each message of the outbox reaches the server, once, or said why not.

Between the server's 250 and our commit nobody can know whether a letter was taken: SMTP has no second phase. What is
promised is that at most one message stands in that window, whenever the worker dies, and that a letter which goes twice for it
carries the same Message-ID.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.kit import outbox
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.mail import MAIL, message_id
from lms.kit.outbox import CLAIMED, SENT, OutboxMessage
from tests.work.postman import SENDER, Postman, post_office
from tests.work.process import WorkerProcess

PATIENCE = 120.0
LEASE = 3.0


@dataclass
class Told:
    """What a run met: kills, rows left claimed by them, and how many of those letters the server had by then."""

    kills: int = 0
    left_claimed: int = 0
    in_the_window: int = 0
    most_claimed: int = 0


def _fill(database: Database, count: int) -> set[str]:
    now = utc_now()
    with database.writing() as session:
        for number in range(count):
            payload = {"to": f"p{number}@example.test", "subject": f"Aviso {number}", "text": "Línea única."}
            assert outbox.put(session, kind=MAIL, key=f"kill:{number}", payload=payload, now=now)
    return {message_id(f"kill:{number}", SENDER) for number in range(count)}


def _sent(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == SENT)
        return session.scalar(query) or 0


def _claimed(database: Database) -> set[tuple[str, int]]:
    """What stands claimed: (key, try). A row that a dead worker left stays so until its lease is over."""
    with database.reading() as session:
        query = select(OutboxMessage.key, OutboxMessage.tries).where(OutboxMessage.state == CLAIMED)
        return {(key, tries) for key, tries in session.execute(query)}


def _until(condition: Callable[[], bool], worker: WorkerProcess, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert worker.running, f"the worker ended: {worker.log.read_text()[-2000:]}"
        assert time.monotonic() < end, f"{what}: {worker.log.read_text()[-2000:]}"
        time.sleep(0.005)


def _kill_till_done(database: Database, worker: WorkerProcess, postman: Postman, count: int, spread: int) -> Told:
    chance, told = random.Random(count), Told()
    known: set[tuple[str, int]] = set()
    while _sent(database) < count - spread:
        worker.start()
        wanted = len(postman.mails) + chance.randint(1, spread)
        _until(lambda many=wanted: len(postman.mails) >= many, worker, "no letter came")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.01))
        worker.kill()
        told.kills += 1
        left, received = _claimed(database) - known, postman.ids()
        known |= left
        told.left_claimed += len(left)
        told.most_claimed = max(told.most_claimed, len(left))
        told.in_the_window += sum(received[message_id(key, SENDER)] > 0 for key, _ in left)
    worker.start()
    _until(lambda: _sent(database) == count, worker, "not all were sent")
    worker.stop()
    return told


def _survives(database: Database, url: str, folder: Path, count: int, spread: int) -> Told:
    expected = _fill(database, count)
    with post_office() as (postman, server):
        worker = WorkerProcess(
            url,
            folder,
            LMS_MAIL_HOST=server.host,
            LMS_MAIL_PORT=str(server.port),
            LMS_MAIL_TLS="none",
            LMS_MAIL_FROM=SENDER,
            LMS_MAIL_DEADLINE_SECONDS=str(LEASE - 1),
            LMS_OUTBOX_LEASE_SECONDS=str(LEASE),
            LMS_OUTBOX_TRIES="50",
        )
        try:
            told = _kill_till_done(database, worker, postman, count, spread)
        finally:
            worker.close()
        received = postman.ids()
    assert set(received) == expected, "lost, or from nowhere"
    twice = sum(received.values()) - len(received)
    sys.stdout.write(
        f"\n{count} messages, {told.kills} kills: {told.left_claimed} left a message claimed, {told.in_the_window} of which "
        f"the server had already; {twice} letters came twice, with the same Message-ID\n"
    )
    assert told.most_claimed <= 1, "more than one message was between its effect and its mark"
    assert twice <= told.left_claimed <= told.kills
    return told


def test_killed_workers_lose_no_letter(database: Database, database_url: str, tmp_path: Path) -> None:
    told = _survives(database, database_url, tmp_path / "worker", count=150, spread=30)
    assert told.kills >= 4


@pytest.mark.long
def test_killed_workers_lose_no_letter_of_a_thousand(database: Database, database_url: str, tmp_path: Path) -> None:
    told = _survives(database, database_url, tmp_path / "worker", count=1000, spread=40)
    assert told.kills >= 25
