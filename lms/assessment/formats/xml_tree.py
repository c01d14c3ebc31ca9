"""Files of questions in XML, read by expat: no entities, nothing from outside, no more depth than there is need for.

A format says which elements it wants; each comes as a small tree that is let go once it was read, so that a large file needs
little memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat

from lms.assessment.formats.decoding import Text, cleaned, decode
from lms.assessment.formats.exchange import MAX_BYTES, MAX_NESTING, Unreadable

_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,20})[\"']")
_SINGLE_BYTE = re.compile(r"iso-?8859-?1?[0-9]|windows-125[0-9]|cp125[0-9]|latin-?[0-9]|macintosh", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_XML_OWN = frozenset(["lt", "gt", "amp", "quot", "apos"])
_PIECE = 1024 * 1024


@dataclass(slots=True)
class Element:
    """An element; `content` is what stands in it, text and elements in their order."""

    tag: str
    line: int
    attributes: dict[str, str]
    content: list[Element | str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The text that stands directly in it."""
        return "".join(each for each in self.content if isinstance(each, str))

    @property
    def children(self) -> list[Element]:
        return [each for each in self.content if not isinstance(each, str)]

    def every(self) -> Iterator[Element]:
        """The element and all in it, in the order of the file."""
        waiting = [self]
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(each for each in reversed(found.content) if not isinstance(each, str))

    def child(self, tag: str) -> Element | None:
        """The first child called `tag`."""
        return next((each for each in self.content if not isinstance(each, str) and each.tag == tag), None)

    def all(self, tag: str) -> list[Element]:
        """Every child called `tag`."""
        return [each for each in self.content if not isinstance(each, str) and each.tag == tag]

    def value(self, tag: str) -> str:
        """What the child called `tag` says, in a <text> of its own or directly; "" where there is none."""
        found = self.child(tag)
        if found is None:
            return ""
        inner = found.child("text")
        return (inner if inner is not None else found).said.strip()

    def flag(self, tag: str, *, default: bool) -> bool:
        """What the child called `tag` says as yes or no, in any of the ways in which Moodle wrote it."""
        said = self.value(tag).lower()
        return default if not said else said not in {"0", "false", "no", "n"}


def decoded(data: bytes) -> Text:
    """The text of an XML file, by what it says of its encoding where it is not Unicode. Raises: Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"el archivo pasa de {MAX_BYTES // (1024 * 1024)} MB")
    match = _DECLARED.match(data[:400])
    name = match[1].decode("ascii") if match else ""
    if _SINGLE_BYTE.fullmatch(name):
        try:
            return Text(cleaned(data.decode("cp1252" if name.lower() == "iso-8859-1" else name)))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a format takes of a file.

    `whole(tag, depth)` says which elements come as trees (depth 1 is the root; what stands in a tree comes with it),
    `refuse(root)` why a file with such a root is none of the format ("" where it is one). `named` maps the names of elements;
    `opened` hears of every element outside of trees, with its attributes and its depth.
    """

    whole: Callable[[str, int], bool]
    refuse: Callable[[str], str]
    named: Callable[[str], str] = str
    opened: Callable[[str, dict[str, str], int], None] = lambda *_: None


def each_element(text: str, wanted: Wanted, take: Callable[[Element], None]) -> str:
    """Call `take` with every element that is wanted; what was mended in the file first, in words ("" where it is well written).

    Raises: Unreadable, with the line, for what is no XML, declares entities, or is no file of the format.
    """
    mended, note = text, ""
    if _unknown_names(text):
        mended = _NAMED.sub(_as_sign, text)
        note = "tiene signos de HTML («&nbsp;») que XML no conoce: se leyeron igual"
    if _BARE.search(mended) and _well_written(mended, wanted) is not None:
        mended = _BARE.sub("&amp;", mended)
        note = "tiene «&» sueltos, que en XML se escriben «&amp;»: se leyeron igual"
    _Reader(wanted, take).read(mended)
    return note


def _unknown_names(text: str) -> bool:
    return any(match[1] not in _XML_OWN for match in _NAMED.finditer(text))


def _as_sign(match: re.Match[str]) -> str:
    if match[1] in _XML_OWN:
        return match[0]
    sign = html5.get(f"{match[1]};")
    return match[0] if sign is None or sign in "<>&\"'" else sign


def _well_written(text: str, wanted: Wanted) -> Unreadable | None:
    """Why `text` cannot be read; None where it can."""
    try:
        _Reader(Wanted(lambda *_: False, wanted.refuse, wanted.named), lambda _: None).read(text)
    except Unreadable as fault:
        return fault
    return None


class _Reader:
    """One pass of expat over a file."""

    def __init__(self, wanted: Wanted, take: Callable[[Element], None]) -> None:
        self._wanted, self._take = wanted, take
        self._stack: list[Element] = []
        self._depth = 0
        self._parser = expat.ParserCreate(encoding="utf-8")
        self._parser.buffer_text = True
        self._parser.specified_attributes = True  # a declared default would come back for every element
        self._parser.buffer_size = 64 * 1024
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._external

    def read(self, text: str) -> None:
        try:
            for at in range(0, len(text), _PIECE):
                self._parser.Parse(text[at : at + _PIECE].encode("utf-8", "replace"), False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as fault:
            raise Unreadable(f"no es XML bien escrito ({_said_of(fault)})", f"línea {fault.lineno}") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        line, tag = self._parser.CurrentLineNumber, self._wanted.named(tag)
        if self._depth > MAX_NESTING:
            raise Unreadable(f"hay más de {MAX_NESTING} elementos unos dentro de otros", f"línea {line}")
        if self._depth == 1 and (reason := self._wanted.refuse(tag)):
            raise Unreadable(reason)
        if self._stack or self._wanted.whole(tag, self._depth):
            element = Element(tag, line, attributes)
            if self._stack:
                self._stack[-1].content.append(element)
            self._stack.append(element)
        else:
            self._wanted.opened(tag, attributes, self._depth)

    def _end(self, tag: str) -> None:  # noqa: ARG002 - expat has checked that it fits
        self._depth -= 1
        if self._stack:
            element = self._stack.pop()
            if not self._stack:
                self._take(element)

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].content.append(text)

    def _entity(self, *_: object) -> None:
        raise Unreadable(
            "declara entidades: un archivo de preguntas no las lleva", f"línea {self._parser.CurrentLineNumber}"
        )

    def _external(self, *_: object) -> int:
        raise Unreadable("nombra archivos de afuera", f"línea {self._parser.CurrentLineNumber}")


_FAULTS = {
    "mismatched tag": "una etiqueta se cierra sin haberse abierto, o al revés",
    "no element found": "está vacío o cortado",
    "undefined entity": "tiene un signo «&...;» que no existe",
    "not well-formed (invalid token)": "tiene un signo que no va ahí, quizá «<» o «&» sueltos",
    "unclosed token": "está cortado en medio de una etiqueta",
    "unclosed CDATA section": "está cortado en medio de un CDATA",
    "junk after document element": "sigue después de cerrarse el primer elemento",
    "duplicate attribute": "un atributo está dos veces",
}


def _said_of(fault: expat.ExpatError) -> str:
    said = expat.ErrorString(fault.code)
    return _FAULTS.get(said, said)
