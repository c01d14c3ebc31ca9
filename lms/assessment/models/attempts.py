"""Tables of what people do in a test: attempts as append-only steps, results beside results."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.assessment.models.content import PlanVersion, QuestionVersion
from lms.kit.db import AppendOnly, Base, BigKey, code, day, json_doc, moment, pk


class Attempt(Base):
    """One go at a test. `closed_at` frees the one open place (invariant 4); `deadline_at` moves only with a step `extend`.

    The rest is fixed at the start.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        Index(
            "uq_attempt_open",
            "person_id",
            "test_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_attempt_person", "person_id"),
        Index("ix_attempt_test", "test_id", "id"),
        Index("ix_attempt_room", "room_id"),
        Index(
            "ix_attempt_open_deadline",
            "deadline_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    test_id: Mapped[int] = mapped_column(ForeignKey("test.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"))
    number: Mapped[int]  # from 1, within the enrolment
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    algorithm: Mapped[str]
    seen: Mapped[json_doc]  # {question id: order in which it was last seen}, as given to the draw
    started_at: Mapped[moment]
    deadline_at: Mapped[moment]
    grace_seconds: Mapped[int]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("exam_room.id"))  # where it was supervised
    closed_at: Mapped[datetime | None]

    plan: Mapped[PlanVersion] = relationship()


class AttemptItem(AppendOnly, Base):
    """A question drawn: its place in the form, its version, and the order its options are shown in."""

    __tablename__ = "attempt_item"
    __table_args__ = (Index("ix_attempt_item_question_version", "question_version_id"),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 1
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    option_order: Mapped[json_doc]
    points_num: Mapped[int]
    points_den: Mapped[int]
    section: Mapped[int | None]  # its section of the plan, from 0; None: fixed, or drawn before this was kept

    question_version: Mapped[QuestionVersion] = relationship()


class AttemptStep(AppendOnly, Base):
    """What happened in an attempt, in the server's order: an answer saved, a flag set, the submission. `id` is that order."""

    __tablename__ = "attempt_step"
    __table_args__ = (
        UniqueConstraint("attempt_id", "tab", "seq"),
        Index("ix_attempt_step_attempt", "attempt_id", "id"),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[str]  # answer | flag | check | left | paste | extend | submit | expire
    position: Mapped[int | None]
    tab: Mapped[str]  # the browser tab that sent it
    seq: Mapped[int]  # its order within the tab
    payload: Mapped[json_doc]  # canonical answer, or {"flag": bool}
    late: Mapped[bool]  # arrived after deadline + grace: kept to be seen, never counted
    at: Mapped[moment]


class Result(AppendOnly, Base):
    """A grading of an attempt. The first is the original; a regrade adds another with who and why (invariant 6)."""

    __tablename__ = "result"
    __table_args__ = (
        CheckConstraint("score_den > 0 AND score_num >= 0 AND score_num <= score_den", name="score"),
        CheckConstraint("kind = 'original' OR reason <> ''", name="reason"),
        Index(
            "uq_result_original",
            "attempt_id",
            unique=True,
            sqlite_where=text("kind = 'original'"),
            postgresql_where=text("kind = 'original'"),
        ),
        Index("ix_result_attempt", "attempt_id", "id"),
        Index(
            "uq_result_regrade",
            "regrade_id",
            "attempt_id",
            unique=True,
            sqlite_where=text("regrade_id IS NOT NULL"),
            postgresql_where=text("regrade_id IS NOT NULL"),
        ),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[str]  # original | regrade
    score_num: Mapped[int] = mapped_column(BigKey)  # share of the points, in lowest terms
    score_den: Mapped[int] = mapped_column(BigKey)
    pass_num: Mapped[int]  # the pass mark then in force
    pass_den: Mapped[int]
    passed: Mapped[bool]
    answered: Mapped[int]
    items: Mapped[json_doc]  # [{"position", "fraction": "n/d", "points": "n/d", "topic"}]
    graded_at: Mapped[moment]
    graded_on: Mapped[day]  # in the person's site
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    sections: Mapped[json_doc] = mapped_column(default=list)  # [{"section", "score": "n/d", "mark": "n/d", "passed"}]
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"))
