"""Ordering: put items in the right order, all or nothing.

The body holds the items in the right order. An answer is a list as long as the items: which item (by its index in
the body) was put first, second and so on, or None for a place left empty. Items are plain text, because they stand in
a list of choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    MAX_FEEDBACK,
    MAX_TEXT,
    Answer,
    BadAnswer,
    Body,
    Presented,
    QuestionType,
    Render,
    Review,
    SlotLine,
    checked,
    picks,
    report_equal,
    shown,
)
from lms.kit.content import Reader

LOW, HIGH = 3, 6


class Ordering(QuestionType):
    name = "ordering"

    def load_own(self, reader: Reader) -> Body:
        found = reader.texts("items")
        if found and not LOW <= len(found) <= HIGH:
            reader.error("items", f"hay {len(found)} elementos; tienen que ser de {LOW} a {HIGH}")
        for text, line in found:
            if len(text) > MAX_TEXT:
                reader.report.error(reader.file, line, f"el elemento pasa de {MAX_TEXT} caracteres")
        report_equal(reader, found, "el elemento")
        feedback = reader.text("feedback", max_length=MAX_FEEDBACK)
        return {"items": [text for text, _ in found], "feedback": feedback}

    def map_texts(self, body: Body, render: Render) -> Body:
        return {**body, "stem": render(body["stem"]), "feedback": render(body["feedback"])}

    def shuffle_size(self, body: Body) -> int:
        return len(body["items"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        prompts = tuple(str(place) for place in range(1, len(body["items"]) + 1))
        return Presented(self.name, body["stem"], shown(body["items"], order), prompts)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        size = self.shuffle_size(body)
        given = picks(raw, checked(order, size), at_most=size, blanks=True)
        if given and len(given) != size:
            raise BadAnswer("answer.shape")
        placed = [index for index in given if index is not None]
        if len(set(placed)) < len(placed):
            raise BadAnswer("answer.repeated")
        return given if placed else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        return Fraction(int(answer == list(range(len(body["items"])))))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        checked(order, self.shuffle_size(body))
        lines = []
        for place, item in enumerate(body["items"]):
            index = answer[place] if answer else None
            given = "" if index is None else body["items"][index]
            lines.append(SlotLine(str(place + 1), given, item, index == place, ""))
        grade = self.grade(body, answer)
        return Review(grade, answer is not None, slots=tuple(lines), feedback="" if grade == 1 else body["feedback"])
