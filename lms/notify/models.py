"""Tables of notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import Base, code, json_doc, moment, pk


class Notification(Base):
    """Something a person should know. The words are made when it is read, in the reader's language, from `params`.

    `key` names what it tells of: the same is told to the same person once.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_person", "person_id", "id"),
        Index(
            "ix_notification_unread",
            "person_id",
            "kind",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    params: Mapped[json_doc]
    created_at: Mapped[moment]
    read_at: Mapped[datetime | None]


class MailSilence(Base):
    """That a person wants no e-mail of a kind; the notices in the product stay."""

    __tablename__ = "mail_silence"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
