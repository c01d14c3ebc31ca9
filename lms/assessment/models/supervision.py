"""Tables of what people do about attempts: supervised rooms, accommodations, marks, disputes, regrades."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, BigKey, code, json_doc, moment, pk


class ExamRoom(Base):
    """A supervised session of a test: who enters types its PIN. `closed_at` alone changes."""

    __tablename__ = "exam_room"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="times"),
        Index("ix_exam_room_test", "test_id", "opens_at"),
        Index(
            "uq_exam_room_pin",
            "pin",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    code: Mapped[code]
    pin: Mapped[str]  # what people type: short, of signs that cannot be mistaken
    test_id: Mapped[int] = mapped_column(ForeignKey("test.id"))
    title: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    addresses: Mapped[json_doc]  # networks in CIDR notation from which one may enter; none: from anywhere
    opens_at: Mapped[moment]
    closes_at: Mapped[moment]
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[moment]
    closed_at: Mapped[datetime | None]


class Accommodation(AppendOnly, Base):
    """More time or attempts for one person at one test, from a day on; what is wrong is taken back by a new row."""

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("time_den > 0 AND time_num >= time_den", name="time"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_accommodation_person", "person_id", "test_id"),
        UniqueConstraint("corrects_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    test_id: Mapped[int] = mapped_column(ForeignKey("test.id"))
    time_num: Mapped[int]  # the factor by which its minutes are multiplied: 5/4 is a quarter more
    time_den: Mapped[int]
    attempts: Mapped[int]  # beside those of the plan
    reason: Mapped[str]
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[moment]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("accommodation.id"))  # this row takes that one back


class Mark(AppendOnly, Base):
    """What a person gave an open answer by its rubric. A second look is a second row by somebody else."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("grade_den > 0 AND grade_num >= 0 AND grade_num <= grade_den", name="grade"),
        UniqueConstraint("attempt_id", "position", "marked_by"),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    criteria: Mapped[json_doc]  # {criterion id: level, from 0}
    grade_num: Mapped[int] = mapped_column(BigKey)
    grade_den: Mapped[int] = mapped_column(BigKey)
    comment: Mapped[str]  # for the learner
    marked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[moment]


class Dispute(AppendOnly, Base):
    """A learner says that a question of a graded attempt is wrong. One a question and attempt."""

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        CheckConstraint("said <> ''", name="said"),
        Index("ix_dispute_question_version", "question_version_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    said: Mapped[str]
    disputed_at: Mapped[moment]


class DisputeAnswer(AppendOnly, Base):
    """What was decided of a dispute, once: upheld (a regrade follows) or not."""

    __tablename__ = "dispute_answer"
    __table_args__ = (UniqueConstraint("dispute_id"), CheckConstraint("said <> ''", name="said"))

    id: Mapped[pk]
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    upheld: Mapped[bool]
    said: Mapped[str]
    answered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[moment]


class Regrade(AppendOnly, Base):
    """A change of how a question counts in attempts already graded, with who and why (invariant 6)."""

    __tablename__ = "regrade"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_regrade_question", "question_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    kind: Mapped[str]  # void_drop | void_full | accept | points
    payload: Mapped[json_doc]  # {} | {"answers": [canonical]} | {"points": "n/d"}
    versions: Mapped[json_doc]  # the ids of the question versions concerned
    reason: Mapped[str]
    changed: Mapped[json_doc]  # {"attempts", "up", "down", "passed", "failed"}: how many, as applied
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[moment]
