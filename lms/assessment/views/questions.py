"""One question of a bank for who writes and who verifies, and the questions of a bank that are alike: read only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.messages import DIFFICULTIES, ITEM_FLAGS, ORIGINS, PARTS, POOLS, STATUSES, TYPES
from lms.assessment.models import QuestionVersion
from lms.assessment.queries import browsing, one_question, regrading
from lms.assessment.queries.content import ReadyQuestion, snippet
from lms.assessment.queries.one_question import Alike, Place, VersionRow
from lms.assessment.queries.statistics import ItemRow, versions_ready
from lms.assessment.rules.differences import Change, changes
from lms.assessment.rules.misses import Miss, misses_of
from lms.assessment.types.registry import question_type
from lms.assessment.views import routes
from lms.assessment.views.authoring import ACCEPTED, whole_line
from lms.assessment.views.presenting import QuestionView
from lms.assessment.views.statistics import item_facts
from lms.kit.errors import NotFound
from lms.kit.permissions import Permission
from lms.web.context import actor, db, settings

_NEWEST = 1_000
"""Attempts whose answers are looked through for near misses."""
_MOST_ALIKE = 20


@routes.page("/contenido/banco/<slug>/pregunta/<key>", allow=Permission.READ_CONTENT)
def question(slug: str, key: str) -> ResponseReturnValue:
    """A question as a learner sees it and as its author wrote it, its versions, where it is used, and what it showed."""
    found = browsing.opened(db(), slug)
    _bank, row = regrading.question_of(db(), slug, key)
    versions = one_question.versions_of(db(), row.id)
    if not versions:
        raise NotFound("assessment.question_not_found")
    held = one_question.current_version(db(), found.bank, row.id)
    shown = next((each.version for each in versions if each.version.id == held), versions[0].version)
    ready = versions_ready(db(), [shown.id])[shown.id]
    drawn, people = one_question.attempts_with(db(), row.id)
    return render_template(
        "assessment/question.html",
        bank=found.bank,
        key=key,
        question=ready,
        current=held is not None,
        preview=_preview(ready),
        whole=whole_line(ready),
        accepted=ACCEPTED,
        facts=_facts(ready, {each["id"]: each["title"] for each in found.version.topics}),
        versions=list(enumerate(versions)),
        compared=_compared(versions),
        origins=ORIGINS,
        parts=PARTS,
        plans=one_question.plans_using(db(), found.bank, key, shown),
        courses=one_question.courses_using(db(), slug, shown.review),
        anchor=shown.review.partition("#")[2],
        drawn=drawn,
        people=people,
        figures=_figures(found.run_id, key, shown.id),
        flags=ITEM_FLAGS,
        difficulties=DIFFICULTIES | {"any": _("cualquiera")},
        alike=_alike(found.version.id, held),
        misses=_misses(shown, ready),
        may_regrade=actor().can(Permission.PUBLISH),
    )


def _preview(ready: ReadyQuestion) -> QuestionView:
    """The question as a page of a test shows it, its choices in the order in which they were written."""
    order = tuple(range(ready.kind.shuffle_size(ready.body)))
    return QuestionView(1, "preview", ready.kind.present(ready.shown, order))


def _facts(ready: ReadyQuestion, topics: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [
        (_("Tema"), topics.get(ready.topic, ready.topic)),
        (_("Dificultad"), DIFFICULTIES[ready.difficulty]),
        (_("Tipo"), TYPES[ready.kind.name]),
        (_("Uso"), POOLS[ready.pool]),
        (_("Estado"), STATUSES[ready.status]),
        *([(_("Etiquetas"), ", ".join(ready.tags))] if ready.tags else []),
        *([(_("Caso"), ready.scenario)] if ready.scenario else []),
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of a question by their places in the list, and what changed from the older to the newer."""

    before: int
    after: int
    changes: Sequence[Change]


def _compared(versions: Sequence[VersionRow]) -> Compared | None:
    """The two versions that the address names; without it, the newest and the one before it."""
    if len(versions) < 2:
        return None
    after, before = (_place(name, default, len(versions)) for name, default in (("despues", 0), ("antes", 1)))
    if before < after:
        after, before = before, after
    return Compared(before, after, changes(_document(versions[before].version), _document(versions[after].version)))


def _place(name: str, default: int, size: int) -> int:
    said = request.args.get(name, "")
    return int(said) if re.fullmatch(r"[0-9]{1,6}", said) and int(said) < size else default


def _document(version: QuestionVersion) -> dict[str, Any]:
    """Everything that a version says, as its author would write it."""
    placed = ("type", "topic", "difficulty", "pool", "status", "title", "exclusive", "scenario", "scenario_stem")
    return {
        **{name: getattr(version, name) for name in placed},
        "scenario_place": version.scenario_place or "",
        "tags": ", ".join(version.tags),
        **question_type(version.type).dump(version.body),
        "explanation": version.explanation,
        "review": version.review,
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """What the first attempts said of a question; `few`: too few people for figures."""

    facts: Sequence[tuple[str, str]]
    flags: Sequence[str]
    few: bool


def _figures(run_id: int | None, key: str, version_id: int) -> Figures | None:
    statistic = one_question.statistic_of(db(), run_id, version_id)
    if statistic is None:
        return None
    few = statistic.n < browsing.MINIMUM
    facts = item_facts(ItemRow(key, version_id, statistic, True))
    return Figures(facts[:1] if few else [facts[0], facts[1], facts[4]], () if few else tuple(statistic.flags), few)


def _alike(bank_version_id: int, version_id: int | None) -> list[Alike]:
    if version_id is None:
        return []
    found = one_question.alike_in(db(), bank_version_id, version_id=version_id, limit=_MOST_ALIKE)
    return [each for _place, each in found]


def _misses(version: QuestionVersion, ready: ReadyQuestion) -> list[Miss]:
    """What people typed and came near to what is accepted: for those who may accept it."""
    if ready.kind.name not in ACCEPTED or not actor().can(Permission.PUBLISH):
        return []
    replies = regrading.replies(db(), version.id, most=_NEWEST)
    return misses_of(ready.kind.name, ready.body, [(each.answer, each.people) for each in replies])[:_MOST_ALIKE]


@routes.page("/contenido/banco/<slug>/parecidas", allow=Permission.READ_CONTENT)
def alike(slug: str) -> ResponseReturnValue:
    """The questions of a bank that say the same, or nearly, the likest first."""
    found = browsing.opened(db(), slug)
    size = settings().page_size
    rows = one_question.alike_in(db(), found.version.id, after=_after(request.args.get("desde", "")), limit=size + 1)
    onward = "-".join(str(part) for part in rows[size - 1][0]) if len(rows) > size else None
    return render_template(
        "assessment/alike.html",
        bank=found.bank,
        rows=[(each, snippet(each.stem), snippet(each.other_stem)) for _place, each in rows[:size]],
        next_url=None if onward is None else url_for("assessment.alike", slug=slug, desde=onward),
    )


def _after(text: str) -> Place | None:
    if not re.fullmatch(r"[0-9]{1,4}-[0-9]{1,18}-[0-9]{1,18}", text):
        return None
    share, one, other = (int(part) for part in text.split("-"))
    return share, one, other
