"""Hours as CSV, line by line: whole minutes, and hours as decimals beside them. Text is kept from running as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from lms.hours.queries import EntryRow
from lms.hours.rules import Cell, Dimension, Key, Pivot, exact_hours, safe_cell

BOM = "\ufeff"
"""Without it, a spreadsheet takes UTF-8 for something else."""

SEPARATORS = {"coma": ",", "punto-y-coma": ";", "tab": "\t"}


def decimal_sign(separator: str) -> str:
    """A file with semicolons is for a spreadsheet that writes decimals with a comma."""
    return "," if separator == ";" else "."


def lines(rows: Iterable[Sequence[object]], separator: str) -> Iterator[str]:
    """CSV text of rows, one at a time, the mark of UTF-8 first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    start = BOM
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        yield start + buffer.getvalue()
        start = ""
        buffer.seek(0)
        buffer.truncate()


def pivot_rows(
    pivot: Pivot, heads: Sequence[str], name_of: Callable[[Dimension, Key], str], separator: str
) -> Iterator[Sequence[object]]:
    """The rows of a pivot: names of the keys, then the measures of each cell."""
    yield heads
    sign = decimal_sign(separator)
    for cell in pivot.cells:
        names = [name_of(dimension, key) for dimension, key in zip(pivot.by, cell.keys, strict=True)]
        yield [*names, *_measures(cell, sign)]


def _measures(cell: Cell, sign: str) -> list[object]:
    found: list[object] = []
    for minutes in (cell.training, cell.ojt, cell.coaching):
        found += [minutes, exact_hours(minutes, sign)]
    return [*found, cell.adjustments, cell.entries, cell.people]


def entry_rows(
    rows: Iterable[EntryRow], heads: Sequence[str], words: Mapping[str, str], separator: str, yes: str
) -> Iterator[Sequence[object]]:
    """The rows of entries. `words` holds kinds, types, modes and bases in the reader's language, each under
    "<kind of word>.<value>"; they are looked up before the stream begins, for it runs after the request.
    """
    yield heads
    sign = decimal_sign(separator)
    for row in rows:
        entry = row.entry
        yield [
            entry.code,
            entry.day.isoformat(),
            row.employee_number,
            row.person_name,
            entry.minutes,
            exact_hours(entry.minutes, sign),
            words.get(f"kind.{entry.kind}", entry.kind),
            words.get(f"type.{entry.training_type}", entry.training_type),
            words.get(f"mode.{entry.mode}", entry.mode),
            words.get(f"basis.{entry.basis}", entry.basis),
            entry.course_id,
            entry.course_title,
            entry.course_version,
            entry.detail,
            row.site,
            row.programme,
            row.job,
            entry.posted_at.isoformat(timespec="seconds"),
            yes if entry.adjustment else "",
            yes if entry.corrects_id is not None else "",
            entry.reason,
        ]
