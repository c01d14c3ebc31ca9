"""The list of a bank's questions, for who writes and who verifies: filtered, searched, paged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.formats.bank import REVIEWED
from lms.assessment.messages import DIFFICULTIES, ITEM_FLAGS, POOLS, STATUSES, TYPES
from lms.assessment.queries import browsing
from lms.assessment.queries.browsing import ANY_FLAG, Row
from lms.assessment.rules.browsing import FIELDS, Filter, Page, Shelf, page_of
from lms.assessment.views import routes
from lms.kit.permissions import Permission
from lms.web.context import db, settings

_PARAMETERS = {
    "topic": "tema",
    "difficulty": "dificultad",
    "type": "tipo",
    "pool": "uso",
    "status": "estado",
}
"""The words of the address for each field of a filter."""
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what it names and is not there is left aside."""

    kinds: Mapping[str, str]
    tag: str
    flag: str
    text: str

    @property
    def any(self) -> bool:
        return bool(self.tag or self.flag or self.text or any(self.kinds.values()))

    def parameters(self) -> dict[str, str]:
        """The same as an address says it."""
        named = {_PARAMETERS[name]: value for name, value in self.kinds.items()}
        named |= {"etiqueta": self.tag, "senal": self.flag, "q": self.text}
        return {name: value for name, value in named.items() if value}


def _asked(shelf: Shelf, topics: Mapping[str, str]) -> Asked:
    known: dict[str, Any] = {
        "topic": topics,
        "difficulty": DIFFICULTIES,
        "type": TYPES,
        "pool": POOLS,
        "status": STATUSES,
    }
    given = {name: request.args.get(word, "") for name, word in _PARAMETERS.items()}
    flag, tag = request.args.get("senal", ""), request.args.get("etiqueta", "")
    return Asked(
        {name: value if value in known[name] else "" for name, value in given.items()},
        tag if tag in shelf.tags else "",
        flag if flag in ITEM_FLAGS or flag == ANY_FLAG else "",
        request.args.get("q", "").strip()[:_MOST_TEXT],
    )


@routes.page("/contenido/banco/<slug>", allow=Permission.READ_CONTENT)
def bank(slug: str) -> ResponseReturnValue:
    """The questions of the current version of a bank: never for a learner."""
    found = browsing.opened(db(), slug)
    topics = {each["id"]: each["title"] for each in found.version.topics}
    shelf = browsing.shelf_of(db(), found.version.id)
    asked, size = _asked(shelf, topics), settings().page_size
    ids = None
    if asked.text or asked.flag:
        ids = browsing.search(db(), found.version.id, asked.text, run_id=found.run_id, flag=asked.flag)
    wanted = Filter(tuple(asked.kinds[name] for name in FIELDS), asked.tag, ids)
    page = page_of(shelf, wanted, after=request.args.get("desde", ""), size=size)
    onward: dict[str, Any] | None = asked.parameters() | {"desde": page.entries[-1].key} if page.more else None
    return render_template(
        "assessment/bank.html",
        bank=found.bank,
        version=found.version,
        topics=topics,
        whole=len(shelf.entries),
        page=page,
        rows=_lines(browsing.rows_of(db(), page.entries, found.run_id), topics),
        asked=asked,
        selects=_selects(asked, page, topics),
        tags=_tags(shelf, asked),
        flags=_said(ITEM_FLAGS),
        next_url=None if onward is None else url_for("assessment.bank", slug=slug, **onward),
        clear_url=url_for("assessment.bank", slug=slug),
        slug_url=url_for("assessment.bank", slug=slug),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A question of the list; `about` says where it belongs, `signs` what its statistics draw attention to."""

    key: str
    title: str
    stem: Any
    about: str
    signs: str


def _lines(rows: Sequence[Row], topics: Mapping[str, str]) -> list[Line]:
    """Each is few texts: what is joined here is not put together piece by piece in the template."""
    difficulty, kind, pool, status = (_said(words) for words in (DIFFICULTIES, TYPES, POOLS, STATUSES))
    signs, case = _said(ITEM_FLAGS), _("caso")
    found = []
    for row in rows:
        question = row.question
        about = [topics[question.topic], difficulty[question.difficulty], kind[question.kind.name], pool[question.pool]]
        about += [] if question.status == REVIEWED else [status[question.status]]
        about += [f"{case} {question.scenario}"] if question.scenario else []
        about += (f"#{tag}" for tag in question.tags)
        named = ", ".join(signs[flag] for flag in row.flags)
        found.append(Line(question.key, question.title, question.shown["stem"], " · ".join(about), named))
    return found


def _said(words: Mapping[str, Any]) -> dict[str, str]:
    """Words in the reader's language, translated once and not once a row."""
    return {key: str(text) for key, text in words.items()}


Choice = tuple[str, Any, bool]
"""A value, its text and whether it is chosen."""


def _selects(asked: Asked, page: Page, topics: Mapping[str, str]) -> list[tuple[str, str, str, list[Choice]]]:
    """The choices of each field as (word of the address, label, text for all, choices), with how many each would show."""
    named: list[tuple[str, str, str, Mapping[str, Any]]] = [
        ("topic", _("Tema"), _("Todos los temas"), topics),
        ("difficulty", _("Dificultad"), _("Todas"), DIFFICULTIES),
        ("type", _("Tipo"), _("Todos los tipos"), TYPES),
        ("pool", _("Uso"), _("Todos"), POOLS),
        ("status", _("Estado"), _("Todos los estados"), STATUSES),
    ]
    return [
        (_PARAMETERS[name], label, every, _choices(texts, page.facets[name], asked.kinds[name]))
        for name, label, every, texts in named
    ]


def _choices(texts: Mapping[str, Any], counts: Mapping[str, int], chosen: str) -> list[Choice]:
    return [
        (value, f"{text} ({counts.get(value, 0)})", value == chosen)
        for value, text in texts.items()
        if counts.get(value, 0) or value == chosen
    ]


_MOST_TAGS = 100


def _tags(shelf: Shelf, asked: Asked) -> list[Choice]:
    """The tags that most questions have, by name, and the chosen one."""
    often = sorted(shelf.tags, key=lambda tag: -shelf.tags[tag])[:_MOST_TAGS]
    shown = sorted({*often, *([asked.tag] if asked.tag else [])})
    return [(tag, f"{tag} ({shelf.tags[tag]})", tag == asked.tag) for tag in shown]
