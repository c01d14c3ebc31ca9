"""Taking a test: its cover, the attempt, saving, the summary, handing in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.assessment import commands, forms
from lms.assessment.commands import Saved
from lms.assessment.commands.answering import Outcome
from lms.assessment.messages import MESSAGES
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.rules import policy
from lms.assessment.rules.policy import Start, StartDecision
from lms.assessment.views import routes
from lms.assessment.views.presenting import as_typed, blocks, question_view
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent, enrolment_for
from lms.catalog.queries import content as course_content
from lms.kit.db import fraction
from lms.kit.errors import Conflict, Invalid, LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today
from lms.web.errors import message
from lms.web.i18n import clock


@routes.page("/prueba/<code>", allow=Permission.LEARN)
def cover(code: str) -> ResponseReturnValue:
    """What counts in the test of an enrolment, what was reached before, and the way in."""
    enrolment = enrolment_for(db(), actor(), code, Permission.LEARN, today())
    course = course_content(db(), enrolment.version_id)
    found = content.test_plan(db(), course.test)
    if found is None or enrolment.person_id != actor().person_id:
        raise Conflict("assessment.no_test")
    test, plan = found
    past = reading.history(db(), enrolment.person_id, test.id)
    own = [each for each in past if each.attempt.enrolment_id == enrolment.id]
    decision = policy.may_start(
        [each.facts for each in own], now(), attempts=plan.attempts, delay=timedelta(hours=plan.delay_hours)
    )
    unfinished = next((each.attempt for each in past if each.attempt.closed_at is None), None)
    return render_template(
        "assessment/cover.html",
        enrolment=enrolment,
        course=course,
        plan=content.plan_rules(plan),
        past=own,
        best=max((each.score for each in own if each.score is not None), default=None),
        decision=decision,
        next_at=_next_at(decision),
        unfinished=unfinished,
        over=unfinished is not None and now() > unfinished.deadline_at,
        ended=enrolment.ended_at is not None,
    )


def _next_at(decision: StartDecision) -> datetime | None:
    return decision.next_at if decision.start is Start.WAIT else None


@routes.page("/prueba/<code>/empezar", allow=Permission.LEARN, methods=("POST",))
def start(code: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one; one that ran out of time unseen leads to its result."""
    attempt = commands.start(
        db(), actor(), enrolment_code=code, grace_seconds=settings().answer_grace_seconds, now=now()
    )
    if attempt.closed_at is not None:
        flash(_("Se terminó el tiempo de ese intento. Lo guardado hasta entonces es lo que cuenta."), "information")
        return redirect(url_for("assessment.result", code=attempt.code), code=303)
    return redirect(url_for("assessment.attempt", code=attempt.code), code=303)


@routes.page("/intento/<code>", allow=Permission.LEARN)
def attempt(code: str) -> ResponseReturnValue:
    """The questions of one's open attempt."""
    opened = reading.own_attempt(db(), actor(), code)
    if opened.attempt.closed_at is not None:
        return redirect(url_for("assessment.result", code=code), code=303)
    if now() > opened.attempt.deadline_at:
        return render_template("assessment/time_over.html", opened=opened)
    return _attempt_page(opened, {})


def _attempt_page(opened: Opened, refused: Mapping[int, str]) -> str:
    """All the questions in one document; `refused` are those whose fields could not be read, by message key."""
    steps = reading.steps_of(db(), opened.attempt.id)
    standing = reading.standing(steps)
    questions = []
    for item in reading.items_of(db(), opened.attempt.id):
        view = question_view(item, standing.answers.get(item.position), flagged=item.position in standing.flagged)
        if item.position in refused:
            view = as_typed(view, request.form, str(MESSAGES[refused[item.position]]))
        questions.append(view)
    left = max(0, int((opened.attempt.deadline_at - now()).total_seconds()))
    return render_template(
        "assessment/attempt.html",
        opened=opened,
        questions=questions,
        blocks=blocks(questions),
        base=len(steps),
        seconds_left=left,
        last_at=standing.last_at,
    )


@routes.page("/intento/<code>/guardar", allow=Permission.LEARN, methods=("POST",))
def save(code: str) -> ResponseReturnValue:
    """Save answers and flags: JSON from the script, or the whole form without it."""
    if request.is_json:
        return _save_json(code)
    return _save_form(code)


