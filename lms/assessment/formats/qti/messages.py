"""Which of our comments a feedback of QTI is: told by the answers for which it is shown, or by the name that we give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

OURS = frozenset(["general", "explanation", "when_right", "when_partial", "when_wrong", "feedback"])
"""The names under which we write them."""
_RESULTS: tuple[tuple[str, Callable[[Fraction], bool]], ...] = (
    ("when_right", lambda share: share >= 1),
    ("when_wrong", lambda share: share <= 0),
    ("when_partial", lambda share: 0 < share < 1),
    ("when_wrong", lambda share: share < 1),
)
_MIXED = "un comentario que depende de varias cosas a la vez no se toma"


@dataclass(frozen=True, slots=True)
class Probe:
    """An answer that was tried: the parts that it chose, what it earned of one, the places of what was shown."""

    chosen: frozenset[str]
    share: Fraction
    shown: frozenset[int]


@dataclass
class Sorted:
    """Comments of a question, and those of its parts."""

    document: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, key: str, text: str) -> None:
        known = self.document.get(key)
        if text and text != known:
            self.document[key] = f"{known}\n\n{text}" if known else text

    def add_part(self, part: str, text: str) -> None:
        known = self.parts.get(part)
        if text and text != known:
            self.parts[part] = f"{known}\n\n{text}" if known else text


def sort_messages(texts: Mapping[int, tuple[str, str]], probes: Sequence[Probe], parts: Sequence[str]) -> Sorted:
    """What each message is; `texts` are name and Markdown by place, `parts` the parts that may have one of their own."""
    found = Sorted()
    for place, (name, text) in texts.items():
        if not text:
            continue
        if name in OURS:
            found.add(name, text)
            continue
        where = [probe for probe in probes if place in probe.shown]
        part = _part_of(where, probes, parts)
        key = _key_of(where, probes)
        if part and not (key and _speaks_of_result(name)):
            found.add_part(part, text)
        elif key:
            found.add(key, text)
        elif where:
            found.notes.append(_MIXED)
    return found


def _speaks_of_result(name: str) -> bool:
    """Whether a name such as `correct_fb` says that it is about the result and not about one option."""
    folded = name.lower()
    return any(word in folded for word in ("correct", "right", "wrong", "richtig", "falsch"))


def _part_of(where: Sequence[Probe], probes: Sequence[Probe], parts: Sequence[str]) -> str:
    """The one part that every answer has for which the message is shown, and no other answer."""
    if not where:
        return ""
    common = frozenset.intersection(*(probe.chosen for probe in where))
    for part in parts:
        if part in common and len(where) == sum(part in probe.chosen for probe in probes):
            return part
    return ""


def _key_of(where: Sequence[Probe], probes: Sequence[Probe]) -> str:
    answered = [probe for probe in probes if probe.chosen]
    seen = {id(probe) for probe in where if probe.chosen}
    if len(seen) == len(answered):
        return "explanation"
    for key, test in _RESULTS:
        meant = {id(probe) for probe in answered if test(probe.share)}
        if meant and meant == seen:
            return key
    return ""
