"""The road of one person: for those who accompany it, and for the person."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.kit.permissions import Actor, Permission
from lms.people.models import Person, Placement
from lms.people.queries import may_see, person_for
from lms.skills import queries
from lms.skills.views import routes
from lms.skills.views.texts import WORDS, RoadView, road_view
from lms.web.context import actor, db, settings, today


def road_for(who: Actor, programme_code: str = "") -> RoadView | None:
    """The road of whoever looks, for the home page (`skills/_road.html` draws it); None where nobody placed them."""
    if who.person_id is None:
        return None
    return _view(who.person_id, programme_code)


def _view(person_id: int, programme_code: str) -> RoadView | None:
    road = queries.road_of(db(), person_id, today(), programme_code=programme_code)
    return None if road is None else road_view(road)


@routes.page("/persona/<person_code>/puerta", allow=Permission.READ_TEAM)
def person_road(person_code: str) -> ResponseReturnValue:
    """A person's gate with every step, what lacks, and everything recorded."""
    person = person_for(db(), actor(), person_code, Permission.READ_TEAM, today())
    return _page(person, own=False)


@routes.page("/mi-camino", allow=Permission.LEARN)
def my_road() -> ResponseReturnValue:
    """One's own road, verifications and practice; to read."""
    return _page(db().get_one(Person, actor().person_id), own=True)


def _page(person: Person, *, own: bool) -> ResponseReturnValue:
    view = _view(person.id, request.args.get("campana", ""))
    may = {
        "verify": not own and _reaches(person, Permission.VERIFY),
        "live": not own and _reaches(person, Permission.LIVE_CONTACTS),
    }
    return render_template(
        "skills/road.html",
        person=person,
        own=own,
        view=view,
        history=queries.people_history(db(), person.id, limit=settings().page_size),
        periods=queries.live_periods_of(db(), person.id, limit=settings().page_size),
        may=may,
        words=WORDS,
    )


def _reaches(person: Person, permission: Permission) -> bool:
    who = actor()
    return who.person_id != person.id and who.can(permission) and may_reach(person.id, permission)


def may_reach(person_id: int, permission: Permission) -> bool:
    """Whether whoever looks holds `permission` over the person today."""
    return may_see(db(), actor(), person_id, permission, today())


def person_panel(person: Person, placement: Placement | None, **_rest: object) -> str | None:
    """The gate on the person's page (slot `person.panels`)."""
    if placement is None or not actor().can(Permission.READ_TEAM) or not may_reach(person.id, Permission.READ_TEAM):
        return None
    view = _view(person.id, "")
    return None if view is None else render_template("skills/_panel.html", person=person, view=view)
