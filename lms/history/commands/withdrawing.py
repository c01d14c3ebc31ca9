"""Taking an imported certificate or verification back: it stays on record and from today on counts no more."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.history import queries
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.permissions import Actor, Permission
from lms.kit.provenance import ImportWithdrawal
from lms.people.queries import placement_on, zone_of


def withdraw(session: Session, actor: Actor, code: str, *, reason: str, today: date, now: datetime) -> ImportWithdrawal:
    """Say that an imported record counts no more from today on, in the person's site; days before keep it.

    Hours are not taken back but corrected, by `hours.commands.correct`.

    Raises: NotFound("history.record_not_found"); NotAllowed("history.own"); Invalid("history.reason_missing");
    Conflict("history.withdrawn").
    """
    row, person, batch = queries.record_for(session, actor, code, (Permission.REVOKE,), today)
    if person.id == actor.person_id:
        raise NotAllowed("history.own")
    if not reason.strip():
        raise Invalid("history.reason_missing", field="reason")
    day = local_day(now, zone_of(placement_on(session, person.id, today), actor.zone))
    made = ImportWithdrawal(
        row_key=row.source.key,
        at=now,
        withdrawn_on=day,
        actor_id=actor.person_id,
        actor_name=actor.name,
        reason=reason.strip(),
    )
    if row.withdrawal is not None:
        raise Conflict("history.withdrawn")
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # the table holds one a record
        raise Conflict("history.withdrawn") from None
    audit.record(
        session,
        actor,
        action="history.withdraw",
        subject=("prior_certificate" if row.is_certificate else "prior_verification", code),
        after={"reason": made.reason, "from": day, "batch": batch.code, "person": person.code},
        now=now,
    )
    return made
