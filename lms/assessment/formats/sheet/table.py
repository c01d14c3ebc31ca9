"""A file as rows of texts: CSV with any separator, workbooks with any sheets; what a cell holds that is no text is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lms.assessment.formats.decoding import cleaned, decode
from lms.assessment.formats.exchange import MAX_TEXT, Unreadable
from lms.assessment.formats.sheet.words import MOST_OPTIONS, OPTION, Column, column_of
from lms.kit import workbooks

MAX_UNPACKED = 192 * 1024 * 1024
"""Bytes of all parts of a workbook once unpacked."""
MOST_COLUMNS = 256
HEAD_ROWS = 30
"""The head is looked for in so many rows: a title may stand above it."""
SEPARATORS = (";", ",", "\t", "|")
_HEX = re.compile(r"_x(00[01][0-9A-Fa-f])_")
"""Control signs as workbooks spell them; the library that reads them leaves only these."""
_QUOTED = re.compile(r"'(?=[=+\-@\t\r\n'])")


@dataclass
class Row:
    """A line of the table: `cells` by column, `faults` that keep it from being read, `notes` to tell."""

    where: str
    number: int
    cells: dict[Column, str]
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __getitem__(self, key: str) -> str:
        return self.cells.get((key, -1), "")

    def numbered(self, key: str) -> dict[int, str]:
        """The cells of the columns of one kind that say something, by their number, in order."""
        return {index: text for (name, index), text in sorted(self.cells.items()) if name == key and text}


@dataclass
class Sheet:
    """A table of the file: its head, what in it is not known, and its rows."""

    name: str
    rows: Iterator[Row]
    unknown: list[str]
    twice: list[str]


Raw = tuple[int, Sequence[Any]]
"""A row as it stands: its number and its cells, texts or `Cell`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell of a workbook says, and what is to be told of it."""

    text: str
    fault: str = ""
    note: str = ""


def csv_sheets(data: bytes) -> tuple[list[Sheet], str]:
    """The table of a CSV file, and a warning of its encoding. Raises: Unreadable."""
    decoded = decode(data)
    text = decoded.text
    if (first := text.split("\n", 1)[0].strip().lower()).startswith("sep=") and len(first) == 5:
        text = f"\n{text.partition(chr(10))[2]}"  # the line by which spreadsheets name the separator
    best = max(SEPARATORS, key=lambda sign: _known(_beginning(text, sign)))
    sheet = _sheet("", list(_beginning(text, best)), _records(text, best))
    if sheet is None:
        raise Unreadable(
            "ninguna fila nombra las columnas: hacen falta «enunciado» y otra, como «correcta» (ver la plantilla)"
        )
    return [sheet], decoded.warning


def _beginning(text: str, separator: str) -> Iterator[Raw]:
    for number, raw in enumerate(_records(text[:MAX_TEXT], separator)):
        if number >= HEAD_ROWS:
            return
        yield raw


def _records(text: str, separator: str) -> Iterator[Raw]:
    """The records that say something, numbered as a spreadsheet numbers its rows."""
    source = _Lines(text)
    reader = csv.reader(source, delimiter=separator)
    number = 0
    while True:
        number += 1
        begun = source.taken
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, [Cell("", "un texto entre comillas pasa de lo que cabe: ¿falta una comilla que cierre?")]
            continue
        cells: list[str | Cell] = list(record)
        if source.ended and _unclosed(source.since(begun), separator):
            cells = [Cell(record[0][:200], "se abre una comilla y no se cierra: el resto del archivo queda dentro")]
        if any(cells):
            yield number, [_bare(each) for each in cells[:MOST_COLUMNS]]


class _Lines:
    """The lines of a text, counted."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.ended:
            raise StopIteration
        self.taken += 1
        return self._lines[self.taken - 1] + ("" if self.ended else "\n")

    @property
    def ended(self) -> bool:
        return self.taken >= len(self._lines)

    def since(self, begun: int) -> str:
        return "\n".join(self._lines[begun:])


def _unclosed(text: str, separator: str) -> bool:
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        return "unexpected end" in str(fault)
    return False


def _bare(cell: str | Cell) -> str | Cell:
    """A text without the mark that keeps spreadsheets from running it."""
    return _QUOTED.sub("", cell, count=1) if isinstance(cell, str) and _QUOTED.match(cell) else cell


def xlsx_sheets(data: bytes) -> tuple[list[Sheet], list[str]]:
    """The tables of a workbook that have questions, and the names of its other sheets. Raises: Unreadable."""
    try:
        size = workbooks.unpacked_bytes(io.BytesIO(data))
        if size > MAX_UNPACKED:
            raise Unreadable(f"el libro pasa de {MAX_UNPACKED // (1024 * 1024)} MB al abrirse: partirlo")
        book = workbooks.load(io.BytesIO(data))
        found, others = [], []
        for name in [sheet.title for sheet in book.worksheets]:
            rows = _rows(data, book, name)
            head = [raw for raw, _ in zip(rows, range(HEAD_ROWS), strict=False)]
            sheet = _sheet(name, head, _rows(data, book, name))
            if sheet is None:
                others += [name] if head else []
            else:
                found.append(sheet)
    except workbooks.Damaged:
        raise Unreadable("no es un libro XLSX, o está dañado: abrirlo y guardarlo de nuevo como .xlsx") from None
    if not found:
        raise Unreadable(
            "ninguna hoja nombra las columnas: hacen falta «enunciado» y otra, como «correcta» (ver la plantilla)"
        )
    return found, others


