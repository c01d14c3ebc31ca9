"""Reading certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from lms.catalog.models import Completion
from lms.certificates.models import Certificate, CertificateRevocation
from lms.certificates.rules import Standing, grouped, standing
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person
from lms.people.queries import scope_condition


@dataclass(frozen=True)
class CertificateRow:
    """A certificate as it stands today; `revocation` is None where it was not revoked."""

    certificate: Certificate
    revocation: CertificateRevocation | None
    standing: Standing

    @property
    def printed_code(self) -> str:
        return grouped(self.certificate.code)

    @property
    def score(self) -> Fraction | None:
        raw = self.certificate.facts.get("score")
        return None if raw is None else Fraction(raw)


def _select(*conditions: ColumnElement[bool]) -> Select[Certificate, CertificateRevocation]:
    return (
        select(Certificate, CertificateRevocation)
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .where(*conditions)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )


def _row(certificate: Certificate, revocation: CertificateRevocation | None, today: date) -> CertificateRow:
    return CertificateRow(
        certificate, revocation, standing(certificate.expires_on, revoked=revocation is not None, today=today)
    )


def certificate_for(session: Session, actor: Actor, code: str, permission: Permission, today: date) -> CertificateRow:
    """A certificate within the actor's scope for a permission. Raises: NotFound("certificates.not_found")."""
    in_scope = scope_condition(actor, permission, today, Certificate.__table__.c.person_id)
    row = session.execute(_select(Certificate.code == code, in_scope)).one_or_none()
    if row is None:
        raise NotFound("certificates.not_found")
    return _row(row[0], row[1], today)


def public(session: Session, code: str, today: date) -> CertificateRow | None:
    """A certificate by its code, for whoever holds it; None where there is none."""
    row = session.execute(_select(Certificate.code == code)).one_or_none()
    return None if row is None else _row(row[0], row[1], today)


def of_person(session: Session, person_id: int, today: date) -> list[CertificateRow]:
    """Every certificate of a person, the newest first."""
    return [_row(row[0], row[1], today) for row in session.execute(_select(Certificate.person_id == person_id))]


def of_enrolment(session: Session, enrolment_id: int, today: date) -> CertificateRow | None:
    """The certificate that an enrolment led to; None where it led to none yet."""
    row = session.execute(
        _select(Completion.enrolment_id == enrolment_id).join(Completion, Completion.id == Certificate.completion_id)
    ).one_or_none()
    return None if row is None else _row(row[0], row[1], today)


def expiring(session: Session, first: date, last: date) -> Sequence[Certificate]:
    """Certificates of active people whose last day lies from `first` to `last`, not revoked and the newest of their course."""
    later = aliased(Certificate)
    newer = exists().where(
        later.person_id == Certificate.person_id, later.course_id == Certificate.course_id, later.id > Certificate.id
    )
    revoked = exists().where(CertificateRevocation.certificate_id == Certificate.id)
    return session.scalars(
        select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.expires_on >= first, Certificate.expires_on <= last, Person.active, ~newer, ~revoked)
        .order_by(Certificate.id)
    ).all()
