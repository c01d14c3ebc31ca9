"""What every format of questions of other programs shares: what was found in a file, what was not taken and why.

A format is a module that makes a `Format`: it tells its files from others (`sniff`), reads them (`parse`) and writes them
(`write`). Questions are documents of the shape in docs/content-format.md; a parser leaves out what its file does not say
(topic, difficulty, pool), and `complete` fills it in. Nothing here knows a database or a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.assessment.formats.identity import name_questions
from lms.assessment.types.base import speaks_of_places

Document = dict[str, Any]

MAX_BYTES = 64 * 1024 * 1024
"""A larger file is refused before it is read."""
MAX_QUESTIONS = 50_000
MAX_NESTING = 60
"""How deep elements may stand in one another (XML, HTML)."""
MAX_TEXT = 100_000
"""Signs of one text of a question, as it stands in the file; the limits of the types come later and are narrower."""
MAX_SOURCE = 8_000
"""Signs of the text of one question that is kept to be mended."""
MAX_MEDIA = 10 * 1024 * 1024
"""Bytes of one picture or sound that stands in a file of questions."""
MAX_NOTES = 1_000
"""Warnings that a report lists; the rest is counted."""


class Unreadable(ValueError):
    """A file that cannot be read at all. `where` is a place in it, or "" for the whole; `reason` is for a person."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason, self.where = reason, where


class Refused(ValueError):
    """One question that cannot be taken; the text says why, for a trainer. Parsers raise it and gather it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question or a scenario of a file.

    `where` names its place for a person ("línea 12", "pregunta 3", "fila 5"), `line` counts from 1 for `reader_of`.
    `sure` says that its id is one that the file gives it, not one that was made from its name or text. `source` is its own text
    in the file, in formats that are text and where it is not too long: what an author can mend by itself.
    """

    where: str
    line: int
    name: str
    document: Document
    sure: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A question that is not taken; `source` as in `Found`."""

    where: str
    name: str
    reason: str
    source: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"where": self.where, "name": self.name, "reason": self.reason}


@dataclass
class Parsed:
    """Everything that a file held. `topics` are id: title; `media` holds pictures and sound by their name in `media/`."""

    format: str
    questions: list[Found] = field(default_factory=list)
    scenarios: list[Found] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)

    @property
    def found(self) -> int:
        """How many questions the file has, those of its scenarios and those not taken too."""
        return len(self.questions) + len(self.rejected) + sum(len(in_scenario(each)) for each in self.scenarios)

    def contents(self) -> Contents:
        """What a writer takes."""
        return Contents(
            [each.document for each in self.questions],
            [each.document for each in self.scenarios],
            dict(self.topics),
            dict(self.media),
        )


@dataclass
class Contents:
    """Questions to write: complete documents, with the titles of their topics and the files they show."""

    questions: list[Document]
    scenarios: list[Document] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, how many questions it holds, and in plain sentences what it could not hold."""

    data: bytes
    questions: int
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files. `sniff(head, name)` is 0 (no) to 100 (surely) for the beginning of a file.

    `parse` raises `Unreadable` and nothing else; `write` raises nothing: what a format cannot hold is a loss.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, str], int]
    parse: Callable[[bytes, str], Parsed]
    write: Callable[[Contents], Written] | None = None


HEAD = 64 * 1024
"""Bytes of a file that `sniff` gets."""


def guess(formats: Sequence[Format], data: bytes, name: str) -> Format | None:
    """The format whose `sniff` is surest of `data`; of two as sure, the one that `name` ends like; None where none is."""
    head, ending = data[:HEAD], name.lower()
    scored = [(each.sniff(head, name), ending.endswith(each.suffixes), -at) for at, each in enumerate(formats)]
    best = max(scored, default=(0, False, 0))
    return formats[-best[2]] if best[0] > 0 else None


def in_scenario(found: Found) -> list[Document]:
    """The questions of a scenario."""
    return list(found.document.get("questions", ()))


