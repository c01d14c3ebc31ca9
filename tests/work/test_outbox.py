"""The outbox: put with the change, carried once, tried again with growing pauses, dead where it is hopeless."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.kit import outbox
from lms.kit.db import Database
from lms.kit.outbox import CLAIMED, DEAD, SENT, WAITING, Courier, Limits, Message, OutboxMessage, RefusedError, backoff
from tests.conftest import NOW

LIMITS = Limits(tries=3, base_seconds=10, cap_seconds=100, lease_seconds=60)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Hand:
    """A carrier that does what it is told: `faults` maps a key to the errors of its next tries."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.faults: dict[str, list[BaseException]] = {}
        self.rested = 0

    def deliver(self, message: Message) -> None:
        waiting = self.faults.get(message.key, [])
        if waiting:
            raise waiting.pop(0)
        self.done[message.key] += 1

    def rest(self) -> None:
        self.rested += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def courier(database: Database, hand: Hand, clock: Clock) -> Courier:
    return Courier(database, {"a": hand}, LIMITS, clock, seed=1)


def _put(database: Database, *keys: str, kind: str = "a") -> None:
    with database.writing() as session:
        for key in keys:
            outbox.put(session, kind=kind, key=key, payload={"n": key}, now=NOW)


def _row(database: Database, key: str) -> OutboxMessage:
    with database.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def test_a_message_is_carried_once_in_order_and_its_key_is_never_put_again(
    database: Database, courier: Courier, hand: Hand
) -> None:
    _put(database, "1", "2", "3")
    with database.writing() as session:
        assert not outbox.put(session, kind="a", key="2", payload={"n": "other"}, now=NOW)
    assert courier.run(most=10) == 3
    assert courier.run(most=10) == 0
    assert list(hand.done.items()) == [("1", 1), ("2", 1), ("3", 1)]
    assert hand.rested == 1
    row = _row(database, "2")
    assert (row.state, row.sent_at, row.payload, row.lease_token) == (SENT, NOW, {"n": "2"}, None)


def test_what_is_rolled_back_was_never_put(database: Database, courier: Courier) -> None:
    session = database.open(write=True)
    outbox.put(session, kind="a", key="1", payload={}, now=NOW)
    session.rollback()
    session.close()
    assert courier.run(most=10) == 0


def test_other_kinds_and_later_messages_are_left_alone(database: Database, courier: Courier, clock: Clock) -> None:
    _put(database, "other", kind="b")
    with database.writing() as session:
        outbox.put(session, kind="a", key="later", payload={}, now=NOW, available_at=NOW + timedelta(hours=1))
    assert courier.run(most=10) == 0
    clock.pass_(3600)
    assert courier.run(most=10) == 1
    assert _row(database, "other").state == WAITING


def test_a_batch_ends_at_its_limit_and_when_told(database: Database, courier: Courier) -> None:
    _put(database, "1", "2", "3")
    assert courier.run(most=2) == 2
    assert courier.run(most=10, stop=lambda: True) == 0
    assert _row(database, "3").state == WAITING
    assert courier.run(most=10) == 1


def test_a_failure_waits_longer_each_time_and_dies_at_the_limit(
    database: Database, courier: Courier, hand: Hand, clock: Clock
) -> None:
    _put(database, "1", "2")
    hand.faults["1"] = [OSError("away")] * 3
    waits = []
    for _ in range(3):
        assert courier.run(most=10) >= 1
        row = _row(database, "1")
        waits.append((row.available_at - clock.now).total_seconds())
        clock.pass_(max(waits[-1], 0))
    assert 5 <= waits[0] <= 10
    assert 10 <= waits[1] <= 20
    assert (row.state, row.tries, row.last_error) == (DEAD, 3, "OSError: away")
    assert hand.done == {"2": 1}  # the others did not wait for it
    clock.pass_(10_000)
    assert courier.run(most=10) == 0
    with database.writing() as session:
        assert outbox.retry(session, row.id, now=clock.now) is not None
        assert outbox.retry(session, _row_id(database, "2"), now=clock.now) is None  # it was sent
    assert courier.run(most=10) == 1
    assert hand.done == {"2": 1, "1": 1}


def _row_id(database: Database, key: str) -> int:
    return _row(database, key).id


def test_what_is_refused_is_dead_at_once_with_the_reason(database: Database, courier: Courier, hand: Hand) -> None:
    _put(database, "1")
    hand.faults["1"] = [RefusedError("550 nobody of that name")]
    courier.run(most=10)
    row = _row(database, "1")
    assert (row.state, row.tries) == (DEAD, 1)
    assert "550 nobody of that name" in (row.last_error or "")


class Killed(BaseException):
    """The process ended, as far as the courier can tell: nothing catches it."""


def test_a_death_between_effect_and_mark_repeats_that_message_alone(
    database: Database, hand: Hand, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(database, "1", "2", "3", "4")
    dying = Courier(database, {"a": hand}, LIMITS, clock)
    real = dying._settle_and_claim
    marks = 0

    def settle(*words: object, **named: object) -> object:
        nonlocal marks
        marks += 1
        if marks == 3:  # "2" was carried out a moment ago
            raise Killed
        return real(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(dying, "_settle_and_claim", settle)
    with pytest.raises(Killed):
        dying.run(most=10)
    assert _row(database, "2").state == CLAIMED
    next_one = Courier(database, {"a": hand}, LIMITS, clock)
    assert next_one.run(most=10) == 2  # "3" and "4"; the lease of "2" still holds
    clock.pass_(LIMITS.lease_seconds)
    assert next_one.run(most=10) == 1
    assert hand.done == {"1": 1, "2": 2, "3": 1, "4": 1}
    assert _row(database, "2").tries == 2


def test_a_message_that_kills_its_worker_each_time_dies_in_the_end(
    database: Database, hand: Hand, clock: Clock
) -> None:
    _put(database, "1")
    hand.faults["1"] = [Killed() for _ in range(10)]
    for _ in range(LIMITS.tries):
        with pytest.raises(Killed):
            Courier(database, {"a": hand}, LIMITS, clock).run(most=10)
        clock.pass_(LIMITS.lease_seconds)
    Courier(database, {"a": hand}, LIMITS, clock).run(most=10)
    assert _row(database, "1").state == DEAD


def test_who_overran_the_lease_does_not_overwrite_what_another_found(
    database: Database, hand: Hand, clock: Clock
) -> None:
    _put(database, "1")
    other = Courier(database, {"a": hand}, LIMITS, clock)

    class Slow(Hand):
        def deliver(self, _message: Message) -> None:
            clock.pass_(LIMITS.lease_seconds + 1)
            other.run(most=1)
            raise OSError("and then it failed here")

    Courier(database, {"a": Slow()}, LIMITS, clock).run(most=1)
    assert _row(database, "1").state == SENT


def test_old_messages_are_forgotten_but_not_what_still_waits(database: Database, courier: Courier) -> None:
    _put(database, "1")
    courier.run(most=1)
    _put(database, "2")
    with database.writing() as session:
        outbox.forget(session, before=NOW + timedelta(days=1))
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage.key)).all() == ["2"]
        assert outbox.counts(session) == {WAITING: 1, CLAIMED: 0, SENT: 0, DEAD: 0}


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1), base=st.floats(0.1, 100), cap=st.floats(100, 1e6))
def test_pauses_grow_to_the_cap_and_never_vanish(tries: int, chance: float, base: float, cap: float) -> None:
    limits = Limits(base_seconds=base, cap_seconds=cap)
    wait = backoff(tries, limits, chance)
    assert base / 2 <= wait <= cap
    assert backoff(tries + 1, limits, chance) >= wait
