"""Who is told what waits for them: signatures and action plans."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.notify.commands import hushed, tell
from lms.people import queries as people
from lms.people.models import Person
from lms.skills import queries
from lms.skills.models import ActionPlan, OjtRecord, Verification
from lms.skills.rules.signing import ROLE_PERMISSION


def tell_signers(
    session: Session, record: Verification | OjtRecord, role: str, signed: set[int], *, now: datetime
) -> None:
    """Tell whoever may give the signature of `role`, which is the next that lacks; `signed` have signed and sign no more."""
    if hushed(session, now):
        return
    permission = ROLE_PERMISSION[role]
    placement = people.placement_on(session, record.person_id, now.date())
    holders = people.holders(
        session,
        permission,
        site_id=placement.site_id if placement is not None else record.site_id,
        programme_id=placement.programme_id if placement is not None else record.programme_id,
        supervisor_id=placement.supervisor_id if placement is not None else None,
        now=now,
    )
    told = {
        "person": session.get_one(Person, record.person_id).name,
        "record": record.code,
        "ojt": isinstance(record, OjtRecord),
    }
    others = set(holders) - signed - {record.person_id}
    tell(session, kind="record.sign", key=f"{record.code}:{role}", people=others, params=told, now=now, pile=True)


def tell_opened(session: Session, plan: ActionPlan, person: Person, opened_by: int | None, *, now: datetime) -> None:
    """Tell the owner of a new plan, unless they opened it themselves."""
    if plan.owner_id != opened_by:
        told = {"person": person.name, "plan": plan.code, "due_on": plan.due_on}
        tell(session, kind="plan.opened", key=plan.code, people=[plan.owner_id], params=told, now=now)


def tell_due(session: Session, *, today: date, now: datetime) -> int:
    """Tell the owners of open plans that are due today or were, each once for a plan; returns how many were told."""
    return sum(
        tell(
            session,
            kind="plan.due",
            key=plan.code,
            people=[plan.owner_id],
            params={"person": plan.person.name, "plan": plan.code, "due_on": plan.due_on},
            now=now,
        )
        for plan in queries.plans_due(session, today)
    )
