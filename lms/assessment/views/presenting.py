"""What the templates of a test show: questions with what was given, and the review of a graded attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from flask import url_for

from lms.assessment.messages import MESSAGES
from lms.assessment.models import PlanVersion
from lms.assessment.queries.attempts import Item, Past
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.rules.showing import Shown
from lms.assessment.types.base import Choice, ChoiceLine, Gap, Presented, Review, SlotLine, remarks
from lms.web import i18n


class _InScenario(Protocol):
    @property
    def scenario(self) -> Scenario | None: ...


_Q = TypeVar("_Q", bound=_InScenario)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What several questions in a row share: its key, and its stem as HTML."""

    key: str
    stem: Any


@dataclass(frozen=True, slots=True)
class Block(Generic[_Q]):
    """Questions that stand together: those of a scenario under its stem, or one by itself."""

    scenario: Scenario | None
    questions: tuple[_Q, ...]


def blocks(questions: Iterable[_Q]) -> list[Block[_Q]]:
    """`questions` in their order, those of one scenario that follow one another together."""
    found: list[Block[_Q]] = []
    for each in questions:
        last = found[-1] if found else None
        if last is not None and each.scenario is not None and last.scenario == each.scenario:
            found[-1] = Block(last.scenario, (*last.questions, each))
        else:
            found.append(Block(each.scenario, (each,)))
    return found


def scenario_of(question: ReadyQuestion) -> Scenario | None:
    """The scenario of a question; None where it stands by itself."""
    return Scenario(question.scenario, question.scenario_stem) if question.scenario else None


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
    note: str = ""  # what to know of an answer that was kept as it is
    scenario: Scenario | None = None
    check: bool = False  # whether the answer can be looked at, which locks it

    @property
    def typed(self) -> str:
        """What stands in the one place to type in."""
        return self.given[0] if self.given else ""

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
        note=note_of(item, answer),
        scenario=scenario_of(item.question),
    )


def note_of(item: Item, answer: Any) -> str:
    """What to say of an answer that was kept as it is; "" for nothing."""
    key = item.note(answer)
    return str(MESSAGES[key]) if key else ""


def _places(presented: Presented, given: Sequence[str]) -> dict[str, str]:
    if presented.type != "ordering":
        return {}
    return {choice: str(place) for place, choice in enumerate(given, 1) if choice}


def as_typed(view: QuestionView, fields: Mapping[str, str], error: str) -> QuestionView:
    """A question whose form was refused, with what was typed still in it."""
    presented = view.presented
    places = {choice.id: fields.get(f"{view.name}-{choice.id}", "") for choice in presented.choices}
    given = view.given
    if presented.entry:
        given = (fields.get(view.name, ""),)
    elif presented.gaps:
        given = tuple(fields.get(f"{view.name}-{place}", "") for place in range(len(presented.gaps)))
    return replace(view, given=given, places=places, error=error, note="")


class ShownChoice(NamedTuple):
    """A choice of a review. `right` is None where it is not told; `share` is what it earns or costs, where it is told so."""

    text: Any
    chosen: bool
    right: bool | None
    feedback: Any
    share: Fraction | None = None


