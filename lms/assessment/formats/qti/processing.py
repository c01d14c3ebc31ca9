"""Scores answers as a QTI 2.x or 3.0 item says: its response processing, carried out with exact numbers.

What is asked of it is what a question is worth for this answer and for that one: so every form in which programs write
scoring is understood, not only those of the templates. Steps are counted; what has no end, or no meaning here, is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.assessment.formats.qti.nodes import attribute, flag, words
from lms.assessment.formats.qti.patterns import pattern_matches
from lms.assessment.formats.qti.variables import (
    Entry,
    Message,
    NotUnderstood,
    Value,
    default_of,
    entry,
    messages_of,
    response_of,
)
from lms.assessment.formats.xml_tree import Element

_MAX_STEPS = 4_000
_MAX_BITS = 4_096
_TEMPLATES = {"match_correct": "match", "cc2_match": "match", "cc2_match_basic": "match", "map_response": "map"}
_SPENT = "una regla demasiado larga"


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer earns, in points of the item, and the places (in the list of messages) of what is shown for it."""

    score: Fraction
    shown: frozenset[int]


class _Exit(Exception):
    """exitResponse."""


class Processing:
    """The scoring of one item."""

    def __init__(self, item: Element) -> None:
        """Raises: NotUnderstood."""
        self.responses = {each.name: each for each in map(response_of, item.all("responseDeclaration"))}
        self._defaults = {attribute(each, "identifier"): default_of(each) for each in item.all("outcomeDeclaration")}
        self._messages: list[Message] = [message for message, _ in messages_of(item)]
        self.rules = item.child("responseProcessing")
        self._results: dict[tuple[tuple[str, tuple[str, ...]], ...], Result] = {}
        self._template = self._template_of()

    @property
    def is_scored(self) -> bool:
        """Whether anything says which answer is right."""
        return bool(self._rule_elements) or any(each.correct or each.mapped for each in self.responses.values())

    @property
    def _rule_elements(self) -> list[Element]:
        return self.rules.children if self.rules is not None else []

    def _template_of(self) -> str:
        if self._rule_elements:
            return ""
        said = (
            "" if self.rules is None else attribute(self.rules, "template") or attribute(self.rules, "templateLocation")
        )
        if not said:
            return "guess"
        name = said.rstrip("/").rpartition("/")[2].removesuffix(".xml").lower()
        if name not in _TEMPLATES and "map_response" not in name and "match" not in name:
            raise NotUnderstood(f"la plantilla de corrección «{name[:40]}»")
        return _TEMPLATES.get(name) or ("map" if "map_response" in name and "point" not in name else "match")

    def score(self, given: Mapping[str, Sequence[str]]) -> Result:
        """What `given`, the entries of each response by its name, earns. Raises: NotUnderstood."""
        key = tuple(sorted((name, tuple(entries)) for name, entries in given.items() if entries))
        if key not in self._results:
            self._results[key] = _Run(self, {name: list(entries) for name, entries in key}).result()
        return self._results[key]


