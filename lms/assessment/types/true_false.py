"""True or false, all or nothing. An answer is a boolean. The two choices are never shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    MAX_FEEDBACK,
    Answer,
    Body,
    ChoiceLine,
    Presented,
    QuestionType,
    Render,
    Review,
    checked,
    picks,
    shown,
)
from lms.kit.content import Reader

TEXTS = ("Verdadero", "Falso")  # message ids: position 0 is true, position 1 is false


class TrueFalse(QuestionType):
    name = "true_false"

    def load_own(self, reader: Reader) -> Body:
        return {"answer": reader.flag("answer"), "feedback": reader.text("feedback", max_length=MAX_FEEDBACK)}

    def map_texts(self, body: Body, render: Render) -> Body:
        return {**body, "stem": render(body["stem"]), "feedback": render(body["feedback"])}

    def shuffle_size(self, body: Body) -> int:  # noqa: ARG002 - the same for every body
        return 0

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        checked(order, 0)
        return Presented(self.name, body["stem"], shown(TEXTS, range(2)))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:  # noqa: ARG002 - as above
        checked(order, 0)
        chosen = picks(raw, range(2), at_most=1)
        return chosen[0] == 0 if chosen else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        return Fraction(int(answer is not None and answer == body["answer"]))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        checked(order, 0)
        lines = tuple(
            ChoiceLine(text, value is answer, value is body["answer"], body["feedback"] if wrong else "")
            for text, value in zip(TEXTS, (True, False), strict=True)
            for wrong in [value is answer and value is not body["answer"]]
        )
        return Review(self.grade(body, answer), answer is not None, lines)
