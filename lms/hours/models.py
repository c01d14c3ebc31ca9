"""Tables of training hours. The ledger knows no upper floor: it keeps the facts of its sources as they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, code, day, moment, pk


class HoursEntry(AppendOnly, Base):
    """Whole minutes of one person on one day, from one source event; negative only in a correction (invariant 10)."""

    __tablename__ = "hours_entry"
    __table_args__ = (
        UniqueConstraint("source_kind", "source_code"),
        CheckConstraint("minutes <> 0", name="minutes"),
        CheckConstraint("minutes > 0 OR corrects_id IS NOT NULL", name="negative_corrects"),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="reason"),
        Index("ix_hours_entry_day", "day"),
        Index("ix_hours_entry_person", "person_id", "day"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[day]  # in the zone of the site of that day
    minutes: Mapped[int]
    kind: Mapped[str]  # training | ojt | coaching
    training_type: Mapped[str]  # initial | refresher | re-entry | transfer
    mode: Mapped[str]  # self-paced | classroom | virtual | ojt | coaching
    basis: Mapped[str]  # nominal | attended | observed
    course_id: Mapped[str]  # the course's stable id, "" where no course stands behind it (OJT)
    course_title: Mapped[str]
    course_version: Mapped[str]  # content hash
    detail: Mapped[str]  # module or activity, in words
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    source_kind: Mapped[str]
    source_code: Mapped[str]
    posted_at: Mapped[moment]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adjustment: Mapped[bool]  # posted into a month that was closed by then
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entry.id"))
    reason: Mapped[str] = mapped_column(default="")


class MonthClose(AppendOnly, Base):
    """A step in the life of a month: closed or re-opened; the last step of a month is its state."""

    __tablename__ = "month_close"
    __table_args__ = (CheckConstraint("closed OR reason <> ''", name="reason"), Index("ix_month_close_month", "month"))

    id: Mapped[pk]
    month: Mapped[day]  # first day of the month
    closed: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]  # the ledger's sum of that month at that moment
