"""Certificates at stake: the queue of who may revoke, and one question with its decision."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.certificates import commands
from lms.certificates.forms import DecisionForm, ReopenForm
from lms.certificates.queries import staking
from lms.certificates.views import routes
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


@routes.page("/certificados/en-cuestion", allow=Permission.REVOKE, nav=(_l("En cuestión"), 62))
def at_stake() -> ResponseReturnValue:
    """What waits for a decision, or what was decided; paged by key."""
    waiting, size = "resueltos" not in request.args, settings().page_size
    rows = staking.questions(
        db(), actor(), today(), waiting=waiting, before=_number(request.args.get("desde")), limit=size + 1
    )
    more = rows[size - 1].question.id if len(rows) > size else None
    next_url = url_for("certificates.at_stake", desde=more, resueltos=None if waiting else 1)
    return render_template(
        "certificates/at_stake.html",
        rows=rows[:size],
        waiting=waiting,
        next_url=next_url if more else None,
    )


@routes.page("/certificado-en-cuestion/<code>", allow=Permission.REVOKE, methods=("GET", "POST"))
def question(code: str) -> ResponseReturnValue:
    """What is asked, with the results behind it; the POST decides."""
    form = DecisionForm()
    if request.method == "POST" and form.validate_on_submit():
        commands.decide(
            db(), actor(), code, decision=form.decision.data or "", reason=form.reason.data or "", now=now()
        )
        flash(_("Decisión registrada, con el motivo."), "good")
        return redirect(url_for("certificates.question", code=code), code=303)
    return _page(code, form, ReopenForm(formdata=None)), 400 if request.method == "POST" else 200


@routes.page("/certificado-en-cuestion/<code>/reabrir", allow=Permission.REVOKE, methods=("POST",))
def reopen(code: str) -> ResponseReturnValue:
    """Take a decision to keep back."""
    form = ReopenForm()
    if not form.validate_on_submit():
        return _page(code, DecisionForm(formdata=None), form), 400
    commands.reopen(db(), actor(), code, reason=form.reason.data or "", now=now())
    flash(_("La decisión se retiró: el certificado espera otra. La anterior sigue en el registro."), "good")
    return redirect(url_for("certificates.question", code=code), code=303)


def _page(code: str, form: DecisionForm, again: ReopenForm) -> str:
    asked = staking.question_for(db(), actor(), code, today())
    return render_template(
        "certificates/question.html",
        asked=asked,
        history=staking.decisions(db(), asked.question.id),
        results=staking.results(db(), asked.attempt.id),
        form=form,
        again=again,
        own=asked.certificate.person_id == actor().person_id,
        steps=actor().can(Permission.READ_ATTEMPTS),
    )
