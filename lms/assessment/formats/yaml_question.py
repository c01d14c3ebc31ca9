"""Reads one question of a YAML bank."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from lms.assessment.formats.bank import LoadedQuestion, Reference
from lms.assessment.formats.fields import read_choice, read_id
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.plan import DIFFICULTIES, POOLS
from lms.assessment.types.base import MAX_FEEDBACK
from lms.assessment.types.registry import TYPES
from lms.kit.content import Reader

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


def read_question(reader: Reader, topics: Collection[str]) -> tuple[Head, LoadedQuestion | None]:
    """The question in `reader`; None (its faults reported) where it has any."""
    before = len(reader.report.errors)
    key, review = read_id(reader, "id"), _review(reader)
    head = Head(
        key=key,
        topic=read_choice(reader, "topic", topics),
        difficulty=read_choice(reader, "difficulty", DIFFICULTIES),
        pool=read_choice(reader, "pool", POOLS),
        exclusive=read_id(reader, "exclusive", required=False) or None,
        review=Reference(key, review, reader.file, reader.line("review")) if review else None,
    )
    explanation = reader.text("explanation", max_length=MAX_FEEDBACK)
    kind = read_choice(reader, "type", TYPES)
    if kind is None:
        return head, None  # which other keys belong here is not known
    body = TYPES[kind].load(reader)
    reader.finish()
    if len(reader.report.errors) > before or not (head.topic and head.difficulty and head.pool):
        return head, None
    content = {
        "key": head.key,
        "type": kind,
        "topic": head.topic,
        "difficulty": head.difficulty,
        "pool": head.pool,
        "explanation": explanation,
        "review": review,
        "exclusive": head.exclusive,
        "body": body,
    }
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
        content_hash=content_hash(content),
        file=reader.file,
        line=reader.first_line,
    )
    return head, question


def _review(reader: Reader) -> str:
    review = reader.text("review", max_length=200)
    if review and not _REVIEW.fullmatch(review):
        reader.error("review", f"«review: {review}» tiene que ser «módulo#sección»")
        return ""
    return review
