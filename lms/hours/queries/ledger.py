"""Entries of the ledger one by one, the steps of months, and the lock that keeps closing and posting apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from lms.hours.models import HoursEntry, MonthClose
from lms.hours.queries.selection import Closing, after_close, chosen, closing, in_scope
from lms.hours.rules import Selection
from lms.kit.clock import month_end, month_of
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Programme, Site

_Rows = Select[HoursEntry, str, str, str, str, str, str, str, bool]
_Row = Row[HoursEntry, str, str, str, str, str, str, str, bool]


@dataclass(frozen=True)
class EntryRow:
    """An entry with the names that stand behind its keys (empty: none). `late`: it entered after the month's last close."""

    entry: HoursEntry
    person_code: str
    person_name: str
    employee_number: str
    site: str
    programme: str
    job: str
    late: bool


def lock_ledger(session: Session, site_id: int | None, *, exclusive: bool = False) -> None:
    """Keep posting and closing apart until the transaction ends: a post locks its site (or, without one, the first) to
    share, closing locks every site for itself. So no entry slips into a month while its sum is being taken.

    On SQLite writers wait for each other anyway, and these are plain reads.
    """
    if exclusive:
        session.execute(select(Site.id).order_by(Site.id).with_for_update()).all()
        return
    wanted = site_id if site_id is not None else select(func.min(Site.id)).scalar_subquery()
    session.execute(select(Site.id).where(Site.id == wanted).with_for_update(read=True)).all()


def zones(session: Session) -> set[str]:
    """The time zones of all sites."""
    return set(session.scalars(select(Site.zone).distinct()))


def lock_entry(session: Session, entry: HoursEntry) -> None:
    """Let one correction of an entry be written at a time."""
    session.execute(select(HoursEntry.id).where(HoursEntry.id == entry.id).with_for_update()).all()


def entry_of_source(session: Session, source_kind: str, source_code: str) -> HoursEntry | None:
    """The entry posted for a source event; None where there is none yet."""
    return session.scalar(
        select(HoursEntry).where(HoursEntry.source_kind == source_kind, HoursEntry.source_code == source_code)
    )


_SOURCES = select(HoursEntry.source_kind, HoursEntry.source_code).where(
    HoursEntry.source_code.in_(bindparam("codes", expanding=True))
)


