"""The desk of a bank: what is being written, what is ready, what is published now or at a time."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _

from lms.assessment.messages import TYPES
from lms.authoring.commands import publish, schedule, set_desk, withdraw
from lms.authoring.commands.publishing import needs_second
from lms.authoring.forms import DeskForm, EmptyForm, PublishForm
from lms.authoring.messages import MESSAGES
from lms.authoring.models import QuestionDraft
from lms.authoring.queries import desk as reading
from lms.authoring.queries.desk import Desk
from lms.authoring.rules.drafting import SCENARIO, called
from lms.authoring.rules.faults import Reading
from lms.authoring.views import routes
from lms.authoring.views.sheet import worded
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now

WRITE = Permission.PUBLISH


@dataclass(frozen=True)
class Row:
    """A draft on the desk, with what keeps it from being published."""

    draft: QuestionDraft
    name: str
    type: str
    reading: Reading
    moved: bool  # something else was published since it was begun
    waits: bool  # for a second person

    @property
    def faults(self) -> list[str]:
        return [worded(text) for text in self.reading.texts]

    @property
    def ready(self) -> bool:
        return self.reading.ok and not self.moved and not self.waits


@routes.page("/contenido/banco/<slug>/borradores", allow=WRITE, methods=("GET", "POST"))
def drafts(slug: str) -> ResponseReturnValue:
    """The drafts of a bank; the form publishes those that are ticked, now or at the time that was given."""
    desk = reading.desk(db(), slug)
    form = PublishForm()
    if not form.validate_on_submit():
        return _page(desk, form), 400 if form.is_submitted() else 200
    codes = request.form.getlist("draft")
    try:
        with db().begin_nested():  # the page of a refusal reads on in this transaction
            told = _publish(slug, codes, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return _page(reading.desk(db(), slug), form, chosen=codes), error.status
    flash(told, "good")
    return redirect(url_for("authoring.drafts", slug=slug), code=303)


def _publish(slug: str, codes: list[str], form: PublishForm) -> str:
    """Do what the form asks for; returns what to say of it."""
    if form.due_at.data:
        due = form.due_at.data.replace(tzinfo=ZoneInfo(actor().zone))
        row = schedule(db(), actor(), bank=slug, codes=codes, carry=form.carry.data, due_at=due, now=now())
        return str(_("Se publicará el %(at)s.", at=format_datetime(row.due_at, "short")))
    version = publish(db(), actor(), bank=slug, codes=codes, carry=form.carry.data, now=now())
    return str(_("Publicado: versión %(number)s.", number=version.number))


def _page(desk: Desk, form: PublishForm, chosen: list[str] | None = None) -> str:
    rows = _rows(desk)
    return render_template(
        "authoring/desk.html",
        desk=desk,
        form=form,
        rows=rows,
        chosen=[row.draft.code for row in rows if row.ready] if chosen is None else chosen,
        settings=DeskForm(second_person=desk.second_person, formdata=None),
        tests=reading.tests_of(db(), desk.bank.id),
        releases=reading.releases(db(), desk.bank.id),
        faults=MESSAGES,
        types=TYPES,
    )


def _rows(desk: Desk) -> list[Row]:
    found = reading.drafts(db(), desk.bank.id)
    hashes = reading.published_hashes(db(), desk.version, [(draft.kind, draft.key) for draft in found])
    return [
        Row(
            draft,
            called(draft.document) or draft.key,
            SCENARIO if draft.kind == SCENARIO else str(draft.document.get("type", "")),
            desk.read(draft),
            hashes.get((draft.kind, draft.key), "") != draft.base_hash,
            needs_second(draft, second_person=desk.second_person),
        )
        for draft in found
    ]


@routes.page("/contenido/banco/<slug>/mesa", allow=WRITE, methods=("POST",))
def desk_settings(slug: str) -> ResponseReturnValue:
    """New topics, and whether a second person is asked for."""
    form = DeskForm()
    if form.validate_on_submit():
        set_desk(
            db(),
            actor(),
            bank=slug,
            new_topics=(form.topics.data or "").splitlines(),
            second_person=form.second_person.data,
            now=now(),
        )
        flash(_("Guardado."), "good")
    return redirect(url_for("authoring.drafts", slug=slug), code=303)


@routes.page("/contenido/publicacion/<code>/retirar", allow=WRITE, methods=("POST",))
def withdraw_release(code: str) -> ResponseReturnValue:
    """Take back a publication that waits."""
    EmptyForm().validate_on_submit()
    bank = withdraw(db(), actor(), code=code, now=now())
    flash(_("La publicación programada se retiró. Los borradores siguen acá."), "good")
    return redirect(url_for("authoring.drafts", slug=bank.slug), code=303)
