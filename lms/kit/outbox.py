"""Effects on the outside world, written with the change that wants them and carried out after its commit.

A command puts a message into the outbox in its own transaction: rolled back, it was never there; committed, it will be
carried out. The worker claims one message at a time with a lease, carries it out without any transaction open, and marks it
in the same transaction that claims the next one. So one message at most is between its effect and its mark whenever the
process dies: that one is carried out again when its lease runs out, and no other (`docs/adr/0006-outbox-and-jobs.md`).
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Index, and_, delete, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kit.db import Base, Database, insert_once, json_doc, moment, pk
from lms.kit.ids import new_code

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
WAITING, CLAIMED, SENT, DEAD = "waiting", "claimed", "sent", "dead"
STATES = (WAITING, CLAIMED, SENT, DEAD)
MOST_ERROR = 500
"""Signs of an error that are kept: it is read on a page, and a server may answer with a novel."""


class OutboxMessage(Base):
    """One effect to be carried out once. `key` names it: the same key is never put twice."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'claimed', 'sent', 'dead')", name="state"),
        Index("ix_outbox_message_due", "state", "available_at"),
    )

    id: Mapped[pk]
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[json_doc]
    created_at: Mapped[moment]
    available_at: Mapped[moment]
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=WAITING)
    last_error: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    sent_at: Mapped[datetime | None]


class RefusedError(Exception):
    """The effect will never succeed (an address that does not exist): the message is dead at once, with this reason."""


@dataclass(frozen=True)
class Message:
    """What a carrier is given: a copy, for no transaction is open while it works. `tries` counts this one."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    tries: int


class Carrier(Protocol):
    """Carries out the effects of one kind. It must end within the lease."""

    def deliver(self, message: Message) -> None:
        """Carry it out. Raises: RefusedError for what will never succeed; any other error is tried again later."""

    def rest(self) -> None:
        """Called when nothing is due: a connection may be given back."""


@dataclass(frozen=True)
class Limits:
    """How long and how often: a failed try waits `base_seconds`, twice that, and so on up to `cap_seconds`."""

    tries: int = 8
    base_seconds: float = 30.0
    cap_seconds: float = 6 * 3600.0
    lease_seconds: float = 300.0


def backoff(tries: int, limits: Limits, chance: float) -> float:
    """Seconds to wait after the `tries`-th failure: doubled each time, capped, and cut by up to a half by `chance` (0 to 1).

    The jitter keeps messages that failed together from coming back together.
    """
    doublings = min(max(tries - 1, 0), 60)  # 2^60 seconds are beyond every cap
    return min(limits.cap_seconds, limits.base_seconds * 2.0**doublings) * (1 - chance / 2)


def put(
    session: Session,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    available_at: datetime | None = None,
) -> bool:
    """Put a message into the outbox of this transaction; False where one of this key is there already (nothing changes)."""
    return insert_once(
        session,
        OutboxMessage,
        "key",
        kind=kind,
        key=key,
        payload=dict(payload),
        created_at=now,
        available_at=available_at or now,
        tries=0,
        state=WAITING,
    )


def _due(kinds: Collection[str], now: datetime) -> Any:
    return and_(
        OutboxMessage.kind.in_(list(kinds)),
        or_(
            and_(OutboxMessage.state == WAITING, OutboxMessage.available_at <= now),
            and_(OutboxMessage.state == CLAIMED, OutboxMessage.lease_until <= now),
        ),
    )


def is_due(database: Database, kinds: Collection[str], now: datetime) -> bool:
    """Whether anything waits: asked without the writers' queue, so that an idle worker disturbs nobody."""
    with database.reading() as session:
        return session.scalar(select(OutboxMessage.id).where(_due(kinds, now)).limit(1)) is not None


