"""Imported records on the pages of people, their own page, and the list of imports."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.words import TYPES
from lms.history import commands, queries
from lms.history.forms import WithdrawForm
from lms.history.messages import KIND_NAMES, MESSAGES
from lms.hours.models import HoursEntry
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.kit.provenance import HISTORY
from lms.people.models import Person
from lms.people.queries import may_see
from lms.skills.messages import METHODS
from lms.skills.queries import prior_records
from lms.web.context import actor, db, now, settings, today
from lms.web.routes import Routes

routes = Routes("history", __name__, MESSAGES)
READERS = (Permission.LEARN, Permission.READ_TEAM)


@routes.page("/importaciones", allow=Permission.READ_AUDIT, nav=(_l("Importaciones"), 94))
def imports() -> ResponseReturnValue:
    """Every import: who, when, which file, how many records."""
    size, before = settings().page_size, request.args.get("antes", "")
    rows = queries.batches(db(), before=before, limit=size + 1)
    shown = rows[:size]
    return render_template(
        "history/imports.html",
        rows=shown,
        kinds=KIND_NAMES,
        next_url=url_for("history.imports", antes=shown[-1].batch.code) if len(rows) > size else None,
        first_url=url_for("history.imports") if before else None,
    )


@routes.page("/traido/<code>", allow=READERS)
def record(code: str) -> ResponseReturnValue:
    """One imported certificate or verification, with its evidence."""
    return _page(code, WithdrawForm(), 200)


def _page(code: str, form: WithdrawForm, status: int) -> ResponseReturnValue:
    row, person, batch = queries.record_for(db(), actor(), code, READERS, today())
    may_withdraw = (
        row.withdrawal is None
        and person.id != actor().person_id
        and actor().can(Permission.REVOKE)
        and may_see(db(), actor(), person.id, Permission.REVOKE, today())
    )
    page = render_template(
        "history/record.html",
        row=row,
        person=person,
        batch=batch,
        form=form if may_withdraw else None,
        methods=METHODS,
        types=TYPES,
    )
    return page, status


@routes.page("/traido/<code>/retirar", allow=Permission.REVOKE, methods=("POST",))
def withdraw(code: str) -> ResponseReturnValue:
    """Take an imported record back, with a reason."""
    queries.record_for(db(), actor(), code, (Permission.REVOKE,), today())
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(code, form, 400)
    try:
        commands.withdraw(db(), actor(), code, reason=form.reason.data or "", today=today(), now=now())
    except LmsError as error:
        if error.field is None:
            raise
        form.add_error(error)
        return _page(code, form, error.status)
    flash(_("Registro retirado. Sigue a la vista, con el motivo, y desde hoy no cuenta."), "good")
    return redirect(url_for("history.record", code=code), code=303)


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`, for the person and for whoever reads the team they are in; nothing where nothing was brought."""
    who = actor()
    if person.id != who.person_id and not may_see(db(), who, person.id, Permission.READ_TEAM, today()):
        return None
    return _records(person)


def road_records(person: Person, **_context: object) -> str | None:
    """Fills `road.records`: a page that only opens to whoever may see the person's evidence."""
    return _records(person)


def _records(person: Person) -> str | None:
    rows = prior_records(db(), person.id, limit=settings().page_size)
    return render_template("history/_records.html", rows=rows, today=today()) if rows else None


def hours_source(entry: HoursEntry, **_context: object) -> str | None:
    """Fills `hours.entry`: the evidence of imported hours."""
    if entry.source_kind != HISTORY:
        return None
    source, batch = queries.source_of(db(), entry.source_code)
    return render_template("history/_source.html", source=source, batch=batch)
