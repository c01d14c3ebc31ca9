"""Aiken: what the definition says, what people write, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.aiken import AIKEN, parse, write
from lms.assessment.formats.exchange import Contents
from lms.assessment.formats.markdown_text import escaped
from tests.assessment.formats import documents as made
from tests.assessment.formats.checks import faults_of, sample

LINE = made.line().filter(
    lambda text: not AIKEN.sniff(f"A) x\n{text}".encode(), "") and "ANSWER" not in text and text[0] != "("
)
STEM = LINE.filter(lambda text: not (text[:1].isalpha() and text[1:].lstrip()[:1] in set(").:")))


@st.composite
def questions(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        texts = draw(made.distinct(LINE, 2, 6))
        right = draw(st.integers(0, len(texts) - 1))
        options = [
            {"text": escaped(text)} | ({"correct": True} if at == right else {}) for at, text in enumerate(texts)
        ]
        found.append({"type": "single", "stem": escaped(draw(STEM)), "options": options})
    return found


@given(questions())
def test_what_aiken_can_hold_comes_back_as_it_went(bank: list[dict[str, Any]]) -> None:
    written = write(Contents(bank))
    assert written.losses == ()
    parsed = parse(written.data, "x.txt")
    assert parsed.rejected == []
    assert [{key: value for key, value in each.document.items() if key != "id"} for each in parsed.questions] == bank
    assert AIKEN.sniff(written.data, "x.txt") == 90


def test_the_sample_of_moodle_is_taken() -> None:
    parsed = parse(sample("aiken/questions.aiken.txt").read_bytes(), "x")
    assert (parsed.found, parsed.rejected, faults_of(parsed)) == (2, [], [])
    assert parsed.questions[1].document["stem"].endswith('includes &lt;html class="cool"> & images:')


@pytest.mark.parametrize(
    "text",
    [
        "A\nA) x\nB) y\nANSWER: B",
        "A\na. x\nb. y\nanswer: b",
        "A\n(A) x\n(B) y\nANSWER:B.",
        "A\r\n\r\nA)x\r\n\r\nB)y\r\nANSWER : B\r\n",
        "A\nA. x\nB. y\nRESPUESTA: B",
    ],
)  # fmt: skip
def test_the_ways_people_write_it(text: str) -> None:
    parsed = parse(text.encode(), "x.txt")
    (found,) = parsed.questions
    assert found.document["options"] == [{"text": "x"}, {"text": "y", "correct": True}]
    assert found.document["stem"] == "A"
    assert (parsed.rejected, parsed.warnings) == ([], [])


def test_texts_of_several_lines_are_taken_and_told() -> None:
    parsed = parse("Uno\ndos\nA) x\nmás\nB) y\nANSWER: A\nTres\nA) x\nB) y\nANSWER: A".encode(), "x.txt")
    assert [each.document["stem"] for each in parsed.questions] == ["Uno  \ndos", "Tres"]
    assert parsed.questions[0].document["options"][0]["text"] == "x más"
    assert parsed.warnings == [
        "línea 1: la opción A ocupa más de una línea",
        "línea 1: el enunciado ocupa más de una línea",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("P\nA) x\nB) y", "falta la línea «ANSWER:»"),
        ("P\nA) x\nB) y\nANSWER: A, B", "más de una opción"),
        ("P\nA) x\nB) y\nANSWER: D", "no hay una opción D"),
        ("P\nA) x\nB) y\nANSWER: ", "no nombra ninguna opción"),
        ("P\nANSWER: A", "no tiene opciones"),
        ("P\nA) x\nANSWER: A", "una sola opción"),
        ("A) x\nB) y\nANSWER: A", "no tiene enunciado"),
        ("P\nA) x\nB) x\nANSWER: A", "está dos veces"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(text: str, told: str) -> None:
    parsed = parse(f"Q\nA) 1\nB) 2\nANSWER: A\n\n{text}\n\nR\nA) 1\nB) 2\nANSWER: A\n".encode(), "x.txt")
    assert [each.document["stem"] for each in parsed.questions] == ["Q", "R"]
    ((where, reason),) = [(each.where, each.reason) for each in parsed.rejected]
    assert where == "línea 6"
    assert told in reason


def test_what_aiken_cannot_hold_is_told() -> None:
    place = {"topic": "t", "difficulty": "easy", "pool": "exam", "explanation": "E", "tags": ["x"]}
    options = [{"text": "**x**", "correct": True, "feedback": "F"}, {"text": "y"}]
    written = write(
        Contents(
            [
                {"id": "a", "type": "single", "stem": "A) trampa", "options": options, **place},
                {"id": "b", "type": "true_false", "stem": "S", "answer": True, **place},
            ]
        )
    )
    said = "\n".join(written.losses)
    assert written.questions == 1
    for words in (
        "solo tiene preguntas de opción única",
        "explicación",
        "etiquetas",
        "retroalimentación",
        "formato",
        "empieza como una",
    ):
        assert words in said
