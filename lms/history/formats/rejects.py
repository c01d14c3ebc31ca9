"""The rows that were not written, in the shape of the file they came from, each with its reason: to mend and import again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from lms.history.formats.table import Sheet, Table
from lms.history.rules.cells import Cell, as_text
from lms.history.rules.columns import COLUMNS

REASON = COLUMNS["reason"][0]


class Rejects:
    """A file of rejects, written as the rows come: sheets in the order of the file's, rows in theirs."""

    def __init__(self, path: Path, table: Table) -> None:
        self.path = path
        self._writer: _Csv | _Xlsx = _Csv(path, table) if table.separator else _Xlsx(path)
        self.count = 0

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, sheet: Sheet, values: Sequence[Cell], reason: str) -> None:
        """One row with its reason in the last column (in the file's own, where it has one already)."""
        at = sheet.columns.index("reason") if "reason" in sheet.columns else len(sheet.head)
        row = [*values, *[None] * (at + 1 - len(values))]
        row[at] = reason
        head = [*sheet.head, *[REASON] * (at == len(sheet.head))]
        self._writer.write(sheet.name, head, row[: len(head)])
        self.count += 1


class _Csv:
    def __init__(self, path: Path, table: Table) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream, delimiter=table.separator, lineterminator="\r\n")
        self._begun = False

    def write(self, _sheet: str, head: Sequence[str], row: Sequence[Cell]) -> None:
        if not self._begun:
            self._writer.writerow(head)
            self._begun = True
        self._writer.writerow([as_text(value) for value in row])

    def close(self) -> None:
        self._stream.close()


class _Xlsx:
    def __init__(self, path: Path) -> None:
        # `constant_memory`: a row is written out as soon as the next one begins. Nothing written is ever a formula.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets: dict[str, tuple[Any, int]] = {}

    def write(self, sheet: str, head: Sequence[str], row: Sequence[Cell]) -> None:
        if sheet not in self._sheets:
            made = self._book.add_worksheet(sheet)
            made.write_row(0, 0, list(head))
            self._sheets[sheet] = (made, 1)
        made, line = self._sheets[sheet]
        for at, value in enumerate(row):
            self._cell(made, line, at, value)
        self._sheets[sheet] = (made, line + 1)

    def _cell(self, made: Any, line: int, at: int, value: Cell) -> None:
        if isinstance(value, date | datetime):
            made.write_datetime(line, at, value, self._day)
        elif isinstance(value, bool) or value is None:
            made.write_string(line, at, as_text(value))
        elif isinstance(value, int | float):
            made.write_number(line, at, value)
        else:
            made.write_string(line, at, str(value))

    def close(self) -> None:
        self._book.close()
