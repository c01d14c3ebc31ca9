"""A month: how it stands, every step it took, closing and re-opening it."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.hours import commands, queries
from lms.hours.forms import EmptyForm, ReopenForm
from lms.hours.rules import parse_month
from lms.hours.views import routes
from lms.hours.views.pivots import READ
from lms.kit.clock import month_end
from lms.kit.errors import LmsError, NotFound
from lms.kit.permissions import Permission
from lms.web import i18n
from lms.web.context import actor, db, now, today

CLOSE = Permission.CLOSE_HOURS


def _month(word: str) -> date:
    found = parse_month(word)
    if found is None:
        raise NotFound("hours.month_unknown")
    return found


@routes.page("/horas/mes/<word>", allow=READ)
def month(word: str) -> ResponseReturnValue:
    """How a month stands."""
    return _page(_month(word), ReopenForm(), 200)


def _page(first: date, form: ReopenForm, status: int) -> ResponseReturnValue:
    everybody = actor().scope(READ).everybody
    page = render_template(
        "hours/month.html",
        word=first.isoformat()[:7],
        total=queries.month_totals(db(), actor(), first=first, last=first, on=today())[0],
        # The figures of the steps are the whole company's: who reads a site sees the site's own above.
        steps=queries.steps(db(), first, first),
        everybody=everybody,
        ended=month_end(first) < today(),
        may_close=actor().scope(CLOSE).everybody,
        form=form,
    )
    return page, status


@routes.page("/horas/mes/<word>/cerrar", allow=CLOSE, methods=("POST",))
def close_month(word: str) -> ResponseReturnValue:
    """Close a month."""
    first = _month(word)
    if EmptyForm().validate_on_submit():
        step = commands.close_month(db(), actor(), month=first, now=now())
        flash(
            _(
                "%(month)s quedó cerrado con %(total)s. Lo que entre después se verá como ajuste.",
                month=i18n.sentence(i18n.month(first)),
                total=i18n.minutes(step.minutes),
            ),
            "good",
        )
    return redirect(url_for("hours.month", word=word), code=303)


@routes.page("/horas/mes/<word>/reabrir", allow=CLOSE, methods=("POST",))
def reopen_month(word: str) -> ResponseReturnValue:
    """Re-open a month, for a reason."""
    first, form = _month(word), ReopenForm()
    if not form.validate_on_submit():
        return _page(first, form, 400)
    try:
        commands.reopen_month(db(), actor(), month=first, reason=form.reason.data or "", now=now())
    except LmsError as error:
        if error.field is None:
            raise
        form.add_error(error)
        return _page(first, form, error.status)
    flash(_("%(month)s está abierto otra vez.", month=i18n.sentence(i18n.month(first))), "good")
    return redirect(url_for("hours.month", word=word), code=303)
