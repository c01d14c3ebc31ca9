"""The only writers of notices. Upper floors tell, people read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.kit import outbox
from lms.kit.db import insert_once
from lms.kit.ids import new_code
from lms.kit.permissions import Actor
from lms.notify import queries
from lms.notify.models import MailSilence, Notification

LETTER = "notice"
"""The outbox kind of the e-mail of a notice; its payload holds no name and no address, they are looked up when it is sent."""
PILE_AGE = timedelta(days=7)
"""What waits is said again after this long."""
_MAIL_ON = "umbral_mail"
_HUSHED = "umbral_hushed"


def attach(session: Session, *, mail: bool) -> None:
    """Say whether notices told in this session go out by e-mail too; done where sessions are made."""
    session.info[_MAIL_ON] = mail


def hush(session: Session, *, before: datetime) -> None:
    """Tell nobody in this session of what happened before a moment: for telling the past, which nobody waits to hear."""
    session.info[_HUSHED] = before


def hushed(session: Session, now: datetime) -> bool:
    """Whether nobody is told of this moment."""
    before: datetime | None = session.info.get(_HUSHED)
    return before is not None and now < before


def tell(
    session: Session,
    *,
    kind: str,
    key: str,
    people: Collection[int | None],
    params: Mapping[str, Any],
    now: datetime,
    pile: bool = False,
) -> int:
    """Tell people something, each of them once for a `key`; returns how many were told. None among `people` is nobody.

    `params` are what the words are made of: texts, numbers, days. With `pile`, who has a young unread notice of this kind is
    told nothing new: "something waits for you" is said once a week, however much there is.
    """
    if hushed(session, now):
        return 0
    told = 0
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()}
    for person_id in sorted({person for person in people if person is not None}):
        if pile and not _is_time(session, person_id, kind, now):
            continue
        code = new_code()
        added = insert_once(
            session,
            Notification,
            "key",
            code=code,
            person_id=person_id,
            kind=kind,
            key=f"{kind}:{key}:{person_id}",
            params=plain,
            created_at=now,
        )
        told += added
        if added and session.info.get(_MAIL_ON, False):
            outbox.put(session, kind=LETTER, key=f"{LETTER}:{code}", payload={"notice": code}, now=now)
    return told


def _is_time(session: Session, person_id: int, kind: str, now: datetime) -> bool:
    """Whether to say again that something waits: not while the last notice of it is unread and young; an older one gives way."""
    unread = queries.unread_of(session, person_id, kind)
    if unread and unread[0].created_at > now - PILE_AGE:
        return False
    for old in unread:
        session.delete(old)
    session.flush()
    return True


def read(session: Session, actor: Actor, code: str, *, now: datetime) -> Notification:
    """Mark a notice of one's own as read. Raises: NotFound("notify.not_found")."""
    found = queries.own(session, actor, code)
    if found.read_at is None:
        found.read_at = now
    return found


def read_all(session: Session, actor: Actor, *, now: datetime) -> None:
    """Mark every notice of one's own as read."""
    mine = Notification.person_id == (actor.person_id or -1)
    session.execute(update(Notification).where(mine, Notification.read_at.is_(None)).values(read_at=now))


def choose_mail(session: Session, actor: Actor, *, kinds: Collection[str], wanted: Collection[str]) -> None:
    """Keep of which of these `kinds` a person wants e-mails; the others are silenced."""
    person_id = actor.person_id or -1
    session.execute(delete(MailSilence).where(MailSilence.person_id == person_id, MailSilence.kind.in_(sorted(kinds))))
    session.add_all(MailSilence(person_id=person_id, kind=kind) for kind in sorted(set(kinds) - set(wanted)))
    session.flush()


def forget(session: Session, *, before: datetime) -> None:
    """Remove notices told before a moment, read or not: what they tell of has its own record."""
    session.execute(delete(Notification).where(Notification.created_at < before))
