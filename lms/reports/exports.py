"""Reports as files: CSV sent while it is read, and workbooks written to disk row by row. Text never runs as a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import IO

import xlsxwriter

from lms.hours.exports import BOM
from lms.reports.queries import Assigned
from lms.reports.rules import Marks, Outcome, State, outcome_of, score_text

Cells = Sequence[object]
_RUNS = frozenset("=+-@\t\r\n")
"""What a text begins with that a spreadsheet would run; as `hours.rules.safe_cell` has it."""
_PART = 64 * 1024
"""Characters that are sent at a time: a line by itself would cost a system call each."""


def csv_parts(rows: Iterable[Cells], separator: str) -> Iterator[str]:
    """CSV text of rows in parts, the mark of UTF-8 first."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    for row in rows:
        # Numbers, days and nothing are written as they are; days in ISO form.
        writer.writerow(["'" + value if value.__class__ is str and value[:1] in _RUNS else value for value in row])
        if buffer.tell() >= _PART:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def workbook(rows: Iterable[Cells], title: str) -> IO[bytes]:
    """An XLSX file with one sheet, open at its beginning; the caller closes it, and then it is gone.

    Rows go to disk as they come (`constant_memory`). Text is written as text, whatever it begins with.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller sends it and closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            if number == 0:
                sheet.set_column(0, len(row) - 1, 18)
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None and value != "":
                    sheet.write(number, column, value, head if number == 0 else None)
    file.seek(0)
    return file


def _person(row: Assigned) -> list[object]:
    return [row.employee_number, row.family_name, row.given_name, row.site, row.programme, row.job]


def progress_rows(
    chunks: Iterable[list[Assigned]], heads: Cells, types: Mapping[str, str], states: Mapping[State, str]
) -> Iterator[Cells]:
    """The rows of the completion report. The words are looked up before, for the file is sent after the request."""
    yield heads
    for row in (row for chunk in chunks for row in chunk):
        yield [
            *_person(row),
            row.course,
            row.version,
            types.get(row.training_type, row.training_type),
            row.assigned_on,
            row.due_on,
            states[row.state],
            row.modules,
            row.modules_total,
            row.completed_on,
            row.expires_on,
        ]


def result_rows(
    chunks: Iterable[tuple[list[Assigned], Mapping[int, Marks]]],
    heads: Cells,
    types: Mapping[str, str],
    outcomes: Mapping[Outcome, str],
    sign: str,
) -> Iterator[Cells]:
    """The rows of the results. `sign` is the decimal sign of the file."""
    yield heads
    for rows, reached in chunks:
        for row in rows:
            found = reached.get(row.id)
            facts: list[object] = ["", "", "", "", ""]
            if found is not None:
                scores = [score_text(value, sign) for value in (found.best, found.last, found.mark)]
                facts = [found.attempts, *scores, found.last_on]
            yield [
                *_person(row),
                row.course,
                row.version,
                types.get(row.training_type, row.training_type),
                row.assigned_on,
                outcomes[outcome_of(found)],
                *facts,
            ]
