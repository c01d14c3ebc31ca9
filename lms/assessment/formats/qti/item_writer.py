"""Writes one question as an item of QTI 2.2 or 3.0."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lms.assessment.formats.exchange import Document, Losses
from lms.assessment.formats.losing import decimal, note_unheld, number_of_moodle
from lms.assessment.formats.qti.dialect import Dialect, said
from lms.assessment.formats.qti.rules_writer import FEEDBACK, MAX_SCORE, SCORE, Declared, Rules
from lms.assessment.formats.qti.xhtml import Page
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import parse_share

PROGRAM = "QTI"
RESPONSE = "RESPONSE"
_EVERY = {"id", "type", "topic", "difficulty", "pool", "status", "exclusive", "review", "title", "tags", "stem", "text"}
_ALWAYS = ("general", "explanation")
_BY_RESULT = ("when_right", "when_partial", "when_wrong")


@dataclass
class Writing:
    """An item while it is written."""

    document: Document
    dialect: Dialect
    losses: Losses
    page: Page
    rules: Rules
    declared: list[Declared] = field(default_factory=list)
    most: int = 1

    def element(self, tag: str, attributes: Mapping[str, object] | None = None, inner: str = "") -> str:
        return self.dialect.element(tag, attributes, inner)

    def blocks(self, text: str) -> str:
        return self.page.blocks(text)

    def lose(self, text: str) -> None:
        self.losses.note(self.document, f"{PROGRAM} no guarda {text}")

    def show(self, identifier: str, text: str, outcome: str = FEEDBACK) -> str:
        """The rule that shows a text; "" where there is none."""
        return self.rules.show(identifier, self.blocks(text), outcome) if text else ""

    def number(self, text: str) -> str:
        return number_of_moodle(text, self.document, self.losses)


@dataclass(frozen=True, slots=True)
class Item:
    """A file with an item, and the files of media/ that it shows."""

    data: bytes
    shown: tuple[str, ...]


def identifier(key: str) -> str:
    """An id as QTI has it: a name begins with a letter or a line."""
    return key if key[:1].isalpha() else f"_{key}"


def item_of(document: Document, dialect: Dialect, losses: Losses, *, stimulus: str = "", up: str = "../") -> Item:
    """The item of a question; `stimulus` is the address of the text that it shares with others, `up` leads to the media."""
    item = Writing(document, dialect, losses, Page(up), Rules(dialect))
    kind = document["type"]
    held, own = _KINDS[kind]
    note_unheld(document, _EVERY | held, losses, PROGRAM)
    body = own(item)
    _comments(item, held)
    if item.page.lost:
        item.lose("el tachado, el subrayado y el resaltado de los textos")
    parts = [
        *(each.xml(dialect) for each in item.declared),
        item.rules.xml_outcomes(item.most),
        dialect.element("assessmentStimulusRef", {"identifier": "STIMULUS", "href": stimulus}) if stimulus else "",
        dialect.element("itemBody", {}, body),
        item.rules.xml_rules(),
        item.rules.xml_messages(),
    ]
    title = " ".join(str(document.get("title") or document["id"]).split())
    attributes = {
        "identifier": identifier(str(document["id"])), "title": title, "adaptive": False, "timeDependent": False,
    }  # fmt: skip
    return Item(dialect.root("assessmentItem", attributes, "".join(parts)), tuple(item.page.shown))


def _comments(item: Writing, held: set[str]) -> None:
    """What is shown whatever was answered, and by what it earned."""
    said_always = [item.show(key, item.document.get(key, "")) for key in _ALWAYS]
    if not set(_BY_RESULT) & held:
        item.rules.rules += said_always
        return
    texts = {key: item.show(key, item.document.get(key, "")) for key in _BY_RESULT}
    score, rules = item.rules.variable(SCORE), item.rules
    tests = {
        "when_right": item.element("gte", {}, score + rules.variable(MAX_SCORE)),
        "when_partial": item.element(
            "and",
            {},
            item.element("gt", {}, score + item.dialect.value(0, "float"))
            + item.element("lt", {}, score + rules.variable(MAX_SCORE)),
        ),
        "when_wrong": item.element("lte", {}, score + item.dialect.value(0, "float")),
    }
    item.rules.rules += said_always
    item.rules.rules += [rules.when([(tests[key], then)]) for key, then in texts.items() if then]


def whole(shares: Sequence[Fraction]) -> tuple[list[int], int]:
    """Shares as whole points, and how many points one is."""
    one = math.lcm(*(share.denominator for share in shares)) if shares else 1
    return [int(share * one) for share in shares], one


def _shuffle(item: Writing) -> bool:
    return bool(item.document.get("shuffle", True))


def _choice(item: Writing) -> str:
    document, rules = item.document, item.rules
    options: list[dict[str, Any]] = document["options"]
    keys = [f"choice_{at}" for at in range(1, len(options) + 1)]
    single, scoring = document["type"] == "single", document.get("scoring", "all")
    if scoring == "weights":
        shares = [parse_share(str(each.get("grade", "1" if each.get("correct") else "0"))) for each in options]
    else:
        right = 1 if single else max(1, sum(bool(each.get("correct")) for each in options))
        wrong = Fraction(-1, right) if scoring == "partial" else Fraction(0)
        shares = [Fraction(1, right) if each.get("correct") else wrong for each in options]
    points, item.most = whole(shares)
    correct = [key for key, share in zip(keys, shares, strict=True) if (share == 1 if single else share > 0)]
    mapped = scoring in {"weights", "partial"}
    mapping = {key: value for key, value in zip(keys, points, strict=True) if value} if mapped else {}
    if not mapped:
        item.most = 1
    kind = "single" if single else "multiple"
    item.declared.append(
        Declared(RESPONSE, kind, "identifier", correct[:1] if single else correct, mapping, not single)
    )
    if mapped:
        rules.rules.append(rules.put(SCORE, rules.map_response(RESPONSE)))
    else:
        rules.rules.append(rules.when([(rules.is_correct(RESPONSE), rules.points(SCORE, 1))]))
    inner = ""
    for key, option in zip(keys, options, strict=True):
        inner += item.element("simpleChoice", {"identifier": key}, item.blocks(option["text"]))
        if then := item.show(f"feedback_{key}", option.get("feedback", "")):
            rules.rules.append(rules.when([(rules.has(RESPONSE, key, "identifier", several=not single), then)]))
    attributes = {"responseIdentifier": RESPONSE, "shuffle": _shuffle(item), "maxChoices": 1 if single else 0}
    return item.blocks(document["stem"]) + item.element("choiceInteraction", attributes, inner)


def _true_false(item: Writing) -> str:
    document, rules = item.document, item.rules
    right = "true" if document["answer"] else "false"
    wrong = "false" if document["answer"] else "true"
    item.declared.append(Declared(RESPONSE, "single", "identifier", [right]))
    rules.rules.append(rules.when([(rules.is_correct(RESPONSE), rules.points(SCORE, 1))]))
    if then := item.show(f"feedback_{wrong}", document.get("feedback", "")):
        rules.rules.append(rules.when([(rules.has(RESPONSE, wrong, "identifier", several=False), then)]))
    inner = "".join(
        item.element("simpleChoice", {"identifier": key}, text)
        for key, text in (("true", "Verdadero"), ("false", "Falso"))
    )
    attributes = {"responseIdentifier": RESPONSE, "shuffle": False, "maxChoices": 1}
    return item.blocks(document["stem"]) + item.element("choiceInteraction", attributes, inner)


def _matching(item: Writing) -> str:
    document, rules = item.document, item.rules
    pairs: list[dict[str, Any]] = document["pairs"]
    texts = list(dict.fromkeys([*(each["right"] for each in pairs), *document.get("distractors", ())]))
    keys = {text: f"right_{at}" for at, text in enumerate(texts, 1)}
    entries = [f"left_{at} {keys[each['right']]}" for at, each in enumerate(pairs, 1)]
    item.most = len(pairs)
    item.declared.append(Declared(RESPONSE, "multiple", "directedPair", entries, dict.fromkeys(entries, 1), floor=True))
    rules.rules.append(rules.put(SCORE, rules.map_response(RESPONSE)))
    lefts = rights = ""
    for at, (each, entry) in enumerate(zip(pairs, entries, strict=True), 1):
        attributes = {"identifier": f"left_{at}", "matchMax": 1}
        lefts += item.element("simpleAssociableChoice", attributes, item.blocks(each["left"]))
        if then := item.show(f"pair_{at}", each.get("feedback", "")):
            missing = rules.denied(rules.has(RESPONSE, entry, "directedPair", several=True))
            rules.rules.append(rules.when([(missing, then)]))
    for text in texts:
        rights += item.element("simpleAssociableChoice", {"identifier": keys[text], "matchMax": 0}, said(text))
    sets = item.element("simpleMatchSet", {}, lefts) + item.element("simpleMatchSet", {}, rights)
    attributes = {"responseIdentifier": RESPONSE, "shuffle": True, "maxAssociations": len(pairs)}
    return item.blocks(document["stem"]) + item.element("matchInteraction", attributes, sets)


def _ordering(item: Writing) -> str:
    document, rules = item.document, item.rules
    keys = [f"item_{at}" for at in range(1, len(document["items"]) + 1)]
    if document.get("scoring") == "pairs":
        item.losses.note(document, f"{PROGRAM} no guarda los puntos por pares en orden: queda en «todo o nada»")
    item.declared.append(Declared(RESPONSE, "ordered", "identifier", keys))
    rules.rules.append(rules.when([(rules.is_correct(RESPONSE), rules.points(SCORE, 1))]))
    if then := item.show("feedback", document.get("feedback", "")):
        rules.rules.append(then)
    # The first to be seen are not in their right order where a program does not shuffle.
    shown = sorted(zip(keys, document["items"], strict=True), key=lambda each: each[1].casefold())
    inner = "".join(item.element("simpleChoice", {"identifier": key}, said(text)) for key, text in shown)
    attributes = {"responseIdentifier": RESPONSE, "shuffle": True}
    return item.blocks(document["stem"]) + item.element("orderInteraction", attributes, inner)


def number_chain(
    item: Writing, name: str, answers: Sequence[Mapping[str, Any]], points: Sequence[int], *, outcome: str, mark: str
) -> tuple[list[tuple[str, str]], str]:
    """The branches that compare a response with numbers, and a right one."""
    branches, right = [], ""
    best = max(points, default=0)
    for at, (each, value) in enumerate(zip(answers, points, strict=True), 1):
        if "low" in each:
            low, high = item.number(each["low"]), item.number(each["high"])
            test = item.rules.span_test(name, low, high)
            sample = decimal(((exact(low) or Fraction(0)) + (exact(high) or Fraction(0))) / 2)
        else:
            sample = item.number(each["value"])
            tolerance = str(each.get("tolerance", ""))
            percent = "%" if tolerance.endswith("%") else ""
            tolerance = f"{item.number(tolerance.removesuffix('%'))}{percent}" if tolerance else ""
            test = item.rules.equal_test(name, sample, tolerance)
        right = right or (sample if value == best else "")
        then = item.rules.points(outcome, value) + item.show(f"{mark}{at}", each.get("feedback", ""))
        branches.append((test, then))
    return branches, right


def text_chain(
    item: Writing, name: str, part: Mapping[str, Any], points: Sequence[int], *, outcome: str, mark: str
) -> tuple[list[tuple[str, str]], str]:
    """The branches that compare a response with texts, and a right one that has no star."""
    branches, right = [], ""
    best = max(points, default=0)
    if not part.get("accents"):
        item.losses.note(item.document, f"{PROGRAM} siempre distingue los acentos en las respuestas breves")
    for at, (each, value) in enumerate(zip(part["answers"], points, strict=True), 1):
        test = item.rules.text_test(name, each["text"], case=bool(part.get("case")))
        bare = each["text"].replace("\\\\", "").replace("\\*", "")
        if value == best and not right and "*" not in bare:
            right = each["text"].replace("\\*", "*").replace("\\\\", "\\")
        then = item.rules.points(outcome, value) + item.show(f"{mark}{at}", each.get("feedback", ""))
        branches.append((test, then))
    return branches, right


def _typed(item: Writing) -> str:
    document, rules = item.document, item.rules
    shares = [parse_share(str(each.get("grade", "1"))) for each in document["answers"]]
    points, item.most = whole(shares)
    if document["type"] == "numeric":
        branches, right = number_chain(item, RESPONSE, document["answers"], points, outcome=SCORE, mark="answer_")
        kind = "float"
    else:
        branches, right = text_chain(item, RESPONSE, document, points, outcome=SCORE, mark="answer_")
        kind = "string"
    item.declared.append(Declared(RESPONSE, "single", kind, [right] if right else []))
    rules.rules.append(rules.when(branches, item.show("feedback", document.get("feedback", ""))))
    entry = item.element("textEntryInteraction", {"responseIdentifier": RESPONSE})
    return f"{item.blocks(document['stem'])}<p>{entry}</p>"


def _open(item: Writing) -> str:
    document = item.document
    item.declared.append(Declared(RESPONSE, "single", "string"))
    rubric = ""
    if document.get("model"):
        model = item.blocks(document["model"])
        inner = item.element("contentBody", {}, model) if item.dialect.kebab else model
        rubric = item.element(
            "rubricBlock", {"use": "scoring" if item.dialect.kebab else None, "view": "scorer"}, inner
        )
    body = item.element("extendedTextInteraction", {"responseIdentifier": RESPONSE})
    return item.blocks(document["stem"]) + rubric + body


def _gaps(item: Writing) -> str:
    from lms.assessment.formats.qti.gaps_writer import gaps_body

    return gaps_body(item)


_SAID = set(_ALWAYS)
_SCORED = {*_ALWAYS, *_BY_RESULT}
_KINDS: dict[str, tuple[set[str], Callable[[Writing], str]]] = {
    "single": ({"options", "scoring", "shuffle"} | _SCORED, _choice),
    "multiple": ({"options", "scoring", "shuffle"} | _SCORED, _choice),
    "true_false": ({"answer", "feedback"} | _SCORED, _true_false),
    "matching": ({"pairs", "distractors"} | _SCORED, _matching),
    "ordering": ({"items", "scoring", "feedback"} | _SCORED, _ordering),
    "numeric": ({"answers", "feedback"} | _SCORED, _typed),
    "short_text": ({"answers", "feedback", "case", "accents"} | _SCORED, _typed),
    "gaps": ({"gaps", "shuffle"} | _SCORED, _gaps),
    "open": ({"model"} | _SAID, _open),
}
