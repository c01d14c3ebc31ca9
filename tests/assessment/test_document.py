"""Documents of questions: what is read can be written again, and read to the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.formats.document import document_of, scenario_document
from lms.assessment.formats.yaml_question import read_scenario
from lms.assessment.types.registry import TYPES
from lms.kit.content import Report, parse_yaml, reader_of

from .documents import OWN, TOPICS, documents, read


def test_every_type_has_documents() -> None:
    assert set(OWN) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(OWN))
@settings(max_examples=60)
@given(data=st.data())
def test_a_question_written_as_a_document_reads_as_itself(kind: str, data: Any) -> None:
    document = data.draw(documents(kind))
    question, faults = read(document)
    assert faults == []
    assert question is not None
    again = document_of(question)
    assert read(again) == (question, [])
    assert document_of(question) == again
    # A document is JSON and YAML: that is how it travels.
    assert json.loads(json.dumps(again)) == again
    report = Report()
    reader = parse_yaml(yaml.safe_dump(again, allow_unicode=True, sort_keys=False), "d", report)
    assert reader is not None
    assert document_of(read(again)[0]) == again  # type: ignore[arg-type]
    # What no author has to say is not there to distract.
    assert not {"shuffle", "title", "tags", "status"} & {key for key, value in again.items() if value in (None, "", [])}


@pytest.mark.parametrize("kind", sorted(OWN))
@settings(max_examples=20)
@given(data=st.data())
def test_a_lenient_reader_takes_what_other_programs_leave_out(kind: str, data: Any) -> None:
    document = data.draw(documents(kind))
    bare = {key: value for key, value in document.items() if key not in {"explanation", "review", "feedback", "rubric"}}
    question, faults = read(bare, strict=False)
    assert faults == []
    assert question is not None
    assert (question.explanation, question.review) == ("", "")
    assert read(document_of(question), strict=False) == (question, [])
    refused, faults = read(bare)
    assert refused is None
    assert any("explanation" in fault for fault in faults)
    assert any("review" in fault for fault in faults)


@settings(max_examples=30)
@given(st.data())
def test_a_scenario_written_as_a_document_reads_as_itself(data: Any) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(OWN)), min_size=1, max_size=4))
    own = {"topic", "difficulty", "pool", "exclusive", "title", "status"}
    children = []
    for number, kind in enumerate(kinds):
        child = data.draw(documents(kind))
        children.append({key: value for key, value in child.items() if key not in own} | {"id": f"p-{number}"})
    head = {key: value for key, value in data.draw(documents("single")).items() if key in own}
    document = {"id": "caso", **head, "stem": "Un caso", "questions": children}
    key, found, faults = _scenario(document)
    assert (key, faults) == ("caso", [])
    assert [question.scenario_place for question in found] == list(range(1, len(kinds) + 1))
    assert {question.scenario_stem for question in found} == {"Un caso"}
    assert _scenario(scenario_document(reversed(found))) == ("caso", found, [])


def _scenario(document: dict[str, Any]) -> tuple[str, list[Any], list[str]]:
    report = Report()
    key, found = read_scenario(reader_of(document, "d", 1, report, strict=True), TOPICS)
    return key, [question for _, question in found], [fault.message for fault in report.errors]


OLD = {
    "single": ({"options": [{"text": "Uno", "correct": True}, {"text": "Dos", "feedback": "F"}]}, "1db225515a022e36"),
    "multiple": (
        {
            "options": [
                {"text": "Uno", "correct": True},
                {"text": "Dos", "feedback": "F"},
                {"text": "Tres", "correct": True},
            ],
            "scoring": "partial",
        },
        "1eef3380f936a542",
    ),
    "true_false": ({"answer": False, "feedback": "F"}, "809b782fcba9e247"),
    "matching": (
        {
            "pairs": [{"left": f"l{n}", "right": f"r{n}", "feedback": "F"} for n in range(3)],
            "distractors": ["d"],
        },
        "209b8214d5268f11",
    ),
    "ordering": ({"items": ["a", "b", "c"], "feedback": "F"}, "637214a1f6e1f416"),
}
"""Questions as they were before there was more to say, and the beginning of the hash that they were published under."""


@pytest.mark.parametrize("kind", sorted(OLD))
def test_a_question_without_new_keys_keeps_the_hash_it_was_published_under(kind: str) -> None:
    own, digest = OLD[kind]
    base = {"id": "p-1", "type": kind, "topic": "a", "difficulty": "easy", "pool": "exam"}
    document = base | {"stem": "¿Qué?", "explanation": "E", "review": "m#s"} | own
    question, _ = read(document)
    assert question is not None
    assert question.content_hash.startswith(digest)
    for more in ({"title": "T"}, {"tags": ["t"]}, {"status": "draft"}, {"general": "G"}):
        other, _ = read(document | more)
        assert other is not None
        assert other.content_hash != question.content_hash
    for usual in ({"status": "reviewed"}, {"tags": []}, {"title": ""}):
        same, _ = read(document | usual)
        assert same is not None
        assert same.content_hash == question.content_hash


def test_questions_of_two_scenarios_are_no_scenario() -> None:
    with pytest.raises(ValueError, match="one scenario"):
        scenario_document([])
