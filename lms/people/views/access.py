"""Access grants, one-time codes, and the places that people work in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.kit.errors import LmsError, NotFound
from lms.kit.permissions import Permission
from lms.people import queries
from lms.people.commands import access, signin
from lms.people.forms import GrantForm, JobForm, ProgrammeForm, SiteForm
from lms.people.forms.access import ROLE_NAMES
from lms.people.forms.records import options
from lms.people.views import routes
from lms.web.context import actor, db, now, settings, today
from lms.web.forms import Form

MANAGE = Permission.MANAGE_ACCESS


@routes.page("/persona/<person_code>/codigo", allow=Permission.ISSUE_CODE, methods=("POST",))
def issue_code(person_code: str) -> ResponseReturnValue:
    """A one-time code, shown in the answer to this request and never again."""
    person = queries.person_for(db(), actor(), person_code, Permission.ISSUE_CODE, today())
    hours = settings().code_hours
    code = signin.issue_code(db(), actor(), person, key=settings().secret_key, hours=hours, now=now())
    return render_template(
        "people/code.html",
        person=person,
        code="-".join(code[start : start + 5] for start in range(0, len(code), 5)),
        expires_at=now() + timedelta(hours=hours),
    )


@routes.page("/persona/<person_code>/permisos", allow=MANAGE, methods=("GET", "POST"))
def grants(person_code: str) -> ResponseReturnValue:
    """The roles of a person, and one more."""
    person = queries.person_for(db(), actor(), person_code, MANAGE, today())
    form = GrantForm()
    form.site.choices = options(_("Todas"), [(each.code, each.name) for each in queries.sites(db())])
    form.programme.choices = options(_("Todas"), [(each.code, each.name) for each in queries.programmes(db())])
    status = 200 if request.method == "GET" else 400
    if form.validate_on_submit():
        try:
            access.grant_role(
                db(),
                actor(),
                person_code,
                role=form.role.data,
                site=form.site.data or "",
                programme=form.programme.data or "",
                last_day=form.last_day.data,
                now=now(),
            )
        except NotFound:
            raise
        except LmsError as error:
            form.add_error(error)
            status = error.status
        else:
            flash(_("Permiso dado. Vale desde la próxima página que abra."), "good")
            return redirect(url_for("people.grants", person_code=person_code), code=303)
    page = render_template(
        "people/grants.html",
        person=person,
        form=form,
        grants=queries.grants_of(db(), person.id, now()),
        role_names=ROLE_NAMES,
        myself=person.id == actor().person_id,
    )
    return page, status


@routes.page("/persona/<person_code>/permisos/<grant_code>/quitar", allow=MANAGE, methods=("POST",))
def revoke(person_code: str, grant_code: str) -> ResponseReturnValue:
    """Take a role back."""
    access.revoke_role(db(), actor(), person_code, grant_code, now=now())
    flash(_("Permiso quitado. Deja de valer desde la próxima página que abra."), "good")
    return redirect(url_for("people.grants", person_code=person_code), code=303)


@routes.page("/organizacion", allow=MANAGE, nav=(_l("Organización"), 90))
def organization() -> ResponseReturnValue:
    """Sites, programmes and jobs."""
    return _organization({}, 200)


def _organization(filled: dict[str, Form], status: int) -> ResponseReturnValue:
    page = render_template(
        "people/organization.html",
        sites=queries.sites(db()),
        programmes=queries.programmes(db()),
        jobs=queries.jobs(db()),
        site_form=filled.get("site") or SiteForm(None, prefix="site-"),
        programme_form=filled.get("programme") or ProgrammeForm(None, prefix="programme-"),
        job_form=filled.get("job") or JobForm(None, prefix="job-"),
    )
    return page, status


def _add(kind: str, form: Form, act: Callable[[], object]) -> ResponseReturnValue:
    status = 400
    if form.validate_on_submit():
        try:
            act()
        except LmsError as error:
            form.add_error(error)
            status = error.status
        else:
            flash(_("Agregado."), "good")
            return redirect(url_for("people.organization"), code=303)
    return _organization({kind: form}, status)


@routes.page("/organizacion/sede", allow=MANAGE, methods=("POST",))
def add_site() -> ResponseReturnValue:
    """A new site."""
    form = SiteForm(prefix="site-")
    return _add(
        "site",
        form,
        lambda: access.add_site(db(), actor(), name=form.name.data or "", zone=form.zone.data or "", now=now()),
    )


@routes.page("/organizacion/campana", allow=MANAGE, methods=("POST",))
def add_programme() -> ResponseReturnValue:
    """A new programme."""
    form = ProgrammeForm(prefix="programme-")
    return _add("programme", form, lambda: access.add_programme(db(), actor(), name=form.name.data or "", now=now()))


@routes.page("/organizacion/puesto", allow=MANAGE, methods=("POST",))
def add_job() -> ResponseReturnValue:
    """A new job."""
    form = JobForm(prefix="job-")
    return _add(
        "job",
        form,
        lambda: access.add_job(
            db(), actor(), name=form.name.data or "", key_customer_related=form.key_customer_related.data, now=now()
        ),
    )
