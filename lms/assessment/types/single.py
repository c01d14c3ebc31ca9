"""Single choice: exactly one option is right, all or nothing. An answer is the index of an option."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import Answer, Body, Presented, QuestionType, Render, Review, checked, picks, shown
from lms.assessment.types.options import load_options, map_options, option_lines, right_ones
from lms.kit.content import Reader


class Single(QuestionType):
    name = "single"

    def load_own(self, reader: Reader) -> Body:
        options = load_options(reader, low=2)
        right = sum(option["correct"] for option in options)
        if options and right != 1:
            reader.error("options", f"hay {right} opciones con «correct: true»; en «single» tiene que haber una")
        return {"options": options}

    def map_texts(self, body: Body, render: Render) -> Body:
        return map_options(body, render)

    def shuffle_size(self, body: Body) -> int:
        return len(body["options"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        return Presented(self.name, body["stem"], shown([option["text"] for option in body["options"]], order))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        chosen = picks(raw, checked(order, self.shuffle_size(body)), at_most=1)
        return chosen[0] if chosen else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        return Fraction(int(answer is not None and answer in right_ones(body)))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        chosen = set() if answer is None else {answer}
        return Review(self.grade(body, answer), answer is not None, option_lines(body, chosen, order))
