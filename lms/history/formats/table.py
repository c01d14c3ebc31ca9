"""A file as sheets of rows. Readers are lazy: a row is in memory while it is looked at, no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lms.history.rules.cells import Cell, as_text
from lms.history.rules.columns import REQUIRED, Kind, column_of, kind_of_sheet
from lms.history.rules.faults import FileFaultError, Found, fault
from lms.history.rules.rows import Row


@dataclass(frozen=True)
class FileLimits:
    """The largest file, what an XLSX file may unpack to, both in MiB, and the most rows."""

    mib: int = 64
    unpacked_mib: int = 1024
    rows: int = 500_000


@dataclass
class Sheet:
    """A table: its name ("" in CSV), the line and texts of its head, and its lines, which can be read again and again."""

    name: str
    head_line: int
    head: list[str]
    lines: Callable[[], Iterator[tuple[int, Sequence[Cell]]]]
    kind: Kind | None = None
    columns: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = [column_of(text) for text in self.head]
        self.kind = kind_of_sheet(self.name)

    @property
    def known(self) -> bool:
        """Whether this is one of ours: its name says a kind, or its head does."""
        return self.kind is not None or "kind" in self.columns

    def rows(self) -> Iterator[Row]:
        """The lines as rows; empty ones are left out."""
        for line, values in self.lines():
            if all(as_text(value) == "" for value in values):
                continue
            cells = {column: value for column, value in zip(self.columns, values, strict=False) if column is not None}
            yield Row(self.name, line, cells, values)


@dataclass
class Table:
    """A file that could be opened, its sheets, and what was noticed on the way."""

    path: Path
    sheets: list[Sheet]
    separator: str = ""  # of CSV
    warnings: list[Found] = field(default_factory=list)
    errors: list[Found] = field(default_factory=list)


def check_heads(table: Table) -> None:
    """Notes columns that nobody knows, that stand twice, and that lack; a sheet without a usable head is an error."""
    for sheet in table.sheets:
        note = table.warnings.append
        for text, column in zip(sheet.head, sheet.columns, strict=True):
            if column is None and text:
                note(Found(sheet.name, sheet.head_line, fault("column_unknown", text[:40])))
        given = [column for column in sheet.columns if column is not None]
        for column in sorted({column for column in given if given.count(column) > 1}):
            table.errors.append(Found(sheet.name, sheet.head_line, fault("column_twice", column)))
        if sheet.kind is None and "kind" not in given:
            table.errors.append(Found(sheet.name, sheet.head_line, fault("kind_nowhere", "kind")))
        elif sheet.kind is not None:
            lacking(table, sheet, sheet.kind)


def lacking(table: Table, sheet: Sheet, kind: Kind) -> None:
    """Notes the columns that a kind needs and the sheet has not."""
    for column in REQUIRED[kind]:
        if column not in sheet.columns:
            table.errors.append(Found(sheet.name, sheet.head_line, fault("column_missing", column, kind=kind.value)))


def refuse_large(path: Path, limits: FileLimits) -> None:
    """Raises: FileFaultError for an empty file and for one above the limit."""
    size = path.stat().st_size
    if size == 0:
        raise FileFaultError(fault("file_empty"))
    if size > limits.mib * 1024 * 1024:
        raise FileFaultError(fault("file_large", size=-(-size // (1024 * 1024)), limit=limits.mib))
