"""Regrading a question: what changes, a preview of whom it changes, and the act itself. The regrades of a bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment import forms
from lms.assessment.commands import regrading as commands
from lms.assessment.commands.regrading import Preview
from lms.assessment.messages import REGRADES
from lms.assessment.models import Bank, Question
from lms.assessment.queries import content
from lms.assessment.queries import regrading as reading
from lms.assessment.queries.attempts import reached
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.queries.regrading import DrawnVersion
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.regrade import Change, RegradeKind
from lms.assessment.views import routes
from lms.assessment.views.presenting import answer_words, review_line_of
from lms.kit.errors import Conflict, Invalid, LmsError
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings, today
from lms.web.errors import message

MOST_NAMES = 200
"""Names of a preview; beyond them the numbers have to do."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page is about, and what its form says."""

    bank: Bank
    question: Question
    versions: list[DrawnVersion]
    fields: forms.Fields
    chosen: list[int]
    replies: list[dict[str, Any]]
    shown: ReadyQuestion | None

    @property
    def kind(self) -> str:
        return self.fields.get("kind", "")

    def change(self) -> Change:
        """Raises: Invalid."""
        change = forms.change_of(self.fields, {each["id"]: each["key"] for each in self.replies})
        if change.kind is RegradeKind.ACCEPT and len(self.chosen) != 1:
            raise Invalid("assessment.regrade_one_version", field="version")
        return change


def _asked(slug: str, key: str, fields: forms.Fields) -> _Asked:
    bank, question = reading.question_of(db(), slug, key)
    versions = reading.drawn_versions(db(), question.id)
    drawn = [each.id for each in versions]
    chosen = [each for each in forms.numbers(fields, "version") if each in drawn]
    if "kind" not in fields:
        chosen = drawn
    if fields.get("kind") == RegradeKind.ACCEPT and len(chosen) != 1:
        chosen = drawn[:1]
    about = chosen[0] if chosen else drawn[0] if drawn else None
    shown = reading.questions_of(db(), [about])[about] if about is not None else None
    return _Asked(bank, question, versions, fields, chosen, _replies(about, shown), shown)


def _replies(version: int | None, shown: ReadyQuestion | None) -> list[dict[str, Any]]:
    """The distinct answers that were given and did not earn everything, in words; none where a person grades them."""
    if version is None or shown is None or shown.kind.by_person:
        return []
    return [
        {
            "id": content_hash(each.key)[:20],
            "key": each.key,
            "words": answer_words(shown, each.answer),
            "times": each.times,
            "grade": each.grade,
        }
        for each in reading.replies(db(), version)
        if each.grade != 1
    ][:100]


@routes.page("/contenido/banco/<slug>/<key>/recalificar", allow=Permission.PUBLISH, methods=("GET", "POST"))
def regrade(slug: str, key: str) -> ResponseReturnValue:
    """What is to change and, once it is said, whom it would change; the POST applies exactly that."""
    asked = _asked(slug, key, request.form if request.method == "POST" else request.args)
    if request.method == "POST":
        return _apply(asked)
    if "kind" not in asked.fields:
        return _page(asked, None, "")
    try:
        return _page(asked, _preview(asked), "")
    except (Conflict, Invalid) as fault:
        return _page(asked, None, message(fault)), fault.status


def _preview(asked: _Asked) -> Preview:
    change = asked.change()
    versions = asked.chosen
    if change.kind is RegradeKind.WITHDRAW:
        versions = sorted(reading.regrade_by_code(db(), change.withdraws)[0].versions)
    return commands.preview(db(), asked.bank, change, versions)


def _apply(asked: _Asked) -> ResponseReturnValue:
    try:
        made = commands.regrade(
            db(),
            actor(),
            slug=asked.bank.slug,
            key=asked.question.key,
            change=asked.change(),
            versions=asked.chosen,
            reason=asked.fields.get("reason", ""),
            seen=asked.fields.get("seen", ""),
            now=now(),
            at_once=settings().regrade_at_once,
        )
    except (Conflict, Invalid) as fault:
        return _again(asked, fault)
    if made.changed["attempts"] > settings().regrade_at_once:
        flash(_("Recalificación registrada: los resultados se escriben en segundo plano. La bandeja avisa."), "good")
    else:
        flash(_("Recalificación aplicada: los resultados nuevos están junto a los anteriores."), "good")
    return redirect(url_for("assessment.regrades", slug=asked.bank.slug), code=303)


def _again(asked: _Asked, fault: LmsError) -> ResponseReturnValue:
    """The page with what was wrong, and what the change would do now."""
    try:
        preview = _preview(asked)
    except (Conflict, Invalid):
        preview = None
    return _page(asked, preview, message(fault)), fault.status


def _page(asked: _Asked, preview: Preview | None, error: str) -> str:
    who, shown = actor(), asked.shown
    order = range(shown.kind.shuffle_size(shown.body)) if shown else ()
    turned = [each for each in preview.effects if each.passed_before is not each.passed_after] if preview else []
    names: dict[int, tuple[str, str]] = {}
    if turned and who.can(Permission.READ_ATTEMPTS):
        here = reached(who, Permission.READ_ATTEMPTS, today())
        names = reading.names(db(), [each.attempt_id for each in turned[:MOST_NAMES]], here)
    return render_template(
        "assessment/regrade.html",
        asked=asked,
        line=review_line_of(shown, tuple(order), None, number=0, reveal=True) if shown else None,
        shown=shown,
        preview=preview,
        turned=[(each, *names[each.attempt_id]) for each in turned if each.attempt_id in names],
        unnamed=len(turned) - len(names),
        error=error,
        words=REGRADES,
        before=reading.regrades_of(db(), asked.bank.id, key=asked.question.key),
    )


@routes.page("/contenido/banco/<slug>/recalificaciones", allow=Permission.READ_CONTENT)
def regrades(slug: str) -> ResponseReturnValue:
    """The regrades of a bank, the newest first, paged by key."""
    bank, _version = content.bank_page(db(), slug)
    size, before = settings().page_size, forms.numbers(request.args, "desde")
    rows = reading.regrades_of(db(), bank.id, before=before[0] if before else None, limit=size + 1)
    more = rows[size - 1].regrade.id if len(rows) > size else None
    return render_template(
        "assessment/regrades.html",
        bank=bank,
        rows=rows[:size],
        words=REGRADES,
        may=actor().can(Permission.PUBLISH),
        next_url=url_for("assessment.regrades", slug=slug, desde=more) if more else None,
    )
