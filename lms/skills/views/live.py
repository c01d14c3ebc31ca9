"""Live contacts: who really took them, from when to when, and against which gate."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.people.queries import person_for
from lms.skills import commands, queries
from lms.skills.commands import Period
from lms.skills.forms import LiveCorrection, LiveEnd, LiveForm, ReasonForm, choices, given
from lms.skills.messages import SOURCES
from lms.skills.models import LiveContactPeriod
from lms.skills.queries import Road
from lms.skills.views import routes
from lms.skills.views.road import may_reach
from lms.skills.views.texts import WORDS, worded
from lms.skills.views.verify import road_or_refuse
from lms.web.context import actor, db, now, settings, today

Edit = LiveCorrection | LiveEnd | ReasonForm


@routes.page("/contactos", allow=Permission.READ_TEAM, nav=(_l("Contactos reales"), 28))
def live_contacts() -> ResponseReturnValue:
    """Periods of the people in scope, the newest first; with `ver=contra` only those against the gate."""
    against, limit = request.args.get("ver") == "contra", settings().page_size
    rows = queries.live_periods_page(
        db(), actor(), today(), against_only=against, after=request.args.get("despues", ""), limit=limit + 1
    )
    shown = rows[:limit]
    kept = "contra" if against else None
    more = url_for("skills.live_contacts", despues=shown[-1].code, ver=kept) if len(rows) > limit else None
    return render_template("skills/live.html", rows=shown, against=against, more=more, sources=SOURCES, words=WORDS)


@routes.page("/persona/<person_code>/contactos", allow=Permission.LIVE_CONTACTS, methods=("GET", "POST"))
def enter_live(person_code: str) -> ResponseReturnValue:
    """Enter a period of a person."""
    person = person_for(db(), actor(), person_code, Permission.LIVE_CONTACTS, today())
    road = road_or_refuse(person, request.args.get("campana", ""))
    form = LiveForm(from_day=today(), programme=road.placement.programme.code)
    placed = {row.programme.code: row.programme for row in (*road.programmes, road.placement)}
    form.programme.choices = choices((code, programme.name) for code, programme in placed.items())
    if not form.validate_on_submit():
        return _enter_page(person, road, form), 400 if form.is_submitted() else 200
    try:
        made = commands.enter_live_period(
            db(),
            actor(),
            person_code=person.code,
            programme_id=placed[form.programme.data].id,
            period=Period(given(form.from_day.data), form.to_day.data, form.under_ojt.data),
            confirmed=form.confirmed.data,
            now=now(),
        )
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(worded(error, road))
        return _enter_page(person, road, form, ask=error.key == "skills.live_against_gate"), error.status
    flash(_("Período registrado."), "good")
    return redirect(url_for("skills.live_period", code=made.code), code=303)


def _enter_page(person: Person, road: Road, form: LiveForm, *, ask: bool = False) -> str:
    return render_template("skills/live_enter.html", person=person, road=road, form=form, ask=ask, words=WORDS)


@routes.page("/contactos/<code>", allow=Permission.READ_TEAM)
def live_period(code: str) -> ResponseReturnValue:
    """A period, with ending, correcting and taking it back."""
    return _period_page(queries.live_period_for(db(), actor(), code, Permission.READ_TEAM, today()))


def _period_page(period: LiveContactPeriod, wrong: Edit | None = None, *, ask: bool = False) -> str:
    """The page of a period; `wrong` is the form whose errors are shown, `ask` shows the confirmation."""
    may = (
        period.person_id != actor().person_id
        and actor().can(Permission.LIVE_CONTACTS)
        and may_reach(period.person_id, Permission.LIVE_CONTACTS)
        and queries.is_current(db(), period)
    )
    correction = LiveCorrection(
        formdata=None, from_day=period.from_day, to_day=period.to_day, under_ojt=period.under_ojt
    )
    return render_template(
        "skills/live_period.html",
        period=period,
        may=may,
        ask=ask,
        current=queries.is_current(db(), period),
        end=wrong if isinstance(wrong, LiveEnd) else LiveEnd(formdata=None, last_day=today()),
        correction=wrong if isinstance(wrong, LiveCorrection) else correction,
        reason=wrong if isinstance(wrong, ReasonForm) else ReasonForm(formdata=None),
        sources=SOURCES,
        words=WORDS,
    )


def _edit(code: str, form: Edit) -> ResponseReturnValue:
    """Run the command of the form that was sent; its refusal is shown at the form."""
    period = queries.live_period_for(db(), actor(), code, Permission.LIVE_CONTACTS, today())
    if not form.validate_on_submit():
        return _period_page(period, form), 400
    try:
        made = _apply(code, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(worded(error, None))
        return _period_page(period, form, ask=error.key == "skills.live_against_gate"), error.status
    flash(_("Período actualizado. Lo anterior queda en el registro."), "good")
    return redirect(url_for("skills.live_period", code=made.code), code=303)


def _apply(code: str, form: Edit) -> LiveContactPeriod:
    if isinstance(form, LiveEnd):
        return commands.end_live_period(db(), actor(), code=code, last_day=given(form.last_day.data), now=now())
    if isinstance(form, ReasonForm):
        return commands.withdraw_live_period(db(), actor(), code=code, reason=form.reason.data or "", now=now())
    return commands.correct_live_period(
        db(),
        actor(),
        code=code,
        period=Period(given(form.from_day.data), form.to_day.data, form.under_ojt.data),
        reason=form.reason.data or "",
        confirmed=form.confirmed.data,
        now=now(),
    )


@routes.page("/contactos/<code>/terminar", allow=Permission.LIVE_CONTACTS, methods=("POST",))
def end_live(code: str) -> ResponseReturnValue:
    """Say which was the last day."""
    return _edit(code, LiveEnd())


@routes.page("/contactos/<code>/corregir", allow=Permission.LIVE_CONTACTS, methods=("POST",))
def correct_live(code: str) -> ResponseReturnValue:
    """Correct the days, with a reason."""
    return _edit(code, LiveCorrection())


@routes.page("/contactos/<code>/retirar", allow=Permission.LIVE_CONTACTS, methods=("POST",))
def withdraw_live(code: str) -> ResponseReturnValue:
    """Take the period back, with a reason."""
    return _edit(code, ReasonForm())
