"""Pages of surveys: answering one, and what groups answered."""

from __future__ import annotations

from fractions import Fraction

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.models import Enrolment
from lms.kit.errors import Conflict
from lms.kit.permissions import Permission
from lms.surveys import commands, queries
from lms.surveys.messages import MESSAGES
from lms.surveys.rules import BadResponse
from lms.web import i18n
from lms.web.context import actor, db, settings
from lms.web.routes import Routes

routes = Routes("surveys", __name__, MESSAGES)
_PREFIX = "q-"


@routes.page("/encuesta/<code>", allow=Permission.LEARN, methods=("GET", "POST"))
def answer(code: str) -> ResponseReturnValue:
    """The survey after a course; a faulty form comes back as it was filled."""
    asked, version = queries.participation_for(db(), actor(), code)
    if asked.answered and request.method == "GET":
        return render_template("surveys/answered.html", code=code)
    raw = {key.removeprefix(_PREFIX): value for key, value in request.form.items() if key.startswith(_PREFIX)}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            commands.respond(db(), actor(), code, raw)
            flash(_("Gracias: la respuesta quedó guardada, sin nada que lleve a quien la dio."), "good")
            return redirect(url_for("surveys.answer", code=code), code=303)
        except Conflict:
            return redirect(url_for("surveys.answer", code=code), code=303)
        except BadResponse as bad:
            errors = {key: str(MESSAGES[message]) for key, message in bad.errors.items()}
    page = render_template(
        "surveys/answer.html",
        code=code,
        version=version,
        questions=queries.questions_of(version),
        given=raw,
        errors=errors,
        prefix=_PREFIX,
    )
    return page, 400 if errors else 200


@routes.page("/encuestas", allow=(Permission.READ_METRICS, Permission.READ_CONTENT), nav=(_l("Encuestas"), 75))
def overview() -> ResponseReturnValue:
    """Every survey with how many answered."""
    return render_template("surveys/overview.html", surveys=queries.surveys_overview(db()))


@routes.page("/encuestas/<slug>", allow=(Permission.READ_METRICS, Permission.READ_CONTENT))
def results(slug: str) -> ResponseReturnValue:
    """The distributions of one survey."""
    found = queries.results(db(), slug, minimum=settings().survey_minimum)
    return render_template("surveys/results.html", results=found, minimum=settings().survey_minimum, share=_share)


def _share(count: int, answers: int) -> str:
    return i18n.percent(Fraction(count, answers))


def course_card(enrolment: Enrolment, **_context: object) -> str | None:
    """Fills `course.after_modules`: the survey, once it was offered."""
    answered = queries.answered_for(db(), enrolment.id) if enrolment.ended_at is not None else None
    if answered is None:
        return None
    return render_template("surveys/_card.html", code=enrolment.code, answered=answered)


def result_card(enrolment: Enrolment, **_context: object) -> str | None:
    """Fills `result.next`: the survey comes before the certificate, and is never its condition."""
    if queries.answered_for(db(), enrolment.id) is not False:
        return None
    return render_template("surveys/_card.html", code=enrolment.code, answered=False)
