"""Workbooks (XLSX) of anybody, read row by row without being believed: how large they are, what their parts say, where rows end.

Nothing is ever worked out: a formula is a formula, and beside it stands what the program that wrote the file last showed.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import openpyxl

MOST_ROWS = 1_048_576
"""Of a sheet of the format: a row that is numbered beyond would be preceded by as many empty ones."""


class Damaged(ValueError):
    """What cannot be taken apart: no workbook, or a broken one."""


@contextmanager
def taking_apart(*ours: type[Exception]) -> Iterator[None]:
    """Whatever goes wrong inside is `Damaged`, but for `ours`: the library lets through what it meets."""
    try:
        yield
    except Exception as fault:  # of a damaged part: from zlib, zipfile, the XML parser or openpyxl, of any type
        if isinstance(fault, (Damaged, *ours)):
            raise
        raise Damaged("not a workbook") from None


def unpacked_bytes(source: Path | IO[bytes]) -> int:
    """What the parts weigh once unpacked, as the list says (unpacking stops there). Raises: Damaged."""
    with taking_apart(), zipfile.ZipFile(source) as packed:
        return sum(item.file_size for item in packed.infolist())


def load(source: Path | IO[bytes], *, shown: bool = False) -> Any:
    """The workbook, its sheets still unread; with `shown`, formulas are what they last came to. Raises: Damaged."""
    with taking_apart(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations that we do not use
        return openpyxl.load_workbook(source, read_only=True, data_only=shown)


def lines(book: Any, name: str, most_columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(number from 1, cells) of each row that a sheet has, up to `most_columns` cells of it.

    A stray format at the end of a sheet makes rows of 16,384 cells: nobody reads those. Raises: Damaged.
    """
    with taking_apart():
        sheet = book[name]
        sheet.reset_dimensions()  # what the file says of its size is often wrong
        found = iter(enumerate(sheet.iter_rows(max_col=most_columns), 1))
    before = None
    while True:
        with taking_apart():
            number, cells = next(found, (0, ()))
        if not number:
            return
        if number > MOST_ROWS:
            raise Damaged("more rows than a sheet has")
        if cells is not before:  # rows that are not there come as one and the same
            yield number, cells
        before = cells
