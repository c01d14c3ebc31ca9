"""Who holds a permission over somebody: whom to tell that something waits for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.kit.permissions import ROLE_PERMISSIONS, Grant, Permission, Role, Scope
from lms.people.models import AccessGrant, Person


def holders(
    session: Session,
    permission: Permission,
    *,
    site_id: int | None,
    programme_id: int | None,
    supervisor_id: int | None,
    now: datetime,
) -> list[int]:
    """Ids of active people whose grants carry the permission for somebody of this place and supervisor; one query."""
    roles = [role for role, allowed in ROLE_PERMISSIONS.items() if permission in allowed and role is not Role.LEARNER]
    rows = session.execute(
        select(AccessGrant.person_id, AccessGrant.role, AccessGrant.site_id, AccessGrant.programme_id)
        .join(Person, Person.id == AccessGrant.person_id)
        .where(
            Person.active,
            AccessGrant.role.in_(roles),
            AccessGrant.revoked_at.is_(None),
            or_(AccessGrant.until.is_(None), AccessGrant.until > now),
        )
        .order_by(AccessGrant.id)
    )
    found = []
    for person_id, role, site, programme in rows:
        grant = Grant(Role(role), site, programme)
        reaches = (
            person_id == supervisor_id
            if grant.own_team
            else Scope(places=frozenset({(site, programme)})).covers(site_id, programme_id)
        )
        if reaches and person_id not in found:
            found.append(person_id)
    return found
