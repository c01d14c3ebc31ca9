"""Writes questions as a table. Every text is written as a text: none is run by a program that opens the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from lms.assessment.formats.exchange import Contents, Document, Losses, Written
from lms.assessment.formats.sheet.answers import number_text
from lms.assessment.formats.sheet.marks import write_gaps, write_list, write_rubric, write_unit
from lms.assessment.formats.sheet.words import (
    COLUMNS,
    NUMBERED,
    OPTION,
    PAIR,
    REMARK,
    SHARE,
    Column,
    head_of,
    label_of,
    word,
)
from lms.assessment.formats.topics import path_of, topic_of
from lms.assessment.types.base import folded

PROGRAM = "La planilla"
MOST_SIGNS = 32_767
"""Of one cell of a workbook."""
RUNS = "=+-@\t\r\n"
"""What a text begins with that a spreadsheet would run."""
_SPELT = re.compile(r"_x(?:005F|00[01][0-9A-F])_", re.IGNORECASE)
"""What workbooks have for signs of their own."""
_MEDIA = re.compile(r"!\[[^\]]*\]\(media/")
_PLACED = ("topic", "difficulty", "pool", "status", "exclusive", "title")
_TEXTS = (
    "id", "title", "general", "when_right", "when_partial", "when_wrong", "explanation", "review", "exclusive", "model",
)  # fmt: skip
Cells = dict[Column, str]


def table(contents: Contents, losses: Losses) -> list[Cells]:
    """A row for each question, those of scenarios one after the other."""
    rows = []
    for document in contents.questions:
        rows += _row(document, {}, contents.topics, losses)
    for scenario in contents.scenarios:
        shared = {key: scenario[key] for key in _PLACED if key in scenario}
        case = {("scenario", -1): str(scenario["id"]), ("scenario_text", -1): str(scenario.get("stem", ""))}
        found = [_row(shared | question, case, contents.topics, losses) for question in scenario.get("questions", ())]
        if all(found):  # what lacks a row of a scenario would be another one
            rows += [row for each in found for row in each]
        else:
            losses.note(scenario, f"{PROGRAM} no puede llevar el caso entero: no se escribió")
    return rows


def _row(document: Document, case: Cells, topics: dict[str, str], losses: Losses) -> list[Cells]:
    """The cells of a question; none where it does not fit, which is noted."""
    kind = document["type"]
    cells: Cells = {("type", -1): word("type", kind), ("stem", -1): document["stem"], **case}
    for key in (
        "id",
        "title",
        "general",
        "when_right",
        "when_partial",
        "when_wrong",
        "explanation",
        "review",
        "exclusive",
        "model",
    ):
        cells[key, -1] = str(document.get(key) or "")
    for key in ("difficulty", "pool", "status", "scoring"):
        cells[key, -1] = word(key, document[key]) if document.get(key) else ""
    topic = str(document.get("topic", ""))
    title = topics.get(topic, topic)
    cells["topic", -1] = title
    cells["topic_id", -1] = "" if topic_of(path_of(title), {}) == topic else topic
    cells["tags", -1] = write_list(document.get("tags", ()))
    cells["shuffle", -1] = "no" if document.get("shuffle") is False else ""
    cells["feedback", -1] = document.get("feedback", "")
    for key in ("min_words", "max_words", "reviewers"):
        cells[key, -1] = str(document[key]) if document.get(key) else ""
    try:
        cells |= _OWN[kind](document)
    except ValueError:
        losses.note(document, f"{PROGRAM} no puede llevar un hueco con una llave delante: no se escribió")
        return []
    if any(_MEDIA.search(text) for text in cells.values()):
        losses.note(document, f"{PROGRAM} no lleva archivos: las imágenes y los sonidos quedan fuera")
    if any(_SPELT.search(text) for text in cells.values()):
        losses.note(document, f"{PROGRAM} no guarda textos como «_x000D_», que para ella son otro signo")
    if any(len(text) > MOST_SIGNS for text in cells.values()):
        losses.note(document, f"{PROGRAM} no puede llevar más de {MOST_SIGNS} caracteres en una celda: no se escribió")
        return []
    return [{column: text for column, text in cells.items() if text}]


def _choice(document: Document) -> Cells:
    options = document["options"]
    cells = _numbered(OPTION, [option["text"] for option in options])
    cells |= _numbered(REMARK, [option.get("feedback", "") for option in options])
    if document.get("scoring") == "weights":
        worth = [str(option.get("grade", "1" if option.get("correct") else "0")) for option in options]
        return cells | _numbered(SHARE, worth)
    right = [at for at, option in enumerate(options) if option.get("correct")]
    # Where a text reads like the name of another option, letters would say two things.
    names = {folded(label_of(at)) for at in range(len(options))} | {str(at + 1) for at in range(len(options))}
    if any(names & set(re.findall(r"[a-z]+|[0-9]+", folded(option["text"])[:40])) for option in options):
        cells |= _numbered(SHARE, ["1" if option.get("correct") else "0" for option in options])
        return cells | ({("scoring", -1): word("scoring", "all")} if "scoring" not in document else {})
    return cells | {("answer", -1): ", ".join(label_of(at) for at in right)}


def _true_false(document: Document) -> Cells:
    return {("answer", -1): "verdadero" if document["answer"] else "falso"}


def _matching(document: Document) -> Cells:
    pairs, distractors = document["pairs"], document.get("distractors", [])
    cells = _numbered(OPTION, [pair["left"] for pair in pairs])
    cells |= _numbered(REMARK, [pair.get("feedback", "") for pair in pairs])
    return cells | _numbered(PAIR, [pair["right"] for pair in pairs] + list(distractors))


def _ordering(document: Document) -> Cells:
    return _numbered(OPTION, document["items"])


def _accepted(document: Document, said: Callable[[Document], str]) -> Cells:
    answers = document["answers"]
    cells = _numbered(OPTION, [said(each) for each in answers])
    cells |= _numbered(SHARE, [str(each.get("grade", "")) for each in answers])
    return cells | _numbered(REMARK, [each.get("feedback", "") for each in answers])


def _numeric(document: Document) -> Cells:
    cells = _accepted(document, number_text)
    cells["units", -1] = write_list([write_unit(unit) for unit in document.get("units", ())])
    return cells | {("unit", -1): "sí" if document.get("unit") == "required" else ""}


def _short_text(document: Document) -> Cells:
    cells = _accepted(document, lambda each: str(each["text"]))
    return cells | {(key, -1): "sí" if document.get(key) else "" for key in ("case", "accents")}


def _gaps(document: Document) -> Cells:
    return {("text", -1): write_gaps(document, number_text)}


def _open(document: Document) -> Cells:
    return {("rubric", -1): write_rubric(document.get("rubric", []))}


_OWN: dict[str, Callable[[Document], Cells]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "short_text": _short_text,
    "gaps": _gaps,
    "open": _open,
}


def _numbered(key: str, texts: Iterable[str]) -> Cells:
    return {(key, at): text for at, text in enumerate(texts)}


def columns_of(rows: Iterable[Cells]) -> list[Column]:
    """The columns that `rows` need, in the order of the documentation, those of an option together."""
    used = {column for row in rows for column in row} | {("id", -1), ("type", -1), ("stem", -1), ("answer", -1)}
    order = list(COLUMNS)
    before = [(key, -1) for key in order[: order.index("options")] if (key, -1) in used]
    behind = [(key, -1) for key in order[order.index("options") :] if (key, -1) in used]
    most = max((index for _, index in used), default=-1) + 1
    return before + [(key, at) for at in range(most) for key in NUMBERED if (key, at) in used] + behind


def write_csv(contents: Contents) -> Written:
    """The questions as CSV for any spreadsheet: UTF-8 with its mark, semicolons."""
    losses = Losses()
    rows = table(contents, losses)
    return Written(csv_bytes(columns_of(rows), rows), len(rows), losses.sentences())


def csv_bytes(columns: list[Column], rows: Iterable[Cells], language: str = "es") -> bytes:
    """A table as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([head_of(column, language) for column in columns])
    for row in rows:
        writer.writerow([_inert(row.get(column, "")) for column in columns])
    return ("\ufeff" + buffer.getvalue()).encode()


