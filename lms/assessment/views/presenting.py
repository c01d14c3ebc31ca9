"""What the templates of a test show: questions with what was given, and the review of a graded attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from flask import url_for

from lms.assessment.queries.attempts import Item, Past
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.types.base import Choice, Presented, Review
from lms.web import i18n


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question on a page. `given`: the ids chosen, or one id (or "") for each prompt; `places`: an ordering's, by id."""

    number: int
    name: str
    presented: Presented
    given: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    answered: bool = False
    flagged: bool = False
    error: str = ""

    @property
    def rows(self) -> tuple[Choice, ...]:
        """An ordering's elements: in the order given once each has its place, else as drawn."""
        choices = self.presented.choices
        if sorted(self.places.values()) != sorted(self.presented.prompts):
            return choices
        return tuple(sorted(choices, key=lambda choice: int(self.places[choice.id])))


def question_view(item: Item, answer: Any, *, flagged: bool = False) -> QuestionView:
    """A question with its canonical answer put back into the order it is shown in."""
    presented = item.present()
    given = item.question.kind.given(item.question.body, answer, item.order)
    return QuestionView(
        number=item.position,
        name=f"q{item.position}",
        presented=presented,
        given=given,
        places=_places(presented, given),
        answered=answer is not None,
        flagged=flagged,
    )


def _places(presented: Presented, given: Sequence[str]) -> dict[str, str]:
    if presented.type != "ordering":
        return {}
    return {choice: str(place) for place, choice in enumerate(given, 1) if choice}


def as_typed(view: QuestionView, fields: Mapping[str, str], error: str) -> QuestionView:
    """A question whose form was refused, with what was typed still in it."""
    presented = view.presented
    places = {choice.id: fields.get(f"{view.name}-{choice.id}", "") for choice in presented.choices}
    return QuestionView(view.number, view.name, presented, view.given, places, view.answered, view.flagged, error)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A question of the result page. What would give the right answer away is empty while it may be asked again."""

    number: int
    stem: Any
    topic: str
    grade: Fraction | None  # None: a person has to give it
    answered: bool
    choices: tuple[tuple[Any, bool, bool | None, Any], ...]  # text, chosen, right (None: not told), feedback
    slots: tuple[
        tuple[Any, Any, Any, bool | None], ...
    ]  # prompt, given, expected ("": not told), right (None: not told)
    feedback: tuple[Any, ...]
    explanation: Any
    review_url: str
    review_title: str
    translated: bool  # the choices are message ids

    @property
    def right(self) -> bool:
        return self.grade == 1


def review_line(item: Item, answer: Any, *, reveal: bool, url: str, title: str) -> ReviewLine:
    """The review of one question; with `reveal` false only one's own choices, whether it was right, and why not."""
    line = review_line_of(item.question, item.order, answer, number=item.position, reveal=reveal)
    return replace(line, review_url=url, review_title=title)


def review_line_of(
    question: ReadyQuestion, order: Sequence[int], answer: Any, *, number: int, reveal: bool
) -> ReviewLine:
    """As `review_line`, for a question outside an attempt and without the link."""
    found = question.kind.review(question.shown, answer, order)
    told = reveal or found.grade == 1
    return ReviewLine(
        number=number,
        stem=question.shown["stem"],
        topic=question.topic,
        grade=found.grade,
        answered=found.answered,
        choices=tuple(_choice(line.text, line.chosen, line.correct, line.feedback, told) for line in found.choices),
        slots=tuple(
            (
                line.prompt,
                line.given,
                line.expected if reveal and not line.correct else "",
                line.correct if told else None,
            )
            for line in found.slots
        ),
        feedback=_feedback(found, reveal),
        explanation=question.explanation if told else "",
        review_url="",
        review_title="",
        translated=question.kind.ours,
    )


def _choice(text: Any, chosen: bool, correct: bool, feedback: Any, told: bool) -> tuple[Any, bool, bool | None, Any]:
    # A choice that was not taken says nothing yet; one that was taken wrongly says why.
    right = correct if told or (chosen and not correct) else None
    return text, chosen, right, feedback


def _feedback(found: Review, reveal: bool) -> tuple[Any, ...]:
    """Feedback on pairs and on an order says what goes where: it waits until the answer may be seen."""
    if not reveal or found.grade == 1:
        return ()
    texts = [line.feedback for line in found.slots if line.feedback]
    return tuple(texts + ([found.feedback] if found.feedback else []))


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic of a result: right questions of all, and the exact share of points earned."""

    title: str
    right: int
    questions: int
    score: Fraction


def topic_lines(items: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[TopicLine]:
    """The topics of a result from its stored items, in the order they first come."""
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for item in items:
        found.setdefault(item["topic"], []).append((Fraction(item["fraction"]), Fraction(item["points"])))
    return [
        TopicLine(
            titles.get(topic, topic),
            sum(grade == 1 for grade, _ in some),
            len(some),
            sum((grade * points for grade, points in some), Fraction(0)) / sum(points for _, points in some),
        )
        for topic, some in found.items()
    ]


def may_reveal(past: Sequence[Past], enrolment_id: int, allowed: int) -> bool:
    """Whether right answers may be shown: the test is passed or no attempt is left, and none is open anywhere."""
    if any(each.attempt.closed_at is None for each in past):
        return False
    own = [each for each in past if each.attempt.enrolment_id == enrolment_id]
    return len(own) >= allowed or any(each.result is not None and each.result.passed for each in own)


def answer_words(question: ReadyQuestion, answer: Any) -> str:
    """A canonical answer in words, as an auditor reads it: texts as written, not the order shown."""
    if answer is None:
        return ""
    order = tuple(range(question.kind.shuffle_size(question.body)))
    presented = question.kind.present(question.body, order)
    # The two words of true and false are ours; every other text is the question's.
    ours = question.kind.ours
    texts = {choice.id: i18n.said(choice.text) if ours else choice.text for choice in presented.choices}
    ids = question.kind.given(question.body, answer, order)
    if not presented.prompts:
        return "; ".join(texts[each] for each in ids)
    return "; ".join(f"{prompt} → {texts.get(each, '—')}" for prompt, each in zip(presented.prompts, ids, strict=True))


def module_url(enrolment_code: str, module_key: str, anchor: str) -> str:
    """The address of a section of a learner's course."""
    return url_for("catalog.module", code=enrolment_code, key=module_key, _anchor=anchor or None)
