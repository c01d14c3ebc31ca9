"""Reads one question, or a scenario with its questions, from a document of docs/content-format.md."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from lms.assessment.formats.bank import REVIEWED, STATUSES, LoadedQuestion, Reference
from lms.assessment.formats.fields import read_choice, read_id
from lms.assessment.formats.media import Shelf
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.plan import DIFFICULTIES, POOLS
from lms.assessment.types.base import MAX_FEEDBACK, MAX_STEM, Body
from lms.assessment.types.registry import TYPES
from lms.kit.content import Reader

MAX_SCENARIO = 20
MAX_TITLE = 200
MAX_TAGS = 20
MAX_TAG = 60
_REVIEW = re.compile(r"[a-z0-9-]+#[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a question belongs; None is a field that is wrong. It is known of faulty questions too."""

    key: str
    topic: str | None
    difficulty: str | None
    pool: str | None
    exclusive: str | None
    review: Reference | None
    status: str = REVIEWED
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a question has by itself, or from its scenario."""

    topic: str | None
    difficulty: str | None
    pool: str | None
    exclusive: str | None
    status: str
    title: str
    scenario: str = ""
    stem: str = ""
    place: int = 0


Read = tuple[Head, LoadedQuestion | None]


def read_question(reader: Reader, topics: Collection[str], media: Shelf | None = None) -> Read:
    """The question in `reader`; None (its faults reported) where it has any.

    `media` says what its texts may show; without it, what they name is taken as it is.
    """
    before = len(reader.report.errors)
    if media is not None:
        media.check(reader)
    return _read(reader, _shared(reader, topics), media, before)


def read_scenario(reader: Reader, topics: Collection[str], media: Shelf | None = None) -> tuple[str, list[Read]]:
    """The key of the scenario in `reader` and its questions in their order, each as `read_question` gives it.

    A fault of the scenario itself is one of all its questions.
    """
    before = len(reader.report.errors)
    if media is not None:
        media.check(reader)
    key, shared = read_id(reader, "id"), _shared(reader, topics)
    stem = reader.text("stem", max_length=MAX_STEM)
    children = reader.maps("questions")
    if len(children) > MAX_SCENARIO:
        reader.error("questions", f"hay {len(children)} preguntas; el máximo de un caso es {MAX_SCENARIO}")
    reader.finish()
    if media is not None and len(reader.report.errors) == before:
        stem = media.placed(stem)
    found = []
    for place, child in enumerate(children, 1):
        own = _Shared(
            shared.topic,
            shared.difficulty,
            shared.pool,
            shared.exclusive,
            shared.status,
            shared.title,
            key,
            stem,
            place,
        )
        found.append(_read(child, own, media, before))
    return key, found


def _shared(reader: Reader, topics: Collection[str]) -> _Shared:
    return _Shared(
        topic=read_choice(reader, "topic", topics),
        difficulty=read_choice(reader, "difficulty", DIFFICULTIES),
        pool=read_choice(reader, "pool", POOLS),
        exclusive=read_id(reader, "exclusive", required=False) or None,
        status=reader.choice("status", STATUSES, default=REVIEWED),
        title=reader.text("title", required=False, max_length=MAX_TITLE),
    )


def _read(reader: Reader, shared: _Shared, media: Shelf | None, before: int) -> Read:
    """A question with what it shares; `before` is how many faults there were before anything of it was read."""
    key, review = read_id(reader, "id"), _review(reader)
    head = Head(
        key=key,
        topic=shared.topic,
        difficulty=shared.difficulty,
        pool=shared.pool,
        exclusive=shared.exclusive,
        review=Reference(key, review, reader.file, reader.line("review")) if review else None,
        status=shared.status,
        scenario=shared.scenario,
    )
    tags = _tags(reader)
    explanation = reader.advised("explanation", max_length=MAX_FEEDBACK)
    kind = read_choice(reader, "type", TYPES)
    if kind is None:
        return head, None  # which other keys belong here is not known
    body = TYPES[kind].load(reader)
    reader.finish()
    if len(reader.report.errors) > before or not (head.topic and head.difficulty and head.pool):
        return head, None
    if media is not None:
        body, explanation = TYPES[kind].map_texts(body, media.placed), media.placed(explanation)
    question = LoadedQuestion(
        key=head.key,
        type=kind,
        topic=head.topic,
        difficulty=head.difficulty,
        pool=head.pool,
        stem=body["stem"],
        explanation=explanation,
        review=review,
        exclusive=head.exclusive,
        body=body,
        content_hash="",
        file=reader.file,
        line=reader.first_line,
        title=shared.title,
        tags=tags,
        status=shared.status,
        scenario=shared.scenario,
        scenario_stem=shared.stem,
        scenario_place=shared.place,
    )
    return head, replace(question, content_hash=content_hash(content_of(question)))


def content_of(question: LoadedQuestion) -> Body:
    """What the content hash of a question covers. What it could not say once is left out while it does not say it."""
    content: Body = {
        "key": question.key,
        "type": question.type,
        "topic": question.topic,
        "difficulty": question.difficulty,
        "pool": question.pool,
        "explanation": question.explanation,
        "review": question.review,
        "exclusive": question.exclusive,
        "body": question.body,
    }
    if question.title:
        content["title"] = question.title
    if question.tags:
        content["tags"] = list(question.tags)
    if question.status != REVIEWED:
        content["status"] = question.status
    if question.scenario:
        place = {"key": question.scenario, "stem": question.scenario_stem, "place": question.scenario_place}
        content["scenario"] = place
    return content


def _review(reader: Reader) -> str:
    review = reader.advised("review", max_length=200)
    if review and not _REVIEW.fullmatch(review):
        reader.error("review", f"«review: {review}» tiene que ser «módulo#sección»")
        return ""
    return review


def _tags(reader: Reader) -> tuple[str, ...]:
    found = reader.texts("tags", required=False)
    if len(found) > MAX_TAGS:
        reader.error("tags", f"hay {len(found)} etiquetas; el máximo es {MAX_TAGS}")
    for text, line in found:
        if len(text) > MAX_TAG:
            reader.report.error(reader.file, line, f"la etiqueta pasa de {MAX_TAG} caracteres")
    return tuple(dict.fromkeys(text for text, _ in found))
