"""The conditions that pivots, lists and exports share, so that a figure and the list behind it cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, extract, func, or_, select
from sqlalchemy.orm import aliased

from lms.hours.models import HoursEntry, MonthClose
from lms.hours.rules import NONE_KEY, Dimension, Selection, month_index, parse_month
from lms.kit.clock import month_end, month_of
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Programme, Site
from lms.people.queries import place_condition


def month_number(day: Any) -> ColumnElement[int]:
    """`rules.month_index` of a column of days, on both databases."""
    return cast(extract("year", day), Integer) * 12 + cast(extract("month", day), Integer) - 1


@dataclass(frozen=True)
class Closing:
    """The last step of each entry's month where that step closed it: the table to join, and on what."""

    table: type[MonthClose]
    on: ColumnElement[bool]


def closing() -> Closing:
    """For an outer join to `MonthClose`: at most one row for an entry."""
    table = aliased(MonthClose, name="closing")
    latest = select(func.max(MonthClose.id)).group_by(MonthClose.month)
    return Closing(
        table, and_(table.id.in_(latest), table.closed, month_number(table.month) == month_number(HoursEntry.day))
    )


def after_close(close: Closing) -> ColumnElement[bool]:
    """Whether an entry came after the figure its month was closed with: those are shown as adjustments.

    Commands date entries and steps in one order (see `commands._step`), so the moments decide; where an entry and the
    close share one, the entry's own mark does.
    """
    return and_(
        close.table.id.is_not(None),
        or_(
            HoursEntry.posted_at > close.table.at,
            and_(HoursEntry.posted_at == close.table.at, HoursEntry.adjustment),
        ),
    )


def in_scope(actor: Actor, permission: Permission, on: date) -> ColumnElement[bool]:
    """Entries are read by the place they were made in (invariants 8 and 13)."""
    entry = HoursEntry.__table__.c
    return place_condition(
        actor, permission, on, person_id=entry.person_id, site_id=entry.site_id, programme_id=entry.programme_id
    )


def chosen(selection: Selection, close: Closing) -> list[ColumnElement[bool]]:
    """The conditions of a selection; `close` must be joined where `after_close` is asked."""
    found: list[ColumnElement[bool]] = [
        HoursEntry.day >= month_of(selection.first),
        HoursEntry.day <= month_end(selection.last),
    ]
    found.extend(_equals(dimension, key) for dimension, key in selection.keys.items())
    if selection.after_close:
        found.append(after_close(close))
    return found


def _equals(dimension: Dimension, key: str) -> ColumnElement[bool]:
    """The condition that an entry has this value of a dimension; a value that nobody has selects nothing."""
    if dimension is Dimension.MONTH:
        month = parse_month(key)
        return month_number(HoursEntry.day) == (month_index(month) if month else -1)
    plain = {
        Dimension.TYPE: HoursEntry.training_type,
        Dimension.MODE: HoursEntry.mode,
        Dimension.KIND: HoursEntry.kind,
        Dimension.COURSE: HoursEntry.course_id,
    }
    if dimension in plain:
        return plain[dimension] == ("" if key == NONE_KEY else key)
    entry = HoursEntry.__table__.c
    column, table = {
        Dimension.SITE: (entry.site_id, Site.__table__),
        Dimension.PROGRAMME: (entry.programme_id, Programme.__table__),
        Dimension.JOB: (entry.job_id, Job.__table__),
        Dimension.PERSON: (entry.person_id, Person.__table__),
    }[dimension]
    if key == NONE_KEY:
        return column.is_(None)
    return column == select(table.c.id).where(table.c.code == key).scalar_subquery()
