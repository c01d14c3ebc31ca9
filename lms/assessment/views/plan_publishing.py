"""The last steps of a plan: a drawn sample as a learner would see it, what publishing changes, a newer bank."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment import plan_labels
from lms.assessment.commands import planning
from lms.assessment.formats.plan_check import Checked
from lms.assessment.formats.yaml_plan_writer import document_of
from lms.assessment.queries import plans
from lms.assessment.queries.attempts import Item
from lms.assessment.queries.plans import PlanDesk
from lms.assessment.rules.pages import pages
from lms.assessment.views import routes
from lms.assessment.views.authoring import ACCEPTED
from lms.assessment.views.plan_sheet import differences, number_of, stored, zone
from lms.assessment.views.presenting import Block, QuestionView, blocks, question_view, review_line_of
from lms.kit.errors import LmsError
from lms.kit.ids import new_code
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now
from lms.web.errors import message

WRITE = Permission.PUBLISH
_SEED = re.compile(r"[a-z0-9]{4,20}")


@routes.page("/contenido/prueba/<slug>/muestra", allow=WRITE)
def plan_sample(slug: str) -> ResponseReturnValue:
    """A form that the draft could draw. Nothing of it is kept; the address says which one it is."""
    desk = plans.plan_desk(db(), slug)
    checked = plans.checked(db(), desk, stored(desk))
    again = url_for("assessment.plan_sample", slug=slug)
    if not checked.ok:
        return render_template("assessment/plan_sample.html", desk=desk, faults=_told(checked, desk), again=again)
    seed = request.args.get("semilla", "")
    if not _SEED.fullmatch(seed):
        return redirect(url_for("assessment.plan_sample", slug=slug, semilla=new_code(8).lower()), code=303)
    items = plans.sample(db(), checked.plan, desk.target.id, seed)
    keys = bool(request.args.get("claves"))
    return render_template(
        "assessment/plan_sample.html",
        desk=desk,
        faults=[],
        plan=checked.plan,
        pages=_pages(items, checked.plan.page_size),
        total=len(items),
        points={item.position: item.points for item in items},
        lines={item.position: _line(item) for item in items} if keys else {},
        questions={item.position: item.question for item in items},
        accepted=ACCEPTED,
        again=again,
        other=url_for("assessment.plan_sample", slug=slug, semilla=seed, claves=None if keys else "1"),
    )


def _pages(items: list[Item], size: int) -> list[list[Block[QuestionView]]]:
    """The questions as the attempt would have them, page by page."""
    views = [question_view(item, None) for item in items]
    return [blocks(views[page.first - 1 : page.last]) for page in pages([item.scenario for item in items], size)]


def _line(item: Item) -> Any:
    return review_line_of(item.question, item.order, None, number=item.position, reveal=True)


def _told(checked: Checked, desk: PlanDesk) -> list[str]:
    titles = desk.titles()
    told = (
        plan_labels.plain(each, titles, of_section=len(path) > 1)
        for path, messages in checked.faults.items()
        for each in messages
    )
    return list(dict.fromkeys(told))


@routes.page("/contenido/prueba/<slug>/publicar", allow=WRITE, methods=("GET", "POST"))
def publish_plan(slug: str) -> ResponseReturnValue:
    """What publishing the draft would change, and the button that does it."""
    desk = plans.plan_desk(db(), slug)
    if desk.draft is None:
        flash(_("No hay un borrador que publicar: lo publicado es lo que se ve."), "information")
        return redirect(url_for("assessment.plan", slug=slug), code=303)
    if request.method == "GET":
        return _publish_page(desk)
    try:
        planning.publish_draft(
            db(),
            actor(),
            slug=slug,
            revision=number_of(request.form.get("revision")) or 0,
            seen=request.form.get("seen", ""),
            now=now(),
        )
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        return _publish_page(plans.plan_desk(db(), slug), message(error)), error.status
    flash(_("Plan publicado: lo siguen los intentos nuevos. Los que están en curso conservan el suyo."), "good")
    return redirect(url_for("assessment.tests"), code=303)


def _publish_page(desk: PlanDesk, error: str = "") -> str:
    checked = plans.checked(db(), desk, stored(desk))
    return render_template(
        "assessment/plan_publish.html",
        desk=desk,
        target=desk.target,
        checked=checked,
        faults=_told(checked, desk),
        warnings=[plan_labels.plain(each, desk.titles()) for some in checked.warnings.values() for each in some],
        changes=differences(desk.rules, checked, stored(desk), desk.titles()),
        seen=planning.fingerprint(desk, checked.plan, desk.target),
        revision=desk.draft.revision if desk.draft is not None else None,
        error=error,
    )


@routes.page("/contenido/prueba/<slug>/llevar", allow=WRITE, methods=("GET", "POST"))
def carry_plan(slug: str) -> ResponseReturnValue:
    """The published plan as it stands, over the current version of its bank."""
    desk = plans.plan_desk(db(), slug)
    if desk.rules is None or not desk.is_behind:
        flash(_("El plan ya usa la última versión del banco."), "information")
        return redirect(url_for("assessment.plan", slug=slug), code=303)
    if request.method == "GET":
        return _carry_page(desk)
    try:
        planning.carry_plan(db(), actor(), slug=slug, seen=request.form.get("seen", ""), now=now())
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        return _carry_page(plans.plan_desk(db(), slug), message(error)), error.status
    flash(_("El mismo plan usa ahora la última versión del banco. Los intentos en curso conservan la suya."), "good")
    return redirect(url_for("assessment.tests"), code=303)


def _carry_page(desk: PlanDesk, error: str = "") -> str:
    rules = desk.rules
    if rules is None:  # pragma: no cover - its caller has looked
        raise LookupError("a test without a plan")
    newest = plans.plan_desk(db(), desk.slug, version=desk.current.number)
    checked = plans.checked(db(), newest, document_of(rules, zone()))
    return render_template(
        "assessment/plan_publish.html",
        desk=desk,
        target=desk.current,
        checked=checked,
        faults=_told(checked, newest),
        warnings=[plan_labels.plain(each, newest.titles()) for some in checked.warnings.values() for each in some],
        changes=[],
        seen=planning.fingerprint(desk, rules, desk.current),
        revision=None,
        error=error,
    )
