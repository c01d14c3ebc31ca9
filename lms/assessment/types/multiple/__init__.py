"""Multiple choice: two or more options are right. An answer is the sorted list of the indices chosen.

Scoring `all`: everything right or nothing. Scoring `partial`: right ones chosen minus wrong ones chosen, over all
right ones, never below zero; so that choosing everything earns nothing more than guessing does. Scoring `weights`: the
sum of what each chosen option earns or costs, never below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
    BadAnswer,
    Bin,
    Body,
    Document,
    Presented,
    QuestionType,
    Render,
    Review,
    picks,
    shown,
)
from lms.assessment.types.multiple.document import dump, load
from lms.assessment.types.multiple.form import FIELDS
from lms.assessment.types.options import WEIGHTS, earned, map_options, option_bins, option_lines, right_ones
from lms.kit.content import Reader


class Multiple(QuestionType):
    name = "multiple"
    fields = FIELDS
    shuffles = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        return map_options(body, render)

    def elements(self, body: Body) -> int:
        return len(body["options"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        choices = shown([option["text"] for option in body["options"]], self.arranged(body, order))
        return Presented(self.name, body["stem"], choices, several=True)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        arranged = self.arranged(body, order)
        chosen = [index for index in picks(raw, arranged, at_most=len(arranged)) if index is not None]
        if len(set(chosen)) < len(chosen):
            raise BadAnswer("answer.repeated")
        return sorted(chosen) or None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        right, chosen = right_ones(body), set(answer or ())
        if body["scoring"] == WEIGHTS:
            return earned(body, chosen)
        if body["scoring"] == "partial":
            return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))
        return Fraction(int(chosen == right))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        lines = option_lines(body, answer or (), self.arranged(body, order))
        return Review(self.grade(body, answer), answer is not None, lines)

    def bins(self, body: Body) -> tuple[Bin, ...]:
        return option_bins(body)

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return tuple(("", str(index)) for index in answer or ())
