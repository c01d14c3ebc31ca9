"""Questions in tables: what people write in them, and what we write comes back equal."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents, Format, Parsed, Unreadable
from lms.assessment.formats.registry import format_of, parse
from lms.assessment.formats.sheet import CSV, XLSX
from lms.assessment.formats.sheet.template import EXAMPLES, csv_template, xlsx_template
from lms.assessment.formats.sheet.words import LANGUAGES
from tests.assessment.formats import documents
from tests.assessment.formats.checks import faults_of

TOPICS = {"norma": "Norma", "fraude": "Fraude / Identidad"}
BOTH = pytest.mark.parametrize("form", [CSV, XLSX], ids=["csv", "xlsx"])


def strip(value: Any) -> Any:
    """A document as the reader of questions sees it: texts without the spaces around them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: strip(each) for key, each in value.items()}
    return [strip(each) for each in value] if isinstance(value, list) else value


@st.composite
def open_(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"type": "open"}
    criteria = [
        {
            "id": key,
            "title": draw(documents.markdown()),
            "levels": [
                {"points": points, "text": draw(documents.markdown())}
                for points in draw(st.lists(st.integers(0, 9), min_size=2, max_size=3, unique=True))
            ],
        }
        for key in draw(st.lists(documents.IDS, max_size=2, unique=True))
    ]
    document |= {"rubric": criteria} if criteria else {}
    for key, values in (
        ("model", documents.markdown()),
        ("min_words", st.integers(1, 50)),
        ("max_words", st.integers(50, 99)),
        ("reviewers", st.just(2)),
    ):
        document |= draw(documents.keyed(values, key))
    return document


