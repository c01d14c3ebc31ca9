"""A language made up of brackets, and what stands outside of them on a page: a text that nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from html.parser import HTMLParser
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.support import Translations
from sqlalchemy import JSON, Engine, String, select

from lms.kit.db import Base
from lms.people.models import Person
from tests.i18n.extraction import extracted

LANGUAGE = "en"
"""The language in whose place the brackets stand: its days and numbers are real."""

_PARAMETER = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]+>)")
_BRACKETS = re.compile(r"⟦[^⟦⟧]*(⟧|$)")
_TEXT = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(
    r"\b(?=[\w-]*\d)[a-z0-9]{8,}\b|\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b|\b[0-9a-f]{16}…"
    r"|\b[\w.-]+\.(?:csv|txt|xlsx|pdf)\b|\{\w+\}"
)
"""Codes as pages write them, names of files, and the places that a script fills."""
_ADDRESS = re.compile(r"https?://\S+|\b[\w.+-]+@[\w.-]+\w")
SAME_EVERYWHERE = (
    *("Umbral", "COPC", "Español", "English", "Português"),
    *("YAML", "Moodle XML", "GIFT", "Aiken", "QTI", "QTI 2.2", "QTI 3.0"),
    *("PDF", "CSV", "XLSX", "TXT", "PNG", "JPEG", "WEBP", "QR", "SHA-256", "UTC", "min", "KB", "MB", "KiB", "MiB"),
)
"""Names, and signs of units and formats, that every language writes alike."""

_TEXT_ATTRIBUTES = {
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "label",
    "content",
}
_BUTTONS = {"submit", "button", "reset"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def in_brackets(message: str) -> str:
    """A text with every part of its own in brackets; its parameters stay outside, so that a bare one shows."""
    parts = _PARAMETER.split(message)
    return "".join(
        part
        if _PARAMETER.fullmatch(part) or not part.strip()
        else re.sub(r"^(\s*)(.*?)(\s*)$", r"\1⟦\2⟧\3", part, flags=re.DOTALL)
        for part in parts
    )


@cache
def pseudo_catalogue() -> NullTranslations:
    """Every marked text in brackets, through the same steps as a real language."""
    texts = extracted()
    texts.locale = Locale.parse(LANGUAGE)
    for message in texts:
        if message.id and isinstance(message.id, str):
            message.string = in_brackets(message.id)
        elif message.id:
            message.string = tuple(in_brackets(each) for each in message.id)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True)
class Said:
    """A text of a page. An attribute cannot tell of a part of it that it is content, in another language."""

    text: str
    in_attribute: bool


@dataclass
class _Element:
    tag: str
    silent: bool


class _Reader(HTMLParser):
    """The texts that a page shows or says, but for what is marked as another language's or nobody's to translate."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        self._open: list[_Element] = []
        self._language = LANGUAGE

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._language = given.get("lang", "")
        foreign = given.get("lang", self._language) != self._language or given.get("translate") == "no"
        silent = foreign or tag in {"script", "style", "code"} or (bool(self._open) and self._open[-1].silent)
        if not silent:
            self.said += [Said(text, True) for text in self._attributes(tag, given)]
        if tag not in _VOID:
            self._open.append(_Element(tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1].silent):
            self.said.append(Said(data, False))

    @staticmethod
    def _attributes(tag: str, given: dict[str, str]) -> Iterator[str]:
        for name, value in given.items():
            if name == "content" and (tag != "meta" or given.get("name") != "description"):
                continue
            # A script takes its words from the page: they stand in data- attributes, and have blanks or a capital.
            words = name.startswith("data-") and (" " in value or value[:1].isupper() or "⟦" in value)
            if (
                name in _TEXT_ATTRIBUTES
                or words
                or (name == "value" and tag == "input" and given.get("type") in _BUTTONS)
            ):
                yield value


def texts_of(page: str) -> list[Said]:
    """What a page of HTML says."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [said for said in reader.said if said.text.strip()]


class Data:
    """What is data on a page and no text of ours: names, numbers and whatever people wrote, as the database holds it.

    Lower-case words of ASCII alone are left out: so the code calls its kinds and states, and a page that shows one bare is
    what we look for. The content of courses, tests and surveys is marked with its language where it stands; it is data in
    attributes alone.
    """

    def __init__(self, engine: Engine) -> None:
        names, content = set(_strings(engine)), set[str]()
        for key, value in _in_documents(engine):
            (names if key == "title" else content).add(value)
        locale = Locale.parse(LANGUAGE)
        months = locale.months["format"]
        ours = {*SAME_EVERYWHERE, *months["wide"].values(), *months["abbreviated"].values(), "AM", "PM"}
        ours |= set(locale.territories.values())  # Babel knows their names in every language
        self._names, self._content = _either(_telling(names) | ours), _either(_telling(content))
        self._known: dict[Said, bool] = {}

    def left(self, said: Said) -> bool:
        """Whether a word is left of a text without brackets and data."""
        if said not in self._known:
            self._known[said] = self._left(said)
        return self._known[said]

    def _left(self, said: Said) -> bool:
        rest = said.text
        while _BRACKETS.search(rest):
            rest = _BRACKETS.sub(" ", rest)
        rest = _CODE.sub(" ", _ADDRESS.sub(" ", rest))
        if _WORD.search(rest):
            rest = self._names.sub(" ", rest)
        if said.in_attribute and _WORD.search(rest):
            rest = self._content.sub(" ", rest)
        return bool(_WORD.search(rest))

    def untranslated(self, page: str) -> list[str]:
        """The texts of a page with words outside of the brackets."""
        return [" ".join(said.text.split())[:160] for said in texts_of(page) if self.left(said)]

    def untranslated_head(self, lines: str) -> list[str]:
        """The same of the first line of a file of cells."""
        cells = re.split("[,;\t]", lines.lstrip("\ufeff").split("\r\n", 1)[0])
        return [cell for cell in cells if self.left(Said(cell, False))]


def _telling(strings: Iterable[str]) -> set[str]:
    return {each.strip() for each in strings if re.search(r"[^a-z_.\-]", each.strip()) and _WORD.search(each)}


def _either(strings: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(strings, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if longest_first else r"(?!)")


def _strings(engine: Engine) -> Iterator[str]:
    """Every text in the columns of a database."""
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String):
                    yield from (str(value) for value in connection.scalars(select(column).distinct()) if value)
        for given, family in connection.execute(select(Person.given_name, Person.family_name)):
            yield f"{family}, {given}"
            yield f"{given} {family}"


def _in_documents(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every text inside the documents of a database, with the name it has there."""
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, JSON):
                    for value in connection.scalars(select(column)):
                        yield from _leaves("", value)


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(name, each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(key, each)
