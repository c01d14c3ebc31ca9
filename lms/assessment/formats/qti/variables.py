"""The variables of a QTI 2.x or 3.0 item: what an answer may be, which one is right, what each is worth.

A value is a list: empty for none ("NULL"), one entry for a single one. Entries are text, exact numbers or truth values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.qti.nodes import attribute, every, flag, words
from lms.assessment.formats.xml_tree import Element

Entry = str | Fraction | bool
Value = list[Entry]

_NUMBER = re.compile(r"([+-]?)([0-9]{0,30})(?:\.([0-9]{0,30}))?(?:[eE]([+-]?[0-9]{1,2}))?")
MAX_VALUES = 200


class NotUnderstood(Exception):
    """A rule of scoring that is not understood; the text names it."""


def number(text: str) -> Fraction | None:
    """The exact number in `text`; None where it is none, or one that no question needs."""
    match = _NUMBER.fullmatch(text.strip().replace(",", "."))
    if match is None or not (match[2] or match[3]):
        return None
    value = Fraction(f"{match[2] or 0}.{match[3] or 0}") * Fraction(10) ** int(match[4] or 0)
    return -value if match[1] == "-" else value


def entry(text: str, kind: str) -> Entry:
    """One entry of the base type `kind`. Raises: NotUnderstood."""
    text = text.strip() if kind != "string" else text
    if kind in {"float", "integer", "duration"}:
        found = number(text)
        if found is None:
            raise NotUnderstood(f"«{text[:40]}» no es un número")
        return found
    if kind == "boolean":
        return text.lower() in {"true", "1"}
    if kind in {"pair", "directedPair"}:
        ends = text.split()
        return " ".join(sorted(ends) if kind == "pair" else ends)
    return text


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one answer is worth."""

    key: str
    points: Fraction
    case: bool


@dataclass
class Response:
    """A declared answer."""

    name: str
    kind: str
    cardinality: str
    correct: Value = field(default_factory=list)
    mapped: list[Mapped] = field(default_factory=list)
    default: Fraction = Fraction(0)
    low: Fraction | None = None
    high: Fraction | None = None

    def value(self, given: Sequence[str]) -> Value:
        return [entry(each, self.kind) for each in given]

    def points(self, value: Value) -> Fraction:
        """What the mapping gives for `value`: each different entry once."""
        total = Fraction(0)
        for each in dict.fromkeys(value):
            total += next((known.points for known in self.mapped if self._is(each, known)), self.default)
        total = total if self.low is None else max(self.low, total)
        return total if self.high is None else min(self.high, total)

    def _is(self, given: Entry, known: Mapped) -> bool:
        if isinstance(given, str) and self.kind == "string":
            return given == known.key if known.case else given.casefold() == known.key.casefold()
        try:
            return given == entry(known.key, self.kind)
        except NotUnderstood:
            return False


def response_of(element: Element) -> Response:
    """What a responseDeclaration says. Raises: NotUnderstood."""
    kind = attribute(element, "baseType") or "identifier"
    found = Response(attribute(element, "identifier"), kind, attribute(element, "cardinality") or "single")
    if (right := element.child("correctResponse")) is not None:
        found.correct = [entry(words(each), kind) for each in right.all("value")[:MAX_VALUES]]
    if (mapping := element.child("mapping")) is not None:
        found.default = number(attribute(mapping, "defaultValue")) or Fraction(0)
        found.low, found.high = number(attribute(mapping, "lowerBound")), number(attribute(mapping, "upperBound"))
        for each in mapping.all("mapEntry")[:MAX_VALUES]:
            points = number(attribute(each, "mappedValue"))
            if points is not None:
                key = each.attributes.get("mapKey", each.attributes.get("map-key", ""))
                found.mapped.append(Mapped(key, points, flag(each, "caseSensitive", default=True)))
    return found


@dataclass(frozen=True, slots=True)
class Message:
    """A feedback of an item: shown where the outcome has, or has not, its identifier."""

    outcome: str
    identifier: str
    show: bool


def message_of(element: Element) -> Message:
    return Message(
        attribute(element, "outcomeIdentifier"),
        attribute(element, "identifier"),
        attribute(element, "showHide") != "hide",
    )


def default_of(element: Element) -> Value:
    """The value with which an outcomeDeclaration begins. Raises: NotUnderstood."""
    kind = attribute(element, "baseType")
    said = element.child("defaultValue")
    if said is not None:
        return [entry(words(each), kind) for each in said.all("value")[:MAX_VALUES]]
    return [Fraction(0)] if kind in {"float", "integer"} and attribute(element, "cardinality") != "multiple" else []


def messages_of(item: Element) -> list[tuple[Message, Element]]:
    found = every(item, "modalFeedback", "feedbackInline", "feedbackBlock")
    return [(message_of(each), each) for each in found][:MAX_VALUES]
