"""Hours on a person's page."""

from __future__ import annotations

from flask import render_template, url_for

from lms.hours import queries
from lms.hours.words import KINDS, TYPES
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.web.context import actor, db, today

LATEST = 5


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`: what the reader may see of the person's hours; nothing for who may see none at all."""
    who = actor()
    if person.id != who.person_id and not (who.can(Permission.READ_HOURS) or who.can(Permission.READ_TEAM)):
        return None
    sums, latest = queries.person_hours(db(), who, person.id, today(), limit=LATEST)
    return render_template(
        "hours/_panel.html",
        sums=sums,
        latest=latest,
        kinds=KINDS,
        types=TYPES,
        all_url=url_for("hours.report", por="mes", persona=person.code) if who.can(Permission.READ_HOURS) else None,
    )