class ShownSlot(NamedTuple):
    """A place of a review. `expected` is "" and `right` is None where they are not told; `share`: part of it was earned."""

    prompt: Any
    given: Any
    expected: Any
    right: bool | None
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A question of the result page. What would give the right answer away is empty while it may be asked again."""

    number: int
    type: str
    stem: Any
    topic: str
    grade: Fraction | None  # None: a person has to give it
    answered: bool
    choices: tuple[ShownChoice, ...]
    slots: tuple[ShownSlot, ...]
    feedback: tuple[Any, ...]
    explanation: Any
    review_url: str
    review_title: str
    translated: bool  # the choices are message ids
    written: str = ""  # an open answer
    remarks: tuple[Any, ...] = ()
    scenario: Scenario | None = None
    marked: bool = True  # whether what the answer earned may be told
    void: bool = False  # a regrade left it out

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
        type=question.kind.name,
        stem=question.shown["stem"],
        topic=question.topic,
        grade=found.grade,
        answered=found.answered,
        choices=tuple(_choice(line, told) for line in found.choices),
        slots=tuple(_slot(line, reveal, told) for line in found.slots),
        feedback=_feedback(found, told),
        explanation=question.explanation if told else "",
        review_url="",
        review_title="",
        translated=question.kind.ours,
        written=found.written,
        remarks=remarks(question.shown, found.grade) if told else (),
        scenario=scenario_of(question),
    )


def limited(line: ReviewLine, shown: Shown) -> ReviewLine:
    """What is left of a line that was made with `reveal=shown.right`, where its plan shows less than the house does."""
    marks, told = shown.marks or shown.right, shown.feedback
    return replace(
        line,
        marked=shown.marks,
        choices=tuple(
            each._replace(
                right=each.right if marks else None,
                feedback=each.feedback if told else "",
                share=each.share if marks else None,
            )
            for each in line.choices
        ),
        slots=tuple(
            each._replace(right=each.right if marks else None, share=each.share if marks else None)
            for each in line.slots
        ),
        feedback=line.feedback if told else (),
        remarks=line.remarks if told and marks else (),
        explanation=line.explanation if shown.right or (shown.marks and told) else "",
    )


def _choice(line: ChoiceLine, told: bool) -> ShownChoice:
    # A choice that was not taken says nothing yet; one that was taken wrongly says why.
    if told or (line.chosen and not line.correct):
        return ShownChoice(line.text, line.chosen, line.correct, line.feedback, line.share)
    return ShownChoice(line.text, line.chosen, None, "")


def _slot(line: SlotLine, reveal: bool, told: bool) -> ShownSlot:
    expected = line.expected if reveal and not line.correct else ""
    return ShownSlot(line.prompt, line.given, expected, line.correct if told else None, line.share if told else None)


def _feedback(found: Review, told: bool) -> tuple[Any, ...]:
    """Feedback on pairs, an order or what was typed says what is right: it waits until the answer may be seen."""
    if not told:
        return ()
    texts = [line.feedback for line in found.slots if line.feedback]
    return tuple(texts + ([found.feedback] if found.feedback else []))


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic of a result: right questions of all, and the exact share of points earned."""

    key: str
    title: str
    right: int
    questions: int
    score: Fraction


def topic_lines(items: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[TopicLine]:
    """The topics of a result from its stored items, in the order they first come."""
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for item in items:
        if item.get("void"):
            continue  # a regrade left it out: it is in nobody's score
        found.setdefault(item["topic"], []).append((Fraction(item["fraction"]), Fraction(item["points"])))
    return [
        TopicLine(
            topic,
            titles.get(topic, topic),
            sum(grade == 1 for grade, _ in some),
            len(some),
            sum((grade * points for grade, points in some), Fraction(0)) / sum(points for _, points in some),
        )
        for topic, some in found.items()
    ]


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section of a plan that has a mark of its own; `score` None: nothing was graded yet."""

    title: str
    difficulty: str
    mark: Fraction
    score: Fraction | None = None
    passed: bool = False


def section_titles(plan: PlanVersion) -> list[SectionLine]:
    """The sections of a plan that have a mark of their own, in the plan's order."""
    numbered = [(number, each) for number, each in enumerate(plan.sections) if "pass_mark" in each]
    return [_section_line(plan, number, Fraction(each["pass_mark"])) for number, each in numbered]


def section_lines(plan: PlanVersion, rows: Iterable[Mapping[str, Any]]) -> list[SectionLine]:
    """What a result says of them."""
    return [
        replace(
            _section_line(plan, row["section"], Fraction(row["mark"])),
            score=Fraction(row["score"]),
            passed=row["passed"],
        )
        for row in rows
    ]


def _section_line(plan: PlanVersion, number: int, mark: Fraction) -> SectionLine:
    # The titles stand in the bank version, which is read only for plans that have such sections.
    section = plan.sections[number]
    title = next((topic["title"] for topic in plan.bank_version.topics if topic["id"] == section["topic"]), "")
    return SectionLine(title or section["topic"], section["difficulty"], mark)


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
    if presented.entry:
        return "; ".join(ids)
    if presented.gaps:
        filled = zip(presented.gaps, ids, strict=True)
        return "; ".join(f"{place} → {_gap_words(gap, each)}" for place, (gap, each) in enumerate(filled, 1))
    if not presented.prompts:
        return "; ".join(texts[each] for each in ids)
    return "; ".join(f"{prompt} → {texts.get(each, '—')}" for prompt, each in zip(presented.prompts, ids, strict=True))


def _gap_words(gap: Gap, given: str) -> str:
    texts = {choice.id: choice.text for choice in gap.choices}
    return texts.get(given, given) or "—"


def module_url(enrolment_code: str, module_key: str, anchor: str) -> str:
    """The address of a section of a learner's course."""
    return url_for("catalog.module", code=enrolment_code, key=module_key, _anchor=anchor or None)
