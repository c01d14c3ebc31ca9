"""A loaded question as the document that an author would write: the inverse of `read_question` and `read_scenario`."""

from __future__ import annotations

from collections.abc import Iterable

from lms.assessment.formats.bank import REVIEWED, LoadedQuestion
from lms.assessment.types.base import Document
from lms.assessment.types.registry import question_type


def document_of(question: LoadedQuestion) -> Document:
    """The document of a question; of a question of a scenario, as it stands in it (see `scenario_document`).

    Read again, it gives an equal question; a question that only a lenient reader took needs a lenient one again.
    """
    document: Document = {"id": question.key, "type": question.type}
    if not question.scenario:
        document |= _placed(question)
    if question.tags:
        document["tags"] = list(question.tags)
    document |= question_type(question.type).dump(question.body)
    return document | _some({"explanation": question.explanation, "review": question.review})


def scenario_document(questions: Iterable[LoadedQuestion]) -> Document:
    """The document of a scenario, from its questions in whatever order.

    Raises: ValueError where they are none, or not all of one scenario.
    """
    found = sorted(questions, key=lambda question: question.scenario_place)
    if not found or not found[0].scenario or len({question.scenario for question in found}) > 1:
        raise ValueError("not the questions of one scenario")
    return {
        "id": found[0].scenario,
        **_placed(found[0]),
        "stem": found[0].scenario_stem,
        "questions": [document_of(question) for question in found],
    }


def _placed(question: LoadedQuestion) -> Document:
    """Where a question belongs: what a scenario says for all of its own."""
    document: Document = {"topic": question.topic, "difficulty": question.difficulty, "pool": question.pool}
    document |= _some({"exclusive": question.exclusive, "title": question.title})
    return document | ({} if question.status == REVIEWED else {"status": question.status})


def _some(entries: Document) -> Document:
    return {key: value for key, value in entries.items() if value}
