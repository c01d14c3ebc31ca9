"""Matching: each left side gets a right side; each pair counts equally.

An answer is a list as long as the pairs: the index of the right side given to each left side, or None. Right sides
are numbered as their pairs, the distractors after them. A right side given to two left sides is an answer like any
other (one of them is wrong): a learner who is unsure, or half way through changing, must not lose what is saved.
Right sides are plain text, because they stand in a list of choices.
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
    report_positional,
    shown,
)
from lms.kit.content import Reader

LOW, HIGH = 3, 6
MAX_DISTRACTORS = 4


class Matching(QuestionType):
    name = "matching"

    def load_own(self, reader: Reader) -> Body:
        pairs, lefts, rights = [], [], []
        readers = reader.maps("pairs")
        if readers and not LOW <= len(readers) <= HIGH:
            reader.error("pairs", f"hay {len(readers)} pares; tienen que ser de {LOW} a {HIGH}")
        for each in readers:
            pair = {side: each.text(side, max_length=MAX_TEXT) for side in ("left", "right")}
            pairs.append({**pair, "feedback": each.text("feedback", max_length=MAX_FEEDBACK)})
            lefts.append((pair["left"], each.line("left")))
            rights.append((pair["right"], each.line("right")))
            each.finish()
        distractors = reader.texts("distractors", required=False)
        if len(distractors) > MAX_DISTRACTORS:
            reader.error("distractors", f"hay {len(distractors)} distractores; el máximo es {MAX_DISTRACTORS}")
        report_equal(reader, lefts, "el lado izquierdo")
        report_equal(reader, rights + distractors, "el lado derecho")
        for text, line in rights + distractors:
            report_positional(reader, text, line)
        return {"pairs": pairs, "distractors": [text for text, _ in distractors]}

    def map_texts(self, body: Body, render: Render) -> Body:
        pairs = [{**pair, "left": render(pair["left"]), "feedback": render(pair["feedback"])} for pair in body["pairs"]]
        return {**body, "stem": render(body["stem"]), "pairs": pairs}

    def shuffle_size(self, body: Body) -> int:
        return len(body["pairs"]) + len(body["distractors"])

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        prompts = tuple(pair["left"] for pair in body["pairs"])
        return Presented(self.name, body["stem"], shown(_rights(body), order), prompts)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        size = len(body["pairs"])
        given = picks(raw, checked(order, self.shuffle_size(body)), at_most=size, blanks=True)
        if given and len(given) != size:
            raise BadAnswer("answer.shape")
        return given if any(index is not None for index in given) else None

    def grade(self, body: Body, answer: Answer) -> Fraction:
        return Fraction(sum(index == place for place, index in enumerate(answer or ())), len(body["pairs"]))

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        checked(order, self.shuffle_size(body))
        rights, lines = _rights(body), []
        for place, pair in enumerate(body["pairs"]):
            index = answer[place] if answer else None
            given = "" if index is None else rights[index]
            feedback = "" if index == place else pair["feedback"]
            lines.append(SlotLine(pair["left"], given, pair["right"], index == place, feedback))
        return Review(self.grade(body, answer), answer is not None, slots=tuple(lines))


def _rights(body: Body) -> list[str]:
    return [pair["right"] for pair in body["pairs"]] + list(body["distractors"])