class _Run:
    """One answer on its way through the rules."""

    def __init__(self, processing: Processing, given: Mapping[str, list[str]]) -> None:
        self._of, self._steps = processing, 0
        self._given: dict[str, Value] = {}
        for name, declared in processing.responses.items():
            entries = given.get(name, [])
            self._given[name] = declared.value(entries)
        self._outcomes: dict[str, Value] = {name: list(value) for name, value in processing._defaults.items()}

    def result(self) -> Result:
        template = self._of._template
        if template:
            self._outcomes["SCORE"] = [self._by_template(template)]
        else:
            with contextlib.suppress(_Exit):
                self._rules(self._of._rule_elements)
        score = self._outcomes.get("SCORE")
        if score is None:
            names = [name for name in self._outcomes if name.upper().endswith("SCORE") and "MAX" not in name.upper()]
            score = self._outcomes[names[0]] if names else []
        points = score[0] if score and isinstance(score[0], Fraction) else Fraction(0)
        shown = [
            at
            for at, each in enumerate(self._of._messages)
            if (each.identifier in self._outcomes.get(each.outcome, self._given.get(each.outcome, []))) == each.show
        ]
        return Result(points, frozenset(shown))

    def _by_template(self, template: str) -> Fraction:
        total = Fraction(0)
        for name, declared in self._of.responses.items():
            given = self._given[name]
            if declared.mapped and (template == "map" or (template == "guess" and not declared.correct)):
                total += declared.points(given)
            elif declared.correct:
                total += int(_same(given, declared.correct, declared.cardinality))
        return total

    def _rules(self, rules: Sequence[Element]) -> None:
        for rule in rules:
            self._step()
            if rule.tag == "responseCondition":
                self._condition(rule)
            elif rule.tag == "setOutcomeValue":
                inner = rule.children
                self._outcomes[attribute(rule, "identifier")] = self.value(inner[0]) if inner else []
            elif rule.tag == "exitResponse":
                raise _Exit
            elif rule.tag == "responseProcessingFragment":
                self._rules(rule.children)
            else:
                raise NotUnderstood(f"«{rule.tag[:40]}»")

    def _condition(self, condition: Element) -> None:
        for branch in condition.children:
            inner = branch.children
            if branch.tag == "responseElse":
                self._rules(inner)
                return
            if branch.tag not in {"responseIf", "responseElseIf"} or not inner:
                raise NotUnderstood(f"«{branch.tag[:40]}»")
            if self.value(inner[0]) == [True]:
                self._rules(inner[1:])
                return

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise NotUnderstood(_SPENT)

    def value(self, element: Element) -> Value:
        """The value of an expression. Raises: NotUnderstood."""
        self._step()
        name = attribute(element, "identifier")
        if element.tag == "baseValue":
            return [entry(words(element), attribute(element, "baseType"))]
        if element.tag == "variable":
            return self._given[name] if name in self._given else self._outcomes.get(name, [])
        if element.tag in {"correct", "mapResponse"}:
            declared = self._of.responses.get(name)
            if declared is None:
                raise NotUnderstood(f"«{element.tag}» de «{name[:40]}», que no está")
            return list(declared.correct) if element.tag == "correct" else [declared.points(self._given[name])]
        if element.tag == "default":
            return list(self._of._defaults.get(name, []))
        if element.tag == "null":
            return []
        operator = _OPERATORS.get(element.tag)
        if operator is None:
            raise NotUnderstood(f"«{element.tag[:40]}»")
        return operator(element, [self.value(each) for each in element.children], self)

    def cardinality(self, element: Element) -> str:
        """How the entries of an expression stand together."""
        if element.tag in {"ordered", "multiple"}:
            return element.tag
        declared = self._of.responses.get(attribute(element, "identifier"))
        return declared.cardinality if declared is not None else "multiple"


Operator = Callable[[Element, list[Value], _Run], Value]


def _same(one: Value, other: Value, cardinality: str) -> bool:
    if len(one) != len(other):
        return False
    if cardinality == "multiple":
        return sorted(map(str, one)) == sorted(map(str, other))
    return all(_alike(left, right) for left, right in zip(one, other, strict=True))


def _alike(one: Entry, other: Entry) -> bool:
    return one == other or (isinstance(one, Fraction) != isinstance(other, Fraction) and str(one) == str(other))


def _match(element: Element, values: list[Value], run: _Run) -> Value:
    one, other = _two(element, values)
    if not one or not other:
        return []
    kinds = {run.cardinality(each) for each in element.children if each.tag != "baseValue"}
    return [_same(one, other, "ordered" if "ordered" in kinds else "multiple")]


def _two(element: Element, values: list[Value]) -> tuple[Value, Value]:
    if len(values) != 2:
        raise NotUnderstood(f"«{element.tag}» con {len(values)} partes")
    return values[0], values[1]


def _numbers(values: list[Value]) -> list[Fraction] | None:
    """All numbers of `values`; None where one is missing."""
    if not all(values):
        return None
    found = [each for value in values for each in value if isinstance(each, Fraction)]
    if any(each.denominator.bit_length() + each.numerator.bit_length() > _MAX_BITS for each in found):
        raise NotUnderstood(_SPENT)
    return found if len(found) == sum(map(len, values)) else None


