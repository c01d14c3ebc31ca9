"""When an attempt may start, when an answer counts, and which of several saves stands (invariants 4 and 5).

All times are aware; they are compared and added in UTC. The client's clock plays no part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.assessment.rules.canonical import canonical_json

GRACE = timedelta(seconds=60)
"""How long after the deadline an answer on its way still counts, where no setting says otherwise."""


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What the record says of an attempt. `passed` is None until it is graded."""

    started_at: datetime
    deadline: datetime
    submitted_at: datetime | None = None
    graded_at: datetime | None = None
    passed: bool | None = None

    @property
    def ended_at(self) -> datetime:
        """When it was submitted, and at the latest its deadline (from which an abandoned attempt counts as ended)."""
        return min(_utc(self.submitted_at), _utc(self.deadline)) if self.submitted_at else _utc(self.deadline)


class AttemptState(StrEnum):
    """Derived, never stored."""

    OPEN = "open"
    AWAITING = "awaiting"  # its time is over, and nobody has closed it yet
    PENDING = "pending"  # closed, and a person has yet to grade something of it
    GRADED = "graded"


class Timing(StrEnum):
    """An answer against the deadline. The first two count; late ones are kept for a trainer to see."""

    ON_TIME = "on_time"
    IN_GRACE = "in_grace"
    LATE = "late"

    @property
    def counts(self) -> bool:
        return self is not Timing.LATE


class Start(StrEnum):
    """What a person who asks for an attempt gets."""

    RESUME = "resume"  # the open attempt
    GRADE_FIRST = "grade_first"  # one has run out of time and is not graded: grade it, then ask again
    REVIEW = "review"  # a person has yet to grade one
    START = "start"
    PASSED = "passed"
    NONE_LEFT = "none_left"
    WAIT = "wait"
    NOT_YET = "not_yet"  # before the plan opens
    OVER = "over"  # the plan has closed


@dataclass(frozen=True, slots=True)
class StartDecision:
    """`next_at` says when a WAIT or NOT_YET ends, or when an OVER began.

    `left` counts the attempts that may still be started, one begun now included.
    """

    start: Start
    left: int
    next_at: datetime | None = None


def deadline(
    started_at: datetime, minutes: int, extra_time: Fraction = Fraction(1), closes: datetime | None = None
) -> datetime:
    """Start plus `minutes` times `extra_time` (1 for most people, 5/4 for a quarter more), up to a whole second; at the
    latest `closes`.

    Raises: ValueError where the minutes are below 1, the factor is below 1, or the time has no zone.
    """
    if minutes < 1 or extra_time < 1:
        raise ValueError(f"{minutes} minutes at a factor of {extra_time}")
    due = _utc(started_at) + timedelta(seconds=math.ceil(minutes * 60 * extra_time))
    return due if closes is None else min(due, _utc(closes))


def timing(now: datetime, due: datetime, grace: timedelta = GRACE) -> Timing:
    """How an answer that the server has at `now` stands; the deadline itself and the end of the grace are inside."""
    if _utc(now) <= _utc(due):
        return Timing.ON_TIME
    return Timing.IN_GRACE if _utc(now) <= _utc(due) + grace else Timing.LATE


def state(attempt: AttemptFacts, now: datetime, grace: timedelta = GRACE) -> AttemptState:
    """Where the attempt stands at `now`. It stays open during the grace: answers on their way still count."""
    if attempt.graded_at is not None:
        return AttemptState.GRADED
    if attempt.submitted_at is not None:
        return AttemptState.PENDING  # closing grades in the same transaction all that needs nobody
    if not timing(now, attempt.deadline, grace).counts:
        return AttemptState.AWAITING
    return AttemptState.OPEN


def next_attempt_at(history: Sequence[AttemptFacts], delay: timedelta) -> datetime | None:
    """When the delay since the end of the last attempt is over; None where there was no attempt."""
    return max(attempt.ended_at for attempt in history) + delay if history else None


