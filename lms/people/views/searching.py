"""What the search finds of people: those in the reader's scope, by name and employee number."""

from __future__ import annotations

from flask import url_for

from lms.kit.permissions import Permission
from lms.people import queries
from lms.web.context import actor, db, today
from lms.web.search import Asked, Hit


def find_people(asked: Asked) -> list[Hit]:
    """People as a team and as files, each once, whether their account is open or not. Two queries at most."""
    found: dict[str, Hit] = {}
    for permission in (Permission.READ_TEAM, Permission.READ_PEOPLE):
        if not actor().can(permission):
            continue
        rows = queries.people_in_scope(
            db(), actor(), permission, today(), search=" ".join(asked.words), limit=asked.limit + 1, active=None
        )
        for row in rows:
            place = row.placement
            facts = [row.person.employee_number, *([place.job.name, place.site.name] if place is not None else [])]
            url = url_for("people.person", person_code=row.person.code)
            found.setdefault(row.person.code, Hit(row.person.name, url, " · ".join(facts)))
    return list(found.values())
