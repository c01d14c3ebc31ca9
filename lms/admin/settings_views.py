"""The page of the settings that change over time."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.admin import commands, queries
from lms.admin.forms import EndSettingForm, SettingForm, WithdrawSettingForm
from lms.admin.views import routes
from lms.admin.words import SETTINGS
from lms.kit.dated import REGISTRY, default_of, rows_in_force, setting_on
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.people.queries import sites
from lms.web.context import actor, db, now, today
from lms.web.forms import Form

MANAGE = Permission.MANAGE_ACCESS


@routes.page("/ajustes", allow=MANAGE, nav=(_l("Ajustes"), 92))
def settings_page() -> ResponseReturnValue:
    """Each setting: what it means, what holds today, what held and will hold, and a form for a new range."""
    return _page(SettingForm(formdata=None))


@routes.page("/ajustes", allow=MANAGE, methods=("POST",))
def add_setting() -> ResponseReturnValue:
    """A value for a range of days."""
    form = SettingForm()
    _choices(form)
    if not form.validate_on_submit() or form.value.data is None or form.from_day.data is None:
        return _page(form), 400
    try:
        commands.add_setting(
            db(),
            actor(),
            key=form.key.data,
            value=form.value.data,
            from_day=form.from_day.data,
            to_day=form.to_day.data,
            site_code=form.site.data or "",
            note=form.note.data or "",
            now=now(),
        )
    except LmsError as error:
        form.add_error(error)
        return _page(form), error.status
    flash(_("Ajuste guardado. Vale desde su primer día; los días anteriores no cambian."), "good")
    return redirect(url_for("admin.settings_page"), code=303)


@routes.page("/ajustes/terminar", allow=MANAGE, methods=("POST",))
def end_setting() -> ResponseReturnValue:
    """Give a range its last day."""
    form = EndSettingForm()
    if not form.validate_on_submit() or form.last_day.data is None:
        return _page(SettingForm(formdata=None), form), 400
    try:
        commands.end_setting(db(), actor(), code=form.code.data or "", last_day=form.last_day.data, now=now())
    except LmsError as error:
        form.add_error(error)
        return _page(SettingForm(formdata=None), form), error.status
    flash(_("El ajuste tiene su último día."), "good")
    return redirect(url_for("admin.settings_page"), code=303)


@routes.page("/ajustes/retirar", allow=MANAGE, methods=("POST",))
def withdraw_setting() -> ResponseReturnValue:
    """Take back a range that has not begun."""
    form = WithdrawSettingForm()
    if not form.validate_on_submit():
        return _page(SettingForm(formdata=None), form), 400
    try:
        commands.withdraw_setting(db(), actor(), code=form.code.data or "", now=now())
    except LmsError as error:
        form.add_error(error)
        return _page(SettingForm(formdata=None), form), error.status
    flash(_("Ajuste retirado antes de empezar. Queda en la historia."), "good")
    return redirect(url_for("admin.settings_page"), code=303)


def _choices(form: SettingForm) -> None:
    form.key.choices = [(key, str(SETTINGS[key][0])) for key in REGISTRY]
    form.site.choices = [("", _("Todas")), *((site.code, site.name) for site in sites(db()))]


def _page(form: SettingForm, failed: Form | None = None) -> str:
    _choices(form)
    history = queries.setting_history(db())
    standing = {row.id for row in rows_in_force(db())}
    names = {site.id: site.name for site in sites(db())}
    return render_template(
        "admin/settings.html",
        settings=[
            {
                "key": key,
                "name": SETTINGS[key][0],
                "meaning": SETTINGS[key][1],
                "value": setting_on(db(), key, today()),
                "own": default_of(db(), key),
                "spec": spec,
                "rows": [row for row in history if row.key == key],
            }
            for key, spec in REGISTRY.items()
        ],
        standing=standing,
        sites=names,
        form=form,
        failed=failed,
    )
