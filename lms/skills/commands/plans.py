"""Action plans: a failed verification opens one, with an owner and a day; carrying it out is a row of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.dated import setting_on
from lms.kit.errors import Conflict, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people import queries as people
from lms.skills import queries
from lms.skills.commands.common import Case, human, needed
from lms.skills.commands.telling import tell_opened
from lms.skills.models import ActionPlan, ActionPlanClose, Verification


def open_plan(
    session: Session, actor: Actor, case: Case, verification: Verification, what: str, *, now: datetime
) -> ActionPlan:
    """What is to be done after a failed verification: the person's supervisor owns it, or else the evaluator.

    It is due after the days that the site's setting gives that day, on a working day of the site.
    """
    plan = new_plan(session, case, verification, what, now=now)
    session.add(plan)
    session.flush()
    note_plan(session, actor, plan, verification, now=now)
    tell_opened(session, plan, case.person, actor.person_id, now=now)
    return plan


def new_plan(session: Session, case: Case, verification: Verification, what: str, *, now: datetime) -> ActionPlan:
    """The row of that plan."""
    site_id = verification.site_id
    days = setting_on(session, "action_plan_days", case.today, site_id)
    return ActionPlan(
        code=new_code(),
        verification_id=verification.id,
        person_id=case.person.id,
        owner_id=case.placement.supervisor_id or verification.evaluator_id,
        what=what.strip() or "Reforzar lo que no alcanzó y volver a verificar.",
        opened_at=now,
        due_on=people.working_day(session, site_id, case.today + timedelta(days=days)),
        site_id=site_id,
        programme_id=verification.programme_id,
        job_id=verification.job_id,
    )


def note_plan(session: Session, actor: Actor, plan: ActionPlan, verification: Verification, *, now: datetime) -> None:
    """The audit row of an opened plan."""
    audit.record(
        session,
        actor,
        action="action_plan.open",
        subject=("action_plan", plan.code),
        after={"due_on": plan.due_on, "what": plan.what, "verification": verification.code},
        now=now,
    )


def close_action_plan(session: Session, actor: Actor, *, code: str, outcome: str, now: datetime) -> ActionPlanClose:
    """Say that a plan was carried out, and with what outcome. Its owner may, and whoever verifies the person.

    Raises: NotFound; NotAllowed("skills.own"); Conflict("skills.plan_closed"); Invalid("skills.outcome_missing").
    """
    human(session, actor, now)
    outcome = needed(outcome, "skills.outcome_missing", "outcome")
    row = queries.plan_for(session, actor, code, Permission.VERIFY, local_day(now, actor.zone))
    if row.plan.person_id == actor.person_id:
        raise NotAllowed("skills.own")
    if row.close is not None:
        raise Conflict("skills.plan_closed")
    return _close(session, actor, row.plan, outcome, now=now)


def close_corrected(session: Session, actor: Actor, verification: Verification, reason: str, *, now: datetime) -> None:
    """Close the open plan of a verification that no longer counts: nothing is left to be done for it."""
    row = queries.plan_of(session, verification.id)
    if row is not None and row.close is None:
        _close(session, actor, row.plan, f"La verificación se corrigió: {reason}", now=now)


def _close(session: Session, actor: Actor, plan: ActionPlan, outcome: str, *, now: datetime) -> ActionPlanClose:
    closed = ActionPlanClose(
        plan_id=plan.id,
        closed_at=now,
        closed_on=local_day(now, queries.zone_of_site(session, plan.site_id)),
        closed_by=actor.person_id,
        outcome=outcome,
    )
    session.add(closed)
    session.flush()
    audit.record(
        session,
        actor,
        action="action_plan.close",
        subject=("action_plan", plan.code),
        after={"outcome": outcome, "on": closed.closed_on},
        now=now,
    )
    return closed
