"""What the search finds of skills and job profiles, for who keeps them."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from lms.kit.permissions import Permission
from lms.people import queries as people
from lms.skills import queries
from lms.web.context import actor, db
from lms.web.search import Asked, Hit, snippet


def find_skills(asked: Asked) -> list[Hit]:
    """Jobs by name and skills by name and description. Two queries."""
    if not actor().can(Permission.MANAGE_SKILLS):
        return []
    hits = [
        Hit(job.name, url_for("skills.profile", job_code=job.code), _("perfil del puesto"))
        for job in people.jobs(db())
        if asked.matches(job.name)
    ]
    hits += [
        Hit(skill.name, url_for("skills.skills"), _("habilidad"), snippet(skill.description, asked) or None)
        for skill in queries.skills(db())
        if asked.matches(f"{skill.name} {skill.description}")
    ]
    return hits[: asked.limit + 1]
