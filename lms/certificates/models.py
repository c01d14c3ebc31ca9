"""Tables of certificates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
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


class CertificateQuestion(AppendOnly, Base):
    """A regrade turned a result that a certificate stands on into a failure: should the certificate stand?"""

    __tablename__ = "certificate_question"
    __table_args__ = (Index("ix_certificate_question_certificate", "certificate_id"),)

    id: Mapped[pk]
    code: Mapped[code]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), unique=True)
    raised_at: Mapped[moment]


class CertificateDecision(AppendOnly, Base):
    """What a person answered: keep or revoke. `reopen` takes a "keep" back; the last row of a question stands."""

    __tablename__ = "certificate_decision"
    __table_args__ = (
        CheckConstraint("decision IN ('keep', 'revoke', 'reopen')", name="decision"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("decision <> 'reopen' OR corrects_id IS NOT NULL", name="reopen"),
        Index(
            "uq_certificate_decision_first",
            "question_id",
            unique=True,
            sqlite_where=text("corrects_id IS NULL"),
            postgresql_where=text("corrects_id IS NULL"),
        ),
        Index("ix_certificate_decision_question", "question_id", "id"),
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("certificate_question.id"))
    decision: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[moment]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_decision.id"), unique=True)
