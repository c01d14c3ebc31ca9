"""Options, orders and pairs of QTI as our types: found out by asking what one answer and another are worth."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.choices import Option, choice_document
from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.qti.messages import Probe, sort_messages

Score = Callable[[Sequence[str]], tuple[Fraction, frozenset[int]]]
"""What an answer, a list of entries, earns in points; and the places of the messages that are shown for it."""

_MOST = 60
_EXHAUSTIVE = 5
TRUE = frozenset(
    ["true", "verdadero", "cierto", "verdad", "verdadeiro", "correcto", "v", "t", "wahr", "richtig", "vrai"]
)
FALSE = frozenset(["false", "falso", "incorrecto", "f", "falsch", "faux"])


@dataclass
class Choices:
    """The options of one question as they were read."""

    keys: list[str]
    texts: list[str]
    own: dict[str, str] = field(default_factory=dict)
    """Feedback that stands in an option."""
    messages: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Name and text of the other messages, by place."""
    right: list[str] = field(default_factory=list)
    """What the file says is right; empty where it does not."""
    tries: list[list[str]] = field(default_factory=list)
    """Answers that its rules name."""


def single(choices: Choices, score: Score, notes: list[str]) -> Document:
    """A question where one option is chosen. Raises: Refused."""
    results = {key: score([key]) for key in choices.keys}
    best = max((points for points, _ in results.values()), default=Fraction(0))
    if best <= 0:
        raise Refused("ninguna opción está marcada como correcta")
    shares = {key: max(Fraction(-1), points / best) for key, (points, _) in results.items()}
    probes = [Probe(frozenset([key]), shares[key], shown) for key, (_, shown) in results.items()]
    found = sort_messages(choices.messages, probes, choices.keys)
    notes += found.notes
    feedback = {key: _joined(choices.own.get(key, ""), found.parts.get(key, "")) for key in choices.keys}
    if said := _true_false(choices, shares, feedback):
        for key, text in found.document.items():
            said[key] = _joined(str(said.get(key, "")), text)
        return said
    options = [Option(text, shares[key], feedback[key]) for key, text in zip(choices.keys, choices.texts, strict=True)]
    made = choice_document(options, single=True)
    notes += made.notes
    return made.document | found.document


def _joined(one: str, other: str) -> str:
    return "\n\n".join(dict.fromkeys(part for part in (one, other) if part))


def _true_false(choices: Choices, shares: dict[str, Fraction], feedback: dict[str, str]) -> Document:
    """A true_false question; empty where it is none."""
    said = {text.strip(" .*").casefold(): key for key, text in zip(choices.keys, choices.texts, strict=True)}
    yes, no = said.keys() & TRUE, said.keys() & FALSE
    if len(choices.keys) != 2 or len(yes) != 1 or len(no) != 1:
        return {}
    true, false = said[yes.pop()], said[no.pop()]
    if sorted([shares[true], shares[false]]) not in ([0, 1], [-1, 1]):
        return {}
    right, wrong = (true, false) if shares[true] == 1 else (false, true)
    document: Document = {"type": "true_false", "answer": right == true}
    document |= {"feedback": feedback[wrong]} if feedback[wrong] else {}
    return document | ({"when_right": feedback[right]} if feedback[right] else {})


