"""Signing in and out: sessions are rows, failures are counted, one-time codes set a password."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed, TooMany
from lms.kit.ids import new_code, new_token, token_hash
from lms.kit.permissions import Actor, Permission, Role
from lms.people import queries, rules
from lms.people.models import OneTimeCode, Person, SignInFailure, UserSession

CODE_SIGNS = 10


@dataclass(frozen=True)
class Attempted:
    """A sign-in as typed: the normalised identifier and the address it came from."""

    identifier: str
    address: str
    from_site: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.identifier.encode()).hexdigest()


def refuse_if_throttled(session: Session, attempted: Attempted, *, limits: rules.ThrottleLimits, now: datetime) -> None:
    """Stop a sign-in after too many failures on what was typed, or from where it comes.

    Raises: TooMany("people.throttled") with `minutes`.
    """
    by_identifier, by_address = queries.failures(session, attempted.digest, attempted.address, now - limits.window)
    until = rules.must_wait(by_identifier, by_address, from_site=attempted.from_site, limits=limits, now=now)
    if until is not None:
        raise TooMany("people.throttled", minutes=max(1, -(-int((until - now).total_seconds()) // 60)))


def note_failure(session: Session, attempted: Attempted, *, now: datetime) -> None:
    """Count a failed sign-in, the same for accounts that exist and those that do not."""
    session.add(SignInFailure(identifier_hash=attempted.digest, address=attempted.address, at=now))


def start_session(session: Session, person: Person, *, browser: str, hours: int, now: datetime) -> str:
    """A new session row; returns the secret that the browser keeps."""
    token = new_token()
    session.add(
        UserSession(
            token_hash=token_hash(token),
            person_id=person.id,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
            browser=browser[:200],
        )
    )
    return token


def end_session(session: Session, actor: Actor, *, now: datetime) -> None:
    """Sign out of this browser."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_sessions(session: Session, actor: Actor, person: Person, *, now: datetime) -> None:
    """Sign a person out everywhere."""
    session.execute(
        update(UserSession)
        .where(UserSession.person_id == person.id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    audit.record(session, actor, action="session.end_all", subject=("person", person.code), now=now)


def issue_code(session: Session, actor: Actor, person: Person, *, key: str, hours: int, now: datetime) -> str:
    """A one-time code for a person; the last one issued is the only one that works. Returned once, stored as a keyed hash.

    `key` is the site's secret. Whoever holds more than a learner's role gets a code from the administration only, and from one
    of a site or programme only for roles within it: a code opens the account, and nobody may reach further through it than they
    do themselves.

    Raises: NotAllowed; Conflict("people.inactive") for a closed account.
    """
    if person.id == actor.person_id:
        raise NotAllowed("people.code_self")
    if not person.active:
        raise Conflict("people.inactive")
    reach = actor.scope(Permission.MANAGE_ACCESS)
    for grant in queries.actor_for_person(session, person, now).grants:
        if grant.role is not Role.LEARNER and not reach.covers(grant.site_id, grant.programme_id):
            raise NotAllowed("people.code_outranked")
    code = new_code(CODE_SIGNS)
    session.add(
        OneTimeCode(
            person_id=person.id,
            code_hash=_code_hash(key, code),
            issued_at=now,
            issued_by=actor.person_id,
            expires_at=now + timedelta(hours=hours),
        )
    )
    audit.record(session, actor, action="code.issue", subject=("person", person.code), now=now)
    return code


def _code_hash(key: str, code: str) -> str:
    return hmac.new(key.encode(), b"one-time-code:" + code.encode(), hashlib.sha256).hexdigest()


def normal_code(typed: str) -> str:
    """A code as typed from paper: case and blanks and hyphens do not matter."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def use_code(
    session: Session, attempted: Attempted, *, typed: str, password_hash: str, key: str, now: datetime
) -> Person:
    """Set a password with a one-time code and sign the person out everywhere else. The hash was made before, whoever it is for.

    Raises: Invalid("people.code_failed"), the same for an unknown person, a wrong, used or expired code.
    """
    person = queries.person_by_identifier(session, attempted.identifier)
    stored = queries.live_code(session, person.id if person else -1, now)
    expected = stored.code_hash if stored else "0" * 64
    matches = hmac.compare_digest(expected, _code_hash(key, normal_code(typed)))
    if person is None or stored is None or not matches:
        raise Invalid("people.code_failed")
    stored.used_at = now
    person.password_hash = password_hash
    myself = queries.actor_for_person(session, person, now)
    audit.record(session, myself, action="password.set_by_code", subject=("person", person.code), now=now)
    end_all_sessions(session, myself, person, now=now)
    return person


def change_password(session: Session, actor: Actor, *, password_hash: str, now: datetime) -> Person:
    """Store a new hash for oneself; every session ends. The caller has checked the current password."""
    person = session.get_one(Person, actor.person_id)
    person.password_hash = password_hash
    audit.record(session, actor, action="password.change", subject=("person", person.code), now=now)
    end_all_sessions(session, actor, person, now=now)
    return person


def choose_language(
    session: Session, actor: Actor, *, locale: str | None, complete: Collection[str], now: datetime
) -> None:
    """Set the language that one reads, or None for the browser's; `complete` are those there are.

    Raises: Invalid("people.language_unknown").
    """
    if locale is not None and locale not in complete:
        raise Invalid("people.language_unknown")
    person = session.get_one(Person, actor.person_id)
    before = {"locale": person.locale}
    person.locale = locale
    audit.record(
        session,
        actor,
        action="person.language",
        subject=("person", person.code),
        before=before,
        after={"locale": locale},
        now=now,
    )


def refuse_weak(password: str, person: Person, *, low: int, high: int) -> None:
    """Raises: Invalid where a new password is too short, too long or guessable."""
    fault = rules.password_fault(
        password, low=low, high=high, employee_number=person.employee_number, email=person.email
    )
    if fault is not None:
        raise Invalid(fault, field="password", low=low, high=high)


def forget_old(session: Session, *, now: datetime, keep_days: int = 30) -> None:
    """Remove sessions that ended or expired long ago: they are no evidence, and hold browsers' names."""
    session.execute(delete(UserSession).where(UserSession.expires_at < now - timedelta(days=keep_days)))
