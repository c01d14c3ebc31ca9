"""Practice questions at the end of a module: feedback at once, nothing recorded."""

from __future__ import annotations

import hashlib

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.assessment import forms
from lms.assessment.messages import MESSAGES
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.rules.plan import EXAM_POOLS
from lms.assessment.rules.stream import Stream
from lms.assessment.types.base import BadAnswer
from lms.assessment.views import routes
from lms.assessment.views.presenting import QuestionView, module_url, review_line_of, scenario_of
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent, enrolment_for
from lms.catalog.queries import content as course_content
from lms.kit.errors import Conflict, NotFound
from lms.kit.permissions import Permission
from lms.web.context import actor, db, services, today


def _order(enrolment: Enrolment, question: ReadyQuestion) -> tuple[int, ...]:
    """The order of the options for this learner: the same when the answer comes back, without storing anything."""
    seed = hashlib.sha256(enrolment.code.encode()).digest()
    size = question.kind.shuffle_size(question.body)
    return tuple(Stream(seed, "practice", question.key).permuted(range(size)))


def practice_view(
    enrolment: Enrolment, question: ReadyQuestion, number: int, given: tuple[str, ...] = ()
) -> QuestionView:
    """A practice question as its page shows it."""
    presented = question.kind.present(question.shown, _order(enrolment, question))
    places = {choice: str(place) for place, choice in enumerate(given, 1) if choice}
    return QuestionView(
        number,
        f"p-{question.key}",
        presented,
        given,
        places if presented.type == "ordering" else {},
        scenario=scenario_of(question),
    )


def module_end(enrolment: Enrolment, version: VersionContent, module_key: str, **_context: object) -> str | None:
    """Fills `module.end`: the practice questions of the module."""
    questions = content.practice_of_test(db(), version.test, module_key)
    if not questions:
        return None
    views = [(question.key, practice_view(enrolment, question, number)) for number, question in enumerate(questions, 1)]
    return render_template("assessment/_practice.html", enrolment=enrolment, module_key=module_key, questions=views)


@routes.page("/practica/<code>/<module_key>/<key>", allow=Permission.LEARN, methods=("POST",), transaction=False)
def practise(code: str, module_key: str, key: str) -> ResponseReturnValue:
    """Feedback on one practice question: inside the page for the script, as a page of its own without it.

    It writes nothing, so it does not take its turn among the writers. A question that tests may draw too keeps its answer
    while its reader has an attempt open.
    """
    with services().database.reading() as session:
        enrolment = enrolment_for(session, actor(), code, Permission.LEARN, today())
        known = content.practice_of_test(session, course_content(session, enrolment.version_id).test, module_key)
        taking = reading.is_taking(session, enrolment.person_id)
    number = 1 + next((place for place, each in enumerate(known) if each.key == key), len(known))
    if number > len(known):
        raise NotFound("assessment.practice_not_found")
    question = known[number - 1]
    back = module_url(code, module_key, f"p-{key}")
    return feedback(enrolment, question, number=number, taking=taking, back=back, module=True)


def feedback(
    enrolment: Enrolment, question: ReadyQuestion, *, number: int, taking: bool, back: str, module: bool
) -> str:
    """What is said of what the form brings for a practice question.

    Raises: Conflict("assessment.review_waits") for one that tests may draw too while its reader has an attempt open.
    """
    if taking and question.pool in EXAM_POOLS:
        raise Conflict("assessment.review_waits")
    order = _order(enrolment, question)
    view = practice_view(enrolment, question, number)
    raw = forms.raw_answer(request.form, view.name, view.presented)
    error, answer = "", None
    try:
        if isinstance(raw, BadAnswer):
            raise raw
        answer = question.kind.parse_answer(raw, question.body, order)
    except BadAnswer as fault:
        error = str(MESSAGES[f"assessment.{fault.key}"])
    view = practice_view(enrolment, question, number, question.kind.given(question.body, answer, order))
    line = review_line_of(question, order, answer, number=number, reveal=True)
    template = "assessment/_practice_feedback.html" if request.form.get("fragment") else "assessment/practice.html"
    return render_template(template, view=view, line=line, error=error, back=back, module=module)
