"""A module's page cut at its headings, as plain text: what a search looks through."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from lms.kit.markup import words

_BLOCKS = words("p li td th dt dd div table tr h2 h3 h4 h5 h6 figcaption caption blockquote pre br")


@dataclass(frozen=True)
class Section:
    """The text under one heading, spaces made single; `anchor` is the heading's, "" before the first."""

    anchor: str
    heading: str
    body: str


class _Cutter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        anchor = dict(attrs).get("id")
        if tag in {"h2", "h3"} and anchor:
            self.found.append((anchor, [], []))
            self._in_heading = True
        elif tag in _BLOCKS:
            self._text().append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"h2", "h3"}:
            self._in_heading = False
        elif tag in _BLOCKS:
            self._text().append(" ")

    def handle_data(self, data: str) -> None:
        self._text().append(data)

    def _text(self) -> list[str]:
        _anchor, heading, body = self.found[-1]
        return heading if self._in_heading else body


def sections(html: str) -> list[Section]:
    """The sections of sanitised HTML in their order; those that say nothing are left out."""
    cutter = _Cutter()
    cutter.feed(html)
    cutter.close()
    made = [
        Section(anchor, " ".join("".join(heading).split()), " ".join("".join(body).split()))
        for anchor, heading, body in cutter.found
    ]
    return [section for section in made if section.heading or section.body]
