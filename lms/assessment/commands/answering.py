"""Saving answers and flags as append-only steps: idempotent, ordered, locked (invariants 4 and 5).

Two ways in. A script sends entries numbered within its tab, alone or in batches from its offline queue; each is judged
apart, so that one bad entry loses nothing of the others. A plain form sends every question at once; only what was
changed in that form, compared with what stood when it was made, becomes a step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from lms.assessment.models import AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Held, Item, Opened, held
from lms.assessment.queries.saving import hold_own
from lms.assessment.rules.canonical import canonical_json
from lms.assessment.rules.pages import Locks, locks
from lms.assessment.rules.policy import Save, Step, classify
from lms.assessment.types.base import BadAnswer
from lms.kit.errors import Conflict, Invalid
from lms.kit.permissions import Actor

FORM_TAB = "form"
"""The tab of steps that a form without script sent; a script's tabs have longer names."""

_TAB = re.compile(r"[A-Za-z0-9_-]{8,40}")
_ADD_STEPS = insert(cast(Table, AttemptStep.__table__))
_MAX_SEQ = 2**31 - 1
MAX_ENTRIES = 500
"""Of one request: a queue of that length cannot come from a person answering."""
MAX_TRACES = 200
"""Of one attempt, each kind: what comes beyond says nothing new, and nobody may fill the table."""
MOST_AMOUNT = 86_400
"""The most seconds or signs that a trace says."""
MOST_STEPS = 5000
"""Of one attempt. Every page of it reads them all: without a bound, one browser could keep the site busy for good."""
LATE_KEPT = timedelta(hours=24)
"""How long after the end late answers are still taken in, to be seen and not to count."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tab sends: an answer (as the page sent it), unless `flag` says whether to flag, `left` for how many seconds
    the page was out of sight, or `paste` how many signs were pasted.
    """

    position: int
    tab: str
    seq: int
    answer: object = None
    flag: bool | None = None
    left: int | None = None
    paste: int | None = None
    shaped: bool = True  # whether it says just one thing

    @property
    def is_trace(self) -> bool:
        """Whether it only tells how the attempt is taken."""
        return self.left is not None or self.paste is not None

    @property
    def is_answer(self) -> bool:
        return self.flag is None and not self.is_trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: `saved`, `replay` (stored before, in time), `late` (kept, does not count), `refused`, or
    `dropped` (a trace more than are kept).
    """

    entry: Entry
    state: str
    error: str = ""  # message key of a refusal
    note: str = ""  # message key of what to know of an answer that is kept as it is


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcomes in order, and the attempt as it stands."""

    attempt: Held
    outcomes: tuple[Outcome, ...]


def save(session: Session, actor: Actor, *, attempt_code: str, entries: Sequence[Entry], now: datetime) -> Saved:
    """Store what a script sent. What was stored before is not stored again; what cannot be stored is told, not raised.

    Raises: NotFound for any attempt but one's own; Conflict("assessment.closed"); Invalid("assessment.too_many").
    """
    if len(entries) > MAX_ENTRIES:
        raise Invalid("assessment.too_many", limit=MAX_ENTRIES)
    attempt, items = _hold(session, actor, attempt_code, entries)
    late = _late(attempt, now)
    return _take(session, attempt, items, [(entry, now, late) for entry in entries])


def save_series(session: Session, actor: Actor, *, attempt_code: str, timed: Sequence[tuple[datetime, Entry]]) -> Saved:
    """Store entries that came one after the other, each at its moment, in one go: what `save` would have stored of each.

    For whoever replays what was taken elsewhere; the attempt is locked and its questions are read once.
    Raises: as `save`.
    """
    if len(timed) > MAX_ENTRIES:
        raise Invalid("assessment.too_many", limit=MAX_ENTRIES)
    attempt, items = _hold(session, actor, attempt_code, [entry for _, entry in timed])
    return _take(session, attempt, items, [(entry, at, _late(attempt, at)) for at, entry in timed])


def _hold(
    session: Session, actor: Actor, attempt_code: str, entries: Iterable[Entry]
) -> tuple[Held, Mapping[int, Item]]:
    """The attempt, locked, and the questions that the entries are about, by position."""
    attempt, items = hold_own(session, actor, attempt_code, (entry.position for entry in entries if _sound(entry)))
    return attempt, {item.position: item for item in items}


def _take(
    session: Session, attempt: Held, items: Mapping[int, Item], given: Sequence[tuple[Entry, datetime, bool]]
) -> Saved:
    """Judge entries in order and store what is to be stored; each comes with its moment and whether that is late."""
    if not given:
        return Saved(attempt, ())
    sound = [entry for entry, _, _ in given if _sound(entry)]
    room = MAX_TRACES
    if any(entry.is_trace for entry in sound):
        room -= reading.trace_count(session, attempt.id)
    outcomes, rows = _judged(attempt, items, _known(session, attempt, sound), given, room)
    if rows:
        session.execute(_ADD_STEPS, rows)
    return Saved(attempt, outcomes)


