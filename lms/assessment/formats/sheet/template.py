"""The table to begin with: every column, an example of each type, and beside it, in a workbook, what each column says."""

from __future__ import annotations

import io
from typing import Any

from lms.assessment.formats.exchange import Contents, Document, Losses
from lms.assessment.formats.sheet.words import COLUMNS, NUMBERED, WORDS, Column, head_of, word
from lms.assessment.formats.sheet.writer import Cells, add_sheet, csv_bytes, table, workbook

SHOWN = (
    "id", "type", "topic", "difficulty", "pool", "status", "stem", "text", "answer", "scoring", "tolerance", "units",
    "feedback", "explanation", "tags", "rubric", "scenario", "scenario_text",
)  # fmt: skip
"""Columns of the template; every other one may be added."""
_OPTIONS = 5
_WORDED = ("type", "difficulty", "pool", "status", "scoring")
EXAMPLES: tuple[Document, ...] = (
    {"id": "ejemplo-unica", "type": "single", "stem": "¿Qué se hace primero ante una queja?", "options": [
        {"text": "Escuchar sin interrumpir", "correct": True},
        {"text": "Ofrecer un descuento", "feedback": "Antes hay que saber qué pasó."},
        {"text": "Transferir la llamada", "feedback": "Solo si no se puede resolver."}]},
    {"id": "ejemplo-multiple", "type": "multiple", "stem": "¿Qué datos confirman la identidad?", "scoring": "partial",
     "options": [
        {"text": "El número de documento", "correct": True}, {"text": "La fecha de nacimiento", "correct": True},
        {"text": "El tono de voz", "feedback": "No se puede comprobar."}]},
    {"id": "ejemplo-verdadero-falso", "type": "true_false", "stem": "Una queja se registra aunque se resuelva en la llamada.",
     "answer": True, "feedback": "Sin registro no se puede mejorar."},
    {"id": "ejemplo-numerica", "type": "numeric", "stem": "¿Cuántos segundos son un minuto y medio?",
     "answers": [{"value": "90", "tolerance": "0"}], "units": [{"name": "s", "factor": "1"}]},
    {"id": "ejemplo-breve", "type": "short_text", "stem": "¿Qué indicador mide cuánto dura una llamada? (sigla)",
     "answers": [{"text": "TMO"}, {"text": "AHT"}]},
    {"id": "ejemplo-emparejar", "type": "matching", "stem": "Unir cada indicador con lo que mide.", "pairs": [
        {"left": "TMO", "right": "Duración"}, {"left": "FCR", "right": "Resolución"}], "distractors": ["Ausentismo"]},
    {"id": "ejemplo-ordenar", "type": "ordering", "stem": "Ordenar los pasos de la llamada.",
     "items": ["Saludar", "Identificar", "Resolver", "Despedirse"]},
    {"id": "ejemplo-huecos", "type": "gaps", "stem": "Completar el texto.", "text": "Se responde en {{a}} y con tono {{b}}.",
     "gaps": [
        {"id": "a", "kind": "numeric", "answers": [{"value": "20", "tolerance": "5"}]},
        {"id": "b", "kind": "chosen", "options": [{"text": "cordial", "correct": True}, {"text": "seco"}]}]},
    {"id": "ejemplo-abierta", "type": "open", "stem": "Escribir una respuesta a un cliente que espera hace una hora.", "rubric": [
        {"id": "empatia", "title": "Empatía", "levels": [
            {"points": 0, "text": "No la muestra"}, {"points": 2, "text": "Reconoce la molestia"}]}]},
)  # fmt: skip
CASE: Document = {"id": "ejemplo-caso", "stem": "Una clienta llama por tercera vez por la misma factura.", "questions": [
    {"id": "ejemplo-caso-1", "type": "true_false", "stem": "Es una llamada repetida.", "answer": True},
    {"id": "ejemplo-caso-2", "type": "short_text", "stem": "¿Qué indicador empeora? (sigla)", "answers": [{"text": "FCR"}]},
]}  # fmt: skip
_PLACED: Document = {"topic": "atencion", "difficulty": "medium", "pool": "both", "status": "draft"}


def _examples(language: str) -> list[Cells]:
    contents = Contents([_PLACED | each for each in EXAMPLES], [_PLACED | CASE], {"atencion": "Atención"})
    rows = table(contents, Losses())
    for row in rows:
        kind = next(value for value, names in WORDS["type"].items() if names[0] == row["type", -1])
        row["type", -1] = word("type", kind, language)
        for key in ("difficulty", "pool", "status"):
            row[key, -1] = word(key, str(_PLACED[key]), language)
    return rows


def _columns() -> list[Column]:
    before = [(key, -1) for key in SHOWN[: SHOWN.index("scoring")]]
    behind = [(key, -1) for key in SHOWN[SHOWN.index("scoring") :]]
    return before + [(key, at) for at in range(_OPTIONS) for key in NUMBERED] + behind


def csv_template(language: str = "es") -> bytes:
    """The template as CSV; `language` is one of `words.LANGUAGES`."""
    rows = _examples(language)
    return csv_bytes(_columns(), rows, language)


def xlsx_template(language: str = "es") -> bytes:
    """The template as a workbook: the questions, with lists to choose from, and a sheet of all columns and words."""
    rows, buffer = _examples(language), io.BytesIO()
    columns = _columns()
    with workbook(buffer) as book:
        sheet = add_sheet(book, "Preguntas", columns, rows, language)
        for key in _WORDED:
            at = columns.index((key, -1))
            words = [word(key, value, language) for value in WORDS[key]]
            sheet.data_validation(1, at, 5_000, at, {"validate": "list", "source": words, "error_type": "warning"})
        _help(book, language)
    return buffer.getvalue()


def _help(book: Any, language: str) -> None:
    sheet = book.add_worksheet("Columnas")
    sheet.set_column(0, 2, 40)
    bold = book.add_format({"bold": True, "bottom": 1})
    for at, text in enumerate(("Columna", "También se lee", "Palabras")):
        sheet.write_string(0, at, text, bold)
    names = {(key, -1): names for key, names in COLUMNS.items()} | {(key, 0): names for key, names in NUMBERED.items()}
    for number, (column, known) in enumerate(names.items(), 1):
        sheet.write_string(number, 0, head_of(column, language))
        sheet.write_string(number, 1, ", ".join(dict.fromkeys(known)))
        words = [word(column[0], value, language) for value in WORDS.get(column[0], {})]
        sheet.write_string(number, 2, ", ".join(words))
