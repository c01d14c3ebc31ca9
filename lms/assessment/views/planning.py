"""Plans in the browser: the tests, a new one, the editor that checks while one types, what two authors wrote at once."""

from __future__ import annotations

from fractions import Fraction

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind

from lms.assessment.commands import planning
from lms.assessment.forms import NewPlanForm
from lms.assessment.queries import plans
from lms.assessment.queries.plans import PlanDesk
from lms.assessment.rules.plan_document import Document, changed
from lms.assessment.views import routes
from lms.assessment.views.plan_sheet import (
    differences,
    number_of,
    sheet_of,
    stored,
    text_of,
    typed,
    words,
)
from lms.kit.errors import Conflict, LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, services, settings
from lms.web.errors import message

WRITE = Permission.PUBLISH
_SAVES = {"save": "assessment.plan", "preview": "assessment.plan_sample", "publish": "assessment.publish_plan"}
"""The buttons that keep the draft, and the page that each leads to."""


@routes.page("/contenido/pruebas", allow=WRITE, nav=(_l("Pruebas"), 71))
def tests() -> ResponseReturnValue:
    """The tests, those that are only begun included."""
    size = settings().page_size
    rows = plans.plan_rows(db(), after=request.args.get("desde", "")[:100], limit=size + 1)
    next_url = url_for("assessment.tests", desde=rows[size - 1].slug) if len(rows) > size else None
    marks = {row.slug: Fraction(row.plan.pass_num, row.plan.pass_den) for row in rows if row.plan is not None}
    return render_template("assessment/tests.html", rows=rows[:size], marks=marks, next_url=next_url)


@routes.page("/contenido/pruebas/nueva", allow=WRITE, methods=("GET", "POST"))
def new_plan() -> ResponseReturnValue:
    """Begin the plan of a test that there is not yet."""
    form = NewPlanForm(bank=request.args.get("banco", ""))
    known = plans.banks(db())
    form.bank.choices = [SelectChoice(bank.slug, bank.title) for bank in known]
    if form.validate_on_submit():
        try:
            draft = planning.begin_plan(
                db(),
                actor(),
                bank=form.bank.data,
                slug=form.slug.data or "",
                title=form.title.data or "",
                now=now(),
            )
        except LmsError as error:
            if error.status in {403, 404}:
                raise
            form.add_error(error)
            return render_template("assessment/new_plan.html", form=form, banks=known), error.status
        return redirect(url_for("assessment.plan", slug=draft.test_slug), code=303)
    return render_template("assessment/new_plan.html", form=form, banks=known), 400 if form.is_submitted() else 200


@routes.page("/contenido/prueba/<slug>/plan", allow=WRITE, methods=("GET", "POST"))
def plan(slug: str) -> ResponseReturnValue:
    """The editor of a plan. Its buttons add, drop and move sections, check, and keep the draft."""
    desk = plans.plan_desk(db(), slug)
    if request.method == "GET":
        chosen = desk.target.number if desk.draft is not None and desk.draft.bank_version_id is not None else None
        return _editor(desk, stored(desk), chosen, desk.draft.revision if desk.draft is not None else 0)
    sent = request.form.to_dict()
    document, version = typed(sent, slug), number_of(sent.get("version"))
    revision, operation = number_of(sent.get("revision")) or 0, sent.get("op", "")
    if operation not in _SAVES:
        desk = plans.plan_desk(db(), slug, version=version or desk.current.number)
        return _editor(desk, changed(document, operation), version, revision)
    try:
        planning.save_plan(db(), actor(), slug=slug, document=document, version=version, revision=revision, now=now())
    except Conflict as error:
        return _both(plans.plan_desk(db(), slug), document, version, message(error)), error.status
    if operation == "save":
        desk = plans.plan_desk(db(), slug)
        left = sum(map(len, plans.checked(db(), desk, document).faults.values()))
        told = _("Borrador guardado.")
        if left:
            more = ngettext(
                "Falta corregir %(num)s cosa para publicarlo.", "Falta corregir %(num)s cosas para publicarlo.", left
            )
            told = f"{told} {more}"
        flash(told, "good")
    return redirect(url_for(_SAVES[operation], slug=slug), code=303)


def _editor(desk: PlanDesk, document: Document, version: int | None, revision: int) -> str:
    """The editor; `version` is the bank version that its author chose, None for whichever is current."""
    return render_template(
        "assessment/plan.html",
        desk=desk,
        sheet=sheet_of(desk, document, plans.checked(db(), desk, document)),
        version=version,
        numbers=plans.bank_numbers(db(), desk.bank.id),
        revision=revision,
        words=words(),
    )


@routes.page("/contenido/prueba/<slug>/plan/comprobar", allow=WRITE, methods=("POST",), transaction=False)
def check_plan(slug: str) -> ResponseReturnValue:
    """What the editor says of what is typed, for the script: the same texts that its page would have. It writes nothing."""
    sent = request.form.to_dict()
    with services().database.reading() as session:
        desk = plans.plan_desk(session, slug)
        desk = plans.plan_desk(session, slug, version=number_of(sent.get("version")) or desk.current.number)
        document = typed(sent, slug)
        sheet = sheet_of(desk, document, plans.checked(session, desk, document))
        return render_template("assessment/plan_spots.html", sheet=sheet, desk=desk)


def _both(desk: PlanDesk, document: Document, version: int | None, told: str) -> str:
    """What two authors wrote at once, side by side: nothing is lost, and the second one decides."""
    other = stored(desk)
    mine, theirs = plans.checked(db(), desk, document), plans.checked(db(), desk, other)
    return render_template(
        "assessment/plan_conflict.html",
        desk=desk,
        told=told,
        mine=text_of(mine, document),
        theirs=text_of(theirs, other),
        changes=differences(theirs.plan, mine, document, desk.titles()),
        fields=[(key, value) for key, value in request.form.items() if key not in {"csrf_token", "op", "revision"}],
        revision=desk.draft.revision if desk.draft is not None else 0,
        version=version,
    )


@routes.page("/contenido/prueba/<slug>/descartar", allow=WRITE, methods=("POST",))
def give_up_plan(slug: str) -> ResponseReturnValue:
    """Drop the draft."""
    planning.give_up_plan(db(), actor(), slug=slug, revision=number_of(request.form.get("revision")) or 0)
    flash(_("Borrador descartado. Lo publicado sigue como estaba."), "good")
    return redirect(url_for("assessment.tests"), code=303)


@routes.page("/contenido/prueba/<slug>/plan.yaml", allow=WRITE)
def plan_file(slug: str) -> ResponseReturnValue:
    """The draft as `plan.yaml`, or the plan where there is no draft: what Git keeps beside the bank."""
    desk = plans.plan_desk(db(), slug)
    document = stored(desk)
    answer = Response(text_of(plans.checked(db(), desk, document), document), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = 'attachment; filename="plan.yaml"'
    return answer
