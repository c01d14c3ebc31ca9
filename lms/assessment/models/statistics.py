"""Tables of item statistics: what was computed from results and can be computed again, so rows are replaced."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import Base, BigKey, code, json_doc, moment, pk


class StatisticsRun(Base):
    """The figures of a test as of a moment, over first attempts only or over all. A test has one of each kind."""

    __tablename__ = "statistics_run"
    __table_args__ = (UniqueConstraint("test_id", "first_only"),)

    id: Mapped[pk]
    code: Mapped[code]
    test_id: Mapped[int] = mapped_column(ForeignKey("test.id"))
    first_only: Mapped[bool]
    attempts: Mapped[int]
    last_result_id: Mapped[int] = mapped_column(BigKey)  # up to which results it counts
    figures: Mapped[json_doc]  # `rules.statistics.collecting.Whole`
    made_at: Mapped[moment]


class ItemStatistic(Base):
    """The figures of one question version in a run."""

    __tablename__ = "item_statistic"
    __table_args__ = (Index("ix_item_statistic_question_version", "question_version_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("statistics_run.id", ondelete="CASCADE"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    n: Mapped[int]
    flags: Mapped[json_doc]  # [text]
    figures: Mapped[json_doc]  # `rules.statistics.items.ItemFigures`
    responses: Mapped[json_doc]  # [{"part", "key", "right", "lower", "middle", "upper", "flags"}]
