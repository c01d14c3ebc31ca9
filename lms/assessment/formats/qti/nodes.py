"""Trees of QTI files: one set of names for all versions, and what stands in an element as HTML.

QTI 3.0 writes `qti-choice-interaction` and `response-identifier` where 2.x writes `choiceInteraction` and
`responseIdentifier`: here all of it reads as 2.x.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from lms.assessment.formats.exchange import MAX_TEXT, Refused
from lms.assessment.formats.xml_tree import Element, Wanted, decoded, each_element

Put = Callable[[Element], str | None]
"""The HTML that stands for an element; None where it stands for itself."""

_KEBAB = re.compile(r"-([a-z])")
_VOID = frozenset(["br", "hr", "img", "col", "source", "track", "wbr"])
_UNSEEN = frozenset(["stylesheet", "style", "script", "qticomment", "catalogInfo", "companionMaterialsInfo"])
_KEPT = frozenset(["src", "alt", "href", "title", "colspan", "rowspan", "lang"])
_INLINE_MATH = {"mfrac": "({0})/({1})", "msup": "{0}^{1}", "msub": "{0}_{1}", "msqrt": "√({0})", "mroot": "{1}√({0})"}
_MAX_HTML = 4 * MAX_TEXT


@lru_cache(maxsize=1_000)
def named(tag: str) -> str:
    """The name of an element without its prefix, as QTI 2.x has it."""
    tag = tag.rpartition(":")[2]
    return camel(tag.removeprefix("qti-")) if tag.startswith("qti-") else tag


def camel(name: str) -> str:
    return _KEBAB.sub(lambda match: match[1].upper(), name)


def attribute(element: Element, name: str, default: str = "") -> str:
    """The attribute called `name` in QTI 2.x, in either spelling."""
    found = element.attributes.get(name)
    if found is None:
        found = element.attributes.get(re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name), default)
    return found.strip()


def flag(element: Element, name: str, *, default: bool) -> bool:
    said = attribute(element, name).lower()
    return default if not said else said in {"true", "1", "yes"}


def every(element: Element, *tags: str) -> Iterator[Element]:
    """Every element called one of `tags` in `element`, itself too, in the order of the file."""
    wanted = frozenset(tags)
    return (each for each in element.every() if each.tag in wanted)


def first(element: Element, *tags: str) -> Element | None:
    return next(every(element, *tags), None)


def tree(data: bytes, refuse: Callable[[str], str]) -> tuple[Element, list[str]]:
    """The whole of a file, and what is told of how it was read. Raises: Unreadable."""
    text = decoded(data)
    found: list[Element] = []
    note = each_element(text.text, Wanted(lambda _, depth: depth == 1, refuse, named), found.append)
    return found[0], [said for said in (text.warning, note) if said]


def as_html(element: Element, put: Put = lambda _: None) -> str:
    """What stands in `element` as HTML; `put` decides on elements that are more than text. Raises: Refused where too long."""
    parts: list[str] = []
    size = 0
    for part in _pieces(element, put):
        size += len(part)
        if size > _MAX_HTML:
            raise Refused(f"un texto pasa de {MAX_TEXT} caracteres")
        parts.append(part)
    return "".join(parts)


def _pieces(element: Element, put: Put) -> Iterator[str]:
    for child in element.content:
        if isinstance(child, str):
            yield html.escape(child, quote=False)
            continue
        said = put(child)
        if said is None:
            said = _own(child)
        if said is not None:
            yield said
        elif child.tag in _VOID:
            yield f"<{child.tag}{_attributes(child)}>"
        else:
            yield f"<{child.tag}{_attributes(child)}>"
            yield from _pieces(child, put)
            yield f"</{child.tag}>"


def _own(element: Element) -> str | None:
    """What an element means that HTML has another name for."""
    if element.tag in _UNSEEN:
        return ""
    if element.tag == "math":
        return html.escape(math_text(element), quote=False)
    if element.tag == "object":
        return _object(element)
    return None


def _object(element: Element) -> str:
    kind, source = attribute(element, "type").lower(), html.escape(attribute(element, "data"))
    said = html.escape(" ".join(words(element).split()))
    if kind.startswith(("audio/", "video/")):
        return f'<audio src="{source}">{said}</audio>'
    return f'<img src="{source}" alt="{said}">' if kind.startswith("image/") else f"<span>{said}</span>"


def _attributes(element: Element) -> str:
    return "".join(
        f' {name}="{html.escape(value)}"' for name, value in element.attributes.items() if name.lower() in _KEPT
    )


def words(element: Element) -> str:
    """All the text in an element, without its markup."""
    found: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found.append(each)
        else:
            waiting.extend(reversed(each.content))
    return "".join(found)


def math_text(element: Element) -> str:
    """A formula in MathML on one line: `(a)/(b)`, `x^2`."""
    form = _INLINE_MATH.get(element.tag)
    if element.tag in {"annotation", "annotation-xml"}:
        return ""
    inner = [math_text(child) for child in element.children]
    if form and inner:
        joined = ["".join(inner)] if element.tag == "msqrt" else inner
        return form.format(*joined[:2], "") if len(joined) < 2 else form.format(*joined[:2])
    said = "".join(" ".join(each.split()) if isinstance(each, str) else math_text(each) for each in element.content)
    return (
        f" {said} " if element.tag == "mo" and said in {"=", "+", "-", "−", "×", "·", "÷", "<", ">", "≤", "≥"} else said
    )
