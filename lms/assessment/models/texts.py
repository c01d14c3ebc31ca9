"""Tables made from what questions say: they can be made again at any time."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import Base


class QuestionText(Base):
    """The words of a question version, for search and comparison (`rules.texts`)."""

    __tablename__ = "question_text"

    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    searched: Mapped[str]
    said: Mapped[str]


class QuestionLikeness(Base):
    """Two versions of different questions that were in one bank version and say the same, or nearly (`rules.likeness`)."""

    __tablename__ = "question_likeness"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="order"),
        Index("ix_question_likeness_other", "other_id"),
    )

    one_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    share: Mapped[int]  # in thousandths
