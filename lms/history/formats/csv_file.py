"""CSV as offices save it: UTF-8 or Windows-1252, with commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from lms.history.formats.table import FileLimits, Sheet, Table, refuse_large
from lms.history.rules.cells import Cell
from lms.history.rules.faults import FileFaultError, Found, fault

SEPARATORS = (";", ",", "\t")
_CHUNK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_csv(path: Path, limits: FileLimits) -> Table:
    """The file as a table of one sheet.

    Raises: FileFaultError for a file that is empty, too large, of another encoding or no text.
    """
    refuse_large(path, limits)
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        first = stream.readline(65_536)
        while first and not first.strip():
            first = stream.readline(65_536)
    if not first.strip():
        raise FileFaultError(fault("file_empty"))
    separator = max(SEPARATORS, key=first.count)

    def lines() -> Iterator[tuple[int, Sequence[Cell]]]:
        found = _records(path, encoding, separator)
        next(found)
        yield from found

    head_line, head = next(_records(path, encoding, separator))
    table = Table(path, [Sheet("", head_line, [text.strip() for text in head], lines)], separator)
    if encoding == "cp1252":
        table.warnings.append(Found("", 0, fault("read_as_windows")))
    return table


def _records(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells) of each record that is not an empty line."""
    begun = 1
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=separator, strict=True)
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise FileFaultError(fault("csv_quotes"), line=begun) from None
            if record:
                yield begun, record
            begun = reader.line_num + 1


def _encoding(path: Path) -> str:
    """ "utf-8-sig" where the whole file is UTF-8, else "cp1252" where it can be that."""
    for encoding in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        line = 1
        try:
            with path.open("rb") as stream:
                start = True
                while chunk := stream.read(_CHUNK):
                    if start and chunk.startswith(_UTF16):
                        raise FileFaultError(fault("encoding"))
                    start = False
                    if b"\x00" in chunk:
                        raise FileFaultError(fault("nul"), line=line + chunk[: chunk.index(b"\x00")].count(b"\n"))
                    decoder.decode(chunk)
                    line += chunk.count(b"\n")
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return "utf-8-sig" if encoding == "utf-8" else encoding
    raise FileFaultError(fault("encoding"))
