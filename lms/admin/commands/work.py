"""What an administrator does to the work of the background."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lms.kit import audit, jobs, outbox
from lms.kit.errors import Conflict, NotFound
from lms.kit.permissions import Actor, Permission


def refuse_bounded(actor: Actor) -> None:
    """Work of the background belongs to no site: who administers one alone does not reach it.

    Raises: NotFound("admin.work_not_found").
    """
    if not actor.scope(Permission.MANAGE_ACCESS).everybody:
        raise NotFound("admin.work_not_found")


def retry_message(session: Session, actor: Actor, message_id: int, *, now: datetime) -> None:
    """Let a message of the outbox that was given up be tried again.

    Raises: NotFound("admin.work_not_found"); Conflict("admin.not_dead").
    """
    refuse_bounded(actor)
    row = outbox.retry(session, message_id, now=now)
    if row is None:
        raise Conflict("admin.not_dead")
    audit.record(
        session,
        actor,
        action="outbox.retry",
        subject=("outbox_message", str(row.id)),
        before={"reason": row.last_error},
        now=now,
    )


def retry_job(session: Session, actor: Actor, code: str, *, now: datetime) -> None:
    """Let a job that failed be tried again.

    Raises: NotFound("admin.work_not_found"); Conflict("admin.not_failed").
    """
    refuse_bounded(actor)
    row = jobs.retry(session, code, now=now)
    if row is None:
        raise Conflict("admin.not_failed")
    audit.record(
        session, actor, action="job.retry", subject=("background_job", row.code), before={"reason": row.error}, now=now
    )
