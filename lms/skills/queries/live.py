"""Who really took contacts: live-contact periods, of which the row that nobody corrects counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.queries import scope_condition
from lms.skills.models import LiveContactPeriod


def current_live_period() -> ColumnElement[bool]:
    """The SQL condition that a period counts: no later row takes its place and it was not taken back."""
    later = aliased(LiveContactPeriod)
    superseded = exists(select(later.id).where(later.corrects_id == LiveContactPeriod.id))
    return and_(~LiveContactPeriod.withdrawn, ~superseded)


_CURRENT_OF = (
    select(LiveContactPeriod)
    .where(LiveContactPeriod.person_id.in_(bindparam("people", expanding=True)), current_live_period())
    .order_by(LiveContactPeriod.from_day)
)


def live_period_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> LiveContactPeriod:
    """The period with this code, of somebody in the actor's scope.

    Raises: NotFound("skills.period_not_found").
    """
    found = session.scalar(
        select(LiveContactPeriod)
        .options(joinedload(LiveContactPeriod.person), joinedload(LiveContactPeriod.programme))
        .where(
            LiveContactPeriod.code == code,
            scope_condition(actor, permission, on, LiveContactPeriod.__table__.c.person_id),
        )
    )
    if found is None:
        raise NotFound("skills.period_not_found")
    return found


def is_current(session: Session, period: LiveContactPeriod) -> bool:
    """Whether a period counts today."""
    return (
        session.scalar(select(LiveContactPeriod.id).where(LiveContactPeriod.id == period.id, current_live_period()))
        is not None
    )


def overlapping_live_period(
    session: Session, person_id: int, programme_id: int, from_day: date, to_day: date | None, *, besides: int | None
) -> LiveContactPeriod | None:
    """A period that counts, of this person on this programme, with a day in common; `besides` is the one being corrected."""
    query = select(LiveContactPeriod).where(
        LiveContactPeriod.person_id == person_id,
        LiveContactPeriod.programme_id == programme_id,
        current_live_period(),
        or_(LiveContactPeriod.to_day.is_(None), LiveContactPeriod.to_day >= from_day),
    )
    if to_day is not None:
        query = query.where(LiveContactPeriod.from_day <= to_day)
    if besides is not None:
        query = query.where(LiveContactPeriod.id != besides)
    return session.scalar(query.order_by(LiveContactPeriod.from_day).limit(1))


def current_live_periods(session: Session, person_ids: Collection[int]) -> dict[int, list[LiveContactPeriod]]:
    """The periods of some people that count, each person's from the first on."""
    found: dict[int, list[LiveContactPeriod]] = defaultdict(list)
    for row in session.scalars(_CURRENT_OF, {"people": list(person_ids)}):
        found[row.person_id].append(row)
    return found


def live_periods_page(
    session: Session,
    actor: Actor,
    on: date,
    *,
    against_only: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[LiveContactPeriod]:
    """Periods that count, of people in the actor's scope, the newest first; `after` is the code of the last one shown."""
    query = (
        select(LiveContactPeriod)
        .options(joinedload(LiveContactPeriod.person), joinedload(LiveContactPeriod.programme))
        .where(
            scope_condition(actor, Permission.READ_TEAM, on, LiveContactPeriod.__table__.c.person_id),
            current_live_period(),
        )
    )
    if against_only:
        query = query.where(against_the_gate())
    last = session.scalar(select(LiveContactPeriod).where(LiveContactPeriod.code == after))
    if last is not None:
        query = query.where(
            or_(
                LiveContactPeriod.from_day < last.from_day,
                and_(LiveContactPeriod.from_day == last.from_day, LiveContactPeriod.id < last.id),
            )
        )
    return session.scalars(
        query.order_by(LiveContactPeriod.from_day.desc(), LiveContactPeriod.id.desc()).limit(limit)
    ).all()


def against_the_gate() -> ColumnElement[bool]:
    """The SQL condition that a period began against the gate: closed, or supervised and not entered as practice."""
    return or_(
        LiveContactPeriod.gate_at_start == "closed",
        and_(LiveContactPeriod.gate_at_start == "supervised", ~LiveContactPeriod.under_ojt),
    )


def live_periods_of(session: Session, person_id: int, *, limit: int) -> Sequence[LiveContactPeriod]:
    """The periods of a person that count, the newest first."""
    return session.scalars(
        select(LiveContactPeriod)
        .options(joinedload(LiveContactPeriod.programme))
        .where(LiveContactPeriod.person_id == person_id, current_live_period())
        .order_by(LiveContactPeriod.from_day.desc(), LiveContactPeriod.id.desc())
        .limit(limit)
    ).all()
