"""The one table that figures own: targets, each with its range of days and its author."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, code, day, moment, pk


class Target(AppendOnly, Base):
    """The value that a figure is held against from a day to a day; a later row for the same day takes its place."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="order"),
        CheckConstraint("value_den > 0", name="value"),
        CheckConstraint("direction IN ('at_least', 'at_most')", name="direction"),
        Index("ix_target_figure", "figure"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    figure: Mapped[str]  # key of the figures registry
    value_num: Mapped[int]
    value_den: Mapped[int]
    direction: Mapped[str]  # at_least | at_most
    from_day: Mapped[day]
    to_day: Mapped[date | None]
    note: Mapped[str]
    set_at: Mapped[moment]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
