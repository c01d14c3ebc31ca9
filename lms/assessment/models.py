"""Tables of tests: banks and plans as immutable versions, attempts as append-only steps, results beside results."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kit.db import AppendOnly, Base, code, day, json_doc, moment, pk


class Bank(Base):
    """A question bank by its stable id."""

    __tablename__ = "bank"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("bank_version.id", use_alter=True, name="fk_bank_current_version_id")
    )


class BankVersion(AppendOnly, Base):
    """The questions of a bank as published together."""

    __tablename__ = "bank_version"
    __table_args__ = (UniqueConstraint("bank_id", "content_hash"), UniqueConstraint("bank_id", "number"))

    id: Mapped[pk]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    number: Mapped[int]
    content_hash: Mapped[str]
    published_at: Mapped[moment]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    topics: Mapped[json_doc]  # [{"id", "title"}]


class Question(AppendOnly, Base):
    """A question by its stable id in its bank; what it says stands in its versions."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("bank_id", "key"),)

    id: Mapped[pk]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    key: Mapped[str]


class QuestionVersion(AppendOnly, Base):
    """What a question said from one publication on. `body` is the type's own document, `html` what is shown."""

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("question_id", "content_hash"),)

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    content_hash: Mapped[str]
    type: Mapped[str]
    topic: Mapped[str]
    difficulty: Mapped[str]
    pool: Mapped[str]
    exclusive: Mapped[str]  # "" where the question excludes no other
    review: Mapped[str]  # "<module>#<anchor>"
    stem: Mapped[str]  # Markdown, as written
    explanation: Mapped[str]
    body: Mapped[json_doc]

    question: Mapped[Question] = relationship()


class BankVersionQuestion(AppendOnly, Base):
    """Which question versions a bank version holds."""

    __tablename__ = "bank_version_question"

    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)


class Test(Base):
    """A test by its stable id; `current_plan_id` is what new attempts follow."""

    __tablename__ = "test"
    __test__ = False  # for pytest: this is no test case

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    current_plan_id: Mapped[int | None] = mapped_column(
        ForeignKey("plan_version.id", use_alter=True, name="fk_test_current_plan_id")
    )


class PlanVersion(AppendOnly, Base):
    """A test plan as published: what is drawn, from which bank version, and how it is passed."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("test_id", "content_hash", "bank_version_id"),
        CheckConstraint("pass_num > 0 AND pass_den > 0 AND pass_num <= pass_den", name="pass_mark"),
    )

    id: Mapped[pk]
    test_id: Mapped[int] = mapped_column(ForeignKey("test.id"))
    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"))
    content_hash: Mapped[str]
    title: Mapped[str]
    sections: Mapped[json_doc]  # [{"topic", "difficulty", "count", "points": "n/d"}]
    questions: Mapped[int]
    pass_num: Mapped[int]
    pass_den: Mapped[int]
    minutes: Mapped[int]
    attempts: Mapped[int]
    delay_hours: Mapped[int]
    published_at: Mapped[moment]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    bank_version: Mapped[BankVersion] = relationship()


class Attempt(Base):
    """One go at a test. All but `closed_at` is fixed at the start; `closed_at` frees the one open place (invariant 4)."""

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
    closed_at: Mapped[datetime | None]

    plan: Mapped[PlanVersion] = relationship()


class AttemptItem(AppendOnly, Base):
    """A question drawn: its place in the form, its version, and the order its options are shown in."""

    __tablename__ = "attempt_item"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 1
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    option_order: Mapped[json_doc]
    points_num: Mapped[int]
    points_den: Mapped[int]

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
    kind: Mapped[str]  # answer | flag | submit | expire
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
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[str]  # original | regrade
    score_num: Mapped[int]  # share of the points, in lowest terms
    score_den: Mapped[int]
    pass_num: Mapped[int]  # the pass mark then in force
    pass_den: Mapped[int]
    passed: Mapped[bool]
    answered: Mapped[int]
    items: Mapped[json_doc]  # [{"position", "fraction": "n/d", "points": "n/d", "topic"}]
    graded_at: Mapped[moment]
    graded_on: Mapped[day]  # in the person's site
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
