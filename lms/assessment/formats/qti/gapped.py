"""Texts with gaps of QTI 2.x and 3.0: words that are typed, chosen from a list, or put into their place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.formats.moodle.cloze import Gaps, name_of
from lms.assessment.formats.qti.interactions import GAP, GAPPED, PLACE, Item, without_feedback
from lms.assessment.formats.qti.messages import OURS, Probe, Sorted, sort_messages
from lms.assessment.formats.qti.nodes import as_html, attribute, every, flag
from lms.assessment.formats.qti.typed import chain_of, plain_feedback, typed
from lms.assessment.formats.qti.variables import Message, Response
from lms.assessment.formats.xml_tree import Element
from lms.assessment.types.gaps.document import MAX_GAPS, MAX_WEIGHT
from lms.assessment.types.shares import share_text

_MOST = 60
_ID = re.compile(r"[a-z0-9-]{1,40}")
STEM = "stem"
"""The class of the block in which we write a stem."""


@dataclass
class _Gap:
    """A place in the text: a response of its own, or a target of one that all share."""

    name: str
    target: str
    declared: Response
    options: list[tuple[str, str]] = field(default_factory=list)
    """Key and text of what can be chosen; none where it is typed."""
    right: str = ""

    def entry(self, given: str) -> str:
        return f"{given} {self.target}" if self.target else given


class WrittenGaps(Gaps):
    """Gaps that were read already, to be put back into the converted text."""

    found: list[Document]

    def __init__(self, found: list[Document]) -> None:  # not as the class above: nothing to look for
        self.found = found


class _Answers:
    """Asks what one gap earns, the others right."""

    def __init__(self, item: Item, gaps: Sequence[_Gap]) -> None:
        self._item, self.gaps = item, gaps

    def given(self, changed: _Gap | None = None, entry: str = "") -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for gap in self.gaps:
            said = entry if gap is changed else gap.right
            if said:
                found.setdefault(gap.declared.name, []).append(gap.entry(said))
        return found

    def points(self, changed: _Gap | None = None, entry: str = "") -> tuple[Fraction, frozenset[int]]:
        result = self._item.processing.score(self.given(changed, entry))
        return result.score, result.shown

    def chosen(self, changed: _Gap | None = None, entry: str = "") -> frozenset[str]:
        return frozenset(
            f"{gap.name}\0{entry if gap is changed else gap.right}" for gap in self.gaps if gap is not changed or entry
        )


def gaps_document(item: Item, asked: Sequence[Element]) -> Document:
    """A text with gaps. Raises: Refused."""
    found, elements = _places(item, asked)
    if len(found) > min(_MOST, MAX_GAPS):
        raise Refused(f"tiene {len(found)} huecos; el máximo es {MAX_GAPS}")
    answers = _Answers(item, found)
    for gap in found:
        gap.right = gap.right or _best(gap, answers)
    whole, _ = answers.points()
    if whole <= 0:
        raise Refused("llenar todo bien no da puntos, o no se entiende cómo se corrige")
    worth = [whole - answers.points(gap)[0] for gap in found]
    parted = all(each > 0 for each in worth) and sum(worth) == whole
    if not parted:
        item.notes.append("cada hueco pasa a dar su parte de los puntos")
    weights = whole_numbers(worth) if parted else [1] * len(found)
    comments = _comments(item, answers, whole)
    made = []
    for gap, weight in zip(found, weights, strict=True):
        own = _chosen(gap, answers, parted, whole, item) if gap.options else _typed(gap, answers, parted, whole, item)
        parts = {key: text for key, text in comments.parts.items() if key.startswith(f"{gap.name}\0")}
        made.append(_with_feedback(gap, own, parts, item) | ({"weight": weight} if weight > 1 else {}))
    document: Document = _text_document(item, elements, made)
    item.notes += comments.notes
    if all(not flag(each, "shuffle", default=False) for each in asked if each.tag != "textEntryInteraction") and any(
        gap.options for gap in found
    ):
        document["shuffle"] = False
    document |= comments.document
    return document


def _places(item: Item, asked: Sequence[Element]) -> tuple[list[_Gap], dict[int, int]]:
    """The gaps in their order, and the place of each element in it."""
    found: list[_Gap] = []
    elements: dict[int, int] = {}
    for each in asked:
        for element, gap in _gaps_of(item, each):
            elements[id(element)] = len(found)
            own = gap.declared.name.removeprefix(GAP)
            gap.name = own if gap.declared.name.startswith(GAP) and _ID.fullmatch(own) else name_of(len(found))
            found.append(gap)
    return found, elements


def _gaps_of(item: Item, interaction: Element) -> Iterator[tuple[Element, _Gap]]:
    declared = item.response(interaction)
    if interaction.tag == "gapMatchInteraction":
        choices = [each for each in interaction.children if each.tag in {"gapText", "gapImg"}]
        options = [(attribute(each, "identifier"), item.texts.plain(each, without_feedback)) for each in choices]
        pairs = [str(each).split() for each in declared.correct]
        right = {pair[1]: pair[0] for pair in pairs if len(pair) == 2}
        for gap in every(interaction, "gap"):
            target = attribute(gap, "identifier")
            yield gap, _Gap("", target, declared, options, right.get(target, ""))
        return
    options = [
        (attribute(each, "identifier"), item.texts.plain(each, without_feedback))
        for each in interaction.all("inlineChoice")
    ]
    yield interaction, _Gap("", "", declared, options, str(declared.correct[0]) if declared.correct and options else "")


def _best(gap: _Gap, answers: _Answers) -> str:
    """The right entry of a gap, found by trying where the file does not say it."""
    tries = [key for key, _ in gap.options]
    if not tries:
        rules = answers._item.processing.rules
        tries = [each.sample for each in chain_of(rules, gap.declared).accepted]
        tries += [known.key for known in gap.declared.mapped]
        tries += [str(each) for each in gap.declared.correct if isinstance(each, str)]
        tries += [str(each) for each in map(_decimal, gap.declared.correct) if each]
    points = [(answers.points(gap, each)[0], -at, each) for at, each in enumerate(tries[:_MOST])]
    return max(points)[2] if points else ""


def _decimal(entry: object) -> str:
    from lms.assessment.formats.losing import decimal

    return decimal(entry) if isinstance(entry, Fraction) else ""


def whole_numbers(worth: Sequence[Fraction]) -> list[int]:
    common = math.lcm(*(each.denominator for each in worth))
    numbers = [int(each * common) for each in worth]
    least = math.gcd(*numbers) or 1
    numbers = [each // least for each in numbers]
    return numbers if max(numbers) <= MAX_WEIGHT else [1] * len(numbers)


def _share(gap: _Gap, answers: _Answers, parted: bool, whole: Fraction) -> Callable[[str], Fraction]:
    """What an entry of the gap earns of what the gap is worth."""
    without = answers.points(gap)[0]

    def share(entry: str) -> Fraction:
        points = answers.points(gap, entry)[0]
        if not parted:
            return Fraction(int(points == whole))
        return (points - without) / (whole - without)

    return share


def _chosen(gap: _Gap, answers: _Answers, parted: bool, whole: Fraction, item: Item) -> Document:
    if len(gap.options) < 2:
        raise Refused(f"el hueco {gap.name} tiene una sola opción; tienen que ser dos o más")
    share = _share(gap, answers, parted, whole)
    options: list[Document] = []
    for key, text in gap.options:
        if not text:
            raise Refused(f"el hueco {gap.name} tiene una opción vacía")
        worth = share(key)
        if worth < 0 or worth > 1:
            item.notes.append("un hueco que quita puntos por una opción: se toma como cero")
        worth = min(max(worth, Fraction(0)), Fraction(1))
        options.append(
            {"key": key, "text": escaped(text)}
            | ({"correct": True} if worth == 1 else {"grade": share_text(worth)} if worth else {})
        )
    if not any("correct" in each for each in options):
        raise Refused(f"ninguna opción del hueco {gap.name} es correcta")
    return {"kind": "chosen", "options": options}


def _typed(gap: _Gap, answers: _Answers, parted: bool, whole: Fraction, item: Item) -> Document:
    share = _share(gap, answers, parted, whole)

    def attempt(text: str) -> tuple[Fraction, frozenset[int]]:
        return share(text), answers.points(gap, text)[1]

    names = {name for each in chain_of(item.processing.rules, gap.declared).accepted for name in each.names}
    own: dict[int, tuple[Message, str]] = {
        place: (message, text)
        for place, (message, text) in item.messages.items()
        if (message.outcome, message.identifier) in names or message.outcome == f"FEEDBACK_{gap.declared.name}"
    }
    body = plain_feedback(typed(gap.declared, item.processing.rules, attempt, own, item.notes))
    numeric = gap.declared.kind in {"float", "integer"}
    return {"kind": "numeric" if numeric else "typed"} | body


def _with_feedback(gap: _Gap, own: Document, parts: dict[str, str], item: Item) -> Document:
    """The gap with its id and the feedback of its options, which stand in a line: plain texts."""
    for option in own.get("options", ()):
        key = option.pop("key")
        if said := parts.get(f"{gap.name}\0{key}"):
            option["feedback"] = said
    for message, text in item.messages.values():
        if (
            message.outcome == f"FEEDBACK_{gap.declared.name}"
            and message.identifier in OURS
            and text
            and not gap.target
        ):
            own.setdefault("feedback", text)
    found: Document = {"id": gap.name, **own}
    return found


def _comments(item: Item, answers: _Answers, whole: Fraction) -> Sorted:
    """What is shown for the whole, and for an option that is chosen."""
    typed_outcomes = {f"FEEDBACK_{gap.declared.name}" for gap in answers.gaps}
    chained = {
        name
        for gap in answers.gaps
        if not gap.options
        for each in chain_of(item.processing.rules, gap.declared).accepted
        for name in each.names
    }
    named = {
        place: (message.identifier, text)
        for place, (message, text) in item.messages.items()
        if (message.outcome, message.identifier) not in chained
        and not (message.outcome in typed_outcomes and message.identifier in OURS)
    }
    probes = []
    for gap in (None, *answers.gaps):
        tries = [""] if gap is None else ["", *(key for key, _ in gap.options[:20])]
        for entry in tries:
            points, shown = answers.points(gap, entry)
            probes.append(Probe(answers.chosen(gap, entry), points / whole, shown))
    nothing = item.processing.score({})
    probes.append(Probe(frozenset(["-"]), min(nothing.score, Fraction(0)), nothing.shown))
    parts = [f"{gap.name}\0{key}" for gap in answers.gaps for key, _ in gap.options]
    return sort_messages(named, list(dict.fromkeys(probes)), parts)


def _text_document(item: Item, elements: dict[int, int], made: list[Document]) -> Document:
    stem = next((each for each in item.body.children if attribute(each, "class") == STEM), None)

    def put(element: Element) -> str | None:
        if id(element) in elements:
            return PLACE.format(elements[id(element)])
        if element is stem or element.tag in {"gapText", "gapImg"}:
            return ""
        if element.tag == "gapMatchInteraction":
            prompt = element.child("prompt")
            said = "" if prompt is None else f"<p>{as_html(prompt, without_feedback)}</p>"
            return f"{said}<div>{as_html(element, put)}</div>"
        return "" if element.tag in GAPPED else without_feedback(element)

    converted = item.texts.of(item.body, put)
    document: Document = WrittenGaps(made).document(converted)
    if stem is not None:
        text = converted
        for at, gap in enumerate(made):
            text = text.replace(PLACE.format(at), f"{{{{{gap['id']}}}}}")
        document |= {"stem": item.texts.of(stem), "text": text.strip()}
    return document
