"""The only writers of certificates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.queries.standing import last_passed
from lms.catalog.commands import revoke_completion
from lms.catalog.models import Completion, CourseVersion
from lms.certificates import queries
from lms.certificates.models import Certificate, CertificateRevocation
from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Permission
from lms.notify.commands import tell
from lms.people.models import Job, Person, Programme, Site


def issue(session: Session, completion_id: int, *, company: str) -> Certificate:
    """Issue the certificate of a completion, with the facts as they are; a second call returns the first certificate."""
    known = session.scalar(select(Certificate).where(Certificate.completion_id == completion_id))
    if known is not None:
        return known
    completion = session.get_one(Completion, completion_id)
    person = session.get_one(Person, completion.person_id)
    version = session.get_one(CourseVersion, completion.version_id)
    certificate = Certificate(
        code=new_code(16),
        person_id=person.id,
        completion_id=completion.id,
        course_id=completion.course_id,
        person_name=person.name,
        course_title=version.title,
        company=company,
        version_number=version.number,
        version_hash=version.content_hash,
        facts=_facts(session, completion),
        issued_at=completion.completed_at,
        issued_on=completion.completed_on,
        expires_on=completion.expires_on,
    )
    session.add(certificate)
    session.flush()
    audit.record(
        session,
        SYSTEM,
        action="certificate.issue",
        subject=("certificate", certificate.code),
        after={"person": person.code, "course": version.title, "version": version.content_hash},
        now=completion.completed_at,
    )
    told = {"course": certificate.course_title, "certificate": certificate.code}
    tell(
        session,
        kind="certificate.issued",
        key=certificate.code,
        people=[person.id],
        params=told,
        now=completion.completed_at,
    )
    return certificate


def tell_expiring(session: Session, *, today: date, days: int, now: datetime) -> int:
    """Tell the holders of certificates that are valid for `days` more days at most and that no later one replaces, each
    once; returns how many were told.
    """
    told = 0
    for certificate in queries.expiring(session, today, today + timedelta(days=days)):
        params = {
            "course": certificate.course_title,
            "certificate": certificate.code,
            "expires_on": certificate.expires_on,
        }
        told += tell(
            session,
            kind="certificate.expires",
            key=certificate.code,
            people=[certificate.person_id],
            params=params,
            now=now,
        )
    return told


def _facts(session: Session, completion: Completion) -> dict[str, str | None]:
    """The names of the place of that day and the result that the certificate stands on."""
    result = last_passed(session, completion.enrolment_id)
    site = session.get(Site, completion.site_id) if completion.site_id else None
    programme = session.get(Programme, completion.programme_id) if completion.programme_id else None
    job = session.get(Job, completion.job_id) if completion.job_id else None
    return {
        "site": site.name if site else None,
        "programme": programme.name if programme else None,
        "job": job.name if job else None,
        "score": f"{result.score_num}/{result.score_den}" if result else None,
        "pass_mark": f"{result.pass_num}/{result.pass_den}" if result else None,
    }


def revoke(
    session: Session, actor: Actor, code: str, *, reason: str, today: date, now: datetime
) -> CertificateRevocation:
    """Take a certificate back, and with it the completion that it stands on; both stay on record with who and why.

    From today on the knowledge is not proved: the gate closes until the course is taken again.

    Raises: NotFound outside the actor's scope, NotAllowed for one's own, Conflict when it was revoked before,
    Invalid without a reason.
    """
    certificate = queries.certificate_for(session, actor, code, Permission.REVOKE, today).certificate
    if certificate.person_id == actor.person_id:
        raise NotAllowed("certificates.own")
    if not reason.strip():
        raise Invalid("certificates.reason_missing", field="reason")
    if session.scalar(select(CertificateRevocation.id).where(CertificateRevocation.certificate_id == certificate.id)):
        raise Conflict("certificates.already_revoked")
    revocation = CertificateRevocation(
        certificate_id=certificate.id,
        revoked_at=now,
        revoked_on=today,
        revoked_by=actor.person_id,
        reason=reason.strip(),
    )
    session.add(revocation)
    session.flush()
    revoke_completion(session, actor, certificate.completion_id, reason=reason, now=now)
    audit.record(
        session,
        actor,
        action="certificate.revoke",
        subject=("certificate", certificate.code),
        after={"reason": reason},
        now=now,
    )
    return revocation
