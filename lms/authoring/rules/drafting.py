"""What a draft is and meets: its kind, its identity, what stands published beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.formats.document import document_of, scenario_document
from lms.assessment.formats.identity import digest, slug
from lms.assessment.rules.canonical import content_hash
from lms.assessment.types.base import Document

QUESTION, SCENARIO = "question", "scenario"
_SAID = ("title", "stem", "text")
_SHOWN = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is edited and published as one: a question that stands by itself, or a scenario with all of its own."""

    kind: str
    key: str
    document: Document
    content: str  # the hash of what it says: "" for what is not published


def unit_of(questions: Sequence[LoadedQuestion]) -> Unit:
    """The unit that these published questions are: one, or all of one scenario.

    Raises: ValueError for none, or for questions of different scenarios.
    """
    if len(questions) == 1 and not questions[0].scenario:
        return Unit(QUESTION, questions[0].key, document_of(questions[0]), hash_of(questions))
    return Unit(SCENARIO, questions[0].scenario, scenario_document(questions), hash_of(questions))


def hash_of(questions: Iterable[LoadedQuestion]) -> str:
    """One hash for the content of some questions; of a single one, its own."""
    hashes = sorted(each.content_hash for each in questions)
    return hashes[0] if len(hashes) == 1 else content_hash({"questions": hashes})


def kind_of(document: Document) -> str:
    """Whether a document is that of a scenario."""
    return SCENARIO if "questions" in document else QUESTION


def named(document: Document, taken: Iterable[str]) -> str:
    """An id for what has none: made of its title or what it says, with a number where that is taken."""
    said = slug(called(document)) or "pregunta"
    used, number, key = set(taken), 1, said
    while key in used:
        number += 1
        key = f"{said}-{number}"
    return key


def called(document: Document) -> str:
    """What a draft is called in a list: its title, or how it begins."""
    text = next((str(document[key]) for key in _SAID if document.get(key)), "")
    return " ".join(_SHOWN.sub(r"\1", text).split())[:120]


def same(left: Document, right: Document) -> bool:
    """Whether two documents say the same, their ids left out."""
    return digest(left) == digest(right)