@st.composite
def units(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(
        documents.distinct(
            st.text(st.sampled_from("abm;,\\=°/ "), min_size=1, max_size=6).map(str.strip).filter(bool), 1, 3
        )
    )
    document = draw(documents.numeric())
    document["units"] = [{"name": name, "factor": "1" if not at else "1/60"} for at, name in enumerate(names)]
    return document | draw(documents.keyed(st.just("required"), "unit"))


@st.composite
def plain_choice(draw: st.DrawFn) -> dict[str, Any]:
    """Choices whose texts may be letters and figures, as the names of options are."""
    texts = draw(
        documents.distinct(st.sampled_from(["A", "B", "C", "1", "2", "3", "a, b", "Ñandú", "verdadero"]), 3, 5)
    )
    right = draw(st.integers(1, 2))
    options = [{"text": text} | ({"correct": True} if at < right else {}) for at, text in enumerate(texts)]
    document = {"type": "single" if right == 1 else "multiple", "options": options, "shuffle": False}
    return document | (draw(documents.keyed(st.just("partial"), "scoring")) if right > 1 else {})


KINDS = st.one_of(
    documents.single(), documents.multiple(), documents.true_false(), documents.matching(), documents.ordering(),
    documents.numeric(), documents.short_text(), documents.gaps(), open_(), units(), plain_choice(),
)  # fmt: skip


@BOTH
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(bank=documents.bank(KINDS))
def test_what_is_written_comes_back_equal(form: Format, bank: list[dict[str, Any]]) -> None:
    written = form.write(Contents(bank, topics=dict(TOPICS)))  # type: ignore[misc]  # both are written
    back = form.parse(written.data, "x")
    assert (back.rejected, written.questions, written.losses) == ([], len(bank), ())
    assert [strip(each.document) for each in back.questions] == [strip(each) for each in bank]
    assert all(TOPICS[key] == title for key, title in back.topics.items())


@BOTH
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(bank=documents.bank(KINDS), stem=documents.markdown(), head=documents.placed())
def test_scenarios_come_back_equal(form: Format, bank: list[dict[str, Any]], stem: str, head: dict[str, Any]) -> None:
    shared = ("topic", "difficulty", "pool", "status", "exclusive", "title")
    questions = [{key: value for key, value in each.items() if key not in shared} for each in bank]
    scenario = {"id": "caso", **{key: head[key] for key in shared if key in head}, "stem": stem, "questions": questions}
    written = form.write(Contents([], [scenario], dict(TOPICS)))  # type: ignore[misc]  # as above
    back = form.parse(written.data, "x")
    assert (back.rejected, written.losses) == ([], ())
    assert [strip(each.document) for each in back.scenarios] == [strip(scenario)]


def table(*lines: str, encoding: str = "utf-8", sign: str = ";") -> Parsed:
    return parse("\r\n".join(lines).replace(";", sign).encode(encoding), "preguntas.csv")


def only(parsed: Parsed) -> dict[str, Any]:
    assert parsed.rejected == []
    (found,) = parsed.questions
    return found.document


HEAD = "Enunciado;Opción A;Opción B;Opción C;Correcta"


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16", "utf-16-le"])
def test_separators_and_encodings_are_told(sign: str, encoding: str) -> None:
    parsed = table(HEAD, "¿Cuál es el año?;Mañana;Hoy;Ayer;B", encoding=encoding, sign=sign)
    assert parsed.format == "csv"
    document = only(parsed)
    assert (document["type"], document["stem"]) == ("single", "¿Cuál es el año?")
    assert [option.get("correct", False) for option in document["options"]] == [False, True, False]
    assert faults_of(parsed) == []


@pytest.mark.parametrize(
    "head",
    [
        "ENUNCIADO;OPCION A;opcion b;Opción  C;CORRECTA",
        "Pregunta;Opción 1;Opción 2;Opción 3;Respuesta correcta",
        "Question;Option A;Option B;Option C;Right answer",
        "Pergunta;Opção A;Opção B;Opção C;Resposta",
        "Pregunta;Opción;Opción;Opción;Clave",
        "stem;A;B;C;answer",
        "sep=;\r\nBanco de preguntas\r\n\r\nPregunta;A;B;C;Correcta",
    ],
)
def test_heads_are_read_in_three_languages_and_any_spelling(head: str) -> None:
    assert [option.get("correct", False) for option in only(table(head, "P;x;y;z;y"))["options"]] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("A,C", [0, 2]), ("A; C", [0, 2]), ("1;3", [0, 2]), ("a y c", [0, 2]), ("AC", [0, 2]), ("A) y C)", [0, 2]),
        ("Rojo", [0]), ("rojo, Verde claro", [0, 2]), ("2", [1]), ("(b)", [1]), ("Opción B", [1]), ("C.", [2]),
    ],
)  # fmt: skip
def test_right_answers_are_letters_numbers_or_texts(answer: str, right: list[int]) -> None:
    document = only(table(HEAD, f'P;Rojo;Azul;Verde claro;"{answer}"'))
    assert [at for at, option in enumerate(document["options"]) if option.get("correct")] == right
    assert document["type"] == ("single" if len(right) == 1 else "multiple")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("P;Verdadero;Falso;;A", "true_false"), ("P;;;;Falso", "true_false"), ("P;;;;3,14", "numeric"),
        ("P;;;;Lima", "short_text"), ("P;;;;3..5 | 8 ± 1", "numeric"),
        ("El {{20|veinte}};;;;", "gaps"), ("P;a;b;c;a", "single"), ("P;a;b;c;a, b", "multiple"),
    ],
)  # fmt: skip
def test_a_row_without_a_type_is_what_its_cells_can_only_be(row: str, kind: str) -> None:
    parsed = table(HEAD, row)
    assert only(parsed)["type"] == kind
    assert faults_of(parsed) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("P;x;y;z;D", "no es ninguna opción"),
        ("P;x;y;z;", "no dice cuál es la opción correcta"),
        (";x;y;z;A", "no tiene enunciado"),
        ("P;;;;", "no tiene respuesta ni opciones"),
        ("P;B;A;z;B", "no se sabe cuál es la correcta"),
        ("El {{20;;;;", "no se cierra"),
        ('P;"x', "no se cierra"),
    ],
)
def test_a_bad_row_is_told_with_its_number_and_why(row: str, reason: str) -> None:
    parsed = table(HEAD, "Buena;x;y;z;A", "", row)
    assert len(parsed.questions) == 1
    (rejected,) = parsed.rejected
    assert rejected.where == "fila 4"
    assert reason in rejected.reason


@pytest.mark.parametrize(
    ("columns", "cells", "reason"),
    [
        ("tipo;correcta", "única;A, C", "una sola opción correcta"),
        ("tipo;correcta", "múltiple;A", "dos opciones correctas o más"),
        ("tipo;correcta", "rara;A", "puede ser: única, múltiple"),
        ("dificultad;correcta", "imposible;A", "puede ser: fácil, media, difícil"),
        ("valor A;valor B", "1;200", "está fuera de"),
        ("tipo;correcta", "emparejar;A", "no tiene pareja"),
    ],
)
def test_words_that_nobody_knows_are_told(columns: str, cells: str, reason: str) -> None:
    parsed = table(f"enunciado;opción a;opción b;opción c;{columns}", f"P;x;y;z;{cells}")
    assert [reason in each.reason for each in parsed.rejected] == [True]


def test_what_a_table_says_beside_its_questions_is_told() -> None:
    parsed = table("enunciado;correcta;puntos;color;repaso;tolerancia", "P;Lima;5;rojo;página 3;0,1")
    said = "\n".join(parsed.warnings)
    assert only(parsed)["type"] == "short_text"
    assert all(part in said for part in ("color", "plan de la prueba", "módulo#sección", "«tolerancia»"))


def test_half_a_case_is_not_taken() -> None:
    parsed = table("caso;texto del caso;enunciado;correcta", "c;Un caso;Uno;verdadero", "c;;Dos;", "d;Otro;Tres;falso")
    assert [each.where for each in parsed.rejected] == ["fila 2", "fila 3"]
    assert "fila 3" in parsed.rejected[0].reason
    assert [len(each.document["questions"]) for each in parsed.scenarios] == [1]


