"""Hand-written SVG: read by a strict parser, held against an allow-list, written anew for each place that shows it.

Nothing of the author's bytes reaches a page as such: what is served is serialised from the checked tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from xml.parsers import expat

from lms.kit.content import Report, read_text
from lms.kit.markup import words

MAX_WIDTH = 720
"""The widest viewBox: beyond it the letters become too small on a phone."""
MIN_LETTER = 14
"""The smallest font-size, in units of the viewBox."""

MAX_DEPTH = 40
"""Deeper nesting is no drawing; it would only exhaust who reads it."""

_TONES = ("ink", "muted", "accent", "good", "warning", "bad", "info")
CLASSES = frozenset(
    [f"d-{tone}" for tone in _TONES]
    + [f"d-{tone}-line" for tone in _TONES]
    + ["d-card", "d-soft", "d-hair", "d-text", "d-text-muted", "d-text-accent", "d-title"]
)
_COMMON = words(
    "id class transform opacity fill stroke fill-opacity stroke-opacity fill-rule stroke-width stroke-linecap "
    "stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit vector-effect marker-start marker-mid "
    "marker-end aria-hidden"
)
_LETTERS = words("text-anchor dominant-baseline font-size font-weight font-style letter-spacing word-spacing")
_OWN: dict[str, frozenset[str]] = {
    "svg": words("xmlns viewBox preserveAspectRatio role aria-labelledby"),
    "g": _LETTERS,
    "path": words("d pathLength"),
    "rect": words("x y width height rx ry"),
    "circle": words("cx cy r"),
    "ellipse": words("cx cy rx ry"),
    "line": words("x1 y1 x2 y2"),
    "polyline": frozenset(["points"]),
    "polygon": frozenset(["points"]),
    "text": _LETTERS | words("x y dx dy rotate textLength lengthAdjust"),
    "tspan": _LETTERS | words("x y dx dy rotate textLength lengthAdjust"),
    "title": frozenset(),
    "desc": frozenset(),
    "defs": frozenset(),
    "marker": words("viewBox refX refY markerWidth markerHeight markerUnits orient"),
    "use": words("href x y width height"),
}
_WITH_TEXT = frozenset({"text", "tspan", "title", "desc"})
_MARKERS = frozenset({"marker-start", "marker-mid", "marker-end"})
_PAINT = frozenset({"none", "currentColor"})
_REWRITTEN = frozenset({"xmlns", "role", "aria-labelledby"})
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_MARKER = re.compile(r"url\(#([A-Za-z][A-Za-z0-9_-]*)\)")
_NUMBER = r"-?\d+(?:\.\d+)?"
_VIEW_BOX = re.compile(rf"({_NUMBER})[ ,]+({_NUMBER})[ ,]+({_NUMBER})[ ,]+({_NUMBER})")
_VALUE = re.compile(r"[\w\s#%.,:;()+\-/'áéíóúñ]*")


@dataclass
class _Node:
    """An element, or a run of text where `name` is ""."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Node] = field(default_factory=list)
    text: str = ""

    def walk(self) -> Iterator[_Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def plain(self) -> str:
        return self.text if not self.name else "".join(child.plain() for child in self.children)


@dataclass(frozen=True)
class Drawing:
    """A drawing that passed every check."""

    root: _Node

    def svg(self, prefix: str, label: str) -> str:
        """The SVG for one place: ids carry `prefix` (unique on the page), `label` is what a screen reader says."""
        return _write(self.root, prefix, f' role="img" aria-label="{escape(label)}"')


class _RefusedError(Exception):
    """Stops the parser at something that no drawing needs; its text says what."""


def read_drawing(path: Path, name: str, report: Report) -> Drawing | None:
    """Read and check one SVG file; None where it has faults, every one of them reported with its line."""
    text = read_text(path, name, report)
    root = None if text is None else _parse(text, name, report)
    if root is None:
        return None
    before = len(report.errors)
    _Check(name, report, root).root(root)
    return Drawing(root) if len(report.errors) == before else None


def _parse(text: str, name: str, report: Report) -> _Node | None:
    """The tree of a well-formed document without DTD, entities or processing instructions."""
    parser = expat.ParserCreate()  # a DTD, the only door to entity attacks, is refused below
    top = _Node("", 0)
    stack = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) > MAX_DEPTH:
            raise _RefusedError(f"el dibujo tiene más de {MAX_DEPTH} elementos uno dentro de otro")
        node = _Node(tag, parser.CurrentLineNumber, dict(attributes))
        stack[-1].children.append(node)
        stack.append(node)

    def end(_tag: str) -> None:
        stack.pop()

    def data(run: str) -> None:
        stack[-1].children.append(_Node("", parser.CurrentLineNumber, text=run))

    def refuse(*_args: object) -> None:
        raise _RefusedError("un dibujo no lleva DOCTYPE, entidades ni instrucciones; quitarlas")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(text, True)
    except _RefusedError as fault:
        report.error(name, parser.CurrentLineNumber, str(fault))
        return None
    except expat.ExpatError as fault:
        report.error(name, fault.lineno, f"SVG mal escrito: {expat.ErrorString(fault.code)}")
        return None
    return next(node for node in top.children if node.name)


