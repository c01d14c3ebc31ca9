"""Tables of certificates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, code, day, json_doc, moment, pk


class Certificate(AppendOnly, Base):
    """The company's internal certification of a person, with the facts as they were. `code` is what the QR leads to."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR expires_on > issued_on", name="order"),
        Index("ix_certificate_person", "person_id"),
        Index("ix_certificate_expires", "expires_on"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    person_name: Mapped[str]
    course_title: Mapped[str]
    company: Mapped[str]
    version_number: Mapped[int]
    version_hash: Mapped[str]
    facts: Mapped[json_doc]  # {"site", "programme", "job", "score": "n/d" or null, "pass_mark": "n/d" or null}
    issued_at: Mapped[moment]
    issued_on: Mapped[day]
    expires_on: Mapped[date | None]  # the last day on which it is valid


class CertificateRevocation(AppendOnly, Base):
    """That a certificate was taken back, by whom and why. The certificate itself stays."""

    __tablename__ = "certificate_revocation"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: Mapped[pk]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), unique=True)
    revoked_at: Mapped[moment]
    revoked_on: Mapped[day]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
