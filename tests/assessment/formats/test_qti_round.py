"""What QTI can hold comes back as it went: as 2.2 and as 3.0, every type, with its media and its place in the bank."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, settings
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents
from lms.assessment.formats.html_markdown import plain_text, to_markdown
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.formats.qti import QTI, QTI2, QTI3
from lms.assessment.formats.qti.xhtml import Page
from lms.assessment.types.gaps.places import PLACE
from lms.kit.markup import render
from tests.assessment.formats import documents as made
from tests.assessment.formats.documents import Document

EXAMPLES = 6
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""Shrinking a whole bank takes minutes."""
TOPICS = {"norma": "Norma / COPC", "fraude": "Fraude // y más"}
TEXTS = frozenset(
    ["stem", "text", "explanation", "general", "when_right", "when_partial", "when_wrong", "feedback", "left", "model"]
)


def through(text: str) -> str:
    """A text as XHTML and back."""
    return to_markdown(Page().blocks(text)).text


def plain_form(text: str) -> str:
    """A text in a spelling that comes back of XHTML as it went: noise that does not is taken letter by letter.

    What has no such spelling (signs of emphasis around one another) is not tried.
    """
    for spelling in (text, "\n\n".join(escaped(each) for each in text.split("\n\n"))):
        found = through(spelling)
        for _ in range(3):
            if found and through(found) == found:
                return found
            found = through(found)
    return reject()


def with_places(text: str) -> str:
    """As `plain_form`, for a text with gaps: what stands between them is taken letter by letter, or a link could swallow one."""
    pieces = [
        f"\ue0f0{piece}\ue0f1" if at % 2 else "\n\n".join(escaped(each) for each in piece.split("\n\n"))
        for at, piece in enumerate(PLACE.split(text))
    ]
    found = plain_form("".join(pieces))
    return found.replace("\ue0f0", "{{").replace("\ue0f1", "}}")


def in_plain_form(value: Any) -> Any:
    """A document with every Markdown text in its plain form; answers that are compared stay as they are."""
    if isinstance(value, list):
        return [in_plain_form(each) for each in value]
    if not isinstance(value, dict):
        return value
    found: Document = {}
    compared = value.get("type") in {"short_text", "numeric"}
    for key, each in value.items():
        if key == "options" and value.get("kind") == "chosen":
            found[key] = [o | ({"feedback": plain_form(o["feedback"])} if "feedback" in o else {}) for o in each]
        elif key == "answers":
            found[key] = [a | ({"feedback": plain_form(a["feedback"])} if "feedback" in a else {}) for a in each]
        elif isinstance(each, str):
            spelt = with_places if key == "text" and "gaps" in value else plain_form
            found[key] = spelt(each) if key in TEXTS and not (key == "text" and compared) else each
        else:
            found[key] = in_plain_form(each)
    return found


def has_case(texts: list[str]) -> bool:
    return any(text.swapcase() != text for text in texts)


@st.composite
def shown(draw: st.DrawFn, kinds: st.SearchStrategy[Document], *, shuffle: bool = False) -> Document:
    """A question with comments by what was earned."""
    document = draw(kinds)
    for key in ("general", "when_right", "when_partial", "when_wrong"):
        document |= draw(made.keyed(made.markdown(), key))
    return document | (draw(made.keyed(st.just(False), "shuffle")) if shuffle else {})


@st.composite
def all_or_nothing(draw: st.DrawFn) -> Document:
    texts = draw(made.distinct(made.markdown(), 3, 7))
    right = draw(st.integers(2, len(texts) - 1))
    options = [{"text": text} | ({"correct": True} if at < right else {}) for at, text in enumerate(texts)]
    return {"type": "multiple", "options": options}


@st.composite
def true_false(draw: st.DrawFn) -> Document:
    document: Document = {"type": "true_false", "answer": draw(st.booleans())}
    return document | draw(made.keyed(made.markdown(), "feedback"))


@st.composite
def matching(draw: st.DrawFn) -> Document:
    document = draw(made.matching())
    for pair in document["pairs"]:
        pair.update(draw(made.keyed(made.markdown(), "feedback")))
    return document


@st.composite
def ordering(draw: st.DrawFn) -> Document:
    document: Document = {"type": "ordering", "items": draw(made.distinct(made.line(), 2, 5))}
    return document | draw(made.keyed(made.markdown(), "feedback"))


