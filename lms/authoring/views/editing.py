"""The editor: a question, a scenario, a question of a scenario; what was typed is kept whatever is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.types.base import Document
from lms.assessment.types.fields import Field
from lms.assessment.types.registry import TYPES
from lms.authoring.commands import save_draft
from lms.authoring.models import QuestionDraft
from lms.authoring.queries import desk as reading
from lms.authoring.queries.desk import Desk
from lms.authoring.rules import compare
from lms.authoring.rules.drafting import QUESTION, SCENARIO, Unit, called, named
from lms.authoring.rules.sheets import changed, keys_of, read_form
from lms.authoring.rules.whole import all_of, question_fields, scenario_fields
from lms.authoring.views import routes
from lms.authoring.views.sheet import context, sheet_of
from lms.kit.errors import Conflict, NotFound
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now

WRITE = Permission.PUBLISH


@dataclass(frozen=True)
class Open:
    """What is open in the editor: a unit of a bank, and in a scenario the place of one of its questions (from 1; 0: none).

    `published` is what stands, `draft` what is being written; `key` is "" for what has no id yet.
    """

    desk: Desk
    key: str
    document: Document
    published: Unit | None = None
    draft: QuestionDraft | None = None
    place: int = 0
    kind: str = ""

    @property
    def is_scenario(self) -> bool:
        return "questions" in self.document

    @property
    def inner(self) -> Document:
        """What the form is about: the unit, or the question at `place`."""
        return self.document["questions"][self.place - 1] if self.place else self.document

    @property
    def sheet_kind(self) -> str:
        return SCENARIO if self.is_scenario and not self.place else str(self.inner["type"])

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else 0

    @property
    def moved(self) -> bool:
        """Whether something else was published since the draft was begun."""
        stands = self.published.content if self.published else ""
        return self.draft is not None and stands != self.draft.base_hash


@routes.page("/contenido/banco/<slug>/nueva", allow=WRITE)
def choose_type(slug: str) -> ResponseReturnValue:
    """Which type of question is to be written."""
    return render_template("authoring/choose_type.html", **context(reading.desk(db(), slug)))


@routes.page("/contenido/banco/<slug>/nueva/<kind>", allow=WRITE, methods=("GET", "POST"))
def write(slug: str, kind: str) -> ResponseReturnValue:
    """A new question of the type `kind`, or a new scenario ("caso")."""
    desk = reading.desk(db(), slug)
    document = _blank(kind, desk)
    return _edit(Open(desk, "", document, kind=kind))


@routes.page("/contenido/banco/<slug>/editar/<key>", allow=WRITE, methods=("GET", "POST"))
def edit(slug: str, key: str) -> ResponseReturnValue:
    """A question that stands by itself, or a scenario; a question of a scenario leads to its own page."""
    opened = _open(slug, key)
    if opened.is_scenario and key != opened.key:
        keys = [str(each.get("id", "")) for each in opened.document["questions"]]
        place = keys.index(key) + 1 if key in keys else 0
        if place:
            return redirect(url_for("authoring.edit_inside", slug=slug, key=opened.key, place=place))
    return _edit(opened)


@routes.page("/contenido/banco/<slug>/editar/<key>/<int:place>", allow=WRITE, methods=("GET", "POST"))
def edit_inside(slug: str, key: str, place: int) -> ResponseReturnValue:
    """A question of a scenario."""
    opened = _open(slug, key)
    if not opened.is_scenario or not 0 < place <= len(opened.document["questions"]):
        raise NotFound("authoring.draft_gone")
    return _edit(Open(opened.desk, opened.key, opened.document, opened.published, opened.draft, place))


@routes.page("/contenido/banco/<slug>/editar/<key>/nueva/<kind>", allow=WRITE, methods=("POST",))
def add_inside(slug: str, key: str, kind: str) -> ResponseReturnValue:
    """One more question in a scenario, empty."""
    opened = _open(slug, key)
    if kind not in TYPES or not opened.is_scenario:
        raise NotFound("authoring.type_unknown")
    taken = reading.keys_taken(db(), opened.desk.bank.id) | {
        each.get("id", "") for each in opened.document["questions"]
    }
    child = {"id": named({"title": opened.key}, taken), "type": kind}
    document = opened.document | {"questions": [*opened.document["questions"], child]}
    _save(opened, document, opened.revision)
    return redirect(
        url_for("authoring.edit_inside", slug=slug, key=opened.key, place=len(document["questions"])), code=303
    )


def _blank(kind: str, desk: Desk) -> Document:
    only = {"topic": desk.topics[0].id} if len(desk.topics) == 1 else {}
    if kind == "caso":
        return only | {"questions": []}
    if kind not in TYPES:
        raise NotFound("authoring.type_unknown")
    return {"type": kind, **only}


def _open(slug: str, key: str) -> Open:
    """Raises: NotFound("assessment.bank_not_found"), ("authoring.draft_gone")."""
    desk = reading.desk(db(), slug)
    published = reading.published_unit(db(), desk.version, key)
    unit_key = published.key if published else key
    drafts = (reading.draft_of(db(), desk.bank.id, kind, unit_key) for kind in (QUESTION, SCENARIO))
    draft = next((each for each in drafts if each is not None), None)
    if draft is None and published is None:
        raise NotFound("authoring.draft_gone")
    document = draft.document if draft is not None else published.document if published else {}
    return Open(desk, unit_key, document, published, draft)


def _edit(opened: Open) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(opened, opened.inner)
    operation = request.form.get("op", "save")
    inner = _typed(opened)
    if operation != "save":
        fields = all_of(_fields(opened))
        if ":" in operation:
            inner = changed(inner, operation, fields)
        return _page(opened, inner, fragment="fragment" in request.form)
    document = inner if not opened.place else _with(opened.document, opened.place, inner)
    try:
        draft = _save(opened, document, _revision())
    except Conflict as error:
        if error.key == "authoring.draft_gone":
            return _page(opened, inner, gone=True), error.status
        return _page(opened, inner, other=opened.inner), error.status
    flash(_("Borrador guardado."), "good")
    return redirect(_address(opened, draft.key), code=303)


def _address(opened: Open, key: str) -> str:
    slug = opened.desk.bank.slug
    if opened.place:
        return url_for("authoring.edit_inside", slug=slug, key=key, place=opened.place)
    return url_for("authoring.edit", slug=slug, key=key)


def _save(opened: Open, document: Document, revision: int) -> QuestionDraft:
    key = opened.key or named(document, reading.keys_taken(db(), opened.desk.bank.id))
    document = {"id": key} | document
    return save_draft(
        db(), actor(), bank=opened.desk.bank.slug, key=key, document=document, revision=revision, now=now()
    )


def _revision() -> int:
    sent = request.form.get("revision", "0")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def _fields(opened: Open) -> dict[str, tuple[Field, ...]]:
    kind = opened.sheet_kind
    return scenario_fields() if kind == SCENARIO else question_fields(kind, inside=bool(opened.place))


def _typed(opened: Open) -> Document:
    """What the form says, with what it has no field for as it was: the id, the type, the questions of a scenario."""
    fields = all_of(_fields(opened))
    kept = {key: value for key, value in opened.inner.items() if key not in keys_of(fields)}
    return kept | read_form(fields, request.form.to_dict())


def _with(document: Document, place: int, inner: Document) -> Document:
    questions = list(document["questions"])
    questions[place - 1] = inner
    return document | {"questions": questions}


def _page(
    opened: Open, inner: Document, *, fragment: bool = False, other: Document | None = None, gone: bool = False
) -> str:
    """The editor over `inner`. `other`: somebody else saved that meanwhile; `gone`: the draft is not there any more."""
    sheet = sheet_of(opened.desk, inner, kind=opened.sheet_kind, placing=opened.document if opened.place else None)
    against = compare.lines(opened.published.document, opened.document) if opened.moved and opened.published else []
    return render_template(
        "authoring/_sheet.html" if fragment else "authoring/edit.html",
        opened=opened,
        sheet=sheet,
        revision=0 if gone else opened.revision,
        other=None if other is None else compare.lines(other, inner),
        gone=gone,
        against=against,
        name=called(inner),
        **context(opened.desk),
    )