def sources_posted(session: Session, sources: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these source events, by kind and code, have an entry already."""
    rows = session.execute(_SOURCES, {"codes": list({code for _, code in sources})})
    return {(kind, code) for kind, code in rows} & set(sources)


def corrections_of(session: Session, entry_id: int) -> Sequence[HoursEntry]:
    """The corrections of an entry, the oldest first."""
    return session.scalars(select(HoursEntry).where(HoursEntry.corrects_id == entry_id).order_by(HoursEntry.id)).all()


_LAST_STEP = select(MonthClose).where(MonthClose.month == bindparam("month")).order_by(MonthClose.id.desc()).limit(1)


def last_step(session: Session, month: date) -> MonthClose | None:
    """The step that says how a month stands; None for one that was never closed."""
    found: MonthClose | None = session.scalar(_LAST_STEP, {"month": month})
    return found


def steps(session: Session, first: date, last: date) -> Sequence[tuple[MonthClose, str]]:
    """Every step of the months `first` to `last`, the oldest first, with the name of who took it (empty: the system)."""
    rows = session.execute(
        select(MonthClose, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == MonthClose.by)
        .where(MonthClose.month >= month_of(first), MonthClose.month <= last)
        .order_by(MonthClose.id)
    )
    return [(step, f"{given} {family}" if given else "") for step, given, family in rows]


def month_sum(session: Session, month: date) -> tuple[int, datetime | None]:
    """The ledger's sum of a month in minutes, and the moment of its latest entry."""
    total, latest = session.execute(
        select(func.coalesce(func.sum(HoursEntry.minutes), 0), func.max(HoursEntry.posted_at)).where(
            HoursEntry.day >= month, HoursEntry.day <= month_end(month)
        )
    ).one()
    return int(total), latest


def month_total_at_close(session: Session, month: date) -> int | None:
    """What the whole company's month was closed with, in minutes; None while it is open."""
    step = last_step(session, month_of(month))
    return step.minutes if step is not None and step.closed else None


def entry_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> HoursEntry:
    """The entry with this code, where the actor's scope for `permission` reaches the place it was made in.

    Raises: NotFound("hours.entry_not_found") for a code that does not exist and for a stranger alike.
    """
    entry = session.scalar(select(HoursEntry).where(HoursEntry.code == code, in_scope(actor, permission, on)))
    if entry is None:
        raise NotFound("hours.entry_not_found")
    return entry


def entry_page(
    session: Session, actor: Actor, code: str, on: date
) -> tuple[EntryRow, list[EntryRow], HoursEntry | None, str]:
    """An entry for whoever reads hours: itself, its corrections, the entry that it corrects, and who posted it.

    Raises: NotFound("hours.entry_not_found").
    """
    entry = entry_for(session, actor, code, Permission.READ_HOURS, on)
    family = session.execute(
        _rows(closing())
        .where(or_(HoursEntry.id == entry.id, HoursEntry.corrects_id == entry.id))
        .order_by(HoursEntry.id)
    ).all()
    rows = [_entry_row(row) for row in family]
    posted_by = session.get(Person, entry.posted_by) if entry.posted_by is not None else None
    original = session.get(HoursEntry, entry.corrects_id) if entry.corrects_id is not None else None
    own = next(row for row in rows if row.entry.id == entry.id)
    return own, [row for row in rows if row is not own], original, posted_by.name if posted_by else ""


def _rows(close: Closing) -> _Rows:
    return (
        select(
            HoursEntry,
            Person.code,
            Person.given_name,
            Person.family_name,
            Person.employee_number,
            Site.name,
            Programme.name,
            Job.name,
            after_close(close),
        )
        .join(Person, Person.id == HoursEntry.person_id)
        .outerjoin(Site, Site.id == HoursEntry.site_id)
        .outerjoin(Programme, Programme.id == HoursEntry.programme_id)
        .outerjoin(Job, Job.id == HoursEntry.job_id)
        .outerjoin(close.table, close.on)
    )


def _entry_row(
    row: _Row,
) -> EntryRow:
    entry, code, given, family, number, site, programme, job, late = row
    name = f"{given} {family}"
    return EntryRow(entry, code, name, number, site or "", programme or "", job or "", bool(late))


def entries(
    session: Session, actor: Actor, selection: Selection, *, on: date, after: str = "", limit: int
) -> list[EntryRow]:
    """The entries behind a figure, by day, paged by key: `after` is the code of the last one shown."""
    query = _in_order(actor, selection, on).limit(limit)
    if after:
        day = select(HoursEntry.day).where(HoursEntry.code == after).scalar_subquery()
        number = select(HoursEntry.id).where(HoursEntry.code == after).scalar_subquery()
        query = query.where(or_(HoursEntry.day > day, and_(HoursEntry.day == day, HoursEntry.id > number)))
    return [_entry_row(row) for row in session.execute(query)]


def entries_stream(session: Session, actor: Actor, selection: Selection, *, on: date) -> Iterator[EntryRow]:
    """The same, all of them, a thousand at a time: for exports."""
    for row in session.execute(_in_order(actor, selection, on).execution_options(yield_per=1000)):
        yield _entry_row(row)


def _in_order(actor: Actor, selection: Selection, on: date) -> _Rows:
    close = closing()
    query = _rows(close).where(*chosen(selection, close), in_scope(actor, Permission.READ_HOURS, on))
    return query.order_by(HoursEntry.day, HoursEntry.id)


def person_hours(
    session: Session, actor: Actor, person_id: int, on: date, *, limit: int
) -> tuple[dict[str, int], list[HoursEntry]]:
    """A person's minutes by kind and latest entries, as far as the reader may see them: a person all of their own, the
    others by the place where each was made.
    """
    seen = or_(
        HoursEntry.person_id == (actor.person_id if actor.person_id is not None else -1),
        in_scope(actor, Permission.READ_HOURS, on),
        in_scope(actor, Permission.READ_TEAM, on),
    )
    sums = session.execute(
        select(HoursEntry.kind, func.sum(HoursEntry.minutes))
        .where(HoursEntry.person_id == person_id, seen)
        .group_by(HoursEntry.kind)
    )
    latest = session.scalars(
        select(HoursEntry)
        .where(HoursEntry.person_id == person_id, seen)
        .order_by(HoursEntry.day.desc(), HoursEntry.id.desc())
        .limit(limit)
    )
    return {kind: int(minutes) for kind, minutes in sums}, list(latest)
