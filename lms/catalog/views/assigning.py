"""Assigning a course to people in scope, and withdrawing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind

from lms.catalog import commands, queries
from lms.catalog.forms import AssignForm, WithdrawForm
from lms.catalog.queries import VersionContent
from lms.catalog.views import routes
from lms.catalog.words import TYPES
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.people.queries import people_in_scope
from lms.web.context import actor, db, now, settings, today

ASSIGN = Permission.ASSIGN


@routes.page("/asignar", allow=ASSIGN, nav=(_l("Asignar"), 40))
def assign() -> ResponseReturnValue:
    """Choose a course, then people."""
    return _page(AssignForm(formdata=None), request.args.get("curso", ""), 200)


def _page(form: AssignForm, slug: str, status: int) -> ResponseReturnValue:
    courses = queries.assignable(db())
    chosen = next((course for course in courses if course.slug == slug), None)
    if chosen is None and len(courses) == 1:
        chosen = courses[0]
    search, after = request.args.get("buscar", "").strip()[:100], request.args.get("desde", "")
    size = settings().page_size
    found = people_in_scope(db(), actor(), ASSIGN, today(), search=search, after=after, limit=size + 1)
    rows = found[:size]
    _choices(form, chosen)
    held = queries.open_enrolments(db(), chosen.slug, [row.person.id for row in rows]) if chosen and rows else {}
    here: dict[str, Any] = {"curso": chosen.slug if chosen else "", "buscar": search}
    page = render_template(
        "catalog/assign.html",
        form=form,
        courses=courses,
        chosen=chosen,
        rows=rows,
        held=held,
        search=search,
        picked=set(form.people.data or []),
        next_url=url_for("catalog.assign", **here, desde=rows[-1].key) if len(found) > size else None,
        first_url=url_for("catalog.assign", **here) if after else None,
    )
    return page, status


def _choices(form: AssignForm, chosen: VersionContent | None) -> None:
    served = chosen.training_types if chosen else ()
    form.training_type.choices = [SelectChoice(kind, TYPES.get(kind, kind)) for kind in served]
    form.people.choices = []
    if chosen is not None:
        form.course.data = chosen.slug
    if not form.training_type.data and len(served) == 1:
        form.training_type.data = served[0]


@routes.page("/asignar/hecho", allow=ASSIGN, methods=("POST",))
def assign_people() -> ResponseReturnValue:
    """Assign, and say who got the course and who had it. Sent again, it changes nothing: they all have it by then."""
    form = AssignForm()
    slug = form.course.data or ""
    if not form.validate_on_submit():
        return _page(form, slug, 400)
    try:
        done = commands.enrol_many(
            db(),
            actor(),
            person_codes=form.people.data or [],
            course_slug=slug,
            training_type=form.training_type.data or "",
            due_on=form.due_on.data,
            limit=settings().page_size,
            now=now(),
        )
    except LmsError as error:
        if error.status == 404:
            raise
        form.add_error(error)
        return _page(form, slug, error.status)
    return render_template(
        "catalog/assigned.html",
        version=queries.current_content(db(), slug),
        added=[item.person for item in done if item.enrolment is not None],
        held=[item.person for item in done if item.enrolment is None],
        due_on=form.due_on.data,
        training_type=TYPES.get(form.training_type.data or "", ""),
    )


@routes.page("/asignacion/<code>/retirar", allow=ASSIGN, methods=("GET", "POST"))
def withdraw(code: str) -> ResponseReturnValue:
    """End an enrolment, for a reason."""
    enrolment = queries.enrolment_for(db(), actor(), code, ASSIGN, today())
    form = WithdrawForm()
    status = 200
    if form.validate_on_submit():
        try:
            commands.withdraw(db(), actor(), enrolment_code=code, reason=form.reason.data or "", now=now())
        except LmsError as error:
            form.add_error(error)
            status = error.status
        else:
            flash(_("El curso quedó retirado. Lo hecho hasta ahora sigue registrado."), "good")
            return redirect(url_for("people.person", person_code=_person(enrolment.person_id)), code=303)
    elif form.is_submitted():
        status = 400
    page = render_template(
        "catalog/withdraw.html",
        form=form,
        enrolment=enrolment,
        version=queries.content(db(), enrolment.version_id),
        person_code=_person(enrolment.person_id),
    )
    return page, status


def _person(person_id: int) -> str:
    return queries.person_code(db(), person_id)
