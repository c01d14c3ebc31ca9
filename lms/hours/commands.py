"""Writing into the ledger of hours: posting, correcting, closing and re-opening months. Nothing is ever changed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.hours import queries, rules
from lms.hours.models import HoursEntry, MonthClose
from lms.kit import audit
from lms.kit.clock import local_day, month_end, month_of
from lms.kit.db import insert_all
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement

_TICK = timedelta(microseconds=1)


def post(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    day: date,
    minutes: int,
    kind: str,
    training_type: str,
    mode: str,
    basis: str,
    source_kind: str,
    source_code: str,
    placement: Placement | None,
    now: datetime,
    course_id: str = "",
    course_title: str = "",
    course_version: str = "",
    detail: str = "",
) -> HoursEntry:
    """Enter whole minutes of a person, once per source event: a second call returns the first entry.

    `day` is the day in the person's site, `placement` the primary placement of that day (its site, programme and job are
    kept). An entry into a closed month is marked as an adjustment. Access is the business of the calling command; the
    entry itself says who posted it and when, so no audit row is written beside it.

    Raises: Invalid("hours.minutes_positive" | "hours.word_unknown" | "hours.future_day").
    """
    posting = Posting(
        person_id=person_id,
        day=day,
        minutes=minutes,
        kind=kind,
        training_type=training_type,
        mode=mode,
        basis=basis,
        course_id=course_id,
        course_title=course_title,
        course_version=course_version,
        detail=detail,
        source_kind=source_kind,
        source_code=source_code,
        placement=placement,
    )
    return post_one(session, actor, posting, now=now)


def post_one(session: Session, actor: Actor, posting: Posting, *, now: datetime) -> HoursEntry:
    """`post`, told by one object. Raises: as `post`."""
    _refuse_faulty(_fault(posting), posting.day, now)
    if (first := queries.entry_of_source(session, posting.source_kind, posting.source_code)) is not None:
        return first
    return _write(session, _entry(actor, posting), now)


def _fault(posting: Posting) -> str | None:
    return rules.entry_fault(posting.minutes, posting.kind, posting.training_type, posting.mode, posting.basis)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What `post` is told of an entry."""

    person_id: int
    day: date
    minutes: int
    kind: str
    training_type: str
    mode: str
    basis: str
    source_kind: str
    source_code: str
    placement: Placement | None
    course_id: str = ""
    course_title: str = ""
    course_version: str = ""
    detail: str = ""


def post_all(session: Session, postings: Sequence[tuple[Actor, Posting, datetime]]) -> None:
    """`post` for many entries at once, each by its actor at its moment: the same rows, in a fixed number of queries.

    Raises: as `post`, and then nothing was written.
    """
    if not postings:
        return
    known = queries.sources_posted(session, {(each.source_kind, each.source_code) for _, each, _ in postings})
    rows: dict[tuple[str, str], tuple[HoursEntry, datetime]] = {}
    for actor, posting, now in postings:
        _refuse_faulty(_fault(posting), posting.day, now)
        source = (posting.source_kind, posting.source_code)
        if source not in known:
            rows.setdefault(source, (_entry(actor, posting), now))
    for site_id in sorted({entry.site_id for entry, _ in rows.values() if entry.site_id is not None}):
        queries.lock_ledger(session, site_id)
    if any(entry.site_id is None for entry, _ in rows.values()):
        queries.lock_ledger(session, None)
    steps = {month: queries.last_step(session, month) for month in {month_of(entry.day) for entry, _ in rows.values()}}
    for entry, now in rows.values():
        _stamp(entry, steps[month_of(entry.day)], now)
    insert_all(session, HoursEntry, [entry for entry, _ in rows.values()])


def _entry(actor: Actor, posting: Posting) -> HoursEntry:
    values = {item.name: getattr(posting, item.name) for item in fields(posting) if item.name != "placement"}
    return HoursEntry(**_place(posting.placement), **values, code=new_code(), posted_by=actor.person_id)


