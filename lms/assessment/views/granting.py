"""More time and attempts for a person: what was given, a form to give, a way to take back."""

from __future__ import annotations

from fractions import Fraction

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind

from lms.assessment import commands
from lms.assessment.commands.granting import reachable
from lms.assessment.forms import GrantForm, ReasonForm
from lms.assessment.queries import conditions
from lms.assessment.views import routes
from lms.kit.errors import LmsError, NotAllowed
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.people.queries import may_see, person_for
from lms.web.context import actor, db, now, today

GIVE = Permission.VERIFY


@routes.page("/persona/<person_code>/adaptaciones", allow=GIVE, methods=("GET", "POST"))
def accommodations(person_code: str) -> ResponseReturnValue:
    """What a person in scope was given, and the form to give more; nobody opens their own."""
    person = person_for(db(), actor(), person_code, GIVE, today())
    if person.id == actor().person_id:
        raise NotAllowed("assessment.grant_self")
    form = GrantForm()
    form.test.choices = [SelectChoice(test.slug, test.title) for test in conditions.tests(db())]
    if form.validate_on_submit():
        try:
            commands.grant(
                db(),
                actor(),
                person_code=person.code,
                test_slug=form.test.data,
                time=Fraction(100 + int(form.time.data), 100),
                attempts=form.attempts.data or 0,
                reason=form.reason.data or "",
                now=now(),
            )
        except LmsError as error:
            if error.status in {403, 404}:
                raise
            form.add_error(error)
            return _page(person, form), error.status
        flash(_("Adaptación registrada. Vale desde ahora, también en un intento en curso."), "good")
        return redirect(url_for("assessment.accommodations", person_code=person.code), code=303)
    return _page(person, form), 400 if form.is_submitted() else 200


def _page(person: Person, form: GrantForm) -> str:
    rows = conditions.accommodations_of(db(), person.id)
    return render_template("assessment/accommodations.html", person=person, form=form, rows=rows)


@routes.page("/adaptacion/<code>/retirar", allow=GIVE, methods=("GET", "POST"))
def take_back(code: str) -> ResponseReturnValue:
    """Take back what was given, with the reason."""
    found, person = reachable(db(), actor(), code, now())
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            commands.take_back(db(), actor(), code=code, reason=form.reason.data or "", now=now())
        except LmsError as error:
            if error.status in {403, 404}:
                raise
            form.add_error(error)
            return render_template("assessment/take_back.html", found=found, person=person, form=form), error.status
        flash(_("Adaptación retirada. Lo que ya se dio en un intento en curso se conserva."), "good")
        return redirect(url_for("assessment.accommodations", person_code=person.code), code=303)
    status = 400 if form.is_submitted() else 200
    return render_template("assessment/take_back.html", found=found, person=person, form=form), status


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`: the way to somebody's accommodations, for who may give them, with those that stand."""
    who = actor()
    if who.person_id == person.id or not who.can(GIVE) or not may_see(db(), who, person.id, GIVE, today()):
        return None
    rows = [row for row in conditions.accommodations_of(db(), person.id) if row.back is None]
    return render_template("assessment/_accommodations.html", person=person, rows=rows)
