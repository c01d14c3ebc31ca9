"""Moodle XML: what the definition says, old and strange dialects, hostile files, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents, Unreadable, summary
from lms.assessment.formats.moodle import MOODLE_XML
from lms.assessment.formats.moodle.reader import parse
from lms.assessment.formats.moodle.writer import write
from tests.assessment.formats import documents as made
from tests.assessment.formats.checks import faults_of, sample

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


# file: questions, by type, rejected
COUNTS = {
    "core/broken_cloze_questions.xml": (5, {}, 5),
    "core/categories_reverse_order.xml": (2, {"open": 1, "short_text": 1}, 0),
    "core/category_with_description.xml": (1, {"true_false": 1}, 0),
    "core/export_category.xml": (1, {"true_false": 1}, 0),
    "core/html_chars_in_idnumbers.xml": (1, {"true_false": 1}, 0),
    "core/multianswer.xml": (1, {"gaps": 1}, 0),
    "core/multichoice.xml": (1, {"single": 1}, 0),
    "core/nested_categories.xml": (1, {"true_false": 1}, 0),
    "core/nested_categories_with_questions.xml": (5, {"open": 1, "true_false": 4}, 0),
    "core/old_format_file.xml": (2, {"true_false": 2}, 0),
    "core/sample_questions_with_old_image_tag.xml": (2, {"gaps": 1, "single": 1}, 0),
    "core/truefalse.xml": (2, {"true_false": 2}, 0),
    "spanish/test.xml": (
        22,
        {"gaps": 1, "matching": 3, "numeric": 1, "open": 2, "short_text": 3, "single": 6, "true_false": 3},
        3,
    ),
    "types/ddimageortext.xml": (1, {}, 1),
    "types/ddmarker.xml": (1, {}, 1),
    "types/ddwtos.xml": (1, {"gaps": 1}, 0),
    "types/description.xml": (0, {}, 0),
    "types/essay.xml": (1, {"open": 1}, 0),
    "types/gapselect.xml": (1, {"gaps": 1}, 0),
    "types/match.xml": (1, {"matching": 1}, 0),
    "types/multichoice.xml": (1, {"multiple": 1}, 0),
    "types/numerical.xml": (1, {"numeric": 1}, 0),
    "types/shortanswer.xml": (1, {"short_text": 1}, 0),
    "types/truefalse.xml": (1, {"true_false": 1}, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_sample_is_taken_with_its_count(name: str) -> None:
    parsed = parse(sample(f"moodle-xml/{name}").read_bytes(), name)
    report = summary(parsed)
    assert (report["found"], report["by_type"], len(report["rejected"])) == COUNTS[name]
    assert faults_of(parsed) == []
    assert all(each["where"].startswith("pregunta ") and each["reason"] for each in report["rejected"])


def test_no_sample_is_left_out() -> None:
    folder = sample("moodle-xml")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.xml")} == set(COUNTS)


def test_pictures_and_sound_come_along() -> None:
    parsed = parse(sample("moodle-xml/core/multichoice.xml").read_bytes(), "x")
    (found,) = parsed.questions
    assert "![Listen to this greeting:](media/bonjour.mp3)" in found.document["stem"]
    assert found.document["options"][0]["text"] == "![British Flag](media/flag-uk.jpg) English"
    assert {"bonjour.mp3", "flag-uk.jpg"} <= set(parsed.media)
    back = parse(write(parsed.contents()).data, "x")
    assert back.media == parsed.media
    assert [each.document for each in back.questions] == [each.document for each in parsed.questions]


def quiz(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{inner}\n</quiz>'.encode()


def question(kind: str, inner: str, text: str = "S") -> bytes:
    return quiz(
        f'<question type="{kind}"><questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>{inner}</question>'
    )


def answer(fraction: str, text: str, inner: str = "") -> str:
    return f'<answer fraction="{fraction}"><text>{text}</text>{inner}</answer>'


def feedback(text: str) -> str:
    return f"<feedback><text>{text}</text></feedback>"


def pair(left: str, right: str) -> str:
    return f"<subquestion><text>{left}</text><answer><text>{right}</text></answer></subquestion>"


def box(text: str, group: int) -> str:
    return f"<dragbox><text>{text}</text><group>{group}</group></dragbox>"


def unit(name: str, multiplier: int) -> str:
    return f"<unit><multiplier>{multiplier}</multiplier><unit_name>{name}</unit_name></unit>"


def one(data: bytes) -> dict[str, Any]:
    parsed = parse(data, "x.xml")
    assert parsed.rejected == []
    (found,) = parsed.questions
    return {key: value for key, value in found.document.items() if key not in {"id", "stem"}}


THIRDS = "".join(answer("33.33333", each) for each in "xyz")
DEFINED: list[tuple[bytes, dict[str, Any]]] = [
    (
        question("multichoice", "<single>false</single>" + THIRDS + answer("-33.33333", "w")),
        {"type": "multiple", "scoring": "partial",
         "options": [*({"text": each, "correct": True} for each in "xyz"), {"text": "w"}]},
    ),
    (
        question("multichoice", "<single>false</single>" + answer("100", "x") + answer("-50", "y")),
        {"type": "single", "options": [{"text": "x", "correct": True}, {"text": "y"}]},
    ),
    (
        question("multichoiceset", answer("100", "x") + answer("100", "y") + answer("0", "z")),
        {"type": "multiple", "options": [{"text": "x", "correct": True}, {"text": "y", "correct": True}, {"text": "z"}]},
    ),
    (
        question("shortanswer", "<usecase>1</usecase>" + answer("100", "&lt;p&gt;") + answer("0", "*", feedback("F"))),
        {"type": "short_text", "answers": [{"text": "<p>"}], "case": True, "accents": True, "feedback": "F"},
    ),
    (
        question("numerical", answer("100", "1,5", "<tolerance>5e-1</tolerance>")
                 + f"<units>{unit('m', 1)}{unit('cm', 100)}</units><unitgradingtype>1</unitgradingtype>"),
        {"type": "numeric", "answers": [{"value": "1,5", "tolerance": "5e-1"}], "unit": "required",
         "units": [{"name": "m", "factor": "1"}, {"name": "cm", "factor": "1/100"}]},
    ),
    (
        question("essay", "<graderinfo format='html'><text>M</text></graderinfo><minwordlimit>5</minwordlimit>"),
        {"type": "open", "model": "M", "min_words": 5},
    ),
    (
        question("ordering", "<gradingtype>ALL_OR_NOTHING</gradingtype>" + answer("1", "x") + answer("2", "y")),
        {"type": "ordering", "items": ["x", "y"]},
    ),
    (
        question("truefalse", answer("100", "true") + answer("0", "false", feedback("F"))
                 + "<tags><tag><text>pool:exam</text></tag><tag><text>uno</text></tag></tags>"),
        {"type": "true_false", "answer": True, "feedback": "F", "pool": "exam", "tags": ["uno"]},
    ),
    (
        question("matching", "<shuffleanswers>0</shuffleanswers>" + pair("a", "b") + pair("c", "b") + pair("", "d")),
        {"type": "matching", "pairs": [{"left": "a", "right": "b"}, {"left": "c", "right": "b"}], "distractors": ["d"],
         "shuffle": False},
    ),
    (
        question("ddwtos", box("uno", 1) + box("dos", 1) + box("tres", 2), "<p>Elegir.</p><p>[[2]] y [[1]]</p>"),
        {"type": "gaps", "text": "{{a}} y {{b}}", "gaps": [
            {"id": "a", "kind": "chosen", "options": [{"text": "uno"}, {"text": "dos", "correct": True}]},
            {"id": "b", "kind": "chosen", "options": [{"text": "uno", "correct": True}, {"text": "dos"}]}]},
    ),
    (
        question("cloze", "", "A {:MCV:x~=y#s&iacute;~%50%z} B {2:SAC:=u\\}\\~&amp;v#f~%0%*#no} C {1:NM:=5:1~%25%7}"),
        {"type": "gaps", "text": "A {{a}} B {{b}} C {{c}}", "gaps": [
            {"id": "a", "kind": "chosen", "options": [{"text": "x"}, {"text": "y", "correct": True, "feedback": "sí"},
                                                      {"text": "z", "grade": "1/2"}]},
            {"id": "b", "kind": "typed", "weight": 2, "case": True, "accents": True, "feedback": "no",
             "answers": [{"text": "u}~&v", "feedback": "f"}]},
            {"id": "c", "kind": "numeric", "answers": [{"value": "5", "tolerance": "1"}, {"value": "7", "grade": "1/4"}]}]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), DEFINED)
def test_what_the_definition_says(data: bytes, expected: dict[str, Any]) -> None:
    assert one(data) == expected


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (question("calculated", ""), "«calculated» (calculada"),
        (question("random", ""), "«random»"),
        (question("inventado", ""), "no se conoce el tipo «inventado»"),
        (quiz("<question><name><text>N</text></name></question>"), "no dice de qué tipo es"),
        (question("essay", "", ""), "no tiene enunciado"),
        (question("multichoice", answer("0", "x") + answer("0", "y")), "ninguna opción está marcada"),
        (question("multichoice", answer("50", "x") + answer("0", "y")), "ninguna opción vale 100%"),
        (question("multichoice", answer("abc", "x") + answer("0", "y")), "no es un porcentaje"),
        (question("truefalse", answer("0", "true") + answer("0", "false")), "no dice cuál"),
        (question("numerical", answer("100", "doce")), "no es un número"),
        (question("cloze", "", "A {1:MULTIRESPONSE:=x~y}"), "varias opciones a la vez"),
        (question("cloze", "", "A {1:REGEXP:=x}"), "no se conoce"),
        (question("cloze", "", "A {1:SA:=x"), "no se cierra"),
        (question("cloze", "", '<a href="{1:SA:=x}">y</a>'), "dentro de un enlace"),
        (question("gapselect", "", "A [[3]]"), "nombra una palabra que no está"),
    ],
)
def test_what_cannot_be_taken_is_told(data: bytes, told: str) -> None:
    parsed = parse(data, "x.xml")
    assert (parsed.questions, len(parsed.rejected)) == ([], 1)
    assert told in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("data", "told", "where"),
    [
        (b"<quiz><question></quiz>", "no es XML bien escrito", "línea 1"),
        (b"<quiz>\n<question type='essay'>", "cortado", "línea 2"),
        (b"<html><body/></html>", "no es un archivo de preguntas de Moodle", ""),
        (b'<!DOCTYPE q [<!ENTITY a "b">]>\n<quiz>&a;</quiz>', "declara entidades", "línea 1"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_their_line(data: bytes, told: str, where: str) -> None:
    with pytest.raises(Unreadable, match=told) as caught:
        parse(data, "x.xml")
    assert caught.value.where == where


def test_what_html_brings_into_xml_is_mended() -> None:
    parsed = parse(
        quiz("<question type='essay'><questiontext><text>A&nbsp;B &amp; C & D</text></questiontext></question>"), "x"
    )
    assert parsed.questions[0].document["stem"] == "A\xa0B & C & D"
    assert "«&»" in parsed.warnings[0]


def test_other_encodings_are_read_as_the_file_says() -> None:
    text = quiz("<question type='essay'><questiontext><text>Año</text></questiontext></question>").decode()
    for encoding in ("iso-8859-1", "windows-1252", "utf-16"):
        data = text.replace("UTF-8", encoding).encode(encoding)
        parsed = parse(data, "x")
        assert parsed.questions[0].document["stem"] == "Año"
        assert parsed.warnings == []


def test_scripts_do_not_come_in_as_text() -> None:
    parsed = parse(
        question("essay", "", "<p>A<script>alert(1)</script><style>p{}</style><iframe src='x'>no</iframe></p>"), "x"
    )
    assert parsed.questions[0].document["stem"] == "A"
    assert "incrustado" in parsed.warnings[0]


def test_what_moodle_cannot_hold_is_told() -> None:
    place = {"topic": "t", "difficulty": "easy", "pool": "exam", "stem": "S"}
    gap = {"id": "x", "kind": "typed", "answers": [{"text": "y", "feedback": "**F**"}]}
    documents = [
        {"id": "a", "type": "ordering", "items": ["1", "2"], "feedback": "F", **place},
        {"id": "b", "type": "gaps", "text": "{{x}}", "gaps": [gap], "general": "G", **place},
        {"id": "c", "type": "numeric", "answers": [{"low": "1/3", "high": "2/3", "grade": "1/97"}, {"value": "1"}], **place},
        {"id": "d", "type": "open", "rubric": [{}], "reviewers": 2, **place, "stem": "![x](media/x.png)"},
    ]  # fmt: skip
    written = write(
        Contents(documents, [{"id": "s", "stem": "Caso", "topic": "t", "questions": [documents[0]]}], {"t": "T"})
    )
    said = "\n".join(written.losses)
    assert written.questions == 5
    for words in ("ordenar", "formato", "acentos", "comentario general", "se redondean", "no guarda exactamente", "rúbrica",
                  "dos personas", "casos", "falta el archivo"):  # fmt: skip
        assert words in said
    assert parse(written.data, "x").found == 5
