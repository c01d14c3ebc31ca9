"""Taking a test: its cover, the attempt, saving, the summary, handing in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.assessment import commands, forms
from lms.assessment.commands import Saved
from lms.assessment.commands.answering import Outcome
from lms.assessment.commands.starting import refuse_address
from lms.assessment.messages import DIFFICULTIES, MESSAGES
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import conditions, content
from lms.assessment.queries.attempts import Item, Opened
from lms.assessment.rules.asking import decide
from lms.assessment.rules.networks import is_allowed
from lms.assessment.rules.pages import pages
from lms.assessment.rules.plan import FORWARD
from lms.assessment.rules.policy import Start, StartDecision
from lms.assessment.views import routes
from lms.assessment.views.paging import attempt_page, question_urls
from lms.assessment.views.presenting import as_typed, blocks, section_titles
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent, enrolment_for
from lms.catalog.queries import content as course_content
from lms.kit.db import fraction
from lms.kit.errors import Conflict, Invalid, LmsError
from lms.kit.permissions import Permission
from lms.people.commands.signin import Attempted, note_failure, refuse_if_throttled
from lms.people.rules import in_ranges
from lms.people.views.signin import limits
from lms.web.context import actor, db, now, settings, today
from lms.web.errors import message
from lms.web.i18n import clock


@routes.page("/prueba/<code>", allow=Permission.LEARN)
def cover(code: str) -> ResponseReturnValue:
    """What counts in the test of an enrolment, what was reached before, and the way in."""
    enrolment = enrolment_for(db(), actor(), code, Permission.LEARN, today())
    course = course_content(db(), enrolment.version_id)
    found = conditions.plan_for(db(), enrolment.person_id, course.test)
    if found is None or enrolment.person_id != actor().person_id:
        raise Conflict("assessment.no_test")
    test, stored, given = found
    plan = content.plan_rules(stored)
    past = reading.history(db(), enrolment.person_id, test.id)
    own = [each for each in past if each.attempt.enrolment_id == enrolment.id]
    decision = decide(plan, [each.facts for each in own], now(), given)
    unfinished = next((each.attempt for each in past if each.attempt.closed_at is None), None)
    return render_template(
        "assessment/cover.html",
        enrolment=enrolment,
        course=course,
        plan=plan,
        allowed=plan.attempts + given.attempts,
        minutes=math.ceil(plan.minutes * given.time),
        given=given,
        sections=section_titles(stored),
        difficulties=DIFFICULTIES,
        practice=bool(content.practice_topics(db(), stored.bank_version_id, ())),
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
    pin = request.form.get("pin", "")[:40]
    if pin:
        refuse_if_throttled(db(), _typed_pin(), limits=limits(), now=now())
    try:
        attempt = commands.start(
            db(),
            actor(),
            enrolment_code=code,
            grace_seconds=settings().answer_grace_seconds,
            address=request.remote_addr or "",
            pin=pin,
            now=now(),
        )
    except Conflict as refused:
        if refused.key != "assessment.room_wrong":
            raise
        if pin:
            note_failure(db(), _typed_pin(), now=now())
        flash(message(refused), "bad")
        return redirect(url_for("assessment.cover", code=code), code=303)
    if attempt.closed_at is not None:
        flash(_("Se terminó el tiempo de ese intento. Lo guardado hasta entonces es lo que cuenta."), "information")
        return redirect(url_for("assessment.result", code=attempt.code), code=303)
    return redirect(url_for("assessment.attempt", code=attempt.code), code=303)


def _typed_pin() -> Attempted:
    """The pin of a room as it counts against guessing: apart from passwords, by person and by address."""
    address = request.remote_addr or ""
    known = in_ranges(address, settings().site_ranges.split(","))
    return Attempted(f"room:{actor().code}", f"room:{address}", known)


@routes.page("/intento/<code>", allow=Permission.LEARN)
def attempt(code: str) -> ResponseReturnValue:
    """The questions of one's open attempt."""
    opened = reading.own_attempt(db(), actor(), code)
    if opened.attempt.closed_at is not None:
        return redirect(url_for("assessment.result", code=code), code=303)
    if now() > opened.attempt.deadline_at:
        return render_template("assessment/time_over.html", opened=opened)
    refuse_address(content.plan_rules(opened.attempt.plan), request.remote_addr or "")
    return _attempt_page(opened, {}, forms.position_of(request.args.get("pagina")))


