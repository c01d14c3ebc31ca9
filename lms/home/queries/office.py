"""Counts that several start pages show."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.catalog.models import Course
from lms.kit.audit import AuditEntry
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Placement
from lms.people.queries import in_force, scope_condition
from lms.skills import queries as skills


def people_count(session: Session, actor: Actor, on: date) -> int:
    """Open accounts in the actor's scope: those that `/personas` lists."""
    condition = scope_condition(actor, Permission.READ_PEOPLE, on, Person.__table__.c.id)
    return session.scalar(select(func.count()).select_from(Person).where(Person.active, condition)) or 0


def audit_count(session: Session) -> int:
    """Entries of the audit trail."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def course_count(session: Session) -> int:
    """Published courses."""
    published = select(func.count()).select_from(Course).where(Course.current_version_id.is_not(None))
    return session.scalar(published) or 0


def jobs_without_profile(session: Session, on: date) -> list[Job]:
    """Key customer-related jobs in use that ask nothing of their people yet: nobody in them can become ready."""
    asked = skills.profiles_in_force(session, on)
    used = select(Placement.job_id).where(Placement.is_primary, in_force(on))
    rows = session.scalars(select(Job).where(Job.key_customer_related, Job.id.in_(used)).order_by(Job.name))
    return [job for job in rows if job.id not in asked]
