"""Reads a table of marks from a CSV file: one row a person, one column an item, fractions 0 to 1, blank for not drawn."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.rules.statistics import Sheet

MAX_BYTES = 512 * 1024 * 1024
MAX_CELLS = 50_000_000
MAX_FAULTS = 100
"""Faults told at once: a file of another kind has one in every cell."""
_BLANK = {"", "-", "na", "n/a", "nan", "null", "none"}
_PERCENT = re.compile(r"([+-]?[0-9.]+)\s*%")
_TOKEN_FRACTION = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{1,9})")
_MOST_PARTS = 30
"""The largest denominator that a rounded percentage may mean: 33.33333% is 1/3, and 14.28571% is 1/7."""


@dataclass
class Marks:
    """What was read; `faults` are sentences with line and column, and where there is one the sheet must not be used."""

    sheet: Sheet
    faults: list[str] = field(default_factory=list)


def read_scores(data: bytes, *, id_column: str | None = None) -> Marks:
    """The marks in a file.

    Comma, semicolon and tab are told apart by the heading; where semicolons or tabs separate, a decimal comma is one. A mark
    is a number from 0 to 1, a percentage or a fraction; a percentage that only comes near a fraction (33.33333%) means it.
    """
    try:
        rows, separator = _rows(_decoded(data))
    except ValueError as fault:
        return Marks(Sheet((), []), [str(fault)])
    return _read(rows, id_column, decimal_comma=separator != ",")


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """The rows that hold something, with their lines, and the separator. Raises: ValueError, saying what is wrong."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = _separator(head)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as fault:
        raise ValueError(f"CSV mal escrito: {fault}") from None
    if not rows:
        raise ValueError("el archivo está vacío")
    return rows, separator


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ValueError(f"el archivo pasa de {MAX_BYTES // 1024 // 1024} MB")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("el archivo no está en UTF-8 ni en UTF-16; guardarlo como «CSV UTF-8»") from None
    if "\0" in text:
        raise ValueError("el archivo no es un CSV: tiene caracteres nulos")
    return text


def _separator(head: str) -> str:
    """The sign that the heading has most of; a comma where it has none."""
    bare = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=bare.count)


def _read(rows: Sequence[tuple[int, list[str]]], id_column: str | None, *, decimal_comma: bool) -> Marks:
    (_, head), body = rows[0], rows[1:]
    names = [name.strip() for name in head]
    faults = _name_faults(names)
    if id_column is not None and id_column.strip() not in names:
        faults.append(f"no hay una columna «{id_column}»; hay: {', '.join(names[:20])}")
    if len(names) * len(body) > MAX_CELLS:
        faults.append(f"el archivo tiene más de {MAX_CELLS} celdas")
    if faults:
        return Marks(Sheet((), []), faults)
    left_out = names.index(id_column.strip()) if id_column is not None else -1
    table: list[list[float | None]] = []
    wrong: dict[int, int] = {}  # faults by column
    for line, row in body:
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            faults.append(f"línea {line}: hay {len(row)} celdas y {len(names)} columnas")
            continue
        cells = [*row[: len(names)], *[""] * (len(names) - len(row))]
        marks: list[float | None] = []
        for column, cell in enumerate(cells):
            if column == left_out:
                continue
            try:
                marks.append(parse_mark(cell, decimal_comma=decimal_comma))
            except ValueError as fault:
                wrong[column] = wrong.get(column, 0) + 1
                if len(faults) < MAX_FAULTS:
                    faults.append(f"línea {line}, columna «{names[column]}»: {fault}")
        table.append(marks)
    if left_out < 0 and set(wrong) == {0}:
        hint = f"la columna «{names[0]}» no tiene notas de 0 a 1; si identifica personas, --id-column {names[0]!r}"
        faults.insert(0, hint)
    return Marks(Sheet(tuple(name for column, name in enumerate(names) if column != left_out), table), faults)


def _name_faults(names: Sequence[str]) -> list[str]:
    faults = [
        f"la columna {number} no tiene nombre en la primera línea" for number, name in enumerate(names, 1) if not name
    ]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return faults + [f"el nombre de columna «{name}» está dos veces" for name in twice]


def parse_mark(cell: str, *, decimal_comma: bool = False) -> float | None:
    """A mark from 0 to 1; None for a blank cell.

    Raises: ValueError, saying what is wrong, for what is no mark.
    """
    text = cell.strip()
    if text.lower() in _BLANK:
        return None
    plain = text.replace(",", ".") if decimal_comma or ("," in text and "." not in text) else text
    if match := _PERCENT.fullmatch(plain):
        value = float(snapped(Fraction(_number(match[1], text)) / 100))
    elif match := _TOKEN_FRACTION.fullmatch(plain):
        if not int(match[2]):
            raise ValueError(f"«{text}» divide por cero")
        value = int(match[1]) / int(match[2])
    else:
        value = float(_number(plain, text))
    if not 0 <= value <= 1:
        raise ValueError(f"«{text}» está fuera de 0 a 1")
    return value


def _number(text: str, said: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"«{said[:40]}» no es un número") from None
    if not math.isfinite(value) or "_" in text:
        raise ValueError(f"«{said[:40]}» no es un número")
    return value


def snapped(share: Fraction) -> Fraction:
    """The simple fraction that a rounded share means, where one lies within the rounding of five decimals of a percentage."""
    near = share.limit_denominator(_MOST_PARTS)
    return near if abs(near - share) <= Fraction(6, 10_000_000) else share
