"""Bytes of a file of questions as text: Unicode where it is, what Windows wrote where it is not; line ends as "\\n"."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from lms.assessment.formats.exchange import MAX_BYTES, Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
_SAMPLE = 4_096


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, and a warning about its encoding ("" where there is nothing to say)."""

    text: str
    warning: str = ""


def decode(data: bytes) -> Text:
    """The text in `data`, without signs that no text holds.

    Raises: Unreadable for a file that is too large, or that is no text.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"el archivo pasa de {MAX_BYTES // (1024 * 1024)} MB")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Text(_clean(_strictly(data[len(mark) :], encoding)))
    if wide := _wide(data):
        return Text(_clean(_strictly(data, wide)), f"el archivo no dice su codificación: se leyó como {wide}")
    if b"\0" in data:
        raise Unreadable("no es un archivo de texto")
    try:
        return Text(_clean(data.decode("utf-8")))
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
    encoding, text = _single(data)
    return Text(
        _clean(text),
        f"el archivo no está en UTF-8 (línea {line}): se leyó como {encoding}; mirar si los acentos quedaron bien",
    )


def head_text(head: bytes) -> str:
    """The beginning of a file as text, good enough to tell formats apart: without marks, and without empty lines before it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace").strip()
    return head.decode("utf-8", "replace").replace("\0", "").strip()


def cleaned(text: str) -> str:
    """`text` without signs that no text holds, line ends as "\\n"."""
    return _clean(text)


def _single(data: bytes) -> tuple[str, str]:
    try:
        return "windows-1252", data.decode("cp1252")
    except UnicodeDecodeError:
        return "ISO-8859-1", data.decode("latin-1")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        raise Unreadable(f"el archivo dice estar en {encoding} y no lo está", f"línea {line}") from None


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: most of every other byte is zero."""
    head = data[:_SAMPLE]
    half = len(head) // 2
    if half < 2 or len(data) % 2:
        return ""
    if head[1::2].count(0) > half * 0.6 and not head[::2].count(0):
        return "utf-16-le"
    if head[::2].count(0) > half * 0.6 and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x85", "\n")
    return _CONTROL.sub("", text).removeprefix("\ufeff")