def _stamp(entry: HoursEntry, step: MonthClose | None, now: datetime) -> None:
    """Mark an entry against the last step of its month."""
    entry.reason = entry.reason or ""
    entry.adjustment = step is not None and step.closed
    # A request that began before the month was closed and waited for its turn is written after: never dated before it.
    entry.posted_at = max(now, step.at) if step is not None else now


def post_imported(
    session: Session, actor: Actor, entries: Sequence[Mapping[str, Any]], *, adjustments: bool, now: datetime
) -> None:
    """Enter many imported entries at once: each a mapping of the ledger's columns from `code` to `source_code`.

    As in `post`, what falls into a closed month is marked as an adjustment; without `adjustments` it is refused. That no
    source comes twice is the caller's business, and the database's.

    Raises: Invalid as `post`; Conflict("hours.month_closed_since") for a month that was closed since the caller looked.
    """
    months = {month_of(entry["day"]) for entry in entries}
    for site_id in sorted({entry["site_id"] or 0 for entry in entries}):
        queries.lock_ledger(session, site_id or None)
    steps = {month: queries.last_step(session, month) for month in months}
    rows = []
    for entry in entries:
        words = (entry["kind"], entry["training_type"], entry["mode"], entry["basis"])
        _refuse_faulty(rules.entry_fault(entry["minutes"], *words), entry["day"], now)
        step = steps[month_of(entry["day"])]
        closed = step is not None and step.closed
        if closed and not adjustments:
            raise Conflict("hours.month_closed_since")
        posted_at = max(now, step.at) if step is not None else now
        stamps = {"adjustment": closed, "posted_at": posted_at, "posted_by": actor.person_id, "reason": ""}
        rows.append({**entry, **stamps})
    if rows:
        session.execute(insert(HoursEntry), rows)


def _refuse_faulty(fault: str | None, day: date, now: datetime) -> None:
    if fault is not None:
        raise Invalid(fault)
    if day > now.date() + timedelta(days=1):  # no zone is more than a day ahead of UTC
        raise Invalid("hours.future_day")


def _place(placement: Placement | None) -> dict[str, int | None]:
    if placement is None:
        return {"site_id": None, "programme_id": None, "job_id": None}
    return {"site_id": placement.site_id, "programme_id": placement.programme_id, "job_id": placement.job_id}


def _write(session: Session, entry: HoursEntry, now: datetime) -> HoursEntry:
    """Stamp an entry against the state of its month and store it, once per source."""
    queries.lock_ledger(session, entry.site_id)
    _stamp(entry, queries.last_step(session, month_of(entry.day)), now)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        first = queries.entry_of_source(session, entry.source_kind, entry.source_code)
        if first is None:
            raise
        return first
    return entry


def correct(
    session: Session,
    actor: Actor,
    entry: HoursEntry,
    *,
    minutes_delta: int,
    reason: str,
    now: datetime,
    request_code: str = "",
) -> HoursEntry:
    """Correct an entry by a counter-entry of `minutes_delta` minutes; the first stays as it was (invariants 7 and 10).

    The counter-entry keeps the facts of the entry: its day, place, course. `request_code` makes the call idempotent: the
    same code returns the correction that was written with it.

    Raises: NotFound for an entry out of the actor's scope; Conflict("hours.correct_the_original") for a correction;
    Invalid("hours.correction_nothing" | "hours.reason_missing" | "hours.correction_below_zero").
    """
    queries.entry_for(session, actor, entry.code, Permission.CLOSE_HOURS, local_day(now, actor.zone))
    queries.lock_entry(session, entry)
    if entry.corrects_id is not None:
        raise Conflict("hours.correct_the_original")
    source_code = request_code or new_code()
    done = queries.entry_of_source(session, "correction", source_code)
    if done is not None and done.corrects_id == entry.id:
        return done
    earlier = [item.minutes for item in queries.corrections_of(session, entry.id)]
    fault = rules.correction_fault(entry.minutes, earlier, minutes_delta, reason)
    if fault is not None:
        named = "reason" if fault == "hours.reason_missing" else "minutes_delta"
        raise Invalid(fault, field=named, minutes=entry.minutes + sum(earlier))
    counter = _counter_entry(entry, minutes_delta, reason.strip(), source_code, actor)
    written = _write(session, counter, now)
    audit.record(
        session,
        actor,
        action="hours.correct",
        subject=("hours_entry", entry.code),
        before={"minutes": entry.minutes + sum(earlier)},
        after={"minutes": entry.minutes + sum(earlier) + minutes_delta, "correction": written.code, "reason": reason},
        now=now,
    )
    return written