class Courier:
    """Carries messages of some kinds, one after the other. Several couriers, in several processes, may run at once."""

    def __init__(
        self,
        database: Database,
        carriers: Mapping[str, Carrier],
        limits: Limits,
        clock: Callable[[], datetime],
        seed: int | None = None,
    ) -> None:
        self._database, self._carriers, self._limits, self._clock = database, dict(carriers), limits, clock
        self._chance = random.Random(seed)  # noqa: S311 - spreads retries, keeps no secret
        self._token = new_code(16)

    def run(self, *, most: int, stop: Callable[[], bool] = lambda: False) -> int:
        """Carry out what is due, at most `most` messages; returns how many were tried. Raises: SQLAlchemyError."""
        tried = 0
        held: OutboxMessage | None = None
        outcome: dict[str, Any] = {}
        if is_due(self._database, self._carriers, self._clock()):
            while True:
                last = tried >= most or stop()
                held = self._surely(held, outcome, claim=not last)
                if held is None:
                    break
                outcome = self._attempt(held)
                tried += 1
        if tried == 0:
            for carrier in self._carriers.values():
                carrier.rest()
        return tried

    def _surely(self, done: OutboxMessage | None, outcome: dict[str, Any], *, claim: bool) -> OutboxMessage | None:
        """The step below, tried again while the lease lasts: what was carried out must not be forgotten for a busy database.

        Raises: SQLAlchemyError where the database stays away; the message is carried out again after its lease.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._settle_and_claim(done, outcome, claim=claim)
            except OperationalError:
                left = (
                    0.0
                    if done is None or done.lease_until is None
                    else (done.lease_until - self._clock()).total_seconds()
                )
                if left <= pause:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _settle_and_claim(
        self, done: OutboxMessage | None, outcome: dict[str, Any], *, claim: bool
    ) -> OutboxMessage | None:
        """Mark the message that was tried and claim the next one, in one transaction: one commit a message."""
        now = self._clock()
        with self._database.writing() as session:
            if done is not None:
                # The token: whoever overran the lease must not overwrite what another courier found meanwhile.
                mine = and_(OutboxMessage.id == done.id, OutboxMessage.lease_token == self._token)
                session.execute(update(OutboxMessage).where(mine, OutboxMessage.state == CLAIMED).values(**outcome))
            if not claim:
                return None
            query = (
                select(OutboxMessage)
                .where(_due(self._carriers, now))
                .order_by(OutboxMessage.available_at, OutboxMessage.id)
            )
            found = session.scalars(query.limit(1).with_for_update(skip_locked=True)).first()
            if found is not None:
                found.state, found.lease_token = CLAIMED, self._token
                found.lease_until = now + timedelta(seconds=self._limits.lease_seconds)
                found.tries += 1
            return found

    def _attempt(self, held: OutboxMessage) -> dict[str, Any]:
        """Carry out one effect; returns what its row is to say."""
        freed: dict[str, Any] = {"lease_until": None, "lease_token": None}
        if held.tries > self._limits.tries:  # its last try ended the process that made it, or the limit was lowered
            return freed | {"state": DEAD, "last_error": held.last_error or "the worker ended while carrying it out"}
        message = Message(held.kind, held.key, dict(held.payload), held.tries)
        try:
            self._carriers[held.kind].deliver(message)
        except RefusedError as refused:
            log.warning("outbox: %s refused: %s", held.key, refused)
            return freed | {"state": DEAD, "last_error": _words(refused)}
        except Exception as failed:  # noqa: BLE001 - whatever a carrier meets, the message waits and the worker lives
            log.warning("outbox: %s failed (try %s): %s", held.key, held.tries, _words(failed))
            if held.tries >= self._limits.tries:
                return freed | {"state": DEAD, "last_error": _words(failed)}
            wait = timedelta(seconds=backoff(held.tries, self._limits, self._chance.random()))
            return freed | {"state": WAITING, "last_error": _words(failed), "available_at": self._clock() + wait}
        return freed | {"state": SENT, "sent_at": self._clock(), "last_error": None}


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:MOST_ERROR]


def retry(session: Session, message_id: int, *, now: datetime) -> OutboxMessage | None:
    """Let a dead message be tried again, from the first try; None where there is no dead message of this id."""
    found = session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.state == DEAD).with_for_update()
    )
    if found is not None:
        found.state, found.tries, found.available_at = WAITING, 0, now
    return found


def listing(
    session: Session, states: Collection[str], *, before_id: int | None = None, limit: int
) -> Sequence[OutboxMessage]:
    """Messages in these states, the newest first, paged by key: `before_id` is the id of the last one shown."""
    query = select(OutboxMessage).where(OutboxMessage.state.in_(list(states))).order_by(OutboxMessage.id.desc())
    if before_id is not None:
        query = query.where(OutboxMessage.id < before_id)
    return session.scalars(query.limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    """How many messages are in each state; every state is there."""
    found = dict.fromkeys(STATES, 0)
    for state, number in session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)):
        found[state] = number
    return found


def forget(session: Session, *, before: datetime) -> None:
    """Remove messages that were sent before a moment: they are no evidence, and each key is old enough not to come again."""
    session.execute(delete(OutboxMessage).where(OutboxMessage.state == SENT, OutboxMessage.sent_at < before))
