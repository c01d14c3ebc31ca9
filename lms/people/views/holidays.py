"""The holidays of a site: a year of them, one more, one less, and a country's calendar to fill it from."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.people import queries
from lms.people.calendars import countries, public_holidays, subdivisions
from lms.people.commands import holidays as commands
from lms.people.forms.holidays import FillForm, HolidayForm, RemoveHolidayForm
from lms.people.views import routes
from lms.web.context import actor, db, now, today
from lms.web.forms import YEARS

MANAGE = Permission.MANAGE_ACCESS


@routes.page("/sedes/<code>/feriados", allow=MANAGE)
def holidays(code: str) -> ResponseReturnValue:
    """A year of a site's calendar."""
    return _page(code, HolidayForm(formdata=None))


@routes.page("/sedes/<code>/feriados", allow=MANAGE, methods=("POST",))
def add_holiday(code: str) -> ResponseReturnValue:
    """One holiday more."""
    form = HolidayForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _page(code, form), 400
    try:
        row = commands.add_holiday(db(), actor(), code, day=form.day.data, name=form.name.data or "", now=now())
    except LmsError as error:
        if error.status == 404:
            raise
        form.add_error(error)
        return _page(code, form), error.status
    flash(_("Feriado agregado."), "good")
    return redirect(url_for("people.holidays", code=code, anio=row.day.year), code=303)


@routes.page("/sedes/<code>/feriados/quitar", allow=MANAGE, methods=("POST",))
def remove_holiday(code: str) -> ResponseReturnValue:
    """One holiday less."""
    queries.site_for(db(), actor(), code, MANAGE)
    form = RemoveHolidayForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _page(code, HolidayForm(formdata=None)), 400
    commands.remove_holiday(db(), actor(), code, day=form.day.data, now=now())
    flash(_("Feriado quitado. Las fechas que ya se calcularon no cambian."), "good")
    return redirect(url_for("people.holidays", code=code, anio=form.day.data.year), code=303)


@routes.page("/sedes/<code>/feriados/completar", allow=MANAGE, methods=("POST",))
def fill_holidays(code: str) -> ResponseReturnValue:
    """Every public holiday of a country's year that the calendar lacks."""
    queries.site_for(db(), actor(), code, MANAGE)
    form = FillForm()
    if not form.validate_on_submit() or form.year.data is None:
        return _page(code, HolidayForm(formdata=None), form), 400
    try:
        added = commands.fill_holidays(
            db(),
            actor(),
            code,
            country=form.country.data or "",
            subdivision=form.subdivision.data or "",
            year=form.year.data,
            now=now(),
        )
    except LmsError as error:
        if error.status == 404:
            raise
        form.add_error(error)
        return _page(code, HolidayForm(formdata=None), form), error.status
    flash(ngettext("Se agregó %(num)s feriado.", "Se agregaron %(num)s feriados.", added), "good")
    return redirect(url_for("people.holidays", code=code, anio=form.year.data), code=303)


def _page(code: str, form: HolidayForm, fill: FillForm | None = None) -> str:
    site = queries.site_for(db(), actor(), code, MANAGE)
    year = _year()
    country = request.args.get("pais", site.country or "").upper()
    parts = subdivisions(country)
    part = request.args.get("region", site.subdivision or "" if country == site.country else "")
    part = part if part in parts else ""
    rows = queries.holidays_of(db(), site.id, year)
    held = {row.day for row, _who in rows}
    proposed = public_holidays(country, part, year)
    return render_template(
        "people/holidays.html",
        site=site,
        year=year,
        years=YEARS,
        rows=rows,
        form=form,
        fill=fill or FillForm(formdata=None, country=country, subdivision=part, year=year),
        countries=_named(),
        country=country,
        parts=parts,
        part=part,
        asked="pais" in request.args and country != "",
        proposed=[(day, name, day in held) for day, name in proposed],
        lacking=sum(day not in held for day, _name in proposed),
    )


def _year() -> int:
    typed = request.args.get("anio", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else today().year
    return year if year in YEARS else today().year


def _named() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of each country, by name."""
    names = get_locale().territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda pair: pair[1])
