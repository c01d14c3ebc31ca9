"""Single choice: one option is chosen. An answer is the index of an option.

Scoring `all`: exactly one option is right, all or nothing. Scoring `weights`: each option earns what its author says,
never below zero, and the best one earns everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
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
from lms.assessment.types.options import earned, map_options, option_bins, option_lines, right_ones
from lms.assessment.types.single.document import dump, load
from lms.assessment.types.single.form import FIELDS
from lms.kit.content import Reader


class Single(QuestionType):
    name = "single"
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
        return Presented(self.name, body["stem"], choices)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        chosen = picks(raw, self.arranged(body, order), at_most=1)
        return chosen[0] if chosen else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        if answer is None:
            return Fraction(0)
        return earned(body, [answer]) if "scoring" in body else Fraction(int(answer in right_ones(body)))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        chosen = set() if answer is None else {answer}
        lines = option_lines(body, chosen, self.arranged(body, order))
        return Review(self.grade(body, answer), answer is not None, lines)

    def bins(self, body: Body) -> tuple[Bin, ...]:
        return option_bins(body)

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return () if answer is None else (("", str(answer)),)