def book(fill: Callable[[Any], None], **values: Any) -> bytes:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    for at, cell in enumerate(HEAD.split(";"), 1):
        sheet.cell(2, at, cell)
    fill(sheet)
    made.create_sheet("Notas")["A1"] = "algo"
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_cells_of_a_workbook_are_texts() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "Banco"
        sheet.merge_cells("A1:C1")
        for at, value in enumerate(["¿Cuánto?", 3, 0.5, date(2026, 2, 1), 0.5], 1):
            sheet.cell(5, at, value)
        sheet["C5"].number_format = "0%"
        sheet["E5"].number_format = "0%"

    parsed = parse(book(fill), "x.xlsx")
    document = only(parsed)
    assert [option["text"] for option in document["options"]] == ["3", "50%", "2026-02-01"]
    assert [option.get("correct", False) for option in document["options"]] == [False, True, False]
    assert parsed.questions[0].where == "hoja «Sheet», fila 5"
    assert any("fechas" in each for each in parsed.warnings)
    assert any("Notas" in each for each in parsed.warnings)


def test_formulas_are_never_worked_out() -> None:
    def fill(sheet: Any) -> None:
        for at, value in enumerate(["P", "=1+1", "b", "c", "B"], 1):
            sheet.cell(3, at, value)

    (rejected,) = parse(book(fill), "x.xlsx").rejected
    assert "B3 tiene una fórmula" in rejected.reason


def test_the_stored_value_of_a_formula_is_taken_and_told() -> None:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(";"))
        sheet.write_row(1, 0, ["P", "a", "b", "c", "B"])
        sheet.write_formula(1, 1, '=HYPERLINK("http://example.org","x")', None, "clic")
    parsed = parse(buffer.getvalue(), "x.xlsx")
    assert only(parsed)["options"][0]["text"] == "clic"
    assert any("fórmulas" in each for each in parsed.warnings)


@pytest.mark.parametrize("text", ["=1+1", "+54 11", "-5", "@a", "'=x", "''", "_x0041_", "=HYPERLINK(1)"])
def test_no_text_is_a_formula_for_who_opens_the_file(text: str) -> None:
    question = {"id": "a", "type": "true_false", "stem": text, "topic": "norma", "answer": True}
    contents = Contents([question], topics={"norma": "Norma"})
    packed = XLSX.write(contents).data  # type: ignore[misc]  # it is written
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(packed)).worksheets[0].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    said = CSV.write(contents).data.decode("utf-8-sig")  # type: ignore[misc]  # as above
    assert all(
        cell[:1] not in tuple("=+-@") or not cell
        for row in csv.reader(io.StringIO(said), delimiter=";")
        for cell in row
    )
    for form, data in ((XLSX, packed), (CSV, said.encode())):
        assert form.parse(data, "x").questions[0].document["stem"] == text


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "a.xls", "guardarlo como .xlsx"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "a.ods",
            "OpenDocument",
        ),
        (b"PK\x03\x04 xl/workbook.xml broken", "a.xlsx", "dañado"),
        (b"a;b;c\n1;2;3\n", "a.csv", "«enunciado»"),
    ],
)
def test_what_is_no_table_of_questions_is_refused(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse(data, name)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.assessment.formats.sheet.table.MAX_UNPACKED", 1_000)
    with pytest.raises(Unreadable, match="al abrirse"):
        parse(book(lambda _: None), "x.xlsx")


def test_a_text_that_no_cell_holds_is_told_and_not_cut() -> None:
    question = {"id": "a", "type": "open", "stem": "P", "rubric": [
        {"id": f"c{at}", "title": "x", "levels": [{"points": each, "text": "y" * 1000} for each in range(5)]} for at in range(10)
    ]}  # fmt: skip
    written = XLSX.write(Contents([question]))  # type: ignore[misc]  # it is written
    assert (written.questions, len(written.losses)) == (0, 1)


def test_the_same_questions_give_the_same_bytes() -> None:
    question = {"id": "a", "type": "true_false", "stem": "P", "answer": True}
    first, second = (XLSX.write(Contents([question])).data for _ in range(2))  # type: ignore[misc]  # it is written
    assert first == second


def test_workbooks_are_told_from_other_packed_files() -> None:
    assert format_of(book(lambda _: None), "sin-nombre").name == "xlsx"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [csv_template, xlsx_template])
def test_the_template_is_a_file_that_we_read_whole(make: Callable[[str], bytes], language: str) -> None:
    parsed = parse(make(language), "plantilla")
    assert (parsed.rejected, faults_of(parsed)) == ([], [])
    assert [each.document["type"] for each in parsed.questions] == [each["type"] for each in EXAMPLES]
    assert len(parsed.scenarios) == 1
    assert not [each for each in parsed.warnings if "Columnas" not in each]