class _Check:
    """Holds a tree against the allow-list of `docs/content-format.md`."""

    def __init__(self, name: str, report: Report, root: _Node) -> None:
        self.name, self.report = name, report
        named = {node.attributes["id"]: node for node in root.walk() if "id" in node.attributes}
        self.ids = set(named)
        # A copy of a copy grows without bound in a few lines, so what is copied holds no <use> itself.
        self.copyable = {key for key, node in named.items() if all(part.name != "use" for part in node.walk())}
        self.seen: set[str] = set()

    def fault(self, node: _Node, message: str) -> None:
        self.report.error(self.name, node.line, message)

    def root(self, root: _Node) -> None:
        if root.name != "svg":
            self.fault(root, f"el archivo tiene que empezar con <svg>, no con <{root.name}>")
            return
        if root.attributes.get("xmlns", "http://www.w3.org/2000/svg") != "http://www.w3.org/2000/svg":
            self.fault(root, "xmlns tiene que ser http://www.w3.org/2000/svg")
        self._view_box(root)
        elements = [child for child in root.children if child.name]
        for place, tag in enumerate(("title", "desc")):
            found = elements[place] if place < len(elements) else None
            if found is None or found.name != tag or not found.plain().strip():
                self.fault(found or root, f"falta <{tag}> con texto: van <title> y <desc> primero, en ese orden")
        for node in root.walk():
            self._node(node, is_root=node is root)

    def _view_box(self, root: _Node) -> None:
        box = _VIEW_BOX.fullmatch(root.attributes.get("viewBox", "").strip())
        if box is None:
            self.fault(root, "falta viewBox con cuatro números («0 0 640 480»)")
            return
        width, height = float(box[3]), float(box[4])
        if not 0 < width <= MAX_WIDTH:
            self.fault(root, f"el viewBox tiene {box[3]} de ancho; el máximo es {MAX_WIDTH}")
        if height <= 0:
            self.fault(root, "el viewBox no tiene alto")

    def _node(self, node: _Node, *, is_root: bool) -> None:
        if not node.name:
            return
        if node.name not in _OWN or (node.name == "svg" and not is_root):
            self.fault(node, f"el elemento <{node.name}> no se admite en un dibujo")
            return
        if node.name not in _WITH_TEXT and any(not child.name and child.text.strip() for child in node.children):
            self.fault(node, f"hay texto suelto dentro de <{node.name}>")
        for key, value in node.attributes.items():
            if key not in _OWN[node.name] and (key not in _COMMON or (node.name in {"title", "desc"} and key != "id")):
                self.fault(node, f"el atributo «{key}» no se admite en <{node.name}>")
            else:
                self._value(node, key, value)

    def _value(self, node: _Node, key: str, value: str) -> None:
        if key == "id":
            self._id(node, value)
        elif key == "class":
            for word in value.split():
                if word not in CLASSES:
                    self.fault(node, f"la clase «{word}» no existe en el tema")
        elif key in _MARKERS or key == "href":
            self._reference(node, key, value)
        elif key in {"fill", "stroke"}:
            if value not in _PAINT:
                self.fault(node, f"«{key}: {value}»: los colores vienen de las clases del tema; aquí solo cabe «none»")
        elif key == "font-size":
            self._letter(node, value)
        elif key not in _REWRITTEN and (("(" in value and key != "transform") or not _VALUE.fullmatch(value)):
            self.fault(node, f"el valor de «{key}» no se admite")

    def _id(self, node: _Node, value: str) -> None:
        if not _ID.fullmatch(value):
            self.fault(node, f"el id «{value}» tiene que empezar con una letra y llevar solo letras, cifras y guiones")
        if value in self.seen:
            self.fault(node, f"el id «{value}» está dos veces en el dibujo")
        self.seen.add(value)

    def _reference(self, node: _Node, key: str, value: str) -> None:
        if key == "href":
            target = value[1:] if value.startswith("#") else None
        elif value == "none":
            return
        else:
            found = _MARKER.fullmatch(value)
            target = found[1] if found else None
        if target is None or target not in self.ids:
            self.fault(node, f"«{key}: {value}» tiene que nombrar un id de este mismo dibujo")
        elif key == "href" and target not in self.copyable:
            self.fault(node, f"«{key}: {value}» copia algo que ya contiene una copia; repetir el elemento")

    def _letter(self, node: _Node, value: str) -> None:
        if not re.fullmatch(_NUMBER, value):
            self.fault(node, f"font-size «{value}» tiene que ser un número sin unidad")
        elif float(value) < MIN_LETTER:
            self.fault(node, f"la letra mide {value}; el mínimo es {MIN_LETTER}, para que se lea en un teléfono")


def _write(node: _Node, prefix: str, extra: str = "") -> str:
    if not node.name:
        return escape(node.text, quote=False)
    parts = [f"<{node.name}{extra}"]
    for key, value in node.attributes.items():
        if key not in _REWRITTEN:
            parts.append(f' {key}="{escape(_prefixed(key, value, prefix))}"')
    inside = "".join(_write(child, prefix) for child in node.children)
    return f"{''.join(parts)}>{inside}</{node.name}>"


def _prefixed(key: str, value: str, prefix: str) -> str:
    if key == "id":
        return prefix + value
    if key == "href":
        return f"#{prefix}{value[1:]}"
    if key in _MARKERS and value != "none":
        return _MARKER.sub(rf"url(#{prefix}\1)", value)
    return value
