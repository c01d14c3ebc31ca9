"""Tables of what a test is made of: banks and plans as immutable versions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kit.db import AppendOnly, Base, json_doc, moment, pk
from lms.kit.files import StoredFile


class Bank(Base):
    """A question bank by its stable id."""

    __tablename__ = "bank"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("bank_version.id", use_alter=True, name="fk_bank_current_version_id")
    )
    # Whether a second person has to approve a question that was written or imported here before tests draw it.
    second_person: Mapped[bool] = mapped_column(default=False)


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
    title: Mapped[str] = mapped_column(default="")  # "": published before this was kept
    course: Mapped[str | None]  # the course that it names, "" for none; None: published before this was kept
    origin: Mapped[str] = mapped_column(default="files")  # rules.versions: who wrote what is new in it


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
    title: Mapped[str] = mapped_column(default="")  # a name for its authors, never shown to who answers
    tags: Mapped[json_doc] = mapped_column(default=list)  # [text]
    status: Mapped[str] = mapped_column(default="reviewed")  # draft | reviewed | retired: only reviewed ones are drawn
    scenario: Mapped[str] = mapped_column(default="")  # the key of the scenario it belongs to; "" where to none
    scenario_stem: Mapped[str] = mapped_column(default="")  # Markdown shared by all questions of the scenario
    scenario_place: Mapped[int] = mapped_column(default=0)  # from 1, its order in the scenario

    question: Mapped[Question] = relationship()


class BankVersionQuestion(AppendOnly, Base):
    """Which question versions a bank version holds."""

    __tablename__ = "bank_version_question"

    bank_version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)


class BankMedia(AppendOnly, Base):
    """A picture or a sound that questions of a bank show, by the name that their texts say: `<sha256>.<ending>`."""

    __tablename__ = "bank_media"
    __table_args__ = (UniqueConstraint("bank_id", "name"), Index("ix_bank_media_name", "name"))

    id: Mapped[pk]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    name: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()


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
    origin: Mapped[str] = mapped_column(default="files")  # files | browser
    rules: Mapped[json_doc] = mapped_column(default=dict)  # what a plan says beside the columns: `TestPlan.as_dict`
    published_at: Mapped[moment]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    bank_version: Mapped[BankVersion] = relationship()
