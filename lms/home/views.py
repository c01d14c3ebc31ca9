"""The start page: what to do now, for every role that somebody holds, on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lms.catalog.words import DUE
from lms.home import queries, rules, words
from lms.home.words import Card, desk_card, learner_card
from lms.hours.words import KINDS
from lms.kit.permissions import Permission, Role
from lms.skills.queries import TeamRow
from lms.skills.views import road_for
from lms.skills.views.texts import missing_text
from lms.surveys.queries import surveys_overview
from lms.web.context import actor, db, now, settings, today
from lms.web.routes import SIGNED_IN, Routes

routes = Routes("home", __name__)
_TEAM = frozenset({Role.COORDINATOR, Role.TRAINER})


@routes.page("/", allow=SIGNED_IN, nav=(_l("Inicio"), 0))
def start() -> ResponseReturnValue:
    """The parts of every role held, in one order; a learner's part only where there is something in it, or nothing else."""
    roles = rules.desks(actor())
    parts = [part for role in roles if (part := _part(role, roles)) is not None]
    return render_template("home/start.html", parts=parts, name=actor().name)


def _part(role: Role, roles: tuple[Role, ...]) -> dict[str, Any] | None:
    """What the template of a role gets; None where a role has nothing of its own to show beside the others."""
    build = _PARTS[role]
    if role is Role.TRAINER and Role.COORDINATOR in roles:
        return None  # the same people, counted once: the coordinator's part shows the trainer's lists too
    found = build(roles)
    if found is None:
        return None
    return {
        "template": f"home/_{role.value}.html",
        "role": role.value,
        "title": words.TITLES[role],
        **found,
    }


def _learner(roles: tuple[Role, ...]) -> dict[str, Any] | None:
    desk = queries.learner_desk(db(), actor().person_id or -1, today=today(), now=now())
    if desk.empty and len(roles) > 1:
        return None
    return {
        "desk": desk,
        "card": learner_card(desk.step, today()),
        "view": road_for(actor()),
        "due_words": DUE,
        "kinds": KINDS,
    }


def _team(roles: tuple[Role, ...]) -> dict[str, Any]:
    desk = queries.team_desk(db(), actor(), today(), limit=settings().page_size, largest=settings().home_people)
    mine = Role.COORDINATOR if Role.COORDINATOR in roles else Role.TRAINER
    return {
        "desk": desk,
        "card": _card(mine, desk),
        "missing_text": missing_text,
        "skill_names": _skill_names,
        "rows": settings().home_rows,
    }


def _skill_names(row: TeamRow) -> dict[int, str]:
    """The skills of a person's profile by id, for the words of what lacks."""
    return {} if row.profile is None else {item.skill_id: item.skill.name for item in row.profile.requirements}


def _card(role: Role, desk: queries.TeamDesk) -> Card | None:
    coordinator = [
        ("against", desk.against),
        ("waiting", len(desk.waiting)),
        ("plans_late", desk.plans_late),
        ("expiring", len(desk.expiring)),
    ]
    trainer = [("turns", len(desk.turns)), ("late", len(desk.late)), ("waiting", len(desk.waiting))]
    return desk_card(coordinator if role is Role.COORDINATOR else trainer)


def _hr(_roles: tuple[Role, ...]) -> dict[str, Any]:
    desk = queries.hr_desk(db(), actor(), today(), limit=settings().page_size)
    return {
        "desk": desk,
        "may_close": actor().scope(Permission.CLOSE_HOURS).everybody,
        "chart": words.month_chart(desk.months),
        "rows": settings().home_rows,
    }


def _auditor(_roles: tuple[Role, ...]) -> dict[str, Any]:
    return {
        "against": queries.against_count(db(), actor(), today()),
        "people": queries.people_count(db(), actor(), today()),
        "entries": queries.audit_count(db()),
        "audit_url": url_for("admin.trail"),
    }


def _author(_roles: tuple[Role, ...]) -> dict[str, Any]:
    return {
        "courses": queries.course_count(db()),
        "surveys": surveys_overview(db()),
        "bare_jobs": queries.jobs_without_profile(db(), today()),
    }


def _administrator(_roles: tuple[Role, ...]) -> dict[str, Any]:
    return {
        "people": queries.people_count(db(), actor(), today()),
        "entries": queries.audit_count(db()),
        "audit_url": url_for("admin.trail"),
        "bare_jobs": queries.jobs_without_profile(db(), today()),
    }


_PARTS: dict[Role, Callable[[tuple[Role, ...]], dict[str, Any] | None]] = {
    Role.LEARNER: _learner,
    Role.COORDINATOR: _team,
    Role.TRAINER: _team,
    Role.HR: _hr,
    Role.AUDITOR: _auditor,
    Role.AUTHOR: _author,
    Role.ADMINISTRATOR: _administrator,
}
