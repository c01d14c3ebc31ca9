"""The audit trail on screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lms.admin import queries
from lms.admin.messages import MESSAGES
from lms.admin.queries import TrailFilter, TrailRow
from lms.admin.words import ACTIONS, FACTS, KINDS, VALUES
from lms.kit import anchors, audit
from lms.kit.keys import make_keyring
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, services, settings, zone
from lms.web.forms import YEARS
from lms.web.routes import Routes

routes = Routes("admin", "lms.admin", MESSAGES)
READ = Permission.READ_AUDIT


@routes.page("/auditoria", allow=READ, nav=(_l("Auditoría"), 95))
def trail() -> ResponseReturnValue:
    """Who did what, when, from what to what."""
    wanted = _wanted()
    size = settings().page_size
    rows = queries.trail(db(), wanted, zone=zone(), before_id=_number(request.args.get("antes")), limit=size + 1)
    shown = rows[:size]
    here: dict[str, Any] = {name: value or None for name, value in _arguments(wanted).items()}
    return render_template(
        "admin/trail.html",
        rows=[(row, changes(row)) for row in shown],
        wanted=wanted,
        actions=queries.actions(db()),
        kinds=queries.kinds(db()),
        sealing=queries.sealing(db()),
        words=_words(),
        next_url=url_for("admin.trail", antes=shown[-1].entry.id, **here) if len(rows) > size else None,
        first_url=url_for("admin.trail", **here) if request.args.get("antes") else None,
    )


@routes.page("/auditoria/verificar", allow=READ, methods=("POST",), transaction=False)
def verify() -> ResponseReturnValue:
    """Walk the whole chain now, say what was found, and write down that it was done.

    Nobody who saves an answer waits while it reads.
    """
    held = services()
    with held.database.reading() as session:
        verdict = anchors.verify(session, make_keyring(held.settings), held.settings.instance)
    with held.database.writing() as session:
        audit.record(
            session,
            actor(),
            action="audit.verify",
            subject=("audit", "chain"),
            after={"checked": verdict.checked, "checkpoints": verdict.checkpoints, "faults": len(verdict.faults)},
            now=now(),
        )
    return render_template("admin/verdict.html", verdict=verdict)


def _wanted() -> TrailFilter:
    asked = request.args
    return TrailFilter(
        action=asked.get("accion", "").strip(),
        kind=asked.get("tipo", "").strip(),
        subject=asked.get("codigo", "").strip(),
        person=asked.get("persona", "").strip(),
        first=_day(asked.get("desde")),
        last=_day(asked.get("hasta")),
    )


def _arguments(wanted: TrailFilter) -> Mapping[str, object]:
    names = ("accion", "tipo", "codigo", "persona", "desde", "hasta")
    return dict(zip(names, asdict(wanted).values(), strict=True))


def _day(typed: str | None) -> date | None:
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def changes(row: TrailRow) -> list[tuple[str, object, object]]:
    """(fact, before, after) of what changed; facts that stayed as they were are left out."""
    before, after = row.before or {}, row.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, before.get(name), after.get(name))
        for name in names
        if name not in before or name not in after or before[name] != after[name]
    ]


def _words() -> dict[str, Mapping[str, Any]]:
    return {"actions": ACTIONS, "kinds": KINDS, "facts": FACTS, "meanings": VALUES}


from lms.admin import settings_views  # noqa: E402, F401 - adds its pages to `routes`
