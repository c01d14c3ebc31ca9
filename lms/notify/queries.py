"""Reading notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from lms.kit.errors import NotFound
from lms.kit.files import StoredFile
from lms.kit.jobs import BackgroundJob
from lms.kit.permissions import Actor
from lms.notify.models import MailSilence, Notification
from lms.people.models import Person


def unread_count() -> ScalarSelect[int]:
    """How many notices a person has not read: part of the query that says who is signed in."""
    mine = Notification.person_id == Person.id
    return (
        select(func.count(Notification.id))
        .where(mine, Notification.read_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


def tray_count() -> ScalarSelect[int]:
    """How many pieces of long work stand in a person's tray; likewise."""
    mine = BackgroundJob.asked_by == Person.id
    return select(func.count(BackgroundJob.id)).where(mine).correlate(Person).scalar_subquery()


def unread_of(session: Session, person_id: int, kind: str) -> Sequence[Notification]:
    """The notices of this kind that wait to be read, the newest first."""
    query = select(Notification).where(
        Notification.person_id == person_id, Notification.kind == kind, Notification.read_at.is_(None)
    )
    return session.scalars(query.order_by(Notification.id.desc())).all()


def listing(session: Session, person_id: int, *, before_id: int | None = None, limit: int) -> Sequence[Notification]:
    """A person's notices, the newest first, paged by key."""
    query = select(Notification).where(Notification.person_id == person_id).order_by(Notification.id.desc())
    if before_id is not None:
        query = query.where(Notification.id < before_id)
    return session.scalars(query.limit(limit)).all()


def own(session: Session, actor: Actor, code: str) -> Notification:
    """A notice of the actor's own. Raises: NotFound("notify.not_found")."""
    found = session.scalar(
        select(Notification).where(Notification.code == code, Notification.person_id == (actor.person_id or -1))
    )
    if found is None:
        raise NotFound("notify.not_found")
    return found


def for_letter(session: Session, code: str) -> tuple[Notification, Person] | None:
    """A notice and whom to write to; None where it is gone or was read, or the person wants or can get no e-mail of it."""
    row = session.execute(
        select(Notification, Person)
        .join(Person, Person.id == Notification.person_id)
        .outerjoin(
            MailSilence, (MailSilence.person_id == Notification.person_id) & (MailSilence.kind == Notification.kind)
        )
        .where(
            Notification.code == code,
            Notification.read_at.is_(None),
            Person.active,
            Person.email.is_not(None),
            MailSilence.id.is_(None),
        )
    ).first()
    return None if row is None else (row[0], row[1])


def silences(session: Session, person_id: int) -> set[str]:
    """The kinds of notices of which a person wants no e-mail."""
    return set(session.scalars(select(MailSilence.kind).where(MailSilence.person_id == person_id)))


def reach_result(_session: Session, actor: Actor, file: StoredFile, _on: date) -> None:
    """Results are for who asked for them alone. Raises: NotFound("files.not_found")."""
    if actor.person_id is None or file.stored_by != actor.person_id:
        raise NotFound("files.not_found")