class Gathering:
    """Collects what a parser finds, within the limits of a file."""

    def __init__(self, format_name: str) -> None:
        self.parsed = Parsed(format_name)
        self._once: dict[str, list[str]] = {}
        self._unlisted = 0

    def take(self, where: str, line: int, name: str, document: Document, *, key: str = "", source: str = "") -> None:
        """A question; `key` is the id that the file gives it. Raises: Unreadable past the limit of questions."""
        self._count()
        found = _in_order(document | {"id": key})
        self.parsed.questions.append(Found(where, line, name, found, sure=bool(key), source=_short(source)))

    def take_scenario(self, where: str, line: int, name: str, document: Document, *, key: str = "") -> None:
        """A scenario; its questions may have an "id" each. Raises: Unreadable past the limit of questions."""
        self._count()
        self.parsed.scenarios.append(Found(where, line, name, document | {"id": key}, sure=bool(key)))

    def reject(self, where: str, name: str, reason: str, *, source: str = "") -> None:
        """A question that is not taken. Raises: Unreadable past the limit of questions."""
        self._count()
        self.parsed.rejected.append(Rejected(where, name, reason, _short(source)))

    def warn(self, where: str, text: str) -> None:
        """Something to tell that stops nothing."""
        if len(self.parsed.warnings) < MAX_NOTES:
            self.parsed.warnings.append(f"{where}: {text}" if where else text)
        else:
            self._unlisted += 1

    def warn_together(self, where: str, text: str) -> None:
        """A warning that is told once for all places that have it."""
        self._once.setdefault(text, []).append(where)

    def finish(self) -> Parsed:
        """What was gathered, each question with its id. Call it once."""
        for text, places in self._once.items():
            self.warn("", f"{text} ({listed(places)})")
        if self._unlisted:
            self.parsed.warnings.append(f"y {self._unlisted} avisos más, que no se muestran")
        name_questions(self.parsed.questions, self.parsed.scenarios)
        return self.parsed

    def _count(self) -> None:
        if self.parsed.found >= MAX_QUESTIONS:
            raise Unreadable(f"hay más de {MAX_QUESTIONS} preguntas: partir el archivo")


def _short(source: str) -> str:
    return source if len(source) <= MAX_SOURCE else ""


_PLACES = re.compile(
    r"\b(?:all|none|both|any) of (?:the )?(?:above|these)\b|\b[tn]od[ao]s as anteriores\b", re.IGNORECASE
)


def _in_order(document: Document) -> Document:
    """`document`, its options kept in the order in which they stand where one speaks of the others."""
    options = document.get("options")
    texts = (
        [str(option.get("text", "")) for option in options if isinstance(option, dict)]
        if isinstance(options, list)
        else []
    )
    if "shuffle" not in document and any(speaks_of_places(text) or _PLACES.search(text) for text in texts):
        return document | {"shuffle": False}
    return document


class Losses:
    """Collects, for a writer, what the target cannot hold; one sentence for all questions that lose the same."""

    def __init__(self) -> None:
        self._by_text: dict[str, list[str]] = {}

    def note(self, document: Mapping[str, Any], text: str) -> None:
        """`document` loses what `text` says, a sentence without its final stop."""
        keys = self._by_text.setdefault(text, [])
        key = str(document.get("id", ""))
        if not keys or keys[-1] != key:
            keys.append(key)

    def sentences(self) -> tuple[str, ...]:
        return tuple(f"{text}: {listed(keys)}." for text, keys in self._by_text.items())


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first of `names`, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} y {len(names) - most} más" if len(names) > most else shown


@dataclass(frozen=True, slots=True)
class Defaults:
    """What questions get that their file does not say."""

    topic: str = "general"
    topic_title: str = "General"
    difficulty: str = "medium"
    pool: str = "both"
    status: str = ""


def complete(parsed: Parsed, defaults: Defaults) -> None:
    """Fill in, in place, topic, difficulty, pool and (where given) status of every document that lacks them."""
    used = False
    for each in (*parsed.questions, *parsed.scenarios):
        document = each.document
        used = used or "topic" not in document
        document.setdefault("topic", defaults.topic)
        document.setdefault("difficulty", defaults.difficulty)
        document.setdefault("pool", defaults.pool)
        if defaults.status:
            document.setdefault("status", defaults.status)
    if used:
        parsed.topics.setdefault(defaults.topic, defaults.topic_title)


def summary(parsed: Parsed, *, imported: int | None = None) -> dict[str, Any]:
    """The report of an import; `imported` is how many questions were taken, all that were read where it is left out.

    `by_type` counts what was read, what was not taken for a fault of its own not included.
    """
    by_type: dict[str, int] = {}
    for document in documents(parsed):
        kind = str(document.get("type", ""))
        by_type[kind] = by_type.get(kind, 0) + 1
    return {
        "format": parsed.format,
        "found": parsed.found,
        "imported": sum(by_type.values()) if imported is None else imported,
        "by_type": dict(sorted(by_type.items())),
        "rejected": [each.as_dict() for each in parsed.rejected],
        "warnings": list(parsed.warnings),
    }


def documents(parsed: Parsed) -> list[Document]:
    """Every question that was read, those of scenarios too."""
    found = [each.document for each in parsed.questions]
    return found + [question for each in parsed.scenarios for question in in_scenario(each)]