def _compare(test: Callable[[Fraction, Fraction], bool]) -> Operator:
    def compared(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
        found = _numbers(list(_two(element, values)))
        return [test(found[0], found[1])] if found else []

    return compared


def _fold(join: Callable[[Fraction, Fraction], Fraction]) -> Operator:
    def folded(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
        found = _numbers(values)
        if not found:
            return []
        total = found[0]
        for each in found[1:]:
            total = join(total, each)
        return [total]

    return folded


def _divide(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    found = _numbers(list(_two(element, values)))
    return [found[0] / found[1]] if found and found[1] else []


def _equal(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    found = _numbers(list(_two(element, values)))
    if not found:
        return []
    mode, given = attribute(element, "toleranceMode") or "exact", attribute(element, "tolerance").split()
    spans = [span for each in given if (span := number_of(each)) is not None]
    if mode == "exact" or not spans:
        return [found[0] == found[1]]
    low, high = spans[0], spans[-1]
    if mode == "relative":
        low, high = abs(found[0]) * low / 100, abs(found[0]) * high / 100
    return [found[0] - low <= found[1] <= found[0] + high]


def number_of(text: str) -> Fraction | None:
    found = entry(text, "float")
    return found if isinstance(found, Fraction) else None


def _string_match(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    one, other = _two(element, values)
    if not one or not other:
        return []
    left, right = str(one[0]), str(other[0])
    if not flag(element, "caseSensitive", default=True):
        left, right = left.casefold(), right.casefold()
    return [right in left if flag(element, "substring", default=False) else left == right]


def _substring(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    one, other = _two(element, values)
    if not one or not other:
        return []
    left, right = str(one[0]), str(other[0])
    return [left in right if flag(element, "caseSensitive", default=True) else left.casefold() in right.casefold()]


def _pattern(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [pattern_matches(attribute(element, "pattern"), str(values[0][0]))] if values and values[0] else []


def _and(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [all(each == [True] for each in values)]


def _or(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [any(each == [True] for each in values)]


def _not(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [values[0] == [False]] if values and values[0] else []


def _is_null(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [not values or not values[0] or values[0] == [""]]


def _member(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    one, other = _two(element, values)
    return [other != [] and one[0] in other] if one else []


def _contains(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    one, other = _two(element, values)
    return [all(one.count(each) >= other.count(each) for each in other)] if one and other else []


def _gather(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    found = [each for value in values for each in value]
    if len(found) > _MAX_STEPS:
        raise NotUnderstood(_SPENT)
    return found


def _index(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    at = attribute(element, "n")
    if not at.isdigit() or not values:
        raise NotUnderstood("«index» con una variable")
    place = int(at[:6])
    return [values[0][place - 1]] if 1 <= place <= len(values[0]) else []


def _size(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    return [Fraction(len(values[0]) if values else 0)]


def _delete(element: Element, values: list[Value], run: _Run) -> Value:  # noqa: ARG001 - as the others
    one, other = _two(element, values)
    return [each for each in other if each != one[0]] if one else []


_OPERATORS: dict[str, Operator] = {
    "match": _match,
    "and": _and,
    "or": _or,
    "not": _not,
    "isNull": _is_null,
    "member": _member,
    "contains": _contains,
    "equal": _equal,
    "stringMatch": _string_match,
    "substring": _substring,
    "patternMatch": _pattern,
    "gt": _compare(lambda one, other: one > other),
    "gte": _compare(lambda one, other: one >= other),
    "lt": _compare(lambda one, other: one < other),
    "lte": _compare(lambda one, other: one <= other),
    "sum": _fold(lambda one, other: one + other),
    "product": _fold(lambda one, other: one * other),
    "subtract": _fold(lambda one, other: one - other),
    "min": _fold(min),
    "max": _fold(max),
    "divide": _divide,
    "multiple": _gather,
    "ordered": _gather,
    "index": _index,
    "containerSize": _size,
    "delete": _delete,
}