@dataclass(frozen=True, slots=True)
class Window:
    """When attempts may start (None: no bound): from `opens` on, before `closes`."""

    opens: datetime | None = None
    closes: datetime | None = None


ALWAYS = Window()


def may_start(
    history: Sequence[AttemptFacts],
    now: datetime,
    *,
    attempts: int,
    delay: timedelta,
    grace: timedelta = GRACE,
    window: Window = ALWAYS,
) -> StartDecision:
    """Whether a person with this `history` of one test may start an attempt at `now`.

    `attempts` is how many this person has in all. An open attempt is resumed whatever else holds: it was started by
    right, and a lost connection never burns it.
    """
    left = max(0, attempts - len(history))
    states = {state(attempt, now, grace) for attempt in history}
    if AttemptState.OPEN in states:
        return StartDecision(Start.RESUME, left)
    if AttemptState.AWAITING in states:
        return StartDecision(Start.GRADE_FIRST, left)
    if AttemptState.PENDING in states:
        return StartDecision(Start.REVIEW, left)
    if any(attempt.passed for attempt in history):
        return StartDecision(Start.PASSED, left)
    if not left:
        return StartDecision(Start.NONE_LEFT, 0)
    return _wait(history, now, delay, window, left) or StartDecision(Start.START, left)


def _wait(
    history: Sequence[AttemptFacts], now: datetime, delay: timedelta, window: Window, left: int
) -> StartDecision | None:
    """Why somebody with attempts left has to wait, or comes too late; None where they need not."""
    if window.closes is not None and _utc(now) >= _utc(window.closes):
        return StartDecision(Start.OVER, left, window.closes)
    if window.opens is not None and _utc(now) < _utc(window.opens):
        return StartDecision(Start.NOT_YET, left, window.opens)
    next_at = next_attempt_at(history, delay)
    if next_at is not None and _utc(now) < next_at:
        return StartDecision(Start.WAIT, left, next_at)
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """One save as the server stored it: `id` is the server's order, `seq` the client's within its `tab`."""

    id: int
    item: int
    tab: str
    seq: int
    answer: Any
    late: bool = False


class Save(StrEnum):
    """What a save that arrives is, against the steps stored."""

    NEW = "new"
    REPLAY = "replay"  # stored before: answer as the first time, store nothing
    CONFLICT = "conflict"  # the same tab and number with another content: refuse


def classify(steps: Iterable[Step], *, item: int, tab: str, seq: int, answer: Any) -> Save:
    """Whether a save is new or was stored before: (tab, seq) is its key, so sending it again changes nothing.

    A save that is older than what its tab has sent since is NEW too: it is kept as a step, and `latest` passes over it.
    """
    for step in steps:
        if (step.tab, step.seq) == (tab, seq):
            same = step.item == item and canonical_json(step.answer) == canonical_json(answer)
            return Save.REPLAY if same else Save.CONFLICT
    return Save.NEW


def latest(steps: Iterable[Step]) -> dict[int, Step]:
    """The step that stands for each item: by client sequence within a tab, by server order between tabs.

    Of each tab only its newest save by sequence counts, so an old one that arrives late neither wins within its tab
    nor makes the tab look newer than another. Late steps do not count. Steps may come in any order.
    """
    by_tab: dict[tuple[int, str], Step] = {}
    for step in steps:
        if step.late:
            continue
        best = by_tab.get((step.item, step.tab))
        if best is None or (step.seq, -step.id) > (best.seq, -best.id):
            by_tab[step.item, step.tab] = step
    standing: dict[int, Step] = {}
    for step in by_tab.values():
        if step.item not in standing or step.id > standing[step.item].id:
            standing[step.item] = step
    return standing


def _utc(moment: datetime) -> datetime:
    """`moment` in UTC: sums in a local zone would be off by an hour where clocks change."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)