def _counter_entry(entry: HoursEntry, minutes: int, reason: str, source_code: str, actor: Actor) -> HoursEntry:
    """An entry with the facts of the one that it corrects."""
    kept = ("person_id", "day", "kind", "training_type", "mode", "basis", "course_id", "course_title", "course_version")
    placed = ("detail", "site_id", "programme_id", "job_id")
    return HoursEntry(
        **{name: getattr(entry, name) for name in kept + placed},
        code=new_code(),
        minutes=minutes,
        source_kind="correction",
        source_code=source_code,
        posted_by=actor.person_id,
        corrects_id=entry.id,
        reason=reason,
    )


def close_month(session: Session, actor: Actor, *, month: date, now: datetime) -> MonthClose:
    """Close a month for the whole company: what enters later is an adjustment, shown as such (invariant 10).

    It must be over in every site's zone: where it is still the last day, hours of that day are yet to be posted.

    Raises: NotAllowed("hours.close_everywhere") for somebody bound to a site or programme; Conflict("hours.month_running"
    | "hours.month_closed").
    """
    _refuse_bound(actor)
    month = month_of(month)
    if any(local_day(now, zone) <= month_end(month) for zone in queries.zones(session) | {actor.zone}):
        raise Conflict("hours.month_running")
    queries.lock_ledger(session, None, exclusive=True)
    step = queries.last_step(session, month)
    if step is not None and step.closed:
        raise Conflict("hours.month_closed")
    return _step(session, actor, month, closed=True, reason="", now=now)


def reopen_month(session: Session, actor: Actor, *, month: date, reason: str, now: datetime) -> MonthClose:
    """Re-open a closed month; the figure it was closed with stays on record beside whatever comes after.

    Raises: NotAllowed("hours.close_everywhere"); Conflict("hours.month_open"); Invalid("hours.reason_missing").
    """
    _refuse_bound(actor)
    month = month_of(month)
    if not reason.strip():
        raise Invalid("hours.reason_missing", field="reason")
    queries.lock_ledger(session, None, exclusive=True)
    step = queries.last_step(session, month)
    if step is None or not step.closed:
        raise Conflict("hours.month_open")
    return _step(session, actor, month, closed=False, reason=reason.strip(), now=now)


def _refuse_bound(actor: Actor) -> None:
    if not actor.scope(Permission.CLOSE_HOURS).everybody:
        raise NotAllowed("hours.close_everywhere")


def _step(session: Session, actor: Actor, month: date, *, closed: bool, reason: str, now: datetime) -> MonthClose:
    """Write a step with the ledger's sum. Its moment lies after the step before and not before any entry of the month.

    That order is what tells, for any reader's scope, which entries stood in the figure of the close
    (`queries.after_close`).
    """
    before = queries.last_step(session, month)
    minutes, latest = queries.month_sum(session, month)
    at = max([now, *([before.at + _TICK] if before else []), *([latest] if latest else [])])
    made = MonthClose(month=month, closed=closed, at=at, by=actor.person_id, reason=reason, minutes=minutes)
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor,
        action="hours.close" if closed else "hours.reopen",
        subject=("month", month.isoformat()[:7]),
        before={"closed": not closed},
        after={"closed": closed, "minutes": minutes, "reason": reason},
        now=now,
    )
    return made
