"""Empty files with the right heads: one sheet a kind in XLSX, one table with the column of the kind in CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import xlsxwriter

from lms.history.rules.columns import COLUMNS, OPTIONAL, REQUIRED, SHEET_NAMES, WORDS, Kind

_BOM = "\ufeff"


def heads(kind: Kind, language: int = 0) -> list[str]:
    """The columns of a kind by their names, the required ones first; `language` 0 is Spanish, 1 English."""
    return [COLUMNS[column][language] for column in (*REQUIRED[kind], *OPTIONAL[kind])]


def all_heads(language: int = 0) -> list[str]:
    """The columns of a table that holds every kind."""
    wanted = [column for kind in Kind for column in (*REQUIRED[kind], *OPTIONAL[kind])]
    return [COLUMNS[column][language] for column in dict.fromkeys(["kind", *wanted])]


def csv_template(language: int = 0) -> str:
    """A CSV text with the head alone, as offices open it."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(all_heads(language))
    return _BOM + buffer.getvalue()


def xlsx_template(path: Path, language: int = 0) -> None:
    """An XLSX file with one sheet a kind: required columns in bold, days as days, a list to choose from where words are few."""
    book = xlsxwriter.Workbook(str(path))
    required, optional = book.add_format({"bold": True}), book.add_format({"italic": True})
    day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
    for kind in Kind:
        name = SHEET_NAMES[kind] if language == 0 else kind.value.title()
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate((*REQUIRED[kind], *OPTIONAL[kind])):
            shape = day if column in {"day", "until"} else text if column in {"number", "external"} else None
            sheet.set_column(at, at, 18, shape)
            sheet.write_string(0, at, COLUMNS[column][language], required if column in REQUIRED[kind] else optional)
            if column in WORDS:
                words = [names[min(language, len(names) - 1)] for names in WORDS[column].values()]
                sheet.data_validation(1, at, 10_000, at, {"validate": "list", "source": words})
    book.close()
