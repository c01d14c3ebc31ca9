"""Multiple choice: two or more options are right. An answer is the sorted list of the indices chosen.

Scoring `all`: everything right or nothing. Scoring `partial`: right ones chosen minus wrong ones chosen, over all
right ones, never below zero; so that choosing everything earns nothing more than guessing does.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
    BadAnswer,
    Body,
    Presented,
    QuestionType,
    Render,
    Review,
    checked,
    picks,
    shown,
)
from lms.assessment.types.options import load_options, map_options, option_lines, right_ones
from lms.kit.content import Reader

SCORINGS = ("all", "partial")


class Multiple(QuestionType):
    name = "multiple"

    def load_own(self, reader: Reader) -> Body:
        options = load_options(reader, low=3)
        right = sum(option["correct"] for option in options)
        if options and right < 2:
            reader.error("options", f"«correct: true» en {right} opciones; en «multiple» tienen que ser dos o más")
        if options and right == len(options):
            reader.error("options", "en «multiple» tiene que haber una opción incorrecta por lo menos")
        return {"options": options, "scoring": reader.choice("scoring", SCORINGS, default="all")}

    def map_texts(self, body: Body, render: Render) -> Body:
        return map_options(body, render)

    def shuffle_size(self, body: Body) -> int:
        return len(body["options"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        choices = shown([option["text"] for option in body["options"]], order)
        return Presented(self.name, body["stem"], choices, several=True)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        size = self.shuffle_size(body)
        chosen = [index for index in picks(raw, checked(order, size), at_most=size) if index is not None]
        if len(set(chosen)) < len(chosen):
            raise BadAnswer("answer.repeated")
        return sorted(chosen) or None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        right, chosen = right_ones(body), set(answer or ())
        if body["scoring"] == "partial":
            return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))
        return Fraction(int(chosen == right))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        lines = option_lines(body, answer or (), order)
        return Review(self.grade(body, answer), answer is not None, lines)
