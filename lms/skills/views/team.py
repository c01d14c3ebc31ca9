"""Mi equipo: who may take contacts, what each still lacks, what waits and what ends soon."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.kit.permissions import Permission
from lms.skills import queries
from lms.skills.messages import GATE_SHORT
from lms.skills.rules import GateState
from lms.skills.views import routes
from lms.skills.views.texts import WORDS, cell_mark, missing_text
from lms.web.context import actor, db, settings, today

_DOORS = {state.value: state for state in GateState}
_DOOR_TABS = (
    (None, _l("Todas las personas")),
    (GateState.OPEN.value, _l("Puerta abierta")),
    (GateState.SUPERVISED.value, _l("Con supervisión")),
    (GateState.CLOSED.value, _l("Puerta cerrada")),
)


@routes.page("/equipo", allow=Permission.READ_TEAM, nav=(_l("Mi equipo"), 20))
def team() -> ResponseReturnValue:
    """The readiness matrix of the people in scope, and what has to be done about it."""
    limit, search = settings().page_size, request.args.get("q", "").strip()
    door = _DOORS.get(request.args.get("puerta", ""))
    found = queries.readiness(
        db(),
        actor(),
        today(),
        search=search,
        after=request.args.get("despues", ""),
        limit=limit if door is None else settings().home_people,
        state=door,
    )
    names = {skill.id: skill.name for skill in found.skills}
    rows = [
        {
            "row": row,
            "gate": row.gate.state.value,
            "gate_text": GATE_SHORT[row.gate.state.value],
            "first_missing": missing_text(row.gate.missing[0], found.courses, names) if row.gate.missing else "",
            "cells": [cell_mark(row.cells.get(skill.id)) for skill in found.skills],
        }
        for row in found.rows
    ]
    more = (
        url_for("skills.team", q=search, puerta=door.value if door else None, despues=found.after)
        if found.after
        else None
    )
    return render_template(
        "skills/team.html",
        rows=rows,
        skills=found.skills,
        more=more,
        search=search,
        doors=_doors(search, door),
        counts={state: sum(item["gate"] == state for item in rows) for state in ("open", "supervised", "closed")},
        expiring=queries.expiring(db(), actor(), today(), limit=limit),
        waiting=queries.waiting_for_signature(db(), actor(), Permission.READ_TEAM, today(), limit=limit),
        plans=queries.plans_page(db(), actor(), today(), limit=limit),
        next_role=queries.next_role,
        words=WORDS,
    )


def _doors(search: str, chosen: GateState | None) -> list[tuple[LazyString, str, bool]]:
    """The tabs: everybody, or those before one doorway."""
    here = chosen.value if chosen else None
    return [(text, url_for("skills.team", q=search or None, puerta=key), key == here) for key, text in _DOOR_TABS]
