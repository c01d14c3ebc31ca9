"""What the editor shows of a document: its fields, what is wrong with it, and how a learner would see it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.messages import DIFFICULTIES, POOLS, STATUSES, TYPES
from lms.assessment.queries.content import ReadyQuestion, ready_of
from lms.assessment.rules.stream import Stream
from lms.assessment.types.base import Document
from lms.assessment.views.authoring import whole_line
from lms.assessment.views.presenting import QuestionView, ReviewLine, scenario_of
from lms.authoring.queries.desk import Desk
from lms.authoring.rules import faults
from lms.authoring.rules.faults import Reading
from lms.authoring.rules.sheets import Entry, entries
from lms.authoring.rules.whole import question_fields, scenario_fields
from lms.authoring.words import ADD, HELP, LABELS, OPTION_WORDS, ROW

_UNNAMED = "nueva"
"""Stands for the id that a new question gets when it is saved first."""
_KEY = re.compile(r"«([a-z_]+)»")
WORDS = {"labels": LABELS, "help": HELP, "add": ADD, "row": ROW}


@dataclass(frozen=True)
class Preview:
    """A question as a learner sees it (`view`), and its key (`whole`)."""

    question: ReadyQuestion
    view: QuestionView
    whole: ReviewLine


@dataclass(frozen=True)
class Sheet:
    """A document on the page: `parts` are its fields, `reading` what was found in it."""

    document: Document
    parts: Mapping[str, tuple[Entry, ...]]
    reading: Reading
    previews: tuple[Preview, ...]

    @property
    def advice(self) -> list[str]:
        """What would make it better and keeps nothing from being published."""
        return [worded(text) for text in self.reading.warnings]

    @property
    def about(self) -> list[str]:
        """Faults that no field of the page shows: of the whole, or of a key that it has no field for."""
        shown = {text for part in self.parts.values() for entry in part for text in _texts(entry)}
        return [text for text in map(worded, self.reading.texts) if text not in shown]


def worded(fault: str) -> str:
    """A fault with the label of each field in the place of its key."""

    def label(match: re.Match[str]) -> str:
        known = LABELS.get(match[1])
        return f"«{known}»" if known else match[0]

    return _KEY.sub(label, fault.replace("falta la clave «", "falta «"))


def _texts(entry: Entry) -> list[str]:
    inner = [text for group in entry.groups for each in group for text in _texts(each)]
    return [*entry.faults, *inner]


def sheet_of(desk: Desk, document: Document, *, kind: str, placing: Document | None = None) -> Sheet:
    """The sheet of a question of the type `kind`, or of a scenario ("scenario").

    `placing` is the scenario that a question belongs to: what it says of topic, difficulty and pool is said for its own.
    """
    fields = scenario_fields() if kind == "scenario" else question_fields(kind, inside=placing is not None)
    whole = {"id": _UNNAMED} | (document if placing is None else _placed(placing) | document)
    reading = faults.read_draft(whole, desk.titles, desk.shelf())
    said = {path: [worded(text) for text in texts] for path, texts in reading.faults.items()}
    parts = {part: entries(own, document, said) for part, own in fields.items()}
    return Sheet(document, parts, reading, tuple(preview(question) for question in reading.questions))


def _placed(scenario: Document) -> Document:
    return {key: scenario[key] for key in ("topic", "difficulty", "pool", "status") if key in scenario}


def preview(question: LoadedQuestion) -> Preview:
    """A question that may not be published yet, in an order that a draw might give it."""
    ready = ready_of(question, question.key)
    seed = hashlib.sha256(question.content_hash.encode()).digest()
    order = tuple(Stream(seed, "preview", question.key).permuted(range(ready.kind.shuffle_size(ready.body))))
    view = QuestionView(1, f"v-{question.key}", ready.kind.present(ready.shown, order), scenario=scenario_of(ready))
    return Preview(ready, view, whole_line(ready))


def choices(desk: Desk) -> dict[str, list[tuple[str, str | LazyString]]]:
    """What the lists of a form offer, by the key of their field; those of a type go by their own words."""
    return {
        "topic": [("", _("Elegir…")), *((topic.id, topic.title) for topic in desk.topics)],
        "difficulty": [("", _("Elegir…")), *DIFFICULTIES.items()],
        "pool": [("", _("Elegir…")), *POOLS.items()],
        "status": [(key, STATUSES[key]) for key in ("reviewed", "draft", "retired")],
    }


def option_word(key: str, value: str) -> str | LazyString:
    """What an option of a type's own list is called."""
    return OPTION_WORDS.get(f"{key}.{value}", value)


def kinds() -> list[tuple[str, LazyString]]:
    """The types of question, with their names."""
    return list(TYPES.items())


def context(desk: Desk) -> dict[str, Any]:
    """What every template of the editor needs beside its sheet."""
    return {"desk": desk, "words": WORDS, "choices": choices(desk), "option_word": option_word, "types": TYPES}
