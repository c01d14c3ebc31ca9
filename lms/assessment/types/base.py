"""What every question type does, and what it hands to pages.

A **body** is the JSON-able content of a question in its original order, stored in an immutable question version.
An **order** is the draw's permutation: `order[shown position]` is the original index. What a browser sees and sends
speaks of shown positions only; what is stored as an answer speaks of original indices only, so that grading needs no
order and a regrade can compare people.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from lms.kit.content import Reader

Body = dict[str, Any]
Answer = Any
"""A canonical answer: JSON-able, in terms of original indices; None where nothing was answered."""

Render = Callable[[str], str]

MAX_STEM = 4_000
MAX_TEXT = 1_000
MAX_FEEDBACK = 2_000


class BadAnswer(ValueError):
    """An answer that this question cannot have. `key` names the fault: answer.shape, answer.too_long,
    answer.unknown_choice or answer.repeated."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: `id` is its shown position and tells nothing else."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Presented:
    """Everything of a question that the browser may have: no key, no correctness, no feedback.

    `prompts` are the places to fill with one of `choices` each (matching: the left sides; ordering: "1", "2"...);
    without prompts, one of `choices` is chosen, or more where `several`.
    """

    type: str
    stem: str
    choices: tuple[Choice, ...]
    prompts: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice in the review, in shown order. `feedback` is given where it was chosen and is wrong."""

    text: str
    chosen: bool
    correct: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One place of a matching or an ordering in the review; `given` is "" where nothing was put there."""

    prompt: str
    given: str
    expected: str
    correct: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class Review:
    """What the review page shows: choice lines or slot lines, by type; `feedback` speaks of the answer as a whole."""

    grade: Fraction
    answered: bool
    choices: tuple[ChoiceLine, ...] = ()
    slots: tuple[SlotLine, ...] = ()
    feedback: str = ""


class QuestionType(ABC):
    """One kind of question. Objects are stateless; everything is in the body."""

    name: ClassVar[str]

    def load(self, reader: Reader) -> Body:
        """The body of the question in `reader`: its stem and its type's own keys.

        Every fault is reported through `reader` with file and line; after one, the body must not be used.
        """
        return {"stem": reader.text("stem", max_length=MAX_STEM), **self.load_own(reader)}

    @abstractmethod
    def load_own(self, reader: Reader) -> Body:
        """The part of the body that only this type has."""

    @abstractmethod
    def map_texts(self, body: Body, render: Render) -> Body:
        """A copy of `body` with `render` applied to every Markdown text in it (publishing stores it as HTML)."""

    @abstractmethod
    def shuffle_size(self, body: Body) -> int:
        """How many elements a draw permutes."""

    @abstractmethod
    def present(self, body: Body, order: Sequence[int]) -> Presented:
        """What the browser may see, in shown order. Raises: ValueError where `order` does not fit the body."""

    @abstractmethod
    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        """The canonical answer in `raw`, a list of choice ids as forms and JSON send it; None for no answer.

        Raises: BadAnswer for anything that the page shown could not have sent; ValueError for an order that does
        not fit.
        """

    def is_answered(self, answer: Answer) -> bool:
        """Whether `answer` (canonical) is one, though perhaps not complete."""
        return answer is not None

    @abstractmethod
    def grade(self, body: Body, answer: Answer) -> Fraction:
        """What a canonical answer earns, 0 to 1, exactly; nothing for no answer."""

    @abstractmethod
    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        """What was chosen, what is right, and feedback for what was chosen wrong."""


def checked(order: Sequence[int], size: int) -> Sequence[int]:
    """`order`, once it is known to be a permutation of 0 to `size` - 1. Raises: ValueError where it is not."""
    if sorted(order) != list(range(size)):
        raise ValueError(f"{list(order)} is not an order of {size} elements")
    return order


def shown(texts: Sequence[str], order: Sequence[int]) -> tuple[Choice, ...]:
    """`texts` as choices in shown order."""
    return tuple(Choice(str(position), texts[index]) for position, index in enumerate(checked(order, len(texts))))


def picks(raw: object, order: Sequence[int], *, at_most: int, blanks: bool = False) -> list[int | None]:
    """The original indices that a list of shown positions names; with `blanks`, "" is None.

    Raises: BadAnswer where `raw` is not a list of texts, is longer than `at_most`, or names what was not shown.
    """
    if not isinstance(raw, list) or not all(isinstance(entry, str) for entry in raw):
        raise BadAnswer("answer.shape")
    if len(raw) > at_most:
        raise BadAnswer("answer.too_long")
    known: Mapping[str, int | None] = {str(position): index for position, index in enumerate(order)}
    if blanks:
        known = {**known, "": None}
    if any(entry not in known for entry in raw):
        raise BadAnswer("answer.unknown_choice")
    return [known[entry] for entry in raw]


def folded(text: str) -> str:
    """`text` without regard to case, spacing and Unicode spelling: two options that fold alike read alike."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def report_equal(reader: Reader, found: Sequence[tuple[str, int]], what: str) -> None:
    """Report each text that reads like an earlier one; `found` holds texts with their lines."""
    lines: dict[str, int] = {}
    for text, line in found:
        key = folded(text)
        if key in lines:
            reader.report.error(reader.file, line, f"{what} «{text}» ya está en la línea {lines[key]}")
        elif key:
            lines[key] = line


_POSITIONAL = re.compile(
    r"\b(todas|ninguna|cualquiera)( de)? las( opciones)? (anteriores|de arriba)\b"
    r"|\b(todos|ninguno|cualquiera)( de)? los anteriores\b"
    r"|\bambas( opciones)? anteriores\b"
    r"|\b(la|las) (opci[oó]n|opciones) (anterior(es)?|siguientes?)\b"
)


def report_positional(reader: Reader, text: str, line: int) -> None:
    """Report a text that speaks of where other options stand: they are shuffled."""
    if match := _POSITIONAL.search(folded(text)):
        reader.report.error(reader.file, line, f"las opciones se mezclan: no se puede decir «{match[0]}»")
