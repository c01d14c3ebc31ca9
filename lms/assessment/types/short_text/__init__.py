"""A short text that is compared with the accepted ones. An answer is the text as it was typed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
    Bin,
    Body,
    Document,
    Entry,
    Presented,
    QuestionType,
    Render,
    Review,
    SlotLine,
    texts,
)
from lms.assessment.types.options import some
from lms.assessment.types.short_text.document import dump, load
from lms.assessment.types.short_text.form import FIELDS
from lms.assessment.types.short_text.rules import first_accepting
from lms.assessment.types.typed import MAX_LINE, clean, plain, reading
from lms.kit.content import Reader


class ShortText(QuestionType):
    name = "short_text"
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
        return Presented(self.name, body["stem"], entry=Entry("line"))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        self.arranged(body, order)
        given = texts(raw, size=1)
        return clean(given[0], most=MAX_LINE) if given else None

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        self.arranged(body, order)
        return () if answer is None else (answer,)

    def reply(self, body: Body, answer: Answer) -> str:
        return "" if answer is None else reading(answer, case=body["case"], accents=body["accents"])

    def grade(self, body: Body, answer: Answer) -> Fraction:
        at = first_accepting(body, answer)
        return Fraction(0) if at is None else Fraction(body["answers"][at]["grade"])

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        at, grade = first_accepting(body, answer), self.grade(body, answer)
        feedback = "" if answer is None else body["feedback"] if at is None else body["answers"][at]["feedback"]
        right = next(plain(each["text"]) for each in body["answers"] if each["grade"] == "1")
        line = SlotLine("", answer or "", right, grade == 1, feedback, grade if 0 < grade < 1 else None)
        return Review(grade, answer is not None, slots=(line,))

    def bins(self, body: Body) -> tuple[Bin, ...]:
        known = (
            Bin("", str(at), plain(each["text"]), Fraction(each["grade"])) for at, each in enumerate(body["answers"])
        )
        return (*known, Bin("", "other", "", Fraction(0)))

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:
        if answer is None:
            return ()
        at = first_accepting(body, answer)
        return (("", "other" if at is None else str(at)),)
