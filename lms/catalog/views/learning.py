"""The learner's pages: the course, a module, "I have finished this one". GET never writes."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from lms.catalog import commands, queries
from lms.catalog.forms import EmptyForm, ReadingForm
from lms.catalog.queries import EnrolmentView, Reading
from lms.catalog.rules import PartKind, PartState
from lms.catalog.views import routes
from lms.catalog.words import DUE, MODES, STATES
from lms.kit.errors import Invalid
from lms.kit.permissions import Permission
from lms.web import i18n
from lms.web.context import actor, db, now, today

LEARN = Permission.LEARN


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next: where it is and what its button says. `meta` are short facts."""

    title: str
    text: str
    url: str
    action: str
    meta: tuple[str, ...]


def url_of_test(code: str) -> str:
    """The cover of the course's test: a page of an upper floor, by the address that both sides agreed on."""
    return f"/prueba/{code}"


def next_step(view: EnrolmentView, reading: Reading | None = None) -> NextStep | None:
    """What a learner does next in a course; None where nothing is left, or it was withdrawn. For the home page too."""
    part = view.progress.next
    if part is None or not view.open:
        return None
    code, due = view.enrolment.code, i18n.due(view.enrolment.due_on, today())
    if part.kind is PartKind.TEST:
        failed = view.states.get("test") is PartState.FAILED
        return NextStep(
            _("La prueba"),
            _("Los módulos están hechos: queda la prueba. Antes de empezar se ven sus reglas.")
            if not failed
            else _("La última vez no alcanzó. Se puede repasar lo que se indicó y volver a intentarlo."),
            url_of_test(code),
            _("Ir a la prueba"),
            (due,),
        )
    module = view.version.module(part.id)
    if module is None:
        return None
    started = view.state_of(module) is PartState.IN_PROGRESS
    resumed = reading.heading if started and reading is not None and reading.module.key == module.key else None
    return NextStep(
        module.title,
        module.summary,
        url_for("catalog.module", code=code, key=module.key, _anchor=resumed.anchor if resumed else None),
        i18n.with_content(_("Seguir donde quedaste: %(section)s"), section=resumed.title)
        if resumed
        else _("Seguir")
        if started
        else _("Empezar"),
        (
            _("Módulo %(number)s de %(total)s", number=module.position, total=len(view.version.modules)),
            i18n.minutes(module.minutes),
            due,
        ),
    )


def cover_html(view: EnrolmentView) -> Markup:
    """The cover's text, its links to modules turned to this learner's module pages.

    It was sanitised when it was published; the loader writes those links as "<course>/<module>", relative.
    """
    base = url_for("catalog.module", code=view.enrolment.code, key="-").removesuffix("-")
    written = f'href="{escape(view.version.slug)}/'
    return Markup(view.version.cover_html.replace(written, f'href="{base}'))  # noqa: S704 - sanitised at publishing


@routes.page("/curso/<code>", allow=LEARN)
def course(code: str) -> ResponseReturnValue:
    """The course: what it is for, its path, what comes next."""
    view, reading = queries.course_page(db(), actor(), code, today())
    return render_template(
        "catalog/course.html",
        view=view,
        version=view.version,
        cover=cover_html(view),
        step=next_step(view, reading),
        states=STATES,
        due=DUE.get(view.due(today())),
        due_text=i18n.due(view.enrolment.due_on, today()),
        mode=MODES.get(view.version.mode, view.version.mode),
    )


@routes.page("/curso/<code>/modulo/<key>", allow=LEARN)
def module(code: str, key: str) -> ResponseReturnValue:
    """A module to read. Any module may be opened; the next step stays in sight."""
    view, opened, resumed = queries.module_page(db(), actor(), code, key, today())
    before, after = view.version.beside(opened)
    return render_template(
        "catalog/module.html",
        view=view,
        version=view.version,
        module=opened,
        body=Markup(opened.html),  # noqa: S704 - sanitised at publishing
        resumed=resumed,
        before=before,
        after=after,
        state=view.state_of(opened),
        state_words=STATES[view.state_of(opened)],
        next_url=_after_module(view, opened.key),
    )


def _after_module(view: EnrolmentView, key: str) -> str | None:
    """Where somebody goes who has done this module: what is to do next, wherever it stands in the course."""
    part = view.progress.next
    if part is None or not view.open or (part.kind is PartKind.MODULE and part.id == key):
        return None
    if part.kind is PartKind.TEST:
        return url_of_test(view.enrolment.code)
    return url_for("catalog.module", code=view.enrolment.code, key=part.id)


@routes.page("/curso/<code>/modulo/<key>/terminar", allow=LEARN, methods=("POST",))
def finish_module(code: str, key: str) -> ResponseReturnValue:
    """ "I have finished this module": record it and go on to what comes next."""
    if not EmptyForm().validate_on_submit():
        return redirect(url_for("catalog.module", code=code, key=key), code=303)
    view = commands.finish_module(db(), actor(), code, key, now())
    done = view.version.module(key)
    flash(_("«%(title)s» quedó hecho.", title=done.title if done else key), "good")
    target = _after_module(view, key)
    if target is None:
        if view.completion is not None:
            flash(_("Curso completo. Felicitaciones."), "good")
        target = url_for("catalog.course", code=code)
    return redirect(target, code=303)


@routes.page("/curso/<code>/modulo/<key>/lectura", allow=LEARN, methods=("POST",))
def save_position(code: str, key: str) -> ResponseReturnValue:
    """Where the reader is, sent by the reading script."""
    form = ReadingForm()
    if not form.validate_on_submit():
        raise Invalid("catalog.anchor_unknown")
    commands.save_position(db(), actor(), enrolment_code=code, module_key=key, anchor=form.anchor.data or "", now=now())
    return Response(status=204)
