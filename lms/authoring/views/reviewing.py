"""What is done with a draft as a whole: approved by somebody else, kept over what was published meanwhile, given up."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.messages import TYPES
from lms.authoring.commands import approve, discard, rebase
from lms.authoring.queries import desk as reading
from lms.authoring.rules import compare
from lms.authoring.rules.drafting import called
from lms.authoring.views import routes
from lms.authoring.views.sheet import preview, worded
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now

WRITE = Permission.PUBLISH


def _revision() -> int:
    sent = request.form.get("revision", "0")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


@routes.page("/contenido/borrador/<code>", allow=WRITE, methods=("GET", "POST"))
def review_draft(code: str) -> ResponseReturnValue:
    """A draft as a second person reads it: as a learner sees it, its key, what it changes; and the button to approve it."""
    draft, bank = reading.draft_by_code(db(), code)
    if request.method == "POST":
        approve(db(), actor(), code=code, revision=_revision(), now=now())
        flash(_("Aprobado: ya se puede publicar."), "good")
        return redirect(url_for("authoring.drafts", slug=bank.slug), code=303)
    desk = reading.desk(db(), bank.slug)
    published = reading.published_unit(db(), desk.version, draft.key)
    read = desk.read(draft)
    return render_template(
        "authoring/review.html",
        desk=desk,
        draft=draft,
        name=called(draft.document) or draft.key,
        reading=read,
        faults=[worded(text) for text in read.texts],
        previews=[preview(question) for question in read.questions],
        changes=compare.lines(published.document, draft.document) if published else None,
        own=draft.changed_by == actor().person_id,
        types=TYPES,
    )


@routes.page("/contenido/borrador/<code>/seguir", allow=WRITE, methods=("POST",))
def keep(code: str) -> ResponseReturnValue:
    """Go on with a draft over what was published meanwhile."""
    draft = rebase(db(), actor(), code=code, revision=_revision())
    _found, bank = reading.draft_by_code(db(), code)
    flash(_("El borrador sigue: al publicarlo reemplaza lo que hay."), "good")
    return redirect(url_for("authoring.edit", slug=bank.slug, key=draft.key), code=303)


@routes.page("/contenido/borrador/<code>/descartar", allow=WRITE, methods=("GET", "POST"))
def discard_draft(code: str) -> ResponseReturnValue:
    """Give a draft up, once it is clear what goes."""
    draft, bank = reading.draft_by_code(db(), code)
    if request.method == "POST":
        discard(db(), actor(), code=code, revision=_revision())
        flash(_("Borrador descartado. Lo publicado sigue como estaba."), "good")
        return redirect(url_for("authoring.drafts", slug=bank.slug), code=303)
    return render_template("authoring/discard.html", draft=draft, bank=bank, name=called(draft.document) or draft.key)
