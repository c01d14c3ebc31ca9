"""Moodle XML: what the definition says, old and strange dialects, hostile files, and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents
from lms.assessment.formats.moodle import MOODLE_XML
from lms.assessment.formats.moodle.reader import parse
from lms.assessment.formats.moodle.writer import write
from tests.assessment.formats import documents as made

TOPICS = {"norma": "Norma / COPC", "fraude": "Fraude"}


@st.composite
def combined(draw: st.DrawFn, kinds: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A question of a type that has comments by what was earned, and may keep its order."""
    document = draw(kinds)
    for key in ("when_right", "when_partial", "when_wrong"):
        document |= draw(made.keyed(made.markdown(), key))
    return document | draw(made.keyed(st.just(False), "shuffle"))


@st.composite
def essays(draw: st.DrawFn) -> dict[str, Any]:
    document = {"type": "open"} | draw(made.keyed(made.markdown(), "model"))
    return (
        document
        | draw(made.keyed(st.integers(1, 30), "min_words"))
        | draw(made.keyed(st.integers(31, 90), "max_words"))
    )


@st.composite
def measured(draw: st.DrawFn) -> dict[str, Any]:
    document = draw(made.numeric(ranges=False))
    units = [{"name": "min", "factor": "1"}, {"name": "h", "factor": "60"}, {"name": "s", "factor": "1/60"}]
    document |= draw(made.keyed(st.just(units), "units"))
    return document | (draw(made.keyed(st.just("required"), "unit")) if "units" in document else {})


@st.composite
def cased(draw: st.DrawFn) -> dict[str, Any]:
    return draw(made.short_text()) | draw(made.keyed(st.just(True), "case"))


KINDS = st.one_of(
    combined(st.one_of(made.single(), made.multiple(), made.matching())),
    made.true_false(), made.ordering(), measured(), cased(), essays(), made.gaps(),
)  # fmt: skip


@given(made.bank(KINDS))
def test_what_moodle_can_hold_comes_back_as_it_went(bank: list[dict[str, Any]]) -> None:
    ordered = sorted(bank, key=lambda each: each["topic"])
    written = write(Contents(ordered, topics=TOPICS))
    assert written.losses == ()
    parsed = parse(written.data, "x.xml")
    assert parsed.rejected == []
    assert [each.document for each in parsed.questions] == ordered
    assert parsed.topics.items() <= TOPICS.items()
    assert MOODLE_XML.sniff(written.data, "x") == 95
