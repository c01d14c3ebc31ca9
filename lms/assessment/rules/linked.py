"""The best choice for sections that may share exclusive sets: a small minimum-cost flow.

Taking the best questions section by section may run into a dead end, or spend on one section the unseen question that
another needs. Here the whole is weighed: whenever a valid choice exists one is found, and it is the cheapest of all
valid choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that a section may take: what taking it costs (0 or more) and its exclusive set, if any."""

    cost: int
    item: int
    name: str | None


def cheapest(needs: Sequence[int], offers: Sequence[Sequence[Offer]]) -> list[list[Offer]] | None:
    """For each section, `needs[s]` of `offers[s]`, at most one offer of each set in all, at the least total cost.

    Returns None where no such choice exists. With distinct sums of costs the answer is unique, so it does not depend
    on how it is searched. Method: successive shortest paths, one question a round.
    """
    market = _Market(needs, offers)
    while market.lacking():
        if not market.grow():
            return None
    return market.taken()


class _Market:
    def __init__(self, needs: Sequence[int], offers: Sequence[Sequence[Offer]]) -> None:
        self._needs = needs
        homes: dict[str, set[int]] = {}
        for section, offered in enumerate(offers):
            for offer in offered:
                if offer.name is not None:
                    homes.setdefault(offer.name, set()).add(section)
        self._private: list[list[Offer]] = []  # cheapest first; nobody else can use these
        self._shared: list[dict[str, Offer]] = []  # per set that others can use too, the cheapest offer
        for offered in offers:
            free = [offer for offer in offered if offer.name is None]
            best: dict[str, Offer] = {}
            for offer in offered:
                if offer.name is not None and (offer.name not in best or offer.cost < best[offer.name].cost):
                    best[offer.name] = offer
            free += [offer for name, offer in best.items() if len(homes[name]) == 1]
            self._private.append(sorted(free, key=lambda offer: (offer.cost, offer.item)))
            self._shared.append({name: offer for name, offer in sorted(best.items()) if len(homes[name]) > 1})
        self._spent = [0] * len(needs)  # how many of the private offers each section has taken
        self._holder: dict[str, int] = {}  # which section has taken from a shared set

    def lacking(self) -> list[int]:
        """The sections that still need a question."""
        have = list(self._spent)
        for section in self._holder.values():
            have[section] += 1
        return [section for section, need in enumerate(self._needs) if have[section] < need]

    def taken(self) -> list[list[Offer]]:
        """What each section has taken."""
        chosen = [list(offers[:spent]) for offers, spent in zip(self._private, self._spent, strict=True)]
        for name, section in sorted(self._holder.items()):
            chosen[section].append(self._shared[section][name])
        return chosen

    def grow(self) -> bool:
        """Take one question more, by the cheapest chain of exchanges; False where there is none."""
        distance, via = self._distances()
        ends = [(distance[each] + offer.cost, each, offer) for each in distance for offer in self._free_offers(each)]
        if not ends:
            return False
        _, section, offer = min(ends, key=lambda end: (end[0], end[1], end[2].item))
        if offer.name is not None and offer.name in self._shared[section]:
            self._holder[offer.name] = section
        else:
            self._spent[section] += 1
        while section in via:
            section, name = via[section]
            self._holder[name] = section
        return True

    def _free_offers(self, section: int) -> list[Offer]:
        """What `section` could take without taking it from another."""
        private = self._private[section][self._spent[section] : self._spent[section] + 1]
        return private + [offer for name, offer in self._shared[section].items() if name not in self._holder]

    def _distances(self) -> tuple[dict[int, int], dict[int, tuple[int, str]]]:
        """The cheapest way to put each section in want of one question, and from which section and set it comes.

        Bellman-Ford: an exchange can save cost, but no round of exchanges can, as every state is the cheapest of its
        size.
        """
        distance = dict.fromkeys(self.lacking(), 0)
        via: dict[int, tuple[int, str]] = {}
        changed = True
        while changed:
            changed = False
            for section in sorted(distance):
                for name, offer in self._shared[section].items():
                    holder = self._holder.get(name, section)
                    if holder == section:
                        continue
                    cost = distance[section] + offer.cost - self._shared[holder][name].cost
                    if holder not in distance or cost < distance[holder]:
                        distance[holder], via[holder] = cost, (section, name)
                        changed = True
        return distance, via
