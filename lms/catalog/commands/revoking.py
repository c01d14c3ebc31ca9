"""Taking a completion back: it stays on record, and from a day on it proves nothing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.catalog import queries
from lms.catalog.models import CompletionRevocation
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.permissions import Actor, Permission


def revoke_completion(
    session: Session, actor: Actor, completion_id: int, *, reason: str, on: date | None = None, now: datetime
) -> CompletionRevocation:
    """Say that a completion stands no more from the day `on` on (None: today in the person's site).

    Days before keep it: the gate of a past day stays as it was known. The course has to be taken again, by a new
    enrolment.

    Raises: NotFound("catalog.completion_not_found"); NotAllowed("catalog.revoke_own"); Invalid("catalog.reason_missing" |
    "catalog.revoke_day"); Conflict("catalog.completion_revoked").
    """
    done = queries.completion_for(session, actor, completion_id, Permission.REVOKE, local_day(now, actor.zone))
    if done.person_id == actor.person_id:
        raise NotAllowed("catalog.revoke_own")
    if not reason.strip():
        raise Invalid("catalog.reason_missing", field="reason")
    _, today = queries.place_at(session, done.person_id, now, actor.zone)
    day = today if on is None else on
    if day < today:  # an earlier day would change gates and figures of days gone by
        raise Invalid("catalog.revoke_day", field="reason")
    revocation = CompletionRevocation(
        completion_id=done.id, revoked_at=now, revoked_on=day, revoked_by=actor.person_id, reason=reason.strip()
    )
    try:
        with session.begin_nested():
            session.add(revocation)
    except IntegrityError:  # the table holds one a completion
        raise Conflict("catalog.completion_revoked") from None
    audit.record(
        session,
        actor,
        action="completion.revoke",
        subject=("completion", done.code),
        after={"revoked_on": day, "reason": revocation.reason},
        now=now,
    )
    return revocation
