"""Recording and correcting a day of on-the-job training, on a form that fits a phone."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kit.errors import LmsError
from lms.kit.ids import new_code
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.people.queries import person_for
from lms.skills import commands, queries
from lms.skills.commands import Criterion, Practice
from lms.skills.commands.evidence import PURPOSE
from lms.skills.forms import OjtCorrection, OjtForm, given
from lms.skills.messages import CRITERIA
from lms.skills.models import OjtRecord
from lms.skills.queries import Road
from lms.skills.views import routes
from lms.skills.views.texts import WORDS, evidence_field, worded
from lms.skills.views.verify import keep_evidence, road_or_refuse
from lms.web.context import actor, db, now, today


def _practice(form: OjtForm) -> Practice:
    """The observation as typed; a criterion that could not be seen is left out."""
    return Practice(
        day=given(form.day.data),
        minutes=given(form.minutes.data),
        contacts=given(form.contacts.data),
        criteria=[
            Criterion(text, line.form.met.data == "yes", line.form.comment.data or "")
            for text, line in zip(CRITERIA, form.criteria, strict=False)
            if line.form.met.data != "unseen"
        ],
        score=form.score.score,
        comment=form.comment.data or "",
    )


def _complete(form: OjtForm) -> None:
    """A row for each criterion, whatever was sent."""
    while len(form.criteria) < len(CRITERIA):
        form.criteria.append_entry()


@routes.page("/persona/<person_code>/practica", allow=Permission.VERIFY, methods=("GET", "POST"), uploads=PURPOSE)
def record_ojt(person_code: str) -> ResponseReturnValue:
    """Record a day of OJT, and sign it as observer."""
    person = person_for(db(), actor(), person_code, Permission.VERIFY, today())
    road = road_or_refuse(person, request.args.get("campana", ""))
    form = OjtForm(code=new_code(), day=today())
    _complete(form)
    if not form.validate_on_submit():
        return _page(person, road, form), 400 if form.is_submitted() else 200
    try:
        made = commands.record_ojt(
            db(),
            actor(),
            person_code=person.code,
            programme_id=road.placement.programme_id,
            practice=_practice(form),
            code=form.code.data or "",
            now=now(),
        )
        keep_evidence(made, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(worded(error, road))
        return _page(person, road, form), error.status
    flash(_("Práctica registrada, firmada y sumada a las horas."), "good")
    return redirect(url_for("skills.ojt_record", code=made.code), code=303)


def _page(person: Person, road: Road, form: OjtForm, old: OjtRecord | None = None) -> str:
    form.ask_files_again()
    return render_template(
        "skills/ojt.html",
        person=person,
        road=road,
        form=form,
        old=old,
        criteria=CRITERIA,
        evidence=evidence_field(),
        words=WORDS,
    )


@routes.page("/practica/<code>/corregir", allow=Permission.VERIFY, methods=("GET", "POST"), uploads=PURPOSE)
def correct_ojt(code: str) -> ResponseReturnValue:
    """Take the place of a day of OJT by a new record, with a reason."""
    old = queries.ojt_for(db(), actor(), code, Permission.VERIFY, today())
    road = road_or_refuse(old.person, old.programme.code)
    form = OjtCorrection(
        day=old.day, minutes=old.minutes, contacts=old.contacts, comment=old.comment, criteria=_seen_before(old)
    )
    _complete(form)
    if not form.validate_on_submit():
        return _page(old.person, road, form, old), 400 if form.is_submitted() else 200
    try:
        made = commands.correct_ojt(
            db(),
            actor(),
            code=code,
            practice=_practice(form),
            reason=form.reason.data or "",
            now=now(),
        )
        keep_evidence(made, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(worded(error, road))
        return _page(old.person, road, form, old), error.status
    flash(_("Práctica corregida; las horas también."), "good")
    return redirect(url_for("skills.ojt_record", code=made.code), code=303)


def _seen_before(old: OjtRecord) -> list[dict[str, str]]:
    seen = {item["text"]: item for item in old.criteria}
    rows = []
    for text in CRITERIA:
        item = seen.get(text)
        met = "unseen" if item is None else "yes" if item["met"] else "no"
        rows.append({"met": met, "comment": item.get("comment", "") if item is not None else ""})
    return rows
