"""Disputes: what a learner says on the result page, and the queue of the authors."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.assessment import forms
from lms.assessment.commands import disputing as commands
from lms.assessment.queries import disputes as reading
from lms.assessment.views import routes
from lms.assessment.views.presenting import answer_words, review_line_of
from lms.kit.errors import Conflict, Invalid
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings
from lms.web.errors import message


@routes.page("/intento/<code>/objetar", allow=Permission.LEARN, methods=("POST",))
def dispute(code: str) -> ResponseReturnValue:
    """Say what is wrong with a question of one's own attempt."""
    try:
        commands.dispute(
            db(),
            actor(),
            attempt_code=code,
            position=forms.position_of(request.form.get("position")) or 0,
            said=request.form.get("said", "").strip(),
            now=now(),
            most=settings().dispute_length,
        )
    except (Conflict, Invalid) as fault:
        flash(message(fault), "warning")
    else:
        flash(_("Objeción enviada. La respuesta aparece en esta página, y avisamos cuando esté."), "good")
    return redirect(url_for("assessment.result", code=code, _anchor="objeciones"), code=303)


@routes.page("/contenido/objeciones", allow=Permission.PUBLISH, nav=(_l("Objeciones"), 62))
def disputes() -> ResponseReturnValue:
    """Those that wait for an answer, or have one; paged by key. Whose they are is not said."""
    open_ones, size = "respondidas" not in request.args, settings().page_size
    before = forms.numbers(request.args, "desde")
    rows = reading.listing(db(), open_ones=open_ones, before=before[0] if before else None, limit=size + 1)
    more = rows[size - 1].dispute.id if len(rows) > size else None
    next_url = url_for("assessment.disputes", desde=more, respondidas=None if open_ones else 1)
    return render_template(
        "assessment/disputes.html", rows=rows[:size], open_ones=open_ones, next_url=next_url if more else None
    )


@routes.page("/contenido/objecion/<code>", allow=Permission.PUBLISH, methods=("GET", "POST"))
def dispute_case(code: str) -> ResponseReturnValue:
    """One dispute with its question; the POST answers it."""
    error, status = "", 200
    if request.method == "POST":
        try:
            if request.form.get("upheld") not in {"yes", "no"}:
                raise Invalid("assessment.dispute_verdict", field="upheld")
            commands.answer(
                db(),
                actor(),
                code,
                upheld=request.form["upheld"] == "yes",
                said=request.form.get("said", "").strip(),
                now=now(),
                most=settings().dispute_length,
            )
        except (Conflict, Invalid) as fault:
            error, status = message(fault), fault.status
        else:
            flash(_("Respuesta registrada y avisada."), "good")
            return redirect(url_for("assessment.dispute_case", code=code), code=303)
    case = reading.case(db(), code)
    order = tuple(range(case.question.kind.shuffle_size(case.question.body)))
    page = render_template(
        "assessment/dispute.html",
        case=case,
        line=review_line_of(case.question, order, case.given, number=0, reveal=True),
        given=answer_words(case.question, case.given),
        own=case.person_id == actor().person_id,
        most=settings().dispute_length,
        error=error,
        said=request.form.get("said", ""),
        upheld=request.form.get("upheld", ""),
    )
    return page, status
