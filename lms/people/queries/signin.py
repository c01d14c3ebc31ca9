"""What signing in looks up: identifiers, one-time codes, failures, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.people.models import OneTimeCode, Person, SignInFailure, UserSession


def person_by_identifier(session: Session, identifier: str) -> Person | None:
    """The active person who signs in with a normalised employee number or e-mail."""
    return session.scalar(
        select(Person).where(or_(Person.employee_number == identifier, Person.email == identifier), Person.active)
    )


def live_code(session: Session, person_id: int, now: datetime) -> OneTimeCode | None:
    """The one-time code of a person that can still be used: the last one issued."""
    latest = session.scalar(
        select(OneTimeCode).where(OneTimeCode.person_id == person_id).order_by(OneTimeCode.id.desc()).limit(1)
    )
    if latest is None or latest.used_at is not None or latest.expires_at <= now:
        return None
    return latest


def failures(
    session: Session, identifier_hash: str, address: str, since: datetime
) -> tuple[list[datetime], list[datetime]]:
    """Times of failed sign-ins since a moment: on this identifier, and from this address."""
    by_identifier = session.scalars(
        select(SignInFailure.at).where(SignInFailure.identifier_hash == identifier_hash, SignInFailure.at > since)
    ).all()
    by_address = session.scalars(
        select(SignInFailure.at).where(SignInFailure.address == address, SignInFailure.at > since)
    ).all()
    return list(by_identifier), list(by_address)


def sessions_of(session: Session, person_id: int, now: datetime) -> Sequence[UserSession]:
    """The browsers where a person is signed in, the newest first."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.person_id == person_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.id.desc())
    ).all()
