"""Supervised rooms: a list, a form to open one, and the page that the trainer has on the screen meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind

from lms.assessment import commands
from lms.assessment.forms import EmptyForm, MinutesForm, RoomForm
from lms.assessment.queries import conditions
from lms.assessment.queries import rooms as reading
from lms.assessment.rules.pins import shown_pin
from lms.assessment.views import routes
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today
from lms.web.errors import message
from lms.web.i18n import clock

SUPERVISE = Permission.VERIFY
_USUAL = timedelta(hours=2)


@routes.page("/salas", allow=SUPERVISE, nav=(_l("Salas"), 45))
def rooms() -> ResponseReturnValue:
    """The rooms in reach, the newest first."""
    size = settings().page_size
    rows = reading.rooms_page(db(), actor(), before=request.args.get("desde", "")[:20], limit=size + 1)
    next_url = url_for("assessment.rooms", desde=rows[size - 1].room.code) if len(rows) > size else None
    return render_template("assessment/rooms.html", rows=rows[:size], now=now(), next_url=next_url)


@routes.page("/salas/abrir", allow=SUPERVISE, methods=("GET", "POST"))
def open_room() -> ResponseReturnValue:
    """Open a room."""
    zone = ZoneInfo(actor().zone)
    local = now().astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    form = RoomForm(opens_at=local, closes_at=local + _USUAL)
    form.test.choices = [SelectChoice(test.slug, test.title) for test in conditions.tests(db())]
    if not form.validate_on_submit():
        return render_template("assessment/open_room.html", form=form), 400 if form.is_submitted() else 200
    try:
        room = commands.open_room(
            db(),
            actor(),
            test_slug=form.test.data,
            title=form.title.data or "",
            opens_at=_moment(form.opens_at.data, zone),
            closes_at=_moment(form.closes_at.data, zone),
            addresses=(form.addresses.data or "").replace(",", " ").split(),
            now=now(),
        )
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return render_template("assessment/open_room.html", form=form), error.status
    return redirect(url_for("assessment.room", code=room.code), code=303)


def _moment(local: datetime | None, zone: ZoneInfo) -> datetime:
    """A time as typed, in the reader's zone; the day of the calendar's end where it lies beyond what can be told."""
    if local is None:  # pragma: no cover - the form requires it
        raise LookupError("a form was used that has not been validated")
    return local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


@routes.page("/sala/<code>", allow=SUPERVISE)
def room(code: str) -> ResponseReturnValue:
    """The pin, large, and who is in."""
    row = reading.room_row(db(), actor(), code)
    sitters, others = reading.sitters(db(), actor(), row.room.id, today())
    return render_template(
        "assessment/room.html",
        row=row,
        pin=shown_pin(row.room.pin),
        is_open=row.room.closed_at is None and row.room.opens_at <= now() < row.room.closes_at,
        is_over=row.room.closed_at is not None or now() >= row.room.closes_at,
        sitters=sitters,
        others=others,
        now=now(),
        form=EmptyForm(),
    )


@routes.page("/sala/<code>/cerrar", allow=SUPERVISE, methods=("POST",))
def close_room(code: str) -> ResponseReturnValue:
    """Let nobody in any more."""
    commands.close_room(db(), actor(), code=code, now=now())
    flash(_("Sala cerrada: nadie más entra. Quien está adentro sigue hasta su final."), "good")
    return redirect(url_for("assessment.room", code=code), code=303)


@routes.page("/sala/<code>/tiempo", allow=SUPERVISE, methods=("POST",))
def room_time(code: str) -> ResponseReturnValue:
    """More minutes for one person of the room."""
    row = reading.room_row(db(), actor(), code)
    sitters, _others = reading.sitters(db(), actor(), row.room.id, today())
    form = MinutesForm()
    known = {sitter.attempt.code: sitter for sitter in sitters}
    sitter = known.get(form.attempt.data or "")
    if sitter is None or not form.validate_on_submit():
        flash(_("Falta decir a quién, cuántos minutos y por qué."), "warning")
        return redirect(url_for("assessment.room", code=code), code=303)
    try:
        due = commands.extend(
            db(),
            actor(),
            attempt_code=sitter.attempt.code,
            minutes=form.minutes.data or 0,
            reason=form.reason.data or "",
            now=now(),
        )
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        flash(message(error), "warning")
    else:
        flash(_("%(person)s tiene ahora hasta las %(at)s.", person=sitter.person.name, at=clock(due)), "good")
    return redirect(url_for("assessment.room", code=code), code=303)
