"""Headcount from employments and primary placements, never typed in: one record a person and counting day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from lms.kit.permissions import Permission
from lms.metrics.queries.selection import Columns, narrow
from lms.metrics.rules import N_, PLACE, Ask, Record
from lms.people.models import Employment, Placement

HEADCOUNT_DAYS = 2
"""How many counting days a month has: a record weighs one of so many parts of a head."""


def counting_days(first: date, last: date) -> tuple[date, ...]:
    """The days whose headcounts a month's mean is taken of: (opening + closing) / 2.

    The one place to change for a daily mean: return every day from `first` to `last`, and let the amounts weigh
    accordingly.
    """
    return (first, last)


def headcount(session: Session, ask: Ask) -> list[Record]:
    """Who was employed on the counting days of each month, placed where their primary placement of that day says.

    The amount is in parts of a head. Somebody employed but placed nowhere counts for the whole company and for no part
    of it. One query.
    """
    rows = [_Row(*row) for row in session.execute(_query(ask))]
    whole = ask.actor.scope(Permission.READ_METRICS).everybody and not ask.cell.dimensions & PLACE
    found: list[Record] = []
    for month, last in ask.snapshots.items():
        days = counting_days(month, last)
        for day in sorted(set(days)):
            counted = {row.person_id: row for row in rows if row.employed_on(day) and row.placed_on(day)}
            if whole:
                counted = {row.person_id: row for row in rows if row.employed_on(day)} | counted
            found.extend(row.record(month, day, days.count(day)) for row in counted.values())
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    """An employment with one of the primary placements that touch the months, or with none."""

    person_id: int
    hired_on: date
    left_on: date | None
    from_day: date | None
    to_day: date | None
    site_id: int | None
    programme_id: int | None
    job_id: int | None

    def employed_on(self, day: date) -> bool:
        return self.hired_on <= day and (self.left_on is None or day <= self.left_on)

    def placed_on(self, day: date) -> bool:
        return self.from_day is not None and self.from_day <= day and (self.to_day is None or day <= self.to_day)

    def record(self, month: date, day: date, amount: int) -> Record:
        here = self.placed_on(day)
        return Record(
            month=month,
            day=day,
            person_id=self.person_id,
            what=N_("Persona empleada ese día"),
            site_id=self.site_id if here else None,
            programme_id=self.programme_id if here else None,
            job_id=self.job_id if here else None,
            amount=amount,
        )


def _query(ask: Ask) -> Select[int, date, date | None, date, date | None, int, int, int]:
    held = Placement.__table__.c
    query = (
        select(
            Employment.person_id,
            Employment.hired_on,
            Employment.left_on,
            Placement.from_day,
            Placement.to_day,
            Placement.site_id,
            Placement.programme_id,
            Placement.job_id,
        )
        .outerjoin(
            Placement,
            and_(
                Placement.person_id == Employment.person_id,
                Placement.is_primary,
                Placement.from_day <= ask.last,
                or_(Placement.to_day.is_(None), Placement.to_day >= ask.first),
            ),
        )
        .where(Employment.hired_on <= ask.last, or_(Employment.left_on.is_(None), Employment.left_on >= ask.first))
        .order_by(Employment.person_id, Employment.id, Placement.id)
    )
    if ask.cell.supervisor_id is not None:
        query = query.where(Placement.supervisor_id == ask.cell.supervisor_id)
    # The supervisor is that of the placement itself; scope and the other filters read its columns too.
    columns = Columns(Employment.__table__.c.person_id, held.from_day, held.site_id, held.programme_id, held.job_id)
    return narrow(query, ask.without_supervisor(), columns)
