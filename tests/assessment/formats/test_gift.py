"""GIFT: what the definition says, what people write, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents, summary
from lms.assessment.formats.gift import GIFT
from lms.assessment.formats.gift.reader import parse
from lms.assessment.formats.gift.writer import write
from tests.assessment.formats import documents as made
from tests.assessment.formats.checks import SAMPLES, faults_of, sample

TOPICS = {"norma": "Norma / COPC", "fraude": "Fraude"}
SHORT = made.short_text().filter(lambda found: "->" not in str(found))
KINDS = st.one_of(
    made.single(), made.multiple(), made.true_false(), made.matching(), made.numeric(), SHORT, made.open_()
)
PEG = {
    "MC": ("single", "multiple"),
    "Short": ("short_text",),
    "TF": ("true_false",),
    "Numerical": ("numeric",),
    "Essay": ("open",),
    "Matching": ("matching",),
}


def one(text: str) -> dict[str, Any]:
    """The only question of a file, without its id."""
    parsed = parse(text.encode(), "x.gift")
    assert parsed.rejected == []
    (found,) = parsed.questions
    return {key: value for key, value in found.document.items() if key != "id"}


def reason(text: str) -> str:
    """Why the only question of a file is not taken."""
    parsed = parse(text.encode(), "x.gift")
    assert parsed.questions == []
    (found,) = parsed.rejected
    return found.reason


@given(made.bank(KINDS))
def test_what_gift_can_hold_comes_back_as_it_went(bank: list[dict[str, Any]]) -> None:
    ordered = sorted(bank, key=lambda each: each["topic"])
    written = write(Contents(ordered, topics=TOPICS))
    assert written.losses == ()
    assert written.questions == len(bank)
    parsed = parse(written.data, "x.gift")
    assert parsed.rejected == []
    assert [each.document for each in parsed.questions] == ordered
    assert parsed.topics.items() <= TOPICS.items()
    assert GIFT.sniff(written.data, "x") >= 60


@pytest.mark.parametrize(
    "path", sorted((SAMPLES / "gift" / "peg").glob("*.gift")) or ["none"], ids=lambda path: Path(path).name
)
def test_samples_of_the_independent_parser_read_as_it_reads_them(path: Path | str) -> None:
    folder = sample("gift/peg")
    path = folder / Path(path).name
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    parsed = parse(path.read_bytes(), path.name)
    assert faults_of(parsed) == []
    assert parsed.rejected == []
    by_type = summary(parsed)["by_type"]
    for theirs, ours in PEG.items():
        assert sum(by_type.get(kind, 0) for kind in ours) == sum(each["type"] == theirs for each in expected)
    wanted = [each for each in expected if each["type"] in PEG]
    for found, each in zip(parsed.questions, wanted, strict=True):
        assert found.document.get("title") == (each["title"] or None)
        assert found.document.get("tags") == each["tags"]
        assert each["id"] is None or found.document["id"] == each["id"]
        shown = (
            bool(each.get("globalFeedback")) and "3.png" not in each["globalFeedback"]["text"]
        )  # a file they do not bring
        assert bool(found.document.get("explanation")) == shown
    assert sum("descripción" in text for text in parsed.warnings) == sum(
        each["type"] == "Description" for each in expected
    )
    assert len([each for each in expected if each["type"] == "Category"]) <= len(parsed.topics)


def test_every_sample_of_moodle_is_taken_with_its_count() -> None:
    counts = {"examples.txt": 43, "questions.gift.txt": 9, "questions_in_category.gift.txt": 4}
    counts["questions_encoding_windows-1252.gift.txt"] = 3
    for name, count in counts.items():
        parsed = parse(sample(f"gift/moodle/{name}").read_bytes(), name)
        assert (parsed.found, parsed.rejected, faults_of(parsed)) == (count, [], [])
        assert ("windows-1252" in " ".join(parsed.warnings)) == ("1252" in name)
        if "1252" in name:
            assert "aödf" in json.dumps([each.document for each in parsed.questions], ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Sí?{T}", {"type": "true_false", "stem": "¿Sí?", "answer": True}),
        ("¿Sí?{false#mal#bien####todo}", {"type": "true_false", "stem": "¿Sí?", "answer": False, "feedback": "mal",
                                         "when_right": "bien", "explanation": "todo"}),
        ("::Uno\\: dos::[html]<b>A</b>{}", {"type": "open", "stem": "**A**", "title": "Uno: dos"}),
        ("[markdown]**A**\\nB{####E}", {"type": "open", "stem": "**A**\nB", "explanation": "E"}),
        ("[plain]**A**{}", {"type": "open", "stem": "\\*\\*A\\*\\*"}),
        ("A\\nB\nC{}", {"type": "open", "stem": "A  \nB C"}),
        ("A{=x ~y#no ~%-50%z}", {"type": "single", "stem": "A", "scoring": "weights",
                                 "options": [{"text": "x", "grade": "1"}, {"text": "y", "feedback": "no"},
                                             {"text": "z", "grade": "-1/2"}]}),
        ("A{~%33.33333%x ~%33.33333%y ~%33.33333%z ~w}", {"type": "multiple", "stem": "A", "scoring": "weights",
                                 "options": [{"text": "x", "grade": "1/3"}, {"text": "y", "grade": "1/3"},
                                             {"text": "z", "grade": "1/3"}, {"text": "w"}]}),
        ("A{~%50%x ~%50%y ~%-50%z}", {"type": "multiple", "stem": "A", "scoring": "partial",
                                 "options": [{"text": "x", "correct": True}, {"text": "y", "correct": True}, {"text": "z"}]}),
        ("A{=a -> b\n= c -> d\n= -> e}", {"type": "matching", "stem": "A", "distractors": ["e"],
                                 "pairs": [{"left": "a", "right": "b"}, {"left": "c", "right": "d"}]}),
        ("A{#3.14:0.01}", {"type": "numeric", "stem": "A", "answers": [{"value": "3.14", "tolerance": "0.01"}]}),
        ("A{#-2..-1}", {"type": "numeric", "stem": "A", "answers": [{"low": "-2", "high": "-1"}]}),
        ("A{#\n=3:0#sí\n=%50%3:2#casi\n~#no}", {"type": "numeric", "stem": "A", "feedback": "no",
                                 "answers": [{"value": "3", "feedback": "sí"},
                                             {"value": "3", "tolerance": "2", "grade": "1/2", "feedback": "casi"}]}),
        ("A {uno} B.", {"type": "short_text", "stem": "A _____ B.", "answers": [{"text": "uno"}], "accents": True}),
        ("A{=uno =%50%dos#casi =%0%*#no}", {"type": "short_text", "stem": "A", "accents": True, "feedback": "no",
                                 "answers": [{"text": "uno"}, {"text": "dos", "grade": "1/2", "feedback": "casi"}]}),
        ("// [id:Q 7] [tag:uno] [tag:difficulty:hard]\n// [tag:dos]\nA{T}", {"type": "true_false", "stem": "A", "answer": True,
                                 "tags": ["uno", "dos"], "difficulty": "hard"}),
    ],
)  # fmt: skip
def test_what_the_definition_says(text: str, expected: dict[str, Any]) -> None:
    assert one(text) == expected
    assert one(text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        ("A{~a) x ~b) y =c) z}", ["x", "y", "z"], "letra o número"),
        ("A{\n~x=2\n~x=3\n=x=4\n}", ["x=2", "x=3", "x=4"], "sin «\\»"),
        ("$\\frac{1}{2}$ es{=medio ~entero}", ["medio", "entero"], "tiene llaves"),
        ("A{~x\n\n~y\n\n=z}", ["x", "y", "z"], ""),
        ('[html]A{~<span style="color:#f00">x</span> =y}', ["x", "y"], ""),
    ],
)
def test_what_people_write_instead(text: str, expected: list[str], told: str) -> None:
    parsed = parse(text.encode(), "x.gift")
    (found,) = parsed.questions
    assert [option["text"] for option in found.document["options"]] == expected
    assert any(told in warning for warning in parsed.warnings) == bool(told)
    assert all(warning.startswith("línea 1: ") for warning in parsed.warnings)


def test_questions_without_empty_lines_between_them_are_told_apart() -> None:
    parsed = parse(
        "// [id:uno]\nUno{T}\n// [id:dos]\nDos {~a\n=b} sí\n::Tres::C{#4}\nsuelto\n::Cuatro::texto".encode(), "x.gift"
    )
    assert [(each.where, each.document["id"]) for each in parsed.questions] == [
        ("línea 2", "uno"), ("línea 4", "dos"), ("línea 6", "tres"),
    ]  # fmt: skip
    assert (
        parsed.questions[2].document["stem"] == "C \\_\\_\\_\\_\\_ suelto"
        or "C" in parsed.questions[2].document["stem"]
    )
    assert parsed.rejected == []
    assert sum("falta una línea vacía" in warning for warning in parsed.warnings) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A{~x =y", "falta la llave que cierra"),
        ("A ~x =y}", "falta la llave que abre"),
        ("A\n~x\n=y", "sin llaves"),
        ("A{~x ~y}", "ninguna opción está marcada"),
        ("A{=x ~x}", "está dos veces"),
        ("A{~%30%x ~%20%y ~z}", "suman 50%"),
        ("A{=x ~}", "una opción está vacía"),
        ("A{~=x}", "una opción está vacía"),
        ("A{#doce}", "«doce» no es un número"),
        ("A{#}", "no tiene ninguna respuesta"),
        ("A{=%50%x}", "ninguna respuesta vale 100%"),
        ("A{=x -> y}", "menos de dos pares"),
        ("A{=x -> y =z}", "falta «->»"),
        ("A{=x -> y = z -> }", "no tiene lado derecho"),
        ("A{=x -> y = x -> z}", "dos veces con lados derechos distintos"),
        ("{T}", "no tiene enunciado"),
        ("A{~%500%x =y}", "está fuera de -100 a 100"),
        ("A{T} B{F}", "más de un par de llaves"),
        ("A{" + "~x" * 300 + "=y}", "más de 200 opciones"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(text: str, told: str) -> None:
    assert told in reason(text)
    parsed = parse(f"B{{T}}\n\n\n{text}\n\nC{{F}}\n".encode(), "x.gift")
    assert [each.where for each in parsed.rejected] == ["línea 4"]
    assert [each.document["stem"] for each in parsed.questions] == ["B", "C"]


def test_categories_are_topics() -> None:
    text = "$CATEGORY: $course$/top/Norma/Fraude//Abuso\n\nA{T}\n\n"
    text += "// [id:aud]\n$CATEGORY: Auditorías\nB{F}\n\n$CATEGORY: $course$/top\n\nC{F}"
    parsed = parse(text.encode(), "x.gift")
    assert [each.document.get("topic") for each in parsed.questions] == ["norma-fraude-abuso", "aud", None]
    assert parsed.topics == {"norma-fraude-abuso": "Norma / Fraude/Abuso", "aud": "Auditorías"}


def test_what_gift_cannot_hold_is_told_in_plain_sentences() -> None:
    place = {"topic": "t", "difficulty": "easy", "pool": "exam", "stem": "S"}
    documents = [
        {"id": "a", "type": "ordering", "items": ["1", "2"], **place},
        {"id": "b", "type": "multiple",
         "options": [{"text": "x", "correct": True}, {"text": "y", "correct": True}, {"text": "z"}],
         "general": "G", "shuffle": False, **place},
        {"id": "c", "type": "short_text", "answers": [{"text": "x -> y"}], "case": True, **place},
        {"id": "d", "type": "numeric", "answers": [{"value": "22/7"}], "units": [{"name": "m", "factor": "1"}], **place},
        {"id": "e", "type": "open", "rubric": [{}], "model": "M", **place, "stem": "![x](media/x.png)"},
    ]  # fmt: skip
    written = write(
        Contents(documents, [{"id": "s", "stem": "Caso", "topic": "t", "questions": [documents[0]]}], {"t": "T"})
    )
    said = "\n".join(written.losses)
    assert written.questions == 4
    for words in ("«ordering»", "todo o nada", "comentario general", "no se mezclen", "«->»", "acentos", "mayúsculas", "unidades",
                  "se redondean", "rúbrica", "respuesta modelo", "casos", "no lleva archivos"):  # fmt: skip
        assert words in said
    assert all(sentence.endswith(".") for sentence in written.losses)
