"""What falls due: read by the work of every night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.skills.models import ActionPlan, ActionPlanClose


def plans_due(session: Session, on: date) -> Sequence[ActionPlan]:
    """Open action plans whose day has come or gone, with their persons, the oldest day first."""
    return session.scalars(
        select(ActionPlan)
        .outerjoin(ActionPlanClose, ActionPlanClose.plan_id == ActionPlan.id)
        .options(joinedload(ActionPlan.person))
        .where(ActionPlanClose.id.is_(None), ActionPlan.due_on <= on)
        .order_by(ActionPlan.due_on, ActionPlan.id)
    ).all()
