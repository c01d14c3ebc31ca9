"""Pairs of QTI 2.x and 3.0: which set is on the left, what goes with what."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import MAX_PARTS, matching_document
from lms.assessment.formats.qti.nodes import Put, attribute
from lms.assessment.formats.qti.probing import Score
from lms.assessment.formats.qti.texts import Texts
from lms.assessment.formats.qti.variables import Response
from lms.assessment.formats.xml_tree import Element


def paired(lefts: Sequence[str], rights: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs with each left side once, turned round where only that gives it. Raises: Refused."""
    for turned in (False, True):
        found = [(right, left) if turned else (left, right) for left, right in pairs]
        used = [left for left, _ in found]
        whole = rights if turned else lefts
        if len(set(used)) == len(used) and set(used) == set(whole):
            return found
    used = [left for left, _ in pairs]
    if len(set(used)) == len(used):
        return list(pairs)
    raise Refused("un elemento va con varios a la vez: no se puede representar")


class Pairing:
    """A matchInteraction or an associateInteraction."""

    def __init__(self, interaction: Element, texts: Texts, put: Put) -> None:
        """Raises: Refused."""
        self._texts, self._put = texts, put
        sets = interaction.all("simpleMatchSet")
        if interaction.tag == "matchInteraction" and len(sets) != 2:
            raise Refused("no tiene dos columnas para emparejar")
        columns = [each.all("simpleAssociableChoice") for each in sets or [interaction]]
        if sum(map(len, columns)) > MAX_PARTS:
            raise Refused(f"tiene más de {MAX_PARTS} elementos")
        self._elements = {attribute(each, "identifier"): each for column in columns for each in column}
        self._lefts = [attribute(each, "identifier") for each in columns[0]]
        self._rights = [attribute(each, "identifier") for each in columns[1]] if sets else []
        self.right: list[str] = []
        """The entries of the right answer."""

    def document(self, declared: Response, score: Score, notes: list[str]) -> Document:
        """The question. Raises: Refused."""
        self.right = self._right_entries(declared, score)
        pairs = self._pairs()
        best, _ = score(self.right)
        if best <= 0:
            raise Refused("emparejar todo bien no da puntos, o no se entiende cómo se corrige")
        part = score(self.right[1:])[0] / best
        if len(self.right) > 1 and part != Fraction(len(self.right) - 1, len(self.right)):
            notes.append("cada par pasa a valer lo mismo")
        if self._rights:
            pairs = paired(self._lefts, self._rights, pairs)
            turned = bool(pairs) and pairs[0][0] in self._rights
            columns = (self._rights, self._lefts) if turned else (self._lefts, self._rights)
        else:
            columns = (self._lefts, [key for key in self._lefts if key not in {end for pair in pairs for end in pair}])
        left_out = [key for key in columns[0] if self._rights and key not in {left for left, _ in pairs}]
        if left_out:
            notes.append("los elementos que no van con ninguno no se toman")
        pairs.sort(key=lambda pair: columns[0].index(pair[0]) if pair[0] in columns[0] else 0)
        used = {right for _, right in pairs}
        made = [
            {"left": self._texts.of(self._elements[left], self._put), "right": self._plain(right)}
            for left, right in pairs
        ]
        if not all(each["left"] and each["right"] for each in made):
            raise Refused("un elemento para emparejar está vacío")
        return matching_document(made, [self._plain(key) for key in columns[1] if key not in used])

    def _plain(self, key: str) -> str:
        return self._texts.plain(self._elements[key], self._put)

    def _right_entries(self, declared: Response, score: Score) -> list[str]:
        if declared.correct:
            return [str(each) for each in declared.correct]
        named = [known.key for known in declared.mapped if known.points > 0]
        if named:
            return named
        return [
            f"{left} {right}" for left in self._lefts for right in self._rights if score([f"{left} {right}"])[0] > 0
        ]

    def _pairs(self) -> list[tuple[str, str]]:
        found = []
        for entry in self.right:
            ends = entry.split()
            if len(ends) != 2 or not set(ends) <= self._elements.keys():
                raise Refused(f"el par «{entry[:60]}» nombra algo que no está")
            if self._rights and ends[0] in self._rights and ends[1] in self._lefts:
                ends.reverse()
            found.append((ends[0], ends[1]))
        if not found:
            raise Refused("no dice qué va con qué")
        return found
