"""An open answer: free text, graded by a person with a rubric. An answer is the text as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    Answer,
    Bin,
    Body,
    Criterion,
    Document,
    Entry,
    NeedsPerson,
    Presented,
    QuestionType,
    Render,
    Review,
    texts,
)
from lms.assessment.types.open.document import dump, load
from lms.assessment.types.open.form import FIELDS
from lms.assessment.types.open.rules import MAX_WRITTEN, words_fault
from lms.assessment.types.options import some
from lms.assessment.types.typed import clean
from lms.kit.content import Reader


class Open(QuestionType):
    name = "open"
    fields = FIELDS
    by_person = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        rubric = [
            {
                **criterion,
                "title": render(criterion["title"]),
                "levels": [{**level, "text": render(level["text"])} for level in criterion["levels"]],
            }
            for criterion in body["rubric"]
        ]
        return {"rubric": rubric, "model": some(body["model"], render)}

    def elements(self, body: Body) -> int:  # noqa: ARG002 - the same for every body
        return 0

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        self.arranged(body, order)
        criteria = tuple(
            Criterion(each["title"], tuple((level["points"], level["text"]) for level in each["levels"]))
            for each in body["rubric"]
        )
        entry = Entry("long", min_words=body["min_words"], max_words=body["max_words"], criteria=criteria)
        return Presented(self.name, body["stem"], entry=entry)

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        self.arranged(body, order)
        given = texts(raw, size=1)
        return clean(given[0], most=MAX_WRITTEN, lines=True) if given else None

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        self.arranged(body, order)
        return () if answer is None else (answer,)

    def note(self, body: Body, answer: Answer) -> str:
        return "" if answer is None else words_fault(body, answer)

    def grade(self, body: Body, answer: Answer) -> Fraction:  # noqa: ARG002 - as all types
        raise NeedsPerson

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        return Review(None, answer is not None, written=answer or "")

    def bins(self, body: Body) -> tuple[Bin, ...]:  # noqa: ARG002 - as all types
        return (Bin("", "written", "", None),)

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all types
        return () if answer is None else (("", "written"),)