def _inert(text: str) -> str:
    """`text` with a quote before it where a spreadsheet would run it, or where it begins with such a quote itself."""
    marked = text[:1] and (text[0] in RUNS or (text[0] == "'" and text[1:2] and text[1] in RUNS + "'"))
    return f"'{text}" if marked else text


def write_xlsx(contents: Contents) -> Written:
    """The questions as a workbook of one sheet."""
    losses = Losses()
    rows = table(contents, losses)
    buffer = io.BytesIO()
    with workbook(buffer) as book:
        add_sheet(book, "Preguntas", columns_of(rows), rows)
    return Written(buffer.getvalue(), len(rows), losses.sentences())


def workbook(target: io.BytesIO) -> Any:
    """A workbook to write into, in which no text becomes a formula, a number or a link; the same content gives the same bytes."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    return book


def add_sheet(book: Any, title: str, columns: list[Column], rows: Iterable[Cells], language: str = "es") -> Any:
    """A sheet with its head and rows; a text that would be run once somebody edits its cell is marked as a text."""
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bottom": 1})
    shape = {"num_format": "@", "text_wrap": True, "valign": "top"}
    text, inert = book.add_format(shape), book.add_format(shape | {"quote_prefix": True})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        wide = column[0] in {"stem", "text", "explanation", "rubric", "scenario_text"}
        sheet.set_column(at, at, 48 if wide else 18, text)
        sheet.write_string(0, at, head_of(column, language), bold)
    for number, row in enumerate(rows, 1):
        for at, column in enumerate(columns):
            if said := row.get(column, ""):
                sheet.write_string(number, at, said, inert if said[0] in RUNS else text)
    return sheet
