"""The published bank, for who writes and who verifies: read only."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.messages import DIFFICULTIES, POOLS, STATUSES, TYPES
from lms.assessment.queries import content
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.views import routes
from lms.assessment.views.presenting import ReviewLine, review_line_of
from lms.kit.permissions import Permission
from lms.web.context import actor, db, settings


@routes.page("/contenido/banco/<slug>", allow=Permission.READ_CONTENT)
def bank(slug: str) -> ResponseReturnValue:
    """The questions of the current version of a bank, with their keys: never for a learner."""
    found, version = content.bank_page(db(), slug)
    topic, size = request.args.get("tema", ""), settings().page_size
    titles = {each["id"]: each["title"] for each in version.topics}
    topic = topic if topic in titles else ""
    rows = content.bank_questions(db(), version.id, after=request.args.get("desde", ""), limit=size + 1, topic=topic)
    more = len(rows) > size
    next_url = url_for("assessment.bank", slug=slug, desde=rows[size - 1].key, tema=topic or None) if more else None
    return render_template(
        "assessment/bank.html",
        bank=found,
        version=version,
        total=content.question_count(db(), version.id),
        topics=titles,
        may_regrade=actor().can(Permission.PUBLISH),
        tabs=_tabs(slug, titles, topic),
        rows=[(row, whole_line(row)) for row in rows[:size]],
        next_url=next_url,
        accepted=ACCEPTED,
        words={"difficulty": DIFFICULTIES, "pool": POOLS, "type": TYPES, "status": STATUSES},
    )


ACCEPTED = ("numeric", "short_text", "gaps")
"""Types whose accepted answers the page lists."""


def _tabs(slug: str, titles: dict[str, str], topic: str) -> list[tuple[str, str, bool]]:
    tabs = [(_("Todos los temas"), url_for("assessment.bank", slug=slug), not topic)]
    return tabs + [
        (title, url_for("assessment.bank", slug=slug, tema=key), key == topic) for key, title in titles.items()
    ]


def whole_line(question: ReadyQuestion) -> ReviewLine:
    """The question as its author wrote it: every choice in that order, the right ones known, all the feedback."""
    order = tuple(range(question.kind.shuffle_size(question.body)))
    line = review_line_of(question, order, None, number=0, reveal=True)
    # What is accepted and what is remarked is shown whole beside it, whatever the answer.
    line = replace(line, remarks=(), slots=() if question.kind.name in ACCEPTED else line.slots)
    written = question.shown.get("options")
    if written is None:
        return line
    choices = zip(line.choices, written, strict=True)
    return replace(line, choices=tuple(each._replace(feedback=option["feedback"]) for each, option in choices))
