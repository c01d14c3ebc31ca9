"""What a response may hold, and what may be shown of many: pure decisions, no database.

Nothing here knows a person or a moment. A figure of fewer than `MIN_GROUP` answers is never computed, and a cut is
hidden where it, or what is left when it is taken from the whole, would be smaller (invariant 12).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol, TypeVar

MIN_GROUP = 5
"""The fewest answers that are shown together, and the fewest new ones that refresh a result."""
SCALE = range(1, 6)
"""The values of a scale question."""
MAX_TEXT = 2000
"""Characters of a free text."""

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

Answers = Mapping[str, int | str]
"""A response: by question id, the value of a scale (1 to 5), the position of an option (from 0) or a text."""


class QuestionKind(StrEnum):
    SCALE = "scale"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class SurveyQuestion:
    """A question. `low` and `high` name the ends of a scale, `options` are those of a choice; else empty."""

    id: str
    kind: QuestionKind
    text: str
    required: bool
    low: str = ""
    high: str = ""
    options: tuple[str, ...] = ()

    @property
    def values(self) -> range:
        """The numbers that answer this question; empty for a text."""
        if self.kind is QuestionKind.SCALE:
            return SCALE
        return range(len(self.options))


class BadResponse(ValueError):
    """A response that does not fit its survey; `errors` has a message key for each question that is wrong."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{question}: {key}" for question, key in errors.items()))
        self.errors = dict(errors)


class RandomSource(Protocol):
    """What `shuffled` draws from: `random.SystemRandom()` in the nightly job, a seeded `random.Random` in tests."""

    def randrange(self, start: int, /) -> int: ...


@dataclass(frozen=True)
class QuestionSummary:
    """The answers to one question. `distribution` holds (value, how many) for every possible value, in order.

    `mean` is exact, of a scale only. Of a text only the number of answers is told.
    """

    question_id: str
    answers: int
    distribution: tuple[tuple[int, int], ...]
    mean: Fraction | None


def read_response(questions: Sequence[SurveyQuestion], raw: Mapping[str, str]) -> dict[str, int | str]:
    """The answers in `raw`, as a form sends them (texts by question id); what was left empty is left out.

    Raises: BadResponse with every question that is wrong: `surveys.answer.required`, `.unknown`, `.too_long`,
    or, for a name that is no question, `.no_question`.
    """
    answers: dict[str, int | str] = {}
    errors = dict.fromkeys(raw.keys() - {question.id for question in questions}, "surveys.answer.no_question")
    for question in questions:
        value = raw.get(question.id, "").strip()
        if not value:
            if question.required:
                errors[question.id] = "surveys.answer.required"
        elif question.kind is QuestionKind.TEXT:
            answers[question.id] = value
            if len(value) > MAX_TEXT:
                errors[question.id] = "surveys.answer.too_long"
        elif value in {str(number) for number in question.values}:
            answers[question.id] = int(value)
        else:
            errors[question.id] = "surveys.answer.unknown"
    if errors:
        raise BadResponse(errors)
    return answers


def releasable(pending: int, minimum: int = MIN_GROUP) -> bool:
    """Whether `pending` waiting responses are enough to become readable, all together."""
    return pending >= max(1, minimum)


def visible_cuts(counts: Mapping[K, int], minimum: int = MIN_GROUP) -> frozenset[K]:
    """The parts of a whole that may be shown beside it, so that nothing small can be had by subtraction.

    `counts` are the answers in each part; the parts together are the whole. A part is hidden where it or its
    complement is below `minimum`, and then further parts, the smallest first, until the hidden ones are together at
    least `minimum`: whole minus shown parts is what anybody can compute.
    """
    whole = sum(counts.values())
    shown = {key for key, count in counts.items() if count >= minimum and whole - count >= minimum}
    hidden = whole - sum(counts[key] for key in shown)
    for key in sorted(shown, key=lambda key: (counts[key], str(key))):
        if hidden == 0 or hidden >= minimum:
            break
        shown.remove(key)
        hidden += counts[key]
    return frozenset(shown)


def summarise(
    questions: Sequence[SurveyQuestion], responses: Sequence[Answers], minimum: int = MIN_GROUP
) -> dict[str, QuestionSummary | None]:
    """By question id, what its answers come to; None where fewer than `minimum` answered it."""
    return {question.id: _summary(question, responses, minimum) for question in questions}


def summarise_cuts(
    questions: Sequence[SurveyQuestion], groups: Mapping[K, Sequence[Answers]], minimum: int = MIN_GROUP
) -> dict[K, dict[str, QuestionSummary | None]]:
    """The same for every part of a whole; None also where the part or its complement must stay hidden.

    Each question is judged by those who answered it: an optional one can be too small in a part that is not.
    """
    found: dict[K, dict[str, QuestionSummary | None]] = {key: {} for key in groups}
    for question in questions:
        counts = {key: sum(question.id in response for response in responses) for key, responses in groups.items()}
        shown = visible_cuts(counts, minimum)
        for key, responses in groups.items():
            found[key][question.id] = _summary(question, responses, minimum) if key in shown else None
    return found


def shuffled(items: Sequence[T], source: RandomSource) -> list[T]:
    """`items` in an order drawn from `source` (Fisher-Yates): nothing of the order of arrival remains."""
    drawn = list(items)
    for last in range(len(drawn) - 1, 0, -1):
        other = source.randrange(last + 1)
        drawn[last], drawn[other] = drawn[other], drawn[last]
    return drawn


def _summary(question: SurveyQuestion, responses: Sequence[Answers], minimum: int) -> QuestionSummary | None:
    given = [response[question.id] for response in responses if question.id in response]
    if len(given) < max(1, minimum):
        return None
    distribution = tuple((value, given.count(value)) for value in question.values)
    mean = None
    if question.kind is QuestionKind.SCALE:
        mean = Fraction(sum(value * times for value, times in distribution), len(given))
    return QuestionSummary(question.id, len(given), distribution, mean)