def judge_series(
    attempt: Held, items: Mapping[int, Item], timed: Sequence[tuple[datetime, Entry]]
) -> tuple[tuple[Outcome, ...], list[dict[str, Any]]]:
    """The outcomes of the first entries of an attempt, one after the other, and the rows to store."""
    return _judged(attempt, items, [], [(entry, at, _late(attempt, at)) for at, entry in timed])


def _judged(
    attempt: Held,
    items: Mapping[int, Item],
    known: list[Step],
    given: Sequence[tuple[Entry, datetime, bool]],
    room: int = MAX_TRACES,
) -> tuple[tuple[Outcome, ...], list[dict[str, Any]]]:
    """The outcomes in order, beside the steps `known`, and the rows to store; `room` is left for so many traces."""
    outcomes: list[Outcome] = []
    rows: list[dict[str, Any]] = []
    locked = locks(known)
    for entry, at, late in given:
        outcome, payload = (
            _judge(entry, items, known, locked, late) if _sound(entry) else _refused(entry, "bad_request")
        )
        if entry.is_trace and payload is not None:
            room -= 1
            if room < 0:
                outcome, payload = Outcome(entry, "dropped"), None
        if payload is not None and attempt.steps + len(rows) >= MOST_STEPS:
            outcome, payload = _refused(entry, "answer.too_many_steps")
        outcomes.append(outcome)
        if payload is not None:
            known.append(Step(0, entry.position, entry.tab, entry.seq, payload, late))
            rows.append(
                _row(
                    attempt.id,
                    position=entry.position,
                    tab=entry.tab,
                    seq=entry.seq,
                    payload=payload,
                    late=late,
                    now=at,
                )
            )
    return tuple(outcomes), rows


def flag(
    session: Session, actor: Actor, *, attempt_code: str, position: int, on: bool, tab: str, seq: int, now: datetime
) -> Outcome:
    """Flag a question to come back to, or take the flag away.

    Raises: as `save`, and Invalid with the key of the refusal.
    """
    entry = Entry(position, tab, seq, flag=on)
    outcome = save(session, actor, attempt_code=attempt_code, entries=[entry], now=now).outcomes[0]
    if outcome.state == "refused":
        raise Invalid(outcome.error)
    return outcome


@dataclass(frozen=True, slots=True)
class FormSaved:
    """What a form did: how many answers were stored, and by position the key of each refusal (the others are stored)."""

    opened: Opened
    stored: int
    late: bool
    refused: Mapping[int, str]


def save_form(
    session: Session,
    actor: Actor,
    *,
    attempt_code: str,
    read: Callable[[Sequence[Item]], Mapping[int, object]],
    base: int,
    now: datetime,
    toggle_flag: int | None = None,
) -> FormSaved:
    """Store the answers of a whole form: `read` takes them out of it for the questions of the attempt, raw and by
    position, a `BadAnswer` where the form itself could not be read.

    `base` is how many steps the attempt had when the form was made: an answer that still says what stood then was not
    touched in this form, and must not overwrite what another tab has saved since.
    Raises: NotFound for any attempt but one's own; Conflict("assessment.closed").
    """
    opened = reading.lock_own(session, actor, attempt_code)
    late = _late(held(opened.attempt), now)
    steps = reading.steps_of(session, opened.attempt.id)
    drawn = reading.items_of(session, opened.attempt.id)
    items = {item.position: item for item in drawn}
    then = reading.standing(steps[: max(0, base)])
    standing = reading.standing(steps)
    changed, refused = _changed(items, read(drawn), then.answers, standing.answers)
    locked = reading.locks_of(steps)
    refused |= {at: f"assessment.{key}" for at, _ in changed if (key := locked.refusal(at))}
    if len(steps) + len(changed) >= MOST_STEPS:
        refused |= {at: "assessment.answer.too_many_steps" for at, _ in changed}
    changed = [(position, answer) for position, answer in changed if position not in refused]
    payloads: list[tuple[int, dict[str, Any]]] = [(position, {"answer": answer}) for position, answer in changed]
    if toggle_flag in items and len(steps) < MOST_STEPS and not locked.refusal(toggle_flag, answer=False):
        # The other way round than the page showed it: the same form sent again does not turn it back.
        flag = toggle_flag not in then.flagged
        if flag != (toggle_flag in standing.flagged):
            payloads.append((toggle_flag, {"flag": flag}))
    seq = max((step.seq for step in steps if step.tab == FORM_TAB), default=0)
    rows = [
        _row(opened.attempt.id, position=position, tab=FORM_TAB, seq=number, payload=payload, late=late, now=now)
        for number, (position, payload) in enumerate(payloads, start=seq + 1)
    ]
    if rows:
        session.execute(_ADD_STEPS, rows)
    return FormSaved(opened, len(changed), late, refused)


