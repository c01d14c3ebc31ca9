"""What every question type does, and what it hands to pages.

A **body** is the JSON-able content of a question in its original order, stored in an immutable question version.
An **order** is the draw's permutation: `order[shown position]` is the original index. What a browser sees and sends
speaks of shown positions only; what is stored as an answer speaks of original indices only, so that grading needs no
order and a regrade can compare people. A typed answer is stored as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from lms.assessment.rules.canonical import canonical_json
from lms.assessment.types.fields import Field
from lms.kit.content import Reader

Body = dict[str, Any]
Document = dict[str, Any]
"""A question as an author writes it: the keys of `docs/content-format.md`."""
Answer = Any
"""A canonical answer: JSON-able, in terms of original indices; None where nothing was answered."""

Render = Callable[[str], str]

MAX_STEM = 4_000
MAX_TEXT = 1_000
MAX_FEEDBACK = 2_000
REMARKS = ("general", "when_right", "when_partial", "when_wrong")
"""Texts that every type may have for its review; the body holds those that were written."""


class BadAnswer(ValueError):
    """An answer that this question cannot have. `key` names the fault: answer.shape, answer.too_long,
    answer.unknown_choice, answer.repeated or answer.long_text."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NeedsPerson(Exception):
    """Only a person can say what this answer earns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: `id` is its shown position and tells nothing else."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an open answer is judged by, as its writer may see it: a title, and levels as (points, text)."""

    title: str
    levels: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to type in. `kind`: number, line or long; words are 0 where there is no bound."""

    kind: str
    units: tuple[str, ...] = ()
    unit_required: bool = False
    min_words: int = 0
    max_words: int = 0
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a text: something to choose where it has `choices`, else something to type."""

    choices: tuple[Choice, ...] = ()
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """Everything of a question that the browser may have: no key, no correctness, no feedback.

    `prompts` are the places to fill with one of `choices` each (matching: the left sides; ordering: "1", "2"...);
    without prompts, one of `choices` is chosen, or more where `several`. `entry` is a place to type in. A text with
    gaps comes in `pieces`, each of `gaps` between two of them.
    """

    type: str
    stem: str
    choices: tuple[Choice, ...] = ()
    prompts: tuple[str, ...] = ()
    several: bool = False
    entry: Entry | None = None
    pieces: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice in the review, in shown order. `feedback` is that of a choice that was made.

    `share` is what choosing it earns or costs, where options have weights of their own.
    """

    text: str
    chosen: bool
    correct: bool
    feedback: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One place of a matching, an ordering, a gap or a typed answer in the review; `given` is "" where nothing was put.

    `share` is what was earned there where that is something and not everything.
    """

    prompt: str
    given: str
    expected: str
    correct: bool
    feedback: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What the review page shows: choice lines or slot lines, by type; `feedback` speaks of the answer as a whole.

    `grade` is None where a person has to give it.
    """

    grade: Fraction | None
    answered: bool
    choices: tuple[ChoiceLine, ...] = ()
    slots: tuple[SlotLine, ...] = ()
    feedback: str = ""
    written: str = ""  # an open answer, as it was written


@dataclass(frozen=True, slots=True)
class Bin:
    """A response that statistics count: to which `part` of the question ("" the whole), its key, words, and worth."""

    part: str
    key: str
    text: str
    share: Fraction | None


class QuestionType(ABC):
    """One kind of question. Objects are stateless; everything is in the body."""

    name: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    """What an author fills in beside what every question has (`form.py`)."""
    by_person: ClassVar[bool] = False
    """Whether a person grades it: then `grade` raises NeedsPerson."""
    shuffles: ClassVar[bool] = False
    """Whether an author may ask for the written order (`shuffle: false`)."""
    order_tells: ClassVar[bool] = False
    """Whether the written order is the right answer, so that keeping it gives it away."""
    ours: ClassVar[bool] = False
    """Whether the texts of its choices are message ids of ours, and not content."""

    def load(self, reader: Reader) -> Body:
        """The body of the question in `reader`: its stem, its remarks and its type's own keys.

        Every fault is reported through `reader` with file and line; after one, the body must not be used.
        """
        body = {"stem": reader.text("stem", max_length=MAX_STEM), **self.load_own(reader)}
        for key in REMARKS:
            if text := reader.text(key, required=False, max_length=MAX_FEEDBACK):
                body[key] = text
        if self.shuffles and not reader.flag("shuffle", default=True):
            body["shuffle"] = False
            if self.order_tells:
                reader.warning("shuffle", "«shuffle: false» muestra los elementos en el orden de la respuesta")
        return body

    def dump(self, body: Body) -> Document:
        """The document that `load` reads as `body`; what is as it is by default is left out."""
        document = {"stem": body["stem"], **self.dump_own(body)}
        if body.get("shuffle") is False:
            document["shuffle"] = False
        return document | {key: body[key] for key in REMARKS if key in body}

    def map_texts(self, body: Body, render: Render) -> Body:
        """A copy of `body` with `render` applied to every Markdown text in it (publishing stores it as HTML)."""
        remarks = {key: render(body[key]) for key in REMARKS if key in body}
        return {**body, "stem": render(body["stem"]), **remarks, **self.map_own(body, render)}

    def shuffle_size(self, body: Body) -> int:
        """How many elements a draw permutes."""
        return 0 if body.get("shuffle") is False else self.elements(body)

    def arranged(self, body: Body, order: Sequence[int]) -> Sequence[int]:
        """The original indices in shown order. Raises: ValueError where `order` does not fit the body."""
        checked(order, self.shuffle_size(body))
        return range(self.elements(body)) if body.get("shuffle") is False else order

    @abstractmethod
    def load_own(self, reader: Reader) -> Body:
        """The part of the body that only this type has."""

    @abstractmethod
    def dump_own(self, body: Body) -> Document:
        """The keys of a document that only this type has: the inverse of `load_own`."""

    @abstractmethod
    def map_own(self, body: Body, render: Render) -> Body:
        """The entries of the body that only this type has and that hold Markdown, rendered."""

    @abstractmethod
    def elements(self, body: Body) -> int:
        """How many elements have an order in which they are shown."""

    @abstractmethod
    def present(self, body: Body, order: Sequence[int]) -> Presented:
        """What the browser may see, in shown order. Raises: ValueError where `order` does not fit the body."""

    @abstractmethod
    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        """The canonical answer in `raw`, a list of choice ids and typed texts as forms and JSON send it; None for none.

        Raises: BadAnswer for anything that the page shown could not have sent; ValueError for an order that does
        not fit.
        """

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        """What a browser would send for a canonical answer: the inverse of `parse_answer`."""
        if answer is None:
            return ()
        places = {index: str(position) for position, index in enumerate(self.arranged(body, order))}
        return tuple(places.get(index, "") for index in (answer if isinstance(answer, list) else [answer]))

    def is_answered(self, answer: Answer) -> bool:
        """Whether `answer` (canonical) is one, though perhaps not complete."""
        return answer is not None

    def note(self, body: Body, answer: Answer) -> str:  # noqa: ARG002 - most types have nothing to say
        """The message key of what its writer should know at once of an answer that is kept as it is; "" for nothing."""
        return ""

    def reply(self, body: Body, answer: Answer) -> str:  # noqa: ARG002 - most types read every answer as it is
        """How a canonical answer is recognised when others gave the same: two that read alike have one."""
        return canonical_json(answer)

    @abstractmethod
    def grade(self, body: Body, answer: Answer) -> Fraction:
        """What a canonical answer earns, 0 to 1, exactly; nothing for no answer.

        Raises: NeedsPerson where a person has to say it.
        """

    @abstractmethod
    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        """What was given, what is right, and the feedback on what was given."""

    @abstractmethod
    def bins(self, body: Body) -> tuple[Bin, ...]:
        """Every response that statistics tell apart, in the order in which it was written."""

    @abstractmethod
    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:
        """The bins that a canonical answer falls into, as (part, key); none for no answer."""


def remarks(body: Body, grade: Fraction | None) -> tuple[str, ...]:
    """What the review says beside the type's own feedback: in general, and by what the answer earned."""
    keys = ["general"]
    if grade is not None:
        keys.append("when_right" if grade == 1 else "when_partial" if grade > 0 else "when_wrong")
    return tuple(body[key] for key in keys if key in body)


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


def texts(raw: object, *, size: int) -> list[str]:
    """The texts of a list of at most `size` (none, or exactly as many). Raises: BadAnswer."""
    if not isinstance(raw, list) or not all(isinstance(entry, str) for entry in raw):
        raise BadAnswer("answer.shape")
    if len(raw) > size:
        raise BadAnswer("answer.too_long")
    if raw and len(raw) != size:
        raise BadAnswer("answer.shape")
    return raw


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


def speaks_of_places(text: str) -> str:
    """The words of `text` that speak of where other options stand; "" where there are none."""
    match = _POSITIONAL.search(folded(text))
    return match[0] if match else ""


def report_positional(reader: Reader, text: str, line: int) -> None:
    """Report a text that speaks of where other options stand: they are shuffled. A lenient reader only warns of it."""
    if words := speaks_of_places(text):
        tell = reader.report.error if reader.strict else reader.report.warning
        tell(reader.file, line, f"las opciones se mezclan: no se puede decir «{words}»")
