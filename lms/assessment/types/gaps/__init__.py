"""A text with gaps: typed, chosen or numeric. What is earned is the weighted mean of the gaps.

The gaps of a body stand in the order of the text. An answer is a list with one entry for each: the text as it was typed,
the index of the option chosen, or None. The draw's one permutation goes over the options of all chosen gaps together;
each gap shows its own in the order in which they come in it. Options are plain text, since they stand in a list of choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.rules.canonical import canonical_json
from lms.assessment.types.base import (
    Answer,
    Bin,
    Body,
    Choice,
    Document,
    Entry,
    Gap,
    Presented,
    QuestionType,
    Render,
    Review,
    texts,
)
from lms.assessment.types.gaps.document import dump, load
from lms.assessment.types.gaps.form import FIELDS
from lms.assessment.types.gaps.places import rendered, split
from lms.assessment.types.gaps.rules import bins, line, number_fault, parsed, response, share, shown_options
from lms.assessment.types.gaps.rules import reply as gap_reply
from lms.assessment.types.numeric.rules import entry
from lms.assessment.types.options import some
from lms.kit.content import Reader


class Gaps(QuestionType):
    name = "gaps"
    fields = FIELDS
    shuffles = True

    def load_own(self, reader: Reader) -> Body:
        return load(reader)

    def dump_own(self, body: Body) -> Document:
        return dump(body)

    def map_own(self, body: Body, render: Render) -> Body:
        gaps = []
        for gap in body["gaps"]:
            parts = "options" if gap["kind"] == "chosen" else "answers"
            inner = [{**each, "feedback": some(each["feedback"], render)} for each in gap[parts]]
            gaps.append({**gap, parts: inner, "feedback": some(gap["feedback"], render)})
        return {"text": rendered(body["text"], render), "gaps": gaps}

    def elements(self, body: Body) -> int:
        return sum(len(gap["options"]) for gap in body["gaps"] if gap["kind"] == "chosen")

    def present(self, body: Body, order: Sequence[int]) -> Presented:
        options = shown_options(body, self.arranged(body, order))
        gaps = []
        for gap, indices in zip(body["gaps"], options, strict=True):
            if gap["kind"] == "chosen":
                choices = (Choice(str(place), gap["options"][at]["text"]) for place, at in enumerate(indices))
                gaps.append(Gap(choices=tuple(choices)))
            else:
                gaps.append(Gap(entry=entry(gap) if gap["kind"] == "numeric" else Entry("line")))
        return Presented(self.name, body["stem"], pieces=tuple(split(body["text"])), gaps=tuple(gaps))

    def parse_answer(self, raw: object, body: Body, order: Sequence[int]) -> Answer:
        options = shown_options(body, self.arranged(body, order))
        given = texts(raw, size=len(body["gaps"]))
        found = [parsed(gap, text, indices) for gap, text, indices in zip(body["gaps"], given, options, strict=False)]
        return found if any(each is not None for each in found) else None

    def given(self, body: Body, answer: Answer, order: Sequence[int]) -> tuple[str, ...]:
        options = shown_options(body, self.arranged(body, order))
        return tuple(
            "" if each is None else str(indices.index(each)) if gap["kind"] == "chosen" else each
            for gap, each, indices in zip(body["gaps"], answer or (), options, strict=False)
        )

    def note(self, body: Body, answer: Answer) -> str:
        faults = (number_fault(gap, each) for gap, each in zip(body["gaps"], answer or (), strict=False))
        return "gap_unread" if any(faults) else ""

    def reply(self, body: Body, answer: Answer) -> str:
        entries = answer or [None] * len(body["gaps"])
        return canonical_json([gap_reply(gap, entry) for gap, entry in zip(body["gaps"], entries, strict=True)])

    def grade(self, body: Body, answer: Answer) -> Fraction:
        weights = sum(int(gap["weight"]) for gap in body["gaps"])
        earned = (gap["weight"] * share(gap, each) for gap, each in zip(body["gaps"], answer or (), strict=False))
        return sum(earned, Fraction(0)) / weights

    def review(self, body: Body, answer: Answer, order: Sequence[int]) -> Review:
        self.arranged(body, order)
        entries = answer or [None] * len(body["gaps"])
        lines = (
            line(gap, each, number) for number, (gap, each) in enumerate(zip(body["gaps"], entries, strict=True), 1)
        )
        return Review(self.grade(body, answer), answer is not None, slots=tuple(lines))

    def bins(self, body: Body) -> tuple[Bin, ...]:
        weights = sum(gap["weight"] for gap in body["gaps"])
        return tuple(each for gap in body["gaps"] for each in bins(gap, Fraction(gap["weight"], weights)))

    def responses(self, body: Body, answer: Answer) -> tuple[tuple[str, str], ...]:
        pairs = zip(body["gaps"], answer or (), strict=False)
        return tuple((gap["id"], response(gap, each)) for gap, each in pairs if each is not None)
