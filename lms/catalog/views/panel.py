"""Courses on a person's page."""

from __future__ import annotations

from flask import render_template

from lms.catalog import queries
from lms.catalog.words import DUE, TYPES
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.people.queries import may_see
from lms.web.context import actor, db, today


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`: the person's courses, for themselves and for whoever may read the team they are in."""
    who = actor()
    if person.id != who.person_id and not may_see(db(), who, person.id, Permission.READ_TEAM, today()):
        return None
    return render_template(
        "catalog/_panel.html",
        views=queries.enrolments_of(db(), person.id),
        day_of_page=today(),
        due_words=DUE,
        types=TYPES,
        may_withdraw=who.can(Permission.ASSIGN) and may_see(db(), who, person.id, Permission.ASSIGN, today()),
    )
