"""Matching: each left side gets a right side; each pair counts equally.

An answer is a list as long as the pairs: the index of the right side given to each left side, or None. Right sides
are numbered as they first come in the pairs (two left sides may have the same one), the distractors after them. A right
side given to two left sides is an answer like any other: a learner who is unsure, or half way through changing, must not
lose what is saved. Right sides are plain text, because they stand in a list of choices.
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
    SlotLine,
    picks,
    shown,
)
from lms.assessment.types.matching.document import dump, load
from lms.assessment.types.matching.form import FIELDS
from lms.assessment.types.options import some
from lms.kit.content import Reader


class Matching(QuestionType):
    name = "matching"
    fields = FIELDS
    shuffles = True
    order_tells = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        return {
            "pairs": [
                {**pair, "left": render(pair["left"]), "feedback": some(pair["feedback"], render)}
                for pair in body["pairs"]
            ]
        }

    def elements(self, body: Body) -> int:
        return len(rights(body))

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        prompts = tuple(pair["left"] for pair in body["pairs"])
        return Presented(self.name, body["stem"], shown(rights(body), self.arranged(body, order)), prompts)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        size = len(body["pairs"])
        given = picks(raw, self.arranged(body, order), at_most=size, blanks=True)
        if given and len(given) != size:
            raise BadAnswer("answer.shape")
        return given if any(index is not None for index in given) else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        texts = rights(body)
        good = sum(
            index is not None and texts[index] == pair["right"]
            for index, pair in zip(answer or (), body["pairs"], strict=False)
        )
        return Fraction(good, len(body["pairs"]))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        texts, lines = rights(body), []
        for place, pair in enumerate(body["pairs"]):
            index = answer[place] if answer else None
            given = "" if index is None else texts[index]
            good = given == pair["right"]
            lines.append(SlotLine(pair["left"], given, pair["right"], good, "" if good else pair["feedback"]))
        return Review(self.grade(body, answer), answer is not None, slots=tuple(lines))

    def bins(self, body: Body) -> tuple[Bin, ...]:
        return tuple(
            Bin(str(place), str(index), text, Fraction(int(text == pair["right"]), len(body["pairs"])))
            for place, pair in enumerate(body["pairs"])
            for index, text in enumerate(rights(body))
        )

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return tuple((str(place), str(index)) for place, index in enumerate(answer or ()) if index is not None)


def rights(body: Body) -> list[str]:
    """The right sides there are to choose from, each once, then the distractors."""
    return [*dict.fromkeys(pair["right"] for pair in body["pairs"]), *body["distractors"]]