def _attempt_page(opened: Opened, refused: Mapping[int, str], wanted: int | None) -> str:
    """The questions of the open page in one document; `refused` are those that were not stored, by message key."""
    plan = content.plan_rules(opened.attempt.plan)
    steps = reading.steps_of(db(), opened.attempt.id)
    items = reading.items_of(db(), opened.attempt.id)
    found = attempt_page(opened.attempt.code, plan, items, steps, wanted)
    questions = [
        as_typed(view, request.form, str(MESSAGES[refused[view.number]])) if view.number in refused else view
        for view in found.questions
    ]
    # Where the question is not there to say it: on a page that was left, or looked at already.
    for number in sorted(set(refused) - {view.number for view in questions} | (set(refused) & set(found.checked))):
        flash(_("Pregunta %(number)s: %(why)s", number=number, why=MESSAGES[refused[number]]), "warning")
    left = max(0, int((opened.attempt.deadline_at - now()).total_seconds()))
    return render_template(
        "assessment/attempt.html",
        opened=opened,
        view=found,
        questions=questions,
        blocks=blocks(questions),
        total=len(items),
        base=len(steps),
        seconds_left=left,
        last_at=reading.standing(steps).last_at,
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
    plan = content.plan_rules(saved.opened.attempt.plan)
    if saved.refused and is_allowed(request.remote_addr or "", plan.addresses):
        # 200 and not an error status: the other answers of the form are stored, and that must stand.
        return _attempt_page(saved.opened, saved.refused, forms.position_of(request.form.get("page")))
    if request.form.get("go") or request.form.get("check"):
        return _move(saved.opened, forms.position_of(request.form.get("go")))
    if saved.stored:
        flash(ngettext("Se guardó %(num)s respuesta.", "Se guardaron %(num)s respuestas.", saved.stored), "good")
    if request.form.get("then") == "review":
        return redirect(url_for("assessment.hand_in", code=code), code=303)
    return _back(code, forms.position_of(request.form.get("page")), cleared or marked)


def _move(opened: Opened, to: int | None) -> ResponseReturnValue:
    """After saving a form: to another page, or to what is said of an answer."""
    code, page = opened.attempt.code, forms.position_of(request.form.get("page"))
    forward = content.plan_rules(opened.attempt.plan).navigation == FORWARD
    position = None if to is not None else forms.position_of(request.form.get("check"))
    try:
        if to is not None and forward:
            commands.turn_page(db(), actor(), attempt_code=code, to=to, now=now())
        elif to is None:
            commands.check(db(), actor(), attempt_code=code, position=position or 0, now=now())
    except LmsError as refused:  # what the form brought is stored, and that must stand
        flash(message(refused), "warning")
    return _back(code, (None if forward else to) or page, position)


def _back(code: str, page: int | None, position: int | None) -> ResponseReturnValue:
    number = page if page and page > 1 else None
    anchor = f"q{position}" if position else None
    return redirect(url_for("assessment.attempt", code=code, pagina=number, _anchor=anchor), code=303)


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
    steps = reading.steps_of(db(), opened.attempt.id)
    standing = reading.standing(steps)
    numbers = range(1, opened.attempt.plan.questions + 1)
    plan = content.plan_rules(opened.attempt.plan)
    drawn = reading.items_of(db(), opened.attempt.id) if plan.page_size else ()
    every = pages([item.scenario for item in drawn] or [""] * opened.attempt.plan.questions, plan.page_size)
    return render_template(
        "assessment/hand_in.html",
        opened=opened,
        total=opened.attempt.plan.questions,
        unanswered=[number for number in numbers if number not in standing.answered()],
        flagged=sorted(standing.flagged),
        urls=question_urls(code, every, reading.locks_of(steps)),
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
