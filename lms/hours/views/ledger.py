"""The entries behind a figure, one entry with its corrections, and one's own hours."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.hours import commands, queries
from lms.hours.forms import CorrectionForm
from lms.hours.rules import Dimension, Key, parse_month
from lms.hours.views import routes
from lms.hours.views.pivots import READ, asked, label
from lms.hours.words import BASES, DIMENSIONS, KINDS, MODES, TYPES
from lms.kit.errors import LmsError
from lms.kit.ids import new_code
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today

CORRECT = Permission.CLOSE_HOURS


@routes.page("/horas/registros", allow=READ)
def records() -> ResponseReturnValue:
    """The entries behind a figure of `/horas`, and what they add up to: the same question, the same sum."""
    ask = asked()
    size = settings().page_size
    rows = queries.entries(
        db(), actor(), ask.selection, on=today(), after=request.args.get("sigue", ""), limit=size + 1
    )
    shown = rows[:size]
    here = ask.parameters(por=None, y=None)
    more = url_for("hours.records", **here, sigue=shown[-1].entry.code) if len(rows) > size else None
    page = render_template(
        "hours/records.html",
        ask=ask,
        here=here,
        rows=shown,
        total=queries.selection_total(db(), actor(), ask.selection, on=today()),
        chosen=_chosen_words(shown),
        next_url=more,
        first_url=url_for("hours.records", **here) if request.args.get("sigue") else None,
        kinds=KINDS,
        types=TYPES,
        bases=BASES,
    )
    return page, 400 if ask.faults else 200


def _chosen_words(rows: list[queries.EntryRow]) -> list[tuple[str, str]]:
    """What the list was narrowed to, in words. Names are taken from the rows themselves: they all share the value."""
    ask = asked()
    found = []
    for dimension, key in ask.selection.keys.items():
        text = key
        if dimension in {Dimension.TYPE, Dimension.MODE, Dimension.KIND, Dimension.MONTH}:
            text = label(dimension, Key(key, key, key))
        elif rows:
            row = rows[0]
            text = {
                Dimension.SITE: row.site,
                Dimension.PROGRAMME: row.programme,
                Dimension.JOB: row.job,
                Dimension.COURSE: row.entry.course_title,
                Dimension.PERSON: row.person_name,
            }[dimension] or label(dimension, Key("", key, ""))
        found.append((str(DIMENSIONS[dimension]), text))
    return found


@routes.page("/horas/registro/<code>", allow=READ)
def entry(code: str) -> ResponseReturnValue:
    """One entry: its facts, its corrections, and the form to correct it."""
    form = CorrectionForm(request_code=new_code(24))
    return _entry_page(code, form, 200)


def _entry_page(code: str, form: CorrectionForm, status: int) -> ResponseReturnValue:
    row, corrections, original, posted_by = queries.entry_page(db(), actor(), code, today())
    month = parse_month(row.entry.day.isoformat()[:7])
    return (
        render_template(
            "hours/entry.html",
            row=row,
            corrections=corrections,
            original=original,
            posted_by=posted_by,
            standing=row.entry.minutes + sum(item.entry.minutes for item in corrections),
            month=month,
            form=form,
            may_correct=actor().can(CORRECT) and row.entry.corrects_id is None,
            kinds=KINDS,
            types=TYPES,
            modes=MODES,
            bases=BASES,
        ),
        status,
    )


@routes.page("/horas/registro/<code>/corregir", allow=CORRECT, methods=("POST",))
def correct_entry(code: str) -> ResponseReturnValue:
    """Write a counter-entry."""
    form = CorrectionForm()
    found = queries.entry_for(db(), actor(), code, CORRECT, today())
    if not form.validate_on_submit():
        return _entry_page(code, form, 400)
    try:
        commands.correct(
            db(),
            actor(),
            found,
            minutes_delta=form.minutes_delta.data or 0,
            reason=form.reason.data or "",
            request_code=form.request_code.data or "",
            now=now(),
        )
    except LmsError as error:
        form.add_error(error)
        return _entry_page(code, form, error.status)
    flash(_("Corrección escrita. El registro original queda como estaba."), "good")
    return redirect(url_for("hours.entry", code=code), code=303)


@routes.page("/mis-horas", allow=Permission.LEARN)
def my_hours() -> ResponseReturnValue:
    """A learner's own hours."""
    person_id = actor().person_id or -1
    sums, latest = queries.person_hours(db(), actor(), person_id, today(), limit=settings().page_size)
    return render_template("hours/mine.html", sums=sums, latest=latest, kinds=KINDS, types=TYPES)
