"""Ordering: put items in the right order.

The body holds the items in the right order. An answer is a list as long as the items: which item (by its index in
the body) was put first, second and so on, or None for a place left empty. Items are plain text, because they stand in
a list of choices. Scoring exact: all or nothing. Scoring `pairs`: the share of all pairs of items that stand in the right
order; a pair with an item that was not placed does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

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
from lms.assessment.types.options import some
from lms.assessment.types.ordering.document import dump, load
from lms.assessment.types.ordering.form import FIELDS
from lms.kit.content import Reader


class Ordering(QuestionType):
    name = "ordering"
    fields = FIELDS
    shuffles = True
    order_tells = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        return {"feedback": some(body["feedback"], render)}

    def elements(self, body: Body) -> int:
        return len(body["items"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        prompts = tuple(str(place) for place in range(1, len(body["items"]) + 1))
        return Presented(self.name, body["stem"], shown(body["items"], self.arranged(body, order)), prompts)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        arranged = self.arranged(body, order)
        given = picks(raw, arranged, at_most=len(arranged), blanks=True)
        if given and len(given) != len(arranged):
            raise BadAnswer("answer.shape")
        placed = [index for index in given if index is not None]
        if len(set(placed)) < len(placed):
            raise BadAnswer("answer.repeated")
        return given if placed else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        size = len(body["items"])
        if "scoring" not in body:
            return Fraction(int(answer == list(range(size))))
        placed = [index for index in answer or () if index is not None]
        return Fraction(sum(one < other for one, other in combinations(placed, 2)), size * (size - 1) // 2)

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        lines = []
        for place, item in enumerate(body["items"]):
            index = answer[place] if answer else None
            given = "" if index is None else body["items"][index]
            lines.append(SlotLine(str(place + 1), given, item, index == place, ""))
        grade = self.grade(body, answer)
        return Review(grade, answer is not None, slots=tuple(lines), feedback="" if grade == 1 else body["feedback"])

    def bins(self, body: Body) -> tuple[Bin, ...]:
        size = len(body["items"])
        return tuple(
            Bin(str(place + 1), str(index), item, Fraction(int(place == index), size))
            for place in range(size)
            for index, item in enumerate(body["items"])
        )

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return tuple((str(place), str(index)) for place, index in enumerate(answer or (), 1) if index is not None)
