"""Action plans: one by one, and in lists by due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.queries import scope_condition
from lms.skills.models import ActionPlan, ActionPlanClose, Verification


@dataclass(frozen=True)
class PlanRow:
    """An action plan and how it was closed (None: it is open)."""

    plan: ActionPlan
    close: ActionPlanClose | None


def _plans() -> Select[ActionPlan, ActionPlanClose]:
    return (
        select(ActionPlan, ActionPlanClose)
        .outerjoin(ActionPlanClose, ActionPlanClose.plan_id == ActionPlan.id)
        .options(
            joinedload(ActionPlan.person),
            joinedload(ActionPlan.owner),
            joinedload(ActionPlan.verification).joinedload(Verification.skill),
        )
    )


def plan_for(session: Session, actor: Actor, code: str, permission: Permission, on: date) -> PlanRow:
    """The plan with this code, of somebody in the actor's scope.

    Raises: NotFound("skills.plan_not_found").
    """
    row = session.execute(
        _plans().where(
            ActionPlan.code == code, scope_condition(actor, permission, on, ActionPlan.__table__.c.person_id)
        )
    ).first()
    if row is None:
        raise NotFound("skills.plan_not_found")
    return PlanRow(row[0], row[1])


def plan_of(session: Session, verification_id: int) -> PlanRow | None:
    """The plan that a failed verification opened."""
    row = session.execute(_plans().where(ActionPlan.verification_id == verification_id)).first()
    return None if row is None else PlanRow(row[0], row[1])


def plans_page(
    session: Session,
    actor: Actor,
    on: date,
    *,
    closed: bool = False,
    due_by: date | None = None,
    after: str = "",
    limit: int,
) -> list[PlanRow]:
    """Plans of people in scope by due date, open or closed ones; `after` is the code of the last one shown."""
    query = _plans().where(
        scope_condition(actor, Permission.READ_TEAM, on, ActionPlan.__table__.c.person_id),
        ActionPlanClose.id.is_not(None) if closed else ActionPlanClose.id.is_(None),
    )
    if due_by is not None:
        query = query.where(ActionPlan.due_on <= due_by)
    last = session.execute(select(ActionPlan.due_on, ActionPlan.id).where(ActionPlan.code == after)).first()
    if last is not None:
        beyond = ActionPlan.due_on < last[0] if closed else ActionPlan.due_on > last[0]
        query = query.where(or_(beyond, and_(ActionPlan.due_on == last[0], ActionPlan.id > last[1])))
    query = query.order_by(ActionPlan.due_on.desc() if closed else ActionPlan.due_on, ActionPlan.id)
    return [PlanRow(row[0], row[1]) for row in session.execute(query.limit(limit))]
