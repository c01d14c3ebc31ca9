"""What every bank format gives: a bank as data, its texts still Markdown source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.assessment.rules.plan import TestPlan

STATUSES = ("draft", "reviewed", "retired")
REVIEWED = "reviewed"
"""The one status whose questions are drawn and practised."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a bank."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class LoadedQuestion:
    """A question as its author wrote it; `line` is where it begins in `file`.

    `body` holds the stem again, beside what only its type has: it is what types present, grade and review.
    `content_hash` covers everything but the place in the files. The question of a scenario says which, its shared stem, and
    its place in it from 1; its title, like its topic, is the scenario's.
    """

    key: str
    type: str
    topic: str
    difficulty: str
    pool: str
    stem: str
    explanation: str
    review: str
    exclusive: str | None
    body: dict[str, Any]
    content_hash: str
    file: str
    line: int
    title: str = ""
    tags: tuple[str, ...] = ()
    status: str = REVIEWED
    scenario: str = ""
    scenario_stem: str = ""
    scenario_place: int = 0


@dataclass(frozen=True, slots=True)
class LoadedMedia:
    """A picture or a sound that questions show. `name` is the hash of its bytes and its kind: `<sha256>.<ending>`."""

    name: str
    kind: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Reference:
    """The section (`module#anchor`) that a question sends its reader to, and the place where the author wrote so."""

    question: str
    target: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Base:
    """What the files of a bank were taken from: the content hash of a bank version, and that of its plan ("" for none)."""

    version: str
    plan: str = ""


@dataclass(frozen=True, slots=True)
class LoadedBank:
    """A bank and its plan. `questions` are sorted by key and hold only those without a fault.

    `reviews` are of every question, the faulty ones too: a fault elsewhere in a question must not hide this one. `media`
    holds what the questions show, each once. `base` is None where the files were never taken from a published version.
    """

    id: str
    title: str
    course: str
    topics: tuple[Topic, ...]
    questions: tuple[LoadedQuestion, ...]
    plan: TestPlan | None
    content_hash: str
    reviews: tuple[Reference, ...] = ()
    media: tuple[LoadedMedia, ...] = ()
    base: Base | None = None
