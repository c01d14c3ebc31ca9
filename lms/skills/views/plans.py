"""Action plans: what follows from a failed verification."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.skills import commands, queries
from lms.skills.forms import PlanForm
from lms.skills.queries import PlanRow
from lms.skills.views import routes
from lms.skills.views.road import may_reach
from lms.web.context import actor, db, now, settings, today


@routes.page("/planes", allow=Permission.READ_TEAM, nav=(_l("Planes de acción"), 26))
def plans() -> ResponseReturnValue:
    """Plans of the people in scope, the first due first."""
    closed, limit = request.args.get("estado") == "cerrados", settings().page_size
    rows = queries.plans_page(
        db(), actor(), today(), closed=closed, after=request.args.get("despues", ""), limit=limit + 1
    )
    shown = rows[:limit]
    state = "cerrados" if closed else None
    more = url_for("skills.plans", despues=shown[-1].plan.code, estado=state) if len(rows) > limit else None
    return render_template("skills/plans.html", rows=shown, closed=closed, more=more)


@routes.page("/plan/<code>", allow=Permission.READ_TEAM)
def plan(code: str) -> ResponseReturnValue:
    """A plan, and closing it."""
    return _page(queries.plan_for(db(), actor(), code, Permission.READ_TEAM, today()), PlanForm(formdata=None))


def _page(row: PlanRow, form: PlanForm) -> str:
    who = actor()
    may_close = (
        row.close is None
        and row.plan.person_id != who.person_id
        and who.can(Permission.VERIFY)
        and may_reach(row.plan.person_id, Permission.VERIFY)
    )
    return render_template("skills/plan.html", row=row, form=form, may_close=may_close)


@routes.page("/plan/<code>/cerrar", allow=Permission.VERIFY, methods=("POST",))
def close_plan(code: str) -> ResponseReturnValue:
    """Close a plan with its outcome."""
    row = queries.plan_for(db(), actor(), code, Permission.VERIFY, today())
    form = PlanForm()
    if not form.validate_on_submit():
        return _page(row, form), 400
    try:
        commands.close_action_plan(db(), actor(), code=code, outcome=form.outcome.data or "", now=now())
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return _page(row, form), error.status
    flash(_("Plan cerrado."), "good")
    return redirect(url_for("skills.plan", code=code), code=303)
