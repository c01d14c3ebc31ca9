"""Scores answers as a QTI 1.2 item says: its resprocessing, condition after condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.assessment.formats.qti.nodes import every, first, words
from lms.assessment.formats.qti.processing import Result
from lms.assessment.formats.qti.variables import NotUnderstood, number
from lms.assessment.formats.xml_tree import Element

_MOST = 400
_NUMERIC = frozenset(["vargt", "vargte", "varlt", "varlte"])


@dataclass(frozen=True, slots=True)
class Equal:
    """A comparison of an answer with a text, and what its condition gives."""

    name: str
    text: str
    case: bool
    points: Fraction
    denied: bool


class Scoring:
    """The conditions of one item."""

    def __init__(self, item: Element) -> None:
        self.messages = [each for each in item.children if each.tag == "itemfeedback"]
        self._places = {each.attributes.get("ident", ""): at for at, each in enumerate(self.messages)}
        holders = item.all("resprocessing")
        self.conditions = [each for holder in holders for each in every(holder, "respcondition")][:_MOST]
        self._kinds = {
            each.attributes.get("ident", ""): each
            for each in every(item, "response_lid", "response_str", "response_num")
        }
        self._start: dict[str, Fraction] = {}
        for each in (each for holder in holders for each in every(holder, "decvar")):
            value = number(each.attributes.get("defaultval", "")) or Fraction(0)
            self._start[_variable(each)] = value

    def _cardinality(self, name: str) -> str:
        found = self._kinds.get(name)
        return "single" if found is None else found.attributes.get("rcardinality", "Single").lower()

    def score(self, given: Mapping[str, Sequence[str]]) -> Result:
        """What `given` earns. Raises: NotUnderstood."""
        points, shown = dict(self._start), set[int]()
        touched: list[str] = []
        for condition in self.conditions:
            test = condition.child("conditionvar")
            if test is not None and not self._holds(test, given):
                continue
            for each in condition.children:
                if each.tag == "setvar":
                    name = _variable(each)
                    points[name] = _changed(points.get(name, Fraction(0)), each)
                    touched.append(name)
                elif each.tag == "displayfeedback" and each.attributes.get("linkrefid", "") in self._places:
                    shown.add(self._places[each.attributes["linkrefid"]])
            # Left out it would mean "No", but those who leave it out add up the points of several conditions.
            if condition.attributes.get("continue", "Yes").lower() == "no":
                break
        return Result(self._total(points, touched), frozenset(shown))

    def _total(self, points: Mapping[str, Fraction], touched: Sequence[str]) -> Fraction:
        if "score" in self._start or "score" in touched:
            return points.get("score", Fraction(0))
        return sum((points[name] for name in set(touched)), Fraction(0))

    def _holds(self, test: Element, given: Mapping[str, Sequence[str]]) -> bool:
        """Whether a conditionvar holds: several texts for one answer are alternatives, or together where several may be given."""
        parts = [each for each in test.children if each.tag not in {"qticomment", "var_extension"}]
        names = {each.attributes.get("respident", "") for each in parts}
        if len(parts) > 1 and len(names) == 1 and all(each.tag == "varequal" for each in parts):
            name = next(iter(names))
            said, kind = list(given.get(name, ())), self._cardinality(name)
            if kind == "ordered":
                return said == [words(each).strip() for each in parts]
            if kind == "single":
                return any(self._test(each, given) for each in parts)
        return all(self._test(each, given) for each in parts)

    def _test(self, test: Element, given: Mapping[str, Sequence[str]]) -> bool:
        if test.tag in {"and", "or", "not"}:
            found = [self._test(each, given) for each in test.children]
            return all(found) if test.tag == "and" else any(found) == (test.tag == "or")
        return test.tag == "other" or self._leaf(test, given)

    def _leaf(self, test: Element, given: Mapping[str, Sequence[str]]) -> bool:
        """Whether one comparison holds."""
        said = given.get(test.attributes.get("respident", ""), ())
        if test.tag == "unanswered":
            return not said
        if test.tag == "varequal":
            return self._equal(test, said)
        if test.tag == "varsubset":
            return set(words(test).replace(",", " ").split()) <= set(said)
        if test.tag in _NUMERIC:
            value, bound = number(said[0]) if said else None, number(words(test))
            return value is not None and bound is not None and _compared(test.tag, value, bound)
        raise NotUnderstood(f"«{test.tag[:40]}»")

    def _equal(self, test: Element, said: Sequence[str]) -> bool:
        text, at = words(test).strip(), test.attributes.get("index", "")
        if at.isdigit():
            return said[int(at[:4]) - 1 : int(at[:4])] == [text]
        kind = self._kinds.get(test.attributes.get("respident", ""))
        if kind is None or kind.tag == "response_lid":
            return text in said
        one, other = number(text), number(said[0]) if said else None
        if one is not None and other is not None:
            return abs(one - other) <= margin_of(test, one)
        if is_cased(test):
            return text in said
        return text.casefold() in [each.casefold() for each in said]

    def equals(self) -> Iterator[Equal]:
        """Every comparison with a text, in order; `denied` where it stands in a <not>."""
        for condition in self.conditions:
            points = sum((_changed(Fraction(0), each) for each in condition.all("setvar")), Fraction(0))
            test = condition.child("conditionvar")
            for found, denied in _leaves(test) if test is not None else ():
                if found.tag == "varequal":
                    name = found.attributes.get("respident", "")
                    yield Equal(name, words(found).strip(), is_cased(found), points, denied)


def _leaves(test: Element) -> Iterator[tuple[Element, bool]]:
    waiting = [(each, False) for each in reversed(test.children)]
    while waiting:
        found, denied = waiting.pop()
        if found.tag in {"and", "or", "not"}:
            waiting += [(each, denied != (found.tag == "not")) for each in reversed(found.children)]
        else:
            yield found, denied


def is_cased(test: Element) -> bool:
    return test.attributes.get("case", "No").lower() == "yes"


def margin_of(test: Element, value: Fraction) -> Fraction:
    """How far from `value` a comparison reaches."""
    margin = number(test.attributes.get("margin", "")) or Fraction(0)
    return abs(value) * margin / 100 if test.attributes.get("margintype", "") == "percent" else abs(margin)


def _compared(tag: str, value: Fraction, bound: Fraction) -> bool:
    return {"vargt": value > bound, "vargte": value >= bound, "varlt": value < bound, "varlte": value <= bound}[tag]


def _variable(element: Element) -> str:
    return element.attributes.get("varname", "SCORE").lower()


def _changed(value: Fraction, setvar: Element) -> Fraction:
    by = number(words(setvar)) or Fraction(0)
    action = setvar.attributes.get("action", "Set").lower()
    if action == "add":
        return value + by
    if action == "subtract":
        return value - by
    if action == "multiply":
        return value * by
    return (value / by if by else value) if action == "divide" else by


def numeric_ranges(scoring: Scoring, name: str) -> list[dict[str, str]]:
    """The numbers that conditions with points accept: value and tolerance, or both ends."""
    found: list[dict[str, str]] = []
    for condition in scoring.conditions:
        test = condition.child("conditionvar")
        if test is None or not any(_changed(Fraction(0), each) > 0 for each in condition.all("setvar")):
            continue
        values: list[dict[str, str]] = []
        ends: dict[str, str] = {}
        spans: list[dict[str, str]] = []
        for leaf, denied in _leaves(test):
            said = words(leaf).strip()
            if denied or number(said) is None or leaf.attributes.get("respident", "") != name:
                continue
            if leaf.tag == "varequal":
                margin = leaf.attributes.get("margin", "")
                percent = "%" if leaf.attributes.get("margintype", "") == "percent" else ""
                values.append({"value": said} | ({"tolerance": f"{margin}{percent}"} if number(margin) else {}))
            elif leaf.tag in _NUMERIC:
                ends["low" if leaf.tag.startswith("varg") else "high"] = said
                if len(ends) == 2:
                    spans.append(ends)
                    ends = {}
        found += _merged(values, spans)
    return found


def _merged(values: list[dict[str, str]], spans: list[dict[str, str]]) -> list[dict[str, str]]:
    """Values with the ranges round them as their tolerance; what a range holds already is not said twice."""
    for span in spans:
        low, high = number(span["low"]) or Fraction(0), number(span["high"]) or Fraction(0)
        inside = [each for each in values if low <= (number(each["value"]) or 0) <= high]
        if len(inside) == 1 and (middle := number(inside[0]["value"])) is not None and high - middle == middle - low:
            if "tolerance" not in inside[0] and high > middle:
                inside[0]["tolerance"] = str(span["high"]) if middle == 0 else _plain(high - middle)
        else:
            values = [each for each in values if each not in inside] + [span]
    return values


def _plain(value: Fraction) -> str:
    from lms.assessment.formats.losing import decimal

    return decimal(value)


def has_any(item: Element, *tags: str) -> bool:
    return first(item, *tags) is not None
