"""Banks that begin in the browser, and what their questions show."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from lms.assessment.commands.media import add_media as keep
from lms.authoring.commands import make_bank
from lms.authoring.forms import BankForm
from lms.authoring.queries.desk import desk
from lms.authoring.views import routes
from lms.kit.errors import Invalid, LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, services


@routes.page("/contenido/bancos/nuevo", allow=Permission.PUBLISH, methods=("GET", "POST"))
def new_bank() -> ResponseReturnValue:
    """A bank with its first topic, nothing published yet."""
    form = BankForm()
    if not form.validate_on_submit():
        return render_template("authoring/new_bank.html", form=form), 400 if form.is_submitted() else 200
    try:
        bank = make_bank(db(), actor(), title=form.title.data or "", topic=form.topic.data or "", now=now())
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return render_template("authoring/new_bank.html", form=form), error.status
    flash(_("Banco creado: se publica con su primera pregunta."), "good")
    return redirect(url_for("authoring.drafts", slug=bank.slug), code=303)


@routes.page("/contenido/banco/<slug>/medio", allow=Permission.PUBLISH, methods=("POST",), uploads="media")
def add_media(slug: str) -> ResponseReturnValue:
    """Keep a picture or a sound; the answer is the text that shows it, to be put where it belongs."""
    found, upload = desk(db(), slug), request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid("files.empty", name="")
    shows = " ".join(request.form.get("shows", "").replace("[", "(").replace("]", ")").split())[:300]
    name = keep(
        db(),
        actor(),
        found.bank,
        cast(BinaryIO, upload.stream),
        name=upload.filename,
        files=services().files,
        now=now(),
    )
    text = f"![{shows or upload.filename}](media/{name})"
    if "fragment" in request.form:
        return render_template("authoring/_media.html", text=text)
    flash(Markup("<code>{}</code>").format(text), "good")
    return redirect(url_for("authoring.drafts", slug=slug), code=303)


def bank_actions(slug: str, **_context: object) -> str | None:
    """Fills `bank.actions`: the ways to write in a bank."""
    return render_template("authoring/_bank_actions.html", slug=slug) if actor().can(Permission.PUBLISH) else None


def question_actions(slug: str, key: str, **_context: object) -> str | None:
    """Fills `question.actions`: the way to change a question."""
    if not actor().can(Permission.PUBLISH):
        return None
    return render_template("authoring/_question_actions.html", slug=slug, key=key)


def banks_actions(**_context: object) -> str | None:
    """Fills `banks.actions`: the way to begin a bank."""
    return render_template("authoring/_banks_actions.html") if actor().can(Permission.PUBLISH) else None
