"""Forms and documents of questions: what a browser sends back is what was drawn; faults stand by their field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.document import document_of
from lms.assessment.types.registry import TYPES
from lms.authoring.rules.compare import lines
from lms.authoring.rules.drafting import called, named
from lms.authoring.rules.faults import read_draft
from lms.authoring.rules.sheets import MAX_ROWS, changed, entries, read_form
from lms.authoring.rules.whole import all_of, question_fields, scenario_fields
from tests.assessment.documents import TOPICS, documents, read

KINDS = sorted(TYPES)
NAMES = st.from_regex(
    r"(stem|options|gaps|answers|rubric|items)(-[0-9]{1,5}-(text|grade|levels|answers))?(-[0-9]-text)?", fullmatch=True
)
NOTHING = ["add:stem", "add:nada", "add:options-9999-x", "drop:options-7", "up:x", "drop:", "", "otra:options-0"]


def sent_by(drawn):
    """What a browser sends for fields as they are drawn: ends of lines as it writes them, no check box that is not ticked."""
    sent = {}
    for entry in drawn:
        if entry.field.kind == "rows":
            for group in entry.groups:
                sent |= sent_by(group)
        elif entry.field.kind == "flag":
            sent |= {entry.name: "1"} if entry.value else {}
        else:
            sent[entry.name] = str(entry.value).replace("\n", "\r\n")
    return sent


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_question_comes_back_from_its_form_as_it_was(kind, data):
    original, faults = read(data.draw(documents(kind)))
    assert faults == []
    document = document_of(original)
    fields = all_of(question_fields(kind))
    sent = sent_by(entries(fields, document, {}))
    typed = read_form(fields, sent) | {"id": document["id"], "type": kind}
    reading = read_draft(typed, TOPICS)
    assert reading.faults == {}
    assert reading.questions[0].content_hash == original.content_hash


@pytest.mark.parametrize("kind", KINDS)
@given(sent=st.dictionaries(NAMES, st.text(max_size=20), max_size=12))
def test_whatever_a_form_sends_is_a_document_that_can_be_read_and_drawn_again(kind, sent):
    fields = all_of(question_fields(kind))
    document = {"id": "p", "type": kind} | read_form(fields, sent)
    reading = read_draft(document, TOPICS)
    assert reading.faults or reading.questions
    assert entries(fields, document, reading.faults)


def faults_by_name(kind, document):
    fields = all_of(question_fields(kind))

    def found(drawn):
        for entry in drawn:
            if entry.faults:
                yield entry.name
            for group in entry.groups:
                yield from found(group)

    return set(found(entries(fields, document, read_draft(document, TOPICS).faults)))


def test_a_fault_stands_by_the_field_that_has_it():
    document = {
        "id": "p", "type": "single", "topic": "a", "difficulty": "easy", "pool": "exam",
        "options": [{"text": "Todas las anteriores", "correct": True}, {"text": "x" * 1001, "feedback": "F"}],
    }  # fmt: skip
    assert {"stem", "options-1-text"} <= faults_by_name("single", document)


def test_a_fault_deep_in_a_gap_stands_there():
    gaps = [{"id": "a", "kind": "numeric", "answers": [{"value": "mucho"}]}]
    document = {
        "id": "p",
        "type": "gaps",
        "topic": "a",
        "difficulty": "easy",
        "pool": "exam",
        "stem": "S",
        "text": "{{a}}",
    }
    assert "gaps-0-answers-0-value" in faults_by_name("gaps", document | {"gaps": gaps})


def test_rows_are_added_moved_and_dropped():
    fields = all_of(question_fields("single"))
    options = [{"text": "a"}, {"text": "b"}]
    document = changed({"options": list(options)}, "add:options", fields)
    assert document["options"] == [*options, {}]
    assert changed(document, "down:options-0", fields)["options"][:2] == [{"text": "b"}, {"text": "a"}]
    assert changed(document, "up:options-0", fields)["options"][0] == {"text": "b"}
    assert changed(document, "drop:options-0", fields)["options"] == [{"text": "a"}, {}]


def test_a_row_is_added_inside_a_row_and_past_the_ones_shown_empty():
    fields = all_of(question_fields("gaps"))
    document = changed({}, "add:gaps", fields)
    assert document == {"gaps": [{}]}
    document = changed(document, "add:gaps-0-answers", fields)
    assert document["gaps"][0]["answers"] == [{}]


@pytest.mark.parametrize("operation", NOTHING)
def test_an_operation_that_means_nothing_changes_nothing_that_counts(operation):
    fields = all_of(question_fields("single"))
    document = changed({"options": [{"text": "a"}]}, operation, fields)
    assert document["options"] == [{"text": "a"}]


def test_a_form_takes_no_more_rows_than_it_may():
    sent = {f"options-{number}-text": "x" for number in range(500)}
    assert len(read_form(all_of(question_fields("single")), sent)["options"]) == MAX_ROWS


def test_the_id_of_a_criterion_is_made_of_its_title():
    sent = {"rubric-0-title": "Nombra la causa", "rubric-0-levels-0-points": "0", "rubric-0-levels-0-text": "No"}
    assert read_form(all_of(question_fields("open")), sent)["rubric"][0]["id"] == "nombra-la-causa"


def test_a_scenario_is_read_with_its_questions():
    child = {"id": "c-1", "type": "true_false", "stem": "¿Es así?", "answer": True, "feedback": "F"}
    document = {
        "id": "c",
        "topic": "a",
        "difficulty": "easy",
        "pool": "exam",
        "stem": "Una llamada",
        "questions": [child],
    }
    assert [each.key for each in read_draft(document, TOPICS).questions] == ["c-1"]
    assert read_draft(document | {"questions": []}, TOPICS).faults
    assert {entry.name for entry in entries(all_of(scenario_fields()), document, {})} >= {"stem", "topic", "status"}


def test_names_are_new_and_made_of_what_is_said():
    assert named({"stem": "¿Qué es una auditoría?"}, ()) == "que-es-una-auditoria"
    assert named({"title": "A", "stem": "B"}, {"a", "a-2"}) == "a-3"
    assert named({}, ()) == "pregunta"
    assert called({"stem": "Uno\ndos"}) == "Uno dos"


def test_a_comparison_says_what_goes_and_what_comes():
    found = lines({"stem": "Antes", "type": "open"}, {"stem": "Después", "type": "open"})
    assert [(line.sign, line.text) for line in found if line.sign != " "] == [
        ("-", "stem: Antes"),
        ("+", "stem: Después"),
    ]
    assert lines({"a": "1"}, {"a": "1"}) == []