def multiple(choices: Choices, score: Score, notes: list[str]) -> Document:
    """A question where several options are chosen. Raises: Refused."""
    right = _right_ones(choices, score)
    best, _ = score(right)
    if best <= 0:
        raise Refused("no se entiende cuáles opciones son correctas")
    probes = []
    for chosen in _answers(choices.keys, right):
        points, shown = score(chosen)
        probes.append(Probe(frozenset(chosen), points / best, shown))
    weights = _weights(choices.keys, right, {probe.chosen: probe.share for probe in probes})
    found = sort_messages(choices.messages, probes, choices.keys)
    notes += found.notes
    pairs = zip(choices.keys, choices.texts, strict=True)
    feedback = {key: _joined(choices.own.get(key, ""), found.parts.get(key, "")) for key in choices.keys}
    if weights and len(right) > 1 and _adds_up(weights, probes):
        options = [Option(text, weights[key], feedback[key]) for key, text in pairs]
        made = choice_document(options, single=False)
        notes += made.notes
        return made.document | found.document
    if any(0 < probe.share < 1 for probe in probes):
        notes.append("sus puntos por partes no se pueden representar: se toma como «todo o nada»")
    options_said = [
        {"text": text}
        | ({"correct": True} if key in right else {})
        | ({"feedback": feedback[key]} if feedback[key] else {})
        for key, text in pairs
    ]
    kind = "single" if len(right) == 1 else "multiple"
    if kind == "single":
        notes.append("admite varias respuestas y una sola opción es correcta: se toma como opción única")
    return {"type": kind, "options": options_said} | found.document


def _right_ones(choices: Choices, score: Score) -> list[str]:
    """The options that are right together."""
    said = [key for key in choices.keys if key in choices.right]
    if said and score(said)[0] > 0:
        return said
    good = [key for key in choices.keys if score([key])[0] > 0]
    tries = [*choices.tries, good] if good else list(choices.tries)
    if len(choices.keys) <= _EXHAUSTIVE * 2 and not any(score(each)[0] > 0 for each in tries):
        tries += [
            list(each)
            for size in range(1, len(choices.keys) + 1)
            for each in itertools.combinations(choices.keys, size)
        ]
    best: list[str] = []
    most = Fraction(0)
    for each in tries:
        points = score(each)[0]
        if points > most:
            best, most = each, points
    return best


def _answers(keys: Sequence[str], right: Sequence[str]) -> list[list[str]]:
    """Answers that tell one way of scoring from another."""
    if len(keys) <= _EXHAUSTIVE:
        return [list(each) for size in range(len(keys) + 1) for each in itertools.combinations(keys, size)]
    found = [[], list(right), list(keys), *([key] for key in keys)]
    found += [[key for key in right if key != without] for without in right]
    found += [[*right, key] for key in keys if key not in right]
    chance = random.Random(len(keys))  # noqa: S311 - which answers are tried, nothing that is secret
    found += [[key for key in keys if chance.random() < 0.5] for _ in range(max(0, _MOST - len(found)))]
    return [list(each) for each in dict.fromkeys(tuple(sorted(each, key=list(keys).index)) for each in found)]


def _weights(
    keys: Sequence[str], right: Sequence[str], shares: dict[frozenset[str], Fraction]
) -> dict[str, Fraction] | None:
    """What each option adds to the right answer or takes from it; None where it is more than a share can be."""
    whole = frozenset(right)
    found: dict[str, Fraction] = {}
    for key in keys:
        with_it, without = whole | {key}, whole - {key}
        found[key] = shares.get(with_it, Fraction(0)) - shares.get(without, Fraction(0))
    if any(found[key] <= 0 for key in right) or any(found[key] > 0 for key in keys if key not in whole):
        return None
    return found if sum(found[key] for key in right) == 1 and min(found.values()) >= -1 else None


def _adds_up(weights: dict[str, Fraction], probes: Sequence[Probe]) -> bool:
    """Whether every answer earns the sum of its options, nothing below zero counted."""
    for probe in probes:
        said = sum((weights[key] for key in probe.chosen), Fraction(0))
        if min(max(said, Fraction(0)), Fraction(1)) != min(max(probe.share, Fraction(0)), Fraction(1)):
            return False
    return True


def ordering(keys: Sequence[str], score: Score, right: Sequence[str], notes: list[str]) -> list[str]:
    """The keys in their right order. Raises: Refused."""
    if sorted(right) != sorted(keys):
        raise Refused("no dice el orden correcto de todos los elementos")
    best, _ = score(right)
    if best <= 0:
        raise Refused("el orden correcto no da puntos")
    swapped = [right[1], right[0], *right[2:]]
    if score(swapped)[0] > 0:
        notes.append("una pregunta de ordenar que daba puntos por partes pasa a «todo o nada»")
    return list(right)
