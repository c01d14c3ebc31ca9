"""True or false, all or nothing. An answer is a boolean. The two choices are never shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
    Bin,
    Body,
    ChoiceLine,
    Document,
    Presented,
    QuestionType,
    Render,
    Review,
    picks,
    shown,
)
from lms.assessment.types.options import some
from lms.assessment.types.true_false.document import dump, load
from lms.assessment.types.true_false.form import FIELDS
from lms.kit.content import Reader

TEXTS = ("Verdadero", "Falso")  # message ids: position 0 is true, position 1 is false


class TrueFalse(QuestionType):
    name = "true_false"
    fields = FIELDS
    ours = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        return {"feedback": some(body["feedback"], render)}

    def elements(self, body: Body) -> int:  # noqa: ARG002 - the same for every body
        return 0

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        self.arranged(body, order)
        return Presented(self.name, body["stem"], shown(TEXTS, range(2)))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        self.arranged(body, order)
        chosen = picks(raw, range(2), at_most=1)
        return chosen[0] == 0 if chosen else None

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        self.arranged(body, order)
        return () if answer is None else ("0" if answer else "1",)

    def grade(self, body: Body, answer: Answer) -> Fraction:
        return Fraction(int(answer is not None and answer == body["answer"]))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        lines = tuple(
            ChoiceLine(text, value is answer, value is body["answer"], body["feedback"] if wrong else "")
            for text, value in zip(TEXTS, (True, False), strict=True)
            for wrong in [value is answer and value is not body["answer"]]
        )
        return Review(self.grade(body, answer), answer is not None, lines)

    def bins(self, body: Body) -> tuple[Bin, ...]:
        values = zip(TEXTS, ("true", "false"), (True, False), strict=True)
        return tuple(Bin("", key, text, Fraction(int(value is body["answer"]))) for text, key, value in values)

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return () if answer is None else (("", "true" if answer else "false"),)
