"""Writes response processing: how an answer earns points, and what is shown for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.assessment.formats.qti.dialect import Dialect, said
from lms.assessment.formats.qti.patterns import pattern_of
from lms.assessment.types.typed import plain

SCORE, MAX_SCORE, FEEDBACK = "SCORE", "MAXSCORE", "FEEDBACK"


@dataclass
class Rules:
    """The outcomes, rules and messages of one item, as they come together."""

    dialect: Dialect
    outcomes: dict[str, tuple[str, str, int | None]] = field(default_factory=dict)
    """Cardinality, base type and the value in the beginning, by name."""
    rules: list[str] = field(default_factory=list)
    messages: list[tuple[str, str, str]] = field(default_factory=list)
    """Outcome, identifier and XHTML."""

    def variable(self, name: str) -> str:
        return self.dialect.element("variable", {"identifier": name})

    def put(self, outcome: str, value: str) -> str:
        return self.dialect.element("setOutcomeValue", {"identifier": outcome}, value)

    def points(self, outcome: str, value: int) -> str:
        return self.put(outcome, self.dialect.value(value, "float"))

    def map_response(self, name: str) -> str:
        return self.dialect.element("mapResponse", {"identifier": name})

    def sum(self, names: Sequence[str]) -> str:
        return self.dialect.element("sum", {}, "".join(self.variable(name) for name in names))

    def is_correct(self, name: str) -> str:
        right = self.dialect.element("correct", {"identifier": name})
        return self.dialect.element("match", {}, self.variable(name) + right)

    def has(self, name: str, value: str, kind: str, *, several: bool) -> str:
        """Whether `value` is the answer, or one of the answers, of the response `name`."""
        tag = "member" if several else "match"
        return self.dialect.element(tag, {}, self.dialect.value(value, kind) + self.variable(name))

    def denied(self, test: str) -> str:
        return self.dialect.element("not", {}, test)

    def when(self, branches: Sequence[tuple[str, str]], otherwise: str = "") -> str:
        """A condition with its branches, tests and what follows; "" where there is none."""
        parts = []
        for at, (test, then) in enumerate(branches):
            parts.append(self.dialect.element("responseElseIf" if at else "responseIf", {}, test + then))
        if otherwise:
            parts.append(self.dialect.element("responseElse", {}, otherwise))
        return self.dialect.element("responseCondition", {}, "".join(parts)) if branches else ""

    def show(self, identifier: str, xhtml: str, outcome: str = FEEDBACK) -> str:
        """Note a message; the rule that shows it."""
        self.messages.append((outcome, identifier, xhtml))
        self.outcomes[outcome] = ("multiple", "identifier", None)
        both = self.variable(outcome) + self.dialect.value(identifier, "identifier")
        return self.put(outcome, self.dialect.element("multiple", {}, both))

    def text_test(self, name: str, accepted: str, *, case: bool) -> str:
        """Whether the answer reads like an accepted answer of ours."""
        bare = accepted.replace("\\\\", "").replace("\\*", "")
        if "*" in bare:
            pattern = pattern_of(accepted, case=case)
            return self.dialect.element("patternMatch", {"pattern": pattern}, self.variable(name))
        both = self.variable(name) + self.dialect.value(plain(accepted), "string")
        return self.dialect.element("stringMatch", {"caseSensitive": case}, both)

    def equal_test(self, name: str, value: str, tolerance: str) -> str:
        """Whether the answer is a number near `value`; `tolerance` is a number, a percentage with its sign, or ""."""
        mode = "relative" if tolerance.endswith("%") else "absolute" if tolerance else "exact"
        amount = tolerance.removesuffix("%")
        attributes = {"toleranceMode": mode, "tolerance": f"{amount} {amount}" if tolerance else None}
        return self.dialect.element("equal", attributes, self.dialect.value(value, "float") + self.variable(name))

    def span_test(self, name: str, low: str, high: str) -> str:
        one, number = self.variable(name), self.dialect.value
        inner = self.dialect.element("gte", {}, one + number(low, "float"))
        return self.dialect.element("and", {}, inner + self.dialect.element("lte", {}, one + number(high, "float")))

    def xml_outcomes(self, most: int) -> str:
        """The outcomeDeclarations; `most` is what everything right earns."""
        found = {SCORE: ("single", "float", 0), MAX_SCORE: ("single", "float", most)} | self.outcomes
        parts = []
        for name, (cardinality, kind, start) in found.items():
            attributes: dict[str, object] = {"identifier": name, "cardinality": cardinality, "baseType": kind}
            limit: dict[str, object] = {"normalMaximum": most} if name == SCORE else {}
            inner = ""
            if start is not None:
                inner = self.dialect.element("defaultValue", {}, self.dialect.element("value", {}, str(start)))
            parts.append(self.dialect.element("outcomeDeclaration", attributes | limit, inner))
        return "".join(parts)

    def xml_rules(self) -> str:
        return self.dialect.element("responseProcessing", {}, "".join(self.rules)) if self.rules else ""

    def xml_messages(self) -> str:
        parts = []
        for outcome, identifier, xhtml in self.messages:
            attributes = {"outcomeIdentifier": outcome, "identifier": identifier, "showHide": "show"}
            inner = self.dialect.element("contentBody", {}, xhtml) if self.dialect.kebab else xhtml
            parts.append(self.dialect.element("modalFeedback", attributes, inner))
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Declared:
    """A responseDeclaration to write."""

    name: str
    cardinality: str
    kind: str
    correct: Sequence[str] = ()
    points: dict[str, int] = field(default_factory=dict)
    floor: bool = False
    """Whether nothing below zero counts."""

    def xml(self, dialect: Dialect) -> str:
        inner = ""
        if self.correct:
            values = "".join(dialect.element("value", {}, said(each)) for each in self.correct)
            inner += dialect.element("correctResponse", {}, values)
        if self.points:
            entries = "".join(
                dialect.element("mapEntry", {"mapKey": key, "mappedValue": value}) for key, value in self.points.items()
            )
            bounds = {"lowerBound": 0 if self.floor else None, "defaultValue": 0}
            inner += dialect.element("mapping", bounds, entries)
        attributes = {"identifier": self.name, "cardinality": self.cardinality, "baseType": self.kind}
        return dialect.element("responseDeclaration", attributes, inner)
