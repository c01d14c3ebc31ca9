"""Recording and correcting a verification, on a form that fits a phone."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kit.errors import Conflict, LmsError
from lms.kit.ids import new_code
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.people.queries import person_for
from lms.skills import commands, queries
from lms.skills.commands import Observed, Upload, attach_evidence
from lms.skills.commands.evidence import PURPOSE
from lms.skills.forms import EvidenceForm, VerificationCorrection, VerificationForm, choices, given
from lms.skills.models import OjtRecord, Verification
from lms.skills.queries import RecordRow, Road
from lms.skills.rules import VerificationKind
from lms.skills.views import routes
from lms.skills.views.texts import WORDS, evidence_field, worded
from lms.web.context import actor, db, now, services, today


def road_or_refuse(person: Person, programme_code: str) -> Road:
    """The road of a person on the programme named. Raises: Conflict("skills.not_placed") where there is none."""
    road = queries.road_of(db(), person.id, today(), programme_code=programme_code)
    if road is None:
        raise Conflict("skills.not_placed")
    return road


def _choices(road: Road) -> list[tuple[str, str]]:
    pre = [("pre_ojt", _("Verificación previa a la práctica"))]
    items = road.profile.requirements if road.profile is not None else []
    return pre + [(item.skill.code, item.skill.name) for item in items]


@routes.page("/persona/<person_code>/verificar", allow=Permission.VERIFY, methods=("GET", "POST"), uploads=PURPOSE)
def verify(person_code: str) -> ResponseReturnValue:
    """Record that a person was verified, and sign as evaluator."""
    person = person_for(db(), actor(), person_code, Permission.VERIFY, today())
    road = road_or_refuse(person, request.args.get("campana", ""))
    form = VerificationForm(code=new_code(), observed_on=today(), what=request.args.get("que"))
    form.what.choices = choices(_choices(road))
    if not form.validate_on_submit():
        return _form_page(person, road, form), 400 if form.is_submitted() else 200
    try:
        made = _record(person, road, form)
        keep_evidence(made, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(worded(error, road))
        return _form_page(person, road, form), error.status
    _say(made)
    return redirect(url_for("skills.verification", code=made.code), code=303)


def _record(person: Person, road: Road, form: VerificationForm) -> Verification:
    pre = form.what.data == "pre_ojt"
    return commands.record_verification(
        db(),
        actor(),
        person_code=person.code,
        programme_id=road.placement.programme_id,
        kind=VerificationKind.PRE_OJT if pre else VerificationKind.SKILL,
        skill_code=None if pre else form.what.data,
        observed=Observed(
            score=given(form.score.score),
            observed_on=given(form.observed_on.data),
            comment=form.comment.data or "",
            method=form.method.data,
            plan=form.plan.data or "",
        ),
        code=form.code.data or "",
        now=now(),
    )


def keep_evidence(made: Verification | OjtRecord, form: EvidenceForm) -> None:
    """Keep the files that came with the form of a record. Raises: what `attach_evidence` raises."""
    uploads = [Upload(sent.filename or "", sent.stream) for sent in form.evidence.data or ()]
    attach_evidence(db(), actor(), record=made, uploads=uploads, store=services().files, now=now())


def _say(made: Verification) -> None:
    if made.passed:
        flash(_("Verificación registrada y firmada por quien evaluó. Alcanza el umbral."), "good")
    else:
        flash(_("Verificación registrada. No alcanza el umbral: se abrió un plan de acción."), "warning")


def _form_page(person: Person, road: Road, form: VerificationForm) -> str:
    form.ask_files_again()
    return render_template(
        "skills/verify.html", person=person, road=road, form=form, evidence=evidence_field(), words=WORDS
    )


@routes.page("/verificacion/<code>/corregir", allow=Permission.VERIFY, methods=("GET", "POST"), uploads=PURPOSE)
def correct_verification(code: str) -> ResponseReturnValue:
    """Take the place of a verification by a new one, with a reason."""
    old = queries.verification_for(db(), actor(), code, Permission.VERIFY, today())
    form = VerificationCorrection(observed_on=old.observed_on, comment=old.comment)
    row = queries.record_row(db(), old)
    if not form.validate_on_submit():
        return _correction_page(row, form), 400 if form.is_submitted() else 200
    try:
        made = commands.correct_verification(
            db(),
            actor(),
            code=code,
            observed=Observed(
                score=given(form.score.score),
                observed_on=given(form.observed_on.data),
                comment=form.comment.data or "",
                method=old.method,
                plan=form.plan.data or "",
            ),
            reason=form.reason.data or "",
            now=now(),
        )
        keep_evidence(made, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        road = queries.road_of(db(), old.person_id, today(), programme_code=old.programme.code)
        form.add_error(worded(error, road))
        return _correction_page(row, form), error.status
    _say(made)
    return redirect(url_for("skills.verification", code=made.code), code=303)


def _correction_page(row: RecordRow, form: VerificationCorrection) -> str:
    form.ask_files_again()
    return render_template(
        "skills/correct_verification.html",
        row=row,
        record=row.record,
        form=form,
        evidence=evidence_field(),
        words=WORDS,
    )
