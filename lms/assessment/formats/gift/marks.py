"""The signs of GIFT: what a backslash takes their meaning from, and the formats a text may have.

While a text is taken apart, an escaped sign is held by one that no text has, and put back at the end.
"""

from __future__ import annotations

import re

from lms.assessment.formats.exchange import MAX_TEXT, Refused
from lms.assessment.formats.html_markdown import LIKE_HTML, plain_text, to_markdown
from lms.assessment.formats.markdown_text import escaped_lines

_SIGNS = "\\~=#{}:"
_HELD = {sign: chr(0xE010 + at) for at, sign in enumerate(_SIGNS)}
_BREAK = chr(0xE01F)
_BACK = {ord(held): sign for sign, held in _HELD.items()} | {ord(_BREAK): "\n"}
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_OWN = re.compile("[\ue010-\ue01f]")
_TAG = re.compile(r"<[A-Za-z][^<>{}~]*>")
_ENTITY = re.compile(r"&(#)(?=[0-9]{1,7};|[xX][0-9A-Fa-f]{1,6};)")
_QUOTED = re.compile(r"\s[A-Za-z-]+=[\"']")
_FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*\n\s*")


def held(text: str) -> str:
    """`text` with every escaped sign, and every sign in a tag of HTML or a numbered sign of it, held apart."""
    text = _OWN.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _ESCAPE.sub(lambda match: _BREAK if match[1] == "n" else _HELD[match[1]], text)
    text = _TAG.sub(lambda match: _hold(match[0]) if _QUOTED.search(match[0]) else match[0], text)
    return _ENTITY.sub("&" + _HELD["#"], text)


def hold_braces(text: str) -> str:
    """`text` with its braces held apart: they are part of what it says."""
    return text.replace("{", _HELD["{"]).replace("}", _HELD["}"])


def put_back(text: str) -> str:
    """`text` as it reads, what was held apart back in its place."""
    return text.translate(_BACK)


def escape(text: str) -> str:
    """`text` as GIFT writes it, on one line."""
    said = "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text.replace("\r", ""))
    return said.replace("\n", "\\n")


def _hold(text: str) -> str:
    for sign in "~=#{}:":
        text = text.replace(sign, _HELD[sign])
    return text


class Texts:
    """Reads the texts of one question; `faults` gathers what could not be taken of its HTML."""

    def __init__(self) -> None:
        self.format = "moodle"
        self.faults: list[str] = []

    def stem(self, raw: str) -> str:
        """The stem: the format that it says is that of all texts of the question which say none."""
        self.format, text = self._split(raw)
        return self._read(text, self.format)

    def rich(self, raw: str) -> str:
        """A text that we show as Markdown."""
        kind, text = self._split(raw)
        return self._read(text, kind)

    def plain(self, raw: str) -> str:
        """A text that we show or compare as it is."""
        return self._said(*self._split(raw))

    def bare(self, raw: str) -> str:
        """As `plain`, for a place where the text says no format of its own."""
        return self._said(self.format, raw)

    def _said(self, kind: str, text: str) -> str:
        said = put_back(_WRAPPED.sub(" ", text)).strip()
        if kind in {"html", "moodle"} and LIKE_HTML.search(said):
            return plain_text(said)
        return " ".join(said.split())

    def _split(self, raw: str) -> tuple[str, str]:
        match = _FORMAT.match(raw)
        return (match[1].lower(), raw[match.end() :]) if match else (self.format, raw)

    def _read(self, text: str, kind: str) -> str:
        if len(text) > MAX_TEXT:
            raise Refused(f"un texto pasa de {MAX_TEXT} caracteres")
        if kind == "markdown":
            return put_back(text).strip()
        if kind == "html":
            return self._html(put_back(text), breaks=False)
        said = put_back(_WRAPPED.sub(" ", text))
        if kind == "moodle" and LIKE_HTML.search(said):
            return self._html(said, breaks=True)
        return escaped_lines(said)

    def _html(self, text: str, *, breaks: bool) -> str:
        converted = to_markdown(text, breaks=breaks)
        self.faults += converted.faults
        return converted.text
