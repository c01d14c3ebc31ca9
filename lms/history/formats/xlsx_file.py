"""XLSX, read row by row. Formulas and merged cells are refused: what they say is not what stands in the cell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from lms.history.formats.table import FileLimits, Sheet, Table, refuse_large
from lms.history.rules.cells import Cell, Formula
from lms.history.rules.columns import COLUMNS
from lms.history.rules.faults import FileFaultError, Found, fault
from lms.kit import workbooks

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_CHUNK = 1 << 20
_MOST_COLUMNS = 4 * len(COLUMNS)
"""Cells beyond are not ours: a stray format at the end of a sheet makes rows of 16,384 cells."""


def open_xlsx(path: Path, limits: FileLimits, wanted: str = "") -> Table:
    """The file as a table: the sheet `wanted`, or else every sheet that is one of ours.

    Raises: FileFaultError for a file that is no XLSX, too large once unpacked, or without the sheet.
    """
    refuse_large(path, limits)
    _refuse_bomb(path, limits)
    book = _load(path)
    try:
        names = {sheet.title: sheet for sheet in book.worksheets}
        if wanted and wanted not in names:
            raise FileFaultError(fault("sheet_missing", sheet=wanted, known=", ".join(names)))
        found = [_sheet(path, name) for name in names if not wanted or name == wanted]
    finally:
        book.close()
    sheets = [sheet for sheet in found if sheet is not None]
    ours = [sheet for sheet in sheets if sheet.known or wanted]
    table = Table(path, ours or sheets[:1])
    if not table.sheets:
        raise FileFaultError(fault("file_empty"))
    table.warnings += [Found(sheet.name, 0, fault("sheet_ignored")) for sheet in sheets if sheet not in table.sheets]
    table.errors += _merged(path, table)
    return table


def _refuse_bomb(path: Path, limits: FileLimits) -> None:
    with _damaged():
        size = workbooks.unpacked_bytes(path)
    if size > limits.unpacked_mib * 1024 * 1024:
        raise FileFaultError(fault("file_large", size=-(-size // (1024 * 1024)), limit=limits.unpacked_mib))


@contextmanager
def _damaged(sheet: str = "") -> Iterator[None]:
    """Whatever goes wrong while a file is taken apart says that it is damaged."""
    try:
        with workbooks.taking_apart(FileFaultError):
            yield
    except workbooks.Damaged:
        raise FileFaultError(fault("not_xlsx"), sheet=sheet) from None


def _load(path: Path) -> Any:
    with _damaged():
        return workbooks.load(path)


def _sheet(path: Path, name: str) -> Sheet | None:
    """A sheet with its head, the first row that says anything; None where it says nothing."""
    for line, values in _lines(path, name):
        if any(value not in (None, "") for value in values):
            head = ["" if value is None else str(value).strip() for value in values]
            while head and not head[-1]:
                head.pop()

            def lines(begin: int = line, width: int = len(head)) -> Iterator[tuple[int, Sequence[Cell]]]:
                for number, found in _lines(path, name):
                    if number > begin:
                        yield number, list(found[:width])

            return Sheet(name, line, head, lines)
    return None


def _lines(path: Path, name: str) -> Iterator[tuple[int, Sequence[Cell]]]:
    book = _load(path)
    try:
        with _damaged(name):
            for number, cells in workbooks.lines(book, name, _MOST_COLUMNS):
                yield number, [_value(cell) for cell in cells]
    finally:
        book.close()


def _value(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return Formula(value)
    if isinstance(value, timedelta | time):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return str(value)


def _merged(path: Path, table: Table) -> list[Found]:
    """Merged cells of the sheets that are read: they stand behind the rows, in the sheet's own file."""
    found = []
    book = _load(path)
    try:
        parts = {sheet.title: sheet._worksheet_path for sheet in book.worksheets}
    finally:
        book.close()
    with _damaged(), zipfile.ZipFile(path) as packed:
        for sheet in table.sheets:
            with packed.open(parts[sheet.name].lstrip("/")) as stream:
                rest = b""
                while chunk := stream.read(_CHUNK):
                    text = rest + chunk
                    for match in _MERGED.finditer(text):
                        cells = match[1].decode()
                        line = int(re.sub(r"\D", "", cells.split(":")[0]))
                        found.append(Found(sheet.name, line, fault("merged", cells=cells)))
                    # An element cut in two by the chunk's end begins at its last "<"; a whole one is done with.
                    rest = text[text.rfind(b"<") :] if not text.endswith(b">") else b""
    return found