@st.composite
def cased(draw: st.DrawFn) -> Document:
    document = draw(made.short_text())
    letters = has_case([each["text"] for each in document["answers"]])
    return document | (draw(made.keyed(st.just(True), "case")) if letters else {})


def once(answers: list[Document]) -> list[Document]:
    """Numeric answers, the second of two with one value left out: it accepts nothing that the first does not."""
    return list({(each.get("value"), each.get("low"), each.get("high")): each for each in reversed(answers)}.values())[
        ::-1
    ]


def numeric() -> st.SearchStrategy[Document]:
    return made.numeric().map(lambda each: each | {"answers": once(each["answers"])})


@st.composite
def gaps(draw: st.DrawFn) -> Document:
    """Gaps whose weights have no divisor in common, which says the same in smaller numbers."""
    document = draw(made.gaps())
    for gap in document["gaps"]:
        if gap["kind"] == "numeric":
            gap["answers"] = once(gap["answers"])
    common = math.gcd(*(gap.get("weight", 1) for gap in document["gaps"]))
    for gap in document["gaps"]:
        if gap.pop("weight", 1) // common > 1:
            gap["weight"] = 2
        if gap["kind"] == "typed" and not has_case([each["text"] for each in gap["answers"]]):
            gap.pop("case", None)
    if any("*" in each["text"] for gap in document["gaps"] if gap["kind"] == "typed" for each in gap["answers"]):
        for gap in document["gaps"]:  # a loss that is told
            gap.pop("weight", None)
    if all(gap.get("weight") for gap in document["gaps"]):
        document["gaps"][0].pop("weight")
    return document


def essays() -> st.SearchStrategy[Document]:
    document = made.keyed(made.markdown(), "model").map(lambda each: {"type": "open"} | each)
    return st.builds(lambda one, two: one | two, document, made.keyed(made.markdown(), "general"))


KINDS = {
    "single": shown(made.single(), shuffle=True),
    "multiple": shown(st.one_of(made.multiple(), all_or_nothing()), shuffle=True),
    "true_false": shown(true_false()),
    "matching": shown(matching()),
    "ordering": shown(ordering()),
    "numeric": shown(numeric()),
    "short_text": shown(cased()),
    "gaps": shown(gaps()),
    "open": essays(),
}


@pytest.mark.parametrize("form", [QTI2, QTI3], ids=["2.2", "3.0"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_qti_can_hold_comes_back_as_it_went(form: Any, kind: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=PHASES,
        suppress_health_check=SLOW,
    )
    @given(made.bank(KINDS[kind]))
    def holds(bank: list[Document]) -> None:
        bank = in_plain_form(bank)
        written = form.write(Contents(bank, topics=TOPICS))
        assert written.losses == ()
        assert QTI.sniff(written.data, "x.zip") == 95
        parsed = form.parse(written.data, "x.zip")
        assert parsed.rejected == []
        assert [each.document for each in parsed.questions] == bank
        assert parsed.topics.items() <= TOPICS.items()
        assert form.write(parsed.contents()).data == form.write(Contents(bank, topics=parsed.topics)).data

    holds()


@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=SLOW)
@given(made.markdown())
def test_a_text_says_the_same_as_xhtml(text: str) -> None:
    assume(
        "</" not in text
    )  # an end tag of nothing parts a paragraph where it stands, and joins it where it is dropped
    assert plain_text(Page().blocks(text)).split() == plain_text(render(text)).split()


def test_weights_beside_an_answer_with_a_star_are_a_loss_that_is_told() -> None:
    gaps = [
        {"id": "a", "kind": "typed", "answers": [{"text": "hola *"}], "weight": 2, "accents": True},
        {"id": "b", "kind": "typed", "answers": [{"text": "chau"}], "accents": True},
    ]
    document = {"id": "x", "type": "gaps", "topic": "norma", "stem": "S", "text": "{{a}} {{b}}", "gaps": gaps}
    (loss,) = QTI2.write(Contents([document], topics=TOPICS)).losses
    assert "cuánto pesa cada hueco" in loss
    gaps[0]["answers"] = [{"text": "hola \\*"}]
    assert QTI2.write(Contents([document], topics=TOPICS)).losses == ()
