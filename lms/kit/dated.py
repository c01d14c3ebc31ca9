"""Settings of the business that change over time: a value from a day to a day, for one site or for all, with its author.

A row is never changed. One that has begun can be given an end, one that has not can be taken back, each by a new row that refers
to it (`corrects_id`): what was in force on a past day stays so, and rules that take the value of a record's own day give the
same answer for ever. Where no row holds, the environment's setting of the same name does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import Settings
from lms.kit.db import AppendOnly, Base, BigKey, code, day, json_doc, moment, pk

_DEFAULTS, _HELD = "umbral_settings", "umbral_dated"


@dataclass(frozen=True)
class Spec:
    """A setting that may change over time: its name in `config.Settings`, and the whole numbers it may be."""

    key: str
    low: int
    high: int


REGISTRY = {spec.key: spec for spec in (Spec("gap_days", 1, 3_650), Spec("action_plan_days", 1, 365))}
"""A new one needs its words in `lms/admin/words.py`, and `setting_on` where its value is used."""


class DatedSetting(AppendOnly, Base):
    """A value that holds from a day to a day (None: until further notice), in one site or (None) in all."""

    __tablename__ = "dated_setting"
    __table_args__ = (
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="order"),
        CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name="withdrawn"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    key: Mapped[str]
    value: Mapped[json_doc]
    from_day: Mapped[day]
    to_day: Mapped[date | None]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    note: Mapped[str]
    set_at: Mapped[moment]
    set_by: Mapped[int | None] = mapped_column(BigKey)
    set_by_name: Mapped[str]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("dated_setting.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)

    def holds_on(self, on: date) -> bool:
        return self.from_day <= on and (self.to_day is None or on <= self.to_day)

    def meets(self, from_day: date, to_day: date | None) -> bool:
        """Whether this range and another share a day."""
        return (to_day is None or self.from_day <= to_day) and (self.to_day is None or self.to_day >= from_day)


def attach(session: Session, settings: Settings) -> None:
    """Give a session the values of the environment; done where sessions are made."""
    session.info[_DEFAULTS] = settings


def default_of(session: Session, key: str) -> int:
    """What holds where no row does: the environment's value, or the product's in a session that knows no environment."""
    settings: Settings | None = session.info.get(_DEFAULTS)
    if settings is not None:
        return int(getattr(settings, key))
    return int(next(item.default for item in fields(Settings) if item.name == key))  # type: ignore[arg-type]  # an int


def rows_in_force(session: Session) -> Sequence[DatedSetting]:
    """Every row that no other took the place of and that was not taken back; one query, once in a transaction."""
    held: Sequence[DatedSetting] | None = session.info.get(_HELD)
    if held is None:
        rows = session.scalars(select(DatedSetting).order_by(DatedSetting.id)).all()
        corrected = {row.corrects_id for row in rows}
        held = [row for row in rows if row.id not in corrected and not row.withdrawn]
        session.info[_HELD] = held
    return held


def forget(session: Session) -> None:
    """After a row was added: read them anew."""
    session.info.pop(_HELD, None)


def setting_on(session: Session, key: str, on: date, site_id: int | None = None) -> int:
    """The value in force on a day: the site's own, else the one for all sites, else the environment's."""
    rows: dict[Any, DatedSetting] = {
        row.site_id: row for row in rows_in_force(session) if row.key == key and row.holds_on(on)
    }
    row = rows.get(site_id) or rows.get(None)
    return int(row.value) if row is not None else default_of(session, key)