def _save_json(code: str) -> ResponseReturnValue:
    try:
        document = _document()
        saved = commands.save(db(), actor(), attempt_code=code, entries=forms.entries(document), now=now())
        if isinstance(document, dict) and "saves" not in document and saved.outcomes[0].state == "refused":
            key = saved.outcomes[0].error
            raise Conflict(key) if key == "assessment.answer.sequence_used" else Invalid(key)
    except LmsError as error:
        return jsonify(error=error.key, detail=message(error)), error.status
    return jsonify(_reply(saved))


def _reply(saved: Saved) -> dict[str, Any]:
    left = int((saved.attempt.deadline_at - now()).total_seconds())
    return {
        "results": [_result(outcome) for outcome in saved.outcomes],
        "clock": clock(now()),
        "seconds_left": max(0, left),
        "closed": saved.attempt.closed_at is not None,
    }


def _result(outcome: Outcome) -> dict[str, Any]:
    entry = outcome.entry
    told = {"tab": entry.tab, "seq": entry.seq, "position": entry.position, "state": outcome.state}
    if outcome.state == "refused":
        return {**told, "error": outcome.error, "detail": str(MESSAGES[outcome.error])}
    if outcome.state == "late":
        return {**told, "detail": _("Llegó después del final: queda registrada, pero no cuenta.")}
    return {**told, "note": str(MESSAGES[outcome.note])} if outcome.note else told


def _document() -> object:
    """The body as JSON; None for what is none, or is nested deeper than a parser follows."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _save_form(code: str) -> ResponseReturnValue:
    cleared = forms.position_of(request.form.get("clear"))

    def read(items: Sequence[Item]) -> dict[int, object]:
        answers = forms.form_answers(request.form, items)
        return answers | {cleared: []} if cleared is not None and cleared in answers else answers

    marked = forms.position_of(request.form.get("mark"))
    saved = commands.save_form(
        db(),
        actor(),
        attempt_code=code,
        read=read,
        base=forms.position_of(request.form.get("base")) or 0,
        now=now(),
        toggle_flag=marked,
    )
    if saved.opened.attempt.closed_at is not None or now() > saved.opened.attempt.deadline_at:
        if saved.late and saved.stored:
            flash(_("Lo último llegó después del final: queda registrado, pero no cuenta."), "warning")
        return redirect(url_for("assessment.attempt", code=code), code=303)
    if saved.refused:
        # 200 and not an error status: the other answers of the form are stored, and that must stand.
        return _attempt_page(saved.opened, saved.refused)
    if saved.stored:
        flash(ngettext("Se guardó %(num)s respuesta.", "Se guardaron %(num)s respuestas.", saved.stored), "good")
    if request.form.get("then") == "review":
        return redirect(url_for("assessment.hand_in", code=code), code=303)
    place = cleared or marked
    return redirect(url_for("assessment.attempt", code=code, _anchor=f"q{place}" if place else None), code=303)


@routes.page("/intento/<code>/entregar", allow=Permission.LEARN, methods=("GET", "POST"))
def hand_in(code: str) -> ResponseReturnValue:
    """The summary before the last confirmation; the POST hands in."""
    if request.method == "POST":
        commands.submit(db(), actor(), attempt_code=code, now=now())
        return redirect(url_for("assessment.result", code=code), code=303)
    opened = reading.own_attempt(db(), actor(), code)
    if opened.attempt.closed_at is not None:
        return redirect(url_for("assessment.result", code=code), code=303)
    if now() > opened.attempt.deadline_at:
        return render_template("assessment/time_over.html", opened=opened)
    standing = reading.standing(reading.steps_of(db(), opened.attempt.id))
    numbers = range(1, opened.attempt.plan.questions + 1)
    return render_template(
        "assessment/hand_in.html",
        opened=opened,
        total=opened.attempt.plan.questions,
        unanswered=[number for number in numbers if number not in standing.answered()],
        flagged=sorted(standing.flagged),
        minutes_left=max(0, int((opened.attempt.deadline_at - now()).total_seconds())) // 60,
    )


def course_card(
    enrolment: Enrolment, version: VersionContent, states: Mapping[str, str], **_context: object
) -> str | None:
    """Fills `course.after_modules`: the course's test, and where its learner stands."""
    found = content.test_plan(db(), version.test) if version.test else None
    if found is None:
        return None
    return render_template(
        "assessment/_course_card.html",
        enrolment=enrolment,
        plan=found[1],
        mark=fraction(found[1].pass_num, found[1].pass_den),
        state=states.get("test", "not_started"),
    )
