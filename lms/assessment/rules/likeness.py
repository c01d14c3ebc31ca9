"""Which questions of a bank say the same, or nearly: for their authors to look at. Pure.

Likeness is the share of words that two questions have in common (Jaccard: those of both over those of either). Whom to
compare is found by the rarest words: two texts that share `LEAST` of their words share one of the few rarest of each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

LEAST = Fraction(3, 4)
"""Below this share of common words two questions are not called alike."""
MOST_PAIRS = 5
"""How many a question is paired with, the nearest first: of a series of look-alikes, some are enough."""
_MOST_LOOKED_AT = 60
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions, the lower id first, and their likeness in thousandths; 1000 says the same words in the same order."""

    one: int
    other: int
    share: int


def alike(said: Mapping[int, str], fresh: Collection[int]) -> list[Pair]:
    """The pairs of which at least one is in `fresh`. `said`: what each question says, by id (`rules.texts.said`).

    The time grows with the number of `fresh`: each is held against `_MOST_LOOKED_AT` others at most.
    """
    bags = {each: frozenset(text.split()) for each, text in said.items()}
    often = Counter(word for bag in bags.values() for word in bag)
    rarest = {each: _rarest(bag, often) for each, bag in bags.items()}
    listed: dict[str, list[int]] = defaultdict(list)
    same: dict[str, list[int]] = defaultdict(list)
    for each, few in rarest.items():
        same[said[each]].append(each)
        for word in few:
            if often[word] > 1 and len(listed[word]) < _MOST_LISTED:
                listed[word].append(each)
    pairs: dict[tuple[int, int], Pair] = {}
    for each in sorted(fresh):
        found = {other: 1000 for other in same[said[each]][: MOST_PAIRS + 1] if other != each and said[each]}
        for other in _others(each, rarest[each], listed):
            if other not in found and (share := _share(bags[each], bags[other])):
                found[other] = 999 if share == 1 else int(share * 1000)
        for other, thousandths in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_PAIRS]:
            key = (min(each, other), max(each, other))
            pairs[key] = Pair(*key, thousandths)
    return [pairs[key] for key in sorted(pairs)]


def _rarest(bag: frozenset[str], often: Mapping[str, int]) -> list[str]:
    """The words of which a text that is alike must have one, the rarest first."""
    return sorted(bag, key=lambda word: (often[word], word))[: len(bag) - ceil(LEAST * len(bag)) + 1]


def _others(each: int, found: list[str], listed: Mapping[str, list[int]]) -> Iterator[int]:
    seen = {each}
    for word in found:
        for other in listed.get(word, ()):
            if other not in seen:
                if len(seen) > _MOST_LOOKED_AT:
                    return
                seen.add(other)
                yield other


def _share(one: frozenset[str], other: frozenset[str]) -> Fraction | float:
    """The likeness of two bags of words; 0 where it is less than `LEAST`."""
    common = len(one & other)
    either = len(one) + len(other) - common
    return common / either if either and common * LEAST.denominator >= either * LEAST.numerator else 0