def _rows(data: bytes, book: Any, name: str) -> Iterator[Raw]:
    """The rows of a sheet that say something; where formulas stand in them, with what they last came to."""
    shown: Iterator[tuple[int, Sequence[Any]]] | None = None
    for number, cells in workbooks.lines(book, name, MOST_COLUMNS):
        results: Sequence[Any] = ()
        if any(cell.data_type == "f" for cell in cells):
            if shown is None:
                shown = workbooks.lines(workbooks.load(io.BytesIO(data), shown=True), name, MOST_COLUMNS)
            results = next((found for at, found in shown if at == number), ())
        row = [_cell(cell, results[at] if at < len(results) else None) for at, cell in enumerate(cells)]
        if any(each.text or each.fault for each in row):
            yield number, row


def _cell(cell: Any, result: Any) -> Cell:
    """What a cell says as text. A formula is never worked out: it is what the program that wrote the file last showed."""
    if cell.value is None:
        return Cell("")
    if cell.data_type == "f":
        if result is None or result.value is None:
            return Cell("", f"la celda {cell.coordinate} tiene una fórmula sin resultado guardado: pegar su valor")
        return Cell(_cell(result, None).text, note="hay fórmulas: se tomó el valor guardado")
    if cell.data_type == "e":
        return Cell("", f"la celda {cell.coordinate} tiene un error ({str(cell.value)[:20]})")
    return _said(cell)


def _said(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, bool):
        return Cell("verdadero" if value else "falso")
    if isinstance(value, int | float):
        percent = "%" in str(cell.number_format)
        number = Decimal(repr(value)) * (100 if percent else 1)
        text = f"{number.normalize():f}" if number.is_finite() else str(value)
        return Cell(f"{text}%" if percent else text)
    if isinstance(value, date | time | timedelta):
        midnight = isinstance(value, datetime) and value.time() == time()
        text = value.date().isoformat() if midnight and isinstance(value, datetime) else str(value)
        return Cell(text, note="hay celdas con fechas u horas: se tomaron como texto; mirar si era lo que se escribió")
    text = _HEX.sub(lambda match: chr(int(match[1], 16)), str(value))
    return Cell(cleaned(text.encode("utf-8", "replace").decode()))


def _known(rows: Iterable[Raw]) -> int:
    """How many columns of ours the best of the first rows names."""
    return max((_named(cells) for _, cells in rows), default=0)


def _named(cells: Sequence[Any]) -> int:
    keys = {column_of(_text(cell)) for cell in cells} - {None}
    return (
        len(keys)
        if len(keys) > 1 and any(column and column[0] in {"stem", "text", "scenario_text"} for column in keys)
        else 0
    )


def _text(cell: str | Cell) -> str:
    return (cell.text if isinstance(cell, Cell) else cell).strip()


def _sheet(name: str, first: list[Raw], rows: Iterator[Raw]) -> Sheet | None:
    """The sheet with its head, the row that names most columns; None where none names that of the questions."""
    head_number, head = max(first, key=lambda raw: _named(raw[1]), default=(0, ()))
    if not _named(head):
        return None
    columns: list[Column | None] = []
    unknown, twice = [], []
    for cell in head:
        column = column_of(_text(cell))
        if column and column[1] == -2:
            used = {each[1] for each in columns if each and each[0] == OPTION}
            column = next(((column[0], at) for at in range(MOST_OPTIONS) if at not in used), None)
        if column is None and _text(cell):
            unknown.append(_text(cell)[:40])
        elif column in columns and column is not None:
            twice.append(_text(cell)[:40])
            column = None
        columns.append(column)
    return Sheet(name, _placed(name, head_number, columns, rows), unknown, twice)


def _placed(name: str, head: int, columns: list[Column | None], rows: Iterator[Raw]) -> Iterator[Row]:
    """The rows under the head, each cell under its column."""
    for number, cells in rows:
        if number <= head:
            continue
        row = Row(f"hoja «{name}», fila {number}" if name else f"fila {number}", number, {})
        beyond = False
        for at, cell in enumerate(cells):
            text, column = _text(cell), columns[at] if at < len(columns) else None
            if isinstance(cell, Cell) and cell.fault:
                row.faults.append(cell.fault)
            elif isinstance(cell, Cell) and cell.note and column:
                row.notes.append(cell.note)
            if column and text:
                row.cells[column] = text
                if len(text) > MAX_TEXT:
                    row.faults.append(f"una celda pasa de {MAX_TEXT} caracteres")
            beyond = beyond or (at >= len(columns) and bool(text))
        if beyond:
            row.notes.append(
                "hay celdas más allá de la última columna con nombre: ¿falta una comilla, o sobra un separador?"
            )
        if row.cells or row.faults:
            yield row
