"""Grading open answers: the queue of who may, and one answer with its rubric. Whose it is, is not said until it is graded."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.assessment import forms
from lms.assessment.commands import marking as commands
from lms.assessment.messages import TURNS
from lms.assessment.queries import marking as reading
from lms.assessment.queries.marking import Answer
from lms.assessment.rules.marking import Turn
from lms.assessment.types.open.rules import count_words, rubric_of
from lms.assessment.views import routes
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today
from lms.web.errors import message


def _gap() -> Fraction:
    return Fraction(settings().mark_gap_percent, 100)


@routes.page("/correcciones", allow=Permission.MARK, nav=(_l("Correcciones"), 36))
def to_mark() -> ResponseReturnValue:
    """The answers that wait for a mark of the actor's, the oldest first, paged by key."""
    after = forms.numbers(request.args, "desde")
    rows, more = reading.queue(
        db(),
        actor(),
        today(),
        after=(after[0], after[1]) if len(after) == 2 else (0, 0),
        limit=settings().page_size,
        gap=_gap(),
    )
    next_url = url_for("assessment.to_mark", desde=list(more)) if more else None
    return render_template("assessment/to_mark.html", rows=rows, next_url=next_url, turns=TURNS, paged=bool(after))


@routes.page("/correccion/<code>/<int:position>", allow=Permission.MARK, methods=("GET", "POST"))
def mark(code: str, position: int) -> ResponseReturnValue:
    """An answer with its rubric; the POST gives it a mark, or corrects what it earned once it is graded."""
    found = reading.answer_for(db(), actor(), code, position, today())
    if request.method == "GET":
        return _page(found, "")
    levels = forms.levels_of(request.form, [each["id"] for each in rubric_of(found.item.question.body)])
    try:
        _take(found, levels)
    except LmsError as fault:
        if fault.status in {403, 404}:
            raise
        return _page(found, message(fault)), fault.status
    back = url_for("assessment.mark", code=code, position=position) if found.graded else url_for("assessment.to_mark")
    return redirect(back, code=303)


def _take(found: Answer, levels: dict[str, int]) -> None:
    told: dict[str, Any] = {
        "attempt_code": found.opened.attempt.code,
        "position": found.item.position,
        "levels": levels,
        "now": now(),
    }
    if found.graded:
        commands.remark(db(), actor(), reason=request.form.get("reason", ""), **told)
        flash(_("Calificación corregida: el resultado nuevo está junto al anterior."), "good")
        return
    result = commands.mark(db(), actor(), comment=request.form.get("comment", ""), gap=_gap(), **told)
    flash(
        _("Calificación registrada. El intento ya tiene resultado.")
        if result is not None
        else _("Calificación registrada. El resultado sale cuando estén todas."),
        "good",
    )


def _page(found: Answer, error: str) -> str:
    body, shown = found.item.question.body, found.item.question.shown
    rubric = rubric_of(shown)
    stands = reading.settled(found.marks, body, _gap())
    mine = next((each for each in found.marks if each.marked_by == actor().person_id), None)
    own = found.person.id == actor().person_id
    return render_template(
        "assessment/mark.html",
        found=found,
        shown=shown,
        rubric=rubric,
        most=sum(max(level["points"] for level in each["levels"]) for each in rubric),
        words=count_words(found.written),
        turn=stands.turn.value,
        turns=TURNS,
        mine=mine,
        own=own,
        open=not own and not found.graded and mine is None and stands.turn is not Turn.NONE,
        marks=_named(found) if found.graded else [],
        given={key: value for key, value in request.form.items() if key.startswith("c-")},
        comment=request.form.get("comment", ""),
        reason=request.form.get("reason", ""),
        error=error,
    )


def _named(found: Answer) -> list[tuple[Any, str, Fraction]]:
    """The marks of an answer that is graded, with their names: until then nobody sees what others gave."""
    return [
        (mark, name, Fraction(mark.grade_num, mark.grade_den))
        for mark, name in reading.named_marks(db(), found.opened.attempt.id)
        if mark.position == found.item.position
    ]
