"""A number, with a unit or without. An answer is the text as it was typed: what is no number is kept and earns nothing."""

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
    SlotLine,
    texts,
)
from lms.assessment.types.numeric.document import dump, load
from lms.assessment.types.numeric.form import FIELDS
from lms.assessment.types.numeric.rules import entry, first_holding, read, words
from lms.assessment.types.numeric.rules import reply as number_reply
from lms.assessment.types.options import some
from lms.assessment.types.typed import MAX_LINE, clean
from lms.kit.content import Reader


class Numeric(QuestionType):
    name = "numeric"
    fields = FIELDS

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        answers = [{**each, "feedback": some(each["feedback"], render)} for each in body["answers"]]
        return {"answers": answers, "feedback": some(body["feedback"], render)}

    def elements(self, body: Body) -> int:  # noqa: ARG002 - the same for every body
        return 0

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        self.arranged(body, order)
        return Presented(self.name, body["stem"], entry=entry(body))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        self.arranged(body, order)
        given = texts(raw, size=1)
        return clean(given[0], most=MAX_LINE) if given else None

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        self.arranged(body, order)
        return () if answer is None else (answer,)

    def note(self, body: Body, answer: Answer) -> str:
        return "" if answer is None else read(body, answer).fault

    def reply(self, body: Body, answer: Answer) -> str:
        return number_reply(body, answer)

    def grade(self, body: Body, answer: Answer) -> Fraction:
        at = first_holding(body, answer)
        return Fraction(0) if at is None else Fraction(body["answers"][at]["grade"])

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        at, grade = first_holding(body, answer), self.grade(body, answer)
        feedback = "" if answer is None else body["feedback"] if at is None else body["answers"][at]["feedback"]
        right = next(each for each in body["answers"] if each["grade"] == "1")
        line = SlotLine("", answer or "", words(right, body), grade == 1, feedback, grade if 0 < grade < 1 else None)
        return Review(grade, answer is not None, slots=(line,))

    def bins(self, body: Body) -> tuple[Bin, ...]:
        known = (
            Bin("", str(at), words(each, body), Fraction(each["grade"])) for at, each in enumerate(body["answers"])
        )
        return (*known, Bin("", "other", "", Fraction(0)), Bin("", "unread", "", Fraction(0)))

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:
        if answer is None:
            return ()
        at = first_holding(body, answer)
        return (("", str(at) if at is not None else "unread" if read(body, answer).fault else "other"),)