def _changed(
    items: Mapping[int, Item], given: Mapping[int, object], then: Mapping[int, object], standing: Mapping[int, object]
) -> tuple[list[tuple[int, Any]], dict[int, str]]:
    """The answers of a form that say something new, by position, and the key of each that cannot be read."""
    changed: list[tuple[int, Any]] = []
    refused: dict[int, str] = {}
    for position, raw in given.items():
        try:
            answer = _parse(items.get(position), raw)
        except BadAnswer as fault:
            refused[position] = f"assessment.{fault.key}"
            continue
        if canonical_json(answer) not in (canonical_json(then.get(position)), canonical_json(standing.get(position))):
            changed.append((position, answer))
    return changed, refused


def _late(attempt: Held, now: datetime) -> bool:
    """Whether what comes now is late. Late answers are kept even once the attempt is closed, for a while.

    Raises: Conflict("assessment.closed").
    """
    late = attempt.is_late(now)
    if attempt.closed_at is not None and (not late or now > attempt.ends_at + LATE_KEPT):
        raise Conflict("assessment.closed")
    return late


def _sound(entry: Entry) -> bool:
    return (
        entry.shaped
        and type(entry.position) is int
        and 0 < entry.position < _MAX_SEQ
        and type(entry.seq) is int
        and 0 <= entry.seq <= _MAX_SEQ
        and isinstance(entry.tab, str)
        and _TAB.fullmatch(entry.tab) is not None
        and (entry.flag is None or isinstance(entry.flag, bool))
        and all(each is None or (type(each) is int and 0 <= each <= MOST_AMOUNT) for each in (entry.left, entry.paste))
    )


def _known(session: Session, attempt: Held, entries: Sequence[Entry]) -> list[Step]:
    if not entries:
        return []
    tabs, numbers = {entry.tab for entry in entries}, {entry.seq for entry in entries}
    return reading.steps_by_tab(session, attempt.id, tabs, numbers)


def _judge(
    entry: Entry, items: Mapping[int, Item], known: Sequence[Step], locked: Locks, late: bool
) -> tuple[Outcome, dict[str, Any] | None]:
    """The outcome of an entry, and the payload to store (None: nothing)."""
    item = items.get(entry.position)
    if item is None:
        return _refused(entry, "answer.undrawn")
    note = ""
    if entry.is_answer:
        try:
            payload = {"answer": _parse(item, entry.answer)}
        except BadAnswer as fault:
            return _refused(entry, fault.key)
        note = item.note(payload["answer"])
    else:
        payload = _remark(entry)
    verdict = classify(known, item=entry.position, tab=entry.tab, seq=entry.seq, answer=payload)
    if verdict is Save.CONFLICT:
        return _refused(entry, "answer.sequence_used")
    if verdict is Save.REPLAY:
        # What came late the first time is told so again: sending it once more does not make it count.
        was_late = any(step.late for step in known if (step.tab, step.seq) == (entry.tab, entry.seq))
        return Outcome(entry, "late" if was_late else "replay", note=note), None
    # What is refused for its page is not kept: it was given to a question that its person could not see any more.
    if not entry.is_trace and (key := locked.refusal(entry.position, answer=entry.is_answer)):
        return _refused(entry, key)
    return Outcome(entry, "late" if late else "saved", note=note), payload


def _remark(entry: Entry) -> dict[str, Any]:
    """The payload of what is no answer."""
    if entry.left is not None:
        return {"seconds": entry.left}
    return {"flag": entry.flag} if entry.paste is None else {"length": entry.paste}


def _parse(item: Item | None, raw: object) -> Any:
    if item is None:
        raise BadAnswer("answer.undrawn")
    if isinstance(raw, BadAnswer):
        raise raw
    return item.question.kind.parse_answer([] if raw is None else raw, item.question.body, item.order)


def _refused(entry: Entry, key: str) -> tuple[Outcome, None]:
    return Outcome(entry, "refused", f"assessment.{key}"), None


_KINDS = {"answer": "answer", "flag": "flag", "seconds": "left", "length": "paste"}


def _row(
    attempt_id: int, *, position: int, tab: str, seq: int, payload: dict[str, Any], late: bool, now: datetime
) -> dict[str, Any]:
    kind = next(kind for key, kind in _KINDS.items() if key in payload)
    return {
        "attempt_id": attempt_id,
        "kind": kind,
        "position": position,
        "tab": tab,
        "seq": seq,
        "payload": payload,
        "late": late,
        "at": now,
    }
