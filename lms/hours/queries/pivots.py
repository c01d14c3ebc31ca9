"""Hours added up in any cut. Every sum is the ledger's own: what a cell shows is what its entries add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from lms.hours.models import HoursEntry
from lms.hours.queries.ledger import steps
from lms.hours.queries.selection import Closing, after_close, chosen, closing, in_scope, month_number
from lms.hours.rules import (
    NONE_KEY,
    TRAINING_TYPES,
    Cell,
    Dimension,
    Key,
    Kind,
    Mode,
    MonthTotal,
    Pivot,
    Selection,
    month_key,
)
from lms.kit.clock import month_end, months_between
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Programme, Site

_ORDERS: dict[Dimension, Sequence[str]] = {
    Dimension.TYPE: TRAINING_TYPES,
    Dimension.MODE: tuple(Mode),
    Dimension.KIND: tuple(Kind),
}


@dataclass(frozen=True)
class _Cut:
    """How a dimension is read: its key, the columns of its label (grouped with it unless they are aggregates), its join."""

    key: ColumnElement[Any]
    labels: tuple[ColumnElement[Any], ...] = ()
    join: tuple[Any, ColumnElement[bool]] | None = None
    grouped: bool = True


def _cut(dimension: Dimension) -> _Cut:
    entry, site, programme = HoursEntry.__table__.c, Site.__table__.c, Programme.__table__.c
    job, person = Job.__table__.c, Person.__table__.c
    cuts = {
        Dimension.MONTH: _Cut(month_number(entry.day)),
        Dimension.SITE: _Cut(site.code, (site.name,), (Site, site.id == entry.site_id)),
        Dimension.PROGRAMME: _Cut(programme.code, (programme.name,), (Programme, programme.id == entry.programme_id)),
        Dimension.JOB: _Cut(job.code, (job.name,), (Job, job.id == entry.job_id)),
        Dimension.TYPE: _Cut(entry.training_type),
        Dimension.MODE: _Cut(entry.mode),
        Dimension.KIND: _Cut(entry.kind),
        # A course whose title changed between versions is still one course.
        Dimension.COURSE: _Cut(entry.course_id, (func.max(entry.course_title),), grouped=False),
        Dimension.PERSON: _Cut(
            person.code,
            (person.family_name, person.given_name, person.employee_number),
            (Person, person.id == entry.person_id),
        ),
    }
    return cuts[dimension]


def _key(dimension: Dimension, value: Any, labels: Sequence[Any]) -> Key:
    if dimension is Dimension.MONTH:
        return Key(month_key(int(value)), month_key(int(value)), month_key(int(value)))
    if value is None or value == "":
        return Key("\U0010ffff", NONE_KEY, "")  # last in the list
    if dimension in _ORDERS:
        order = _ORDERS[dimension]
        return Key(f"{order.index(value) if value in order else len(order)} {value}", value, value)
    if dimension is Dimension.PERSON:
        family, given, number = labels
        return Key(f"{family}\x1f{given}\x1f{number}".lower(), value, f"{given} {family} ({number})")
    return Key(f"{labels[0]}\x1f{value}".lower(), value, labels[0])


def _measures(close: Closing) -> list[ColumnElement[Any]]:
    minutes = HoursEntry.minutes

    def where(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, minutes), else_=0)), 0)

    return [
        *(where(HoursEntry.kind == kind.value) for kind in (Kind.TRAINING, Kind.OJT, Kind.COACHING)),
        where(after_close(close)),
        func.count(HoursEntry.id),
        func.count(HoursEntry.person_id.distinct()),
    ]


def _from(columns: Sequence[ColumnElement[Any]], close: Closing) -> Select[Any]:
    return select(*columns).select_from(HoursEntry).outerjoin(close.table, close.on)


def pivot(
    session: Session,
    actor: Actor,
    *,
    first: date,
    last: date,
    by: Sequence[Dimension],
    on: date | None = None,
    keys: Mapping[Dimension, str] | None = None,
    after_close: bool = False,
) -> Pivot:
    """Hours of the months `first` to `last`, cut by one or two dimensions, as far as the actor may read them.

    `keys` narrows by values of dimensions, as addresses write them (`rules.NONE_KEY`: none). `on` is the day whose team
    counts, for readers bound to one (default: the last day). Two queries, whatever the data's size.
    """
    if not 1 <= len(by) <= 2 or len(set(by)) != len(by):
        raise ValueError("a pivot has one or two different dimensions")
    selection = Selection(first, last, keys or {}, after_close)
    close = closing()
    conditions = [*chosen(selection, close), in_scope(actor, Permission.READ_HOURS, on or month_end(last))]
    cuts = [_cut(dimension) for dimension in by]
    query = _from([column for cut in cuts for column in (cut.key, *cut.labels)] + _measures(close), close)
    for cut in cuts:
        if cut.join is not None:
            query = query.outerjoin(*cut.join)
        query = query.group_by(cut.key, *(cut.labels if cut.grouped else ()))
    cells = [_cell(by, cuts, tuple(row)) for row in session.execute(query.where(*conditions))]
    cells.sort(key=lambda cell: tuple(key.sort for key in cell.keys))
    total = session.execute(_from(_measures(close), close).where(*conditions)).one()
    return Pivot(tuple(by), tuple(cells), Cell((), *(int(value) for value in total)))


def _cell(by: Sequence[Dimension], cuts: Sequence[_Cut], row: tuple[Any, ...]) -> Cell:
    keys, at = [], 0
    for dimension, cut in zip(by, cuts, strict=True):
        keys.append(_key(dimension, row[at], row[at + 1 : at + 1 + len(cut.labels)]))
        at += 1 + len(cut.labels)
    return Cell(tuple(keys), *(int(value) for value in row[at:]))


def selection_total(session: Session, actor: Actor, selection: Selection, *, on: date) -> Cell:
    """What the entries of a selection add up to: the head of the list behind a figure."""
    close = closing()
    conditions = [*chosen(selection, close), in_scope(actor, Permission.READ_HOURS, on)]
    row = session.execute(_from(_measures(close), close).where(*conditions)).one()
    return Cell((), *(int(value) for value in row))


def month_totals(
    session: Session, actor: Actor, *, first: date, last: date, on: date | None = None
) -> list[MonthTotal]:
    """Each month from `first` to `last` as reported: its state, what it was closed with, what came after. Three queries.

    The figures are those of the actor's scope; for somebody who reads everything, `at_close` is the stored figure.
    """
    by_month = pivot(session, actor, first=first, last=last, by=[Dimension.MONTH], on=on)
    last_steps = {step.month: (step, name) for step, name in steps(session, first, last)}
    found = []
    for month in months_between(first, last):
        cell = by_month.at(month.isoformat()[:7])
        step, name = last_steps.get(month, (None, ""))
        found.append(
            MonthTotal(
                month,
                cell.total if cell else 0,
                cell.adjustments if cell else 0,
                step is not None and step.closed,
                step.at if step else None,
                name,
            )
        )
    return found


FILTERS = (Dimension.SITE, Dimension.PROGRAMME, Dimension.JOB, Dimension.COURSE)


def choices(session: Session, actor: Actor, *, on: date) -> dict[Dimension, list[Key]]:
    """What can be filtered by: the values that stand in the entries the actor may read. One query each."""
    found: dict[Dimension, list[Key]] = {}
    for dimension in FILTERS:
        cut = _cut(dimension)
        query = select(cut.key, *cut.labels).select_from(HoursEntry)
        if cut.join is not None:
            query = query.outerjoin(*cut.join)
        query = query.where(in_scope(actor, Permission.READ_HOURS, on))
        query = query.group_by(cut.key, *(cut.labels if cut.grouped else ()))
        found[dimension] = sorted(_key(dimension, row[0], tuple(row[1:])) for row in session.execute(query))
    return found
