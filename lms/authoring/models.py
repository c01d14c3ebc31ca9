"""Tables of authoring: what is being written, and when it is to be published. Work, not records: rows change and go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import Base, code, json_doc, moment, pk


class BankDesk(Base):
    """The topics that the drafts of a bank may name beside those published."""

    __tablename__ = "bank_desk"

    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), primary_key=True)
    topics: Mapped[json_doc]  # [{"id", "title"}]


class QuestionDraft(Base):
    """A question, or a scenario with its questions, as somebody left it: whole or not.

    `base_hash` is what was published when it was begun ("" where nothing was): something else published since is a conflict.
    `revision` counts the times it was saved, so that two people who edit it at once are told; `approved_revision` is the one
    that a second person approved, 0 for none.
    """

    __tablename__ = "question_draft"
    __table_args__ = (
        UniqueConstraint("bank_id", "kind", "key"),
        CheckConstraint("kind IN ('question', 'scenario')", name="kind"),
        CheckConstraint("revision > 0", name="revision"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    kind: Mapped[str]
    key: Mapped[str]
    document: Mapped[json_doc]
    base_hash: Mapped[str]
    revision: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_by_name: Mapped[str]
    changed_at: Mapped[moment]
    approved_revision: Mapped[int] = mapped_column(default=0)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_name: Mapped[str] = mapped_column(default="")


class Release(Base):
    """A publication for a time to come: what is to be published, as it stood when it was asked for."""

    __tablename__ = "bank_release"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'withdrawn')", name="state"),
        Index("ix_bank_release_due", "state", "due_at"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    due_at: Mapped[moment]
    pieces: Mapped[json_doc]  # [{"kind", "key", "document", "base_hash", "draft", "revision"}]
    carry: Mapped[bool]  # whether the tests of the bank go over to the new version
    state: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[moment]
    ended_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(default="")  # the message key of why it failed
    detail: Mapped[str] = mapped_column(default="")
