"""Whole scenarios for a section: which sums their sizes can make, the cheapest exact fill, how many disjoint fills.

A scenario is drawn whole or not at all, and of those with one exclusive name one at most. So a section is filled by a
knapsack with groups: a group is an exclusive name (or a single scenario), its members weigh their number of questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.assessment.rules.plan import Candidate

_BUDGET = 20_000
"""How many steps the search for disjoint fills may take before it is content with what it has found."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The questions of one scenario, in their order. Its exclusive name is theirs."""

    key: str
    questions: tuple[Candidate, ...]

    @property
    def size(self) -> int:
        return len(self.questions)

    @property
    def name(self) -> str | None:
        return self.questions[0].exclusive or None


def gather(candidates: Iterable[Candidate]) -> list[Scenario]:
    """The scenarios that `candidates` are the questions of, by key."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.scenario, []).append(candidate)
    return [
        Scenario(key, tuple(sorted(some, key=lambda each: (each.place, each.question_id))))
        for key, some in sorted(found.items())
    ]


def sums(scenarios: Sequence[Scenario], limit: int) -> list[int]:
    """Every number of questions up to `limit` that some whole scenarios hold together, 0 included."""
    reached = 1  # bit s: a choice of s questions
    for members in _groups(scenarios):
        more = reached
        for size in {scenario.size for scenario in members}:
            more |= reached << size
        reached = more & ((1 << (limit + 1)) - 1)
    return [number for number in range(limit + 1) if reached >> number & 1]


@dataclass(frozen=True, slots=True)
class Priced:
    """A scenario and what taking it costs (0 or more)."""

    cost: int
    scenario: Scenario


def cheapest(offers: Iterable[Priced], count: int) -> list[Scenario] | None:
    """The scenarios that hold exactly `count` questions at the least total cost; None where none do.

    With distinct sums of costs the answer is unique, so it does not depend on how it is searched.
    """
    best: dict[int, tuple[int, tuple[Scenario, ...]]] = {0: (0, ())}
    groups: dict[str, list[Priced]] = {}
    for offer in offers:
        groups.setdefault(_group(offer.scenario), []).append(offer)
    for _, members in sorted(groups.items()):
        before = dict(best)
        for member in sorted(members, key=lambda each: (each.cost, each.scenario.key)):
            for total, (cost, taken) in before.items():
                reached, price = total + member.scenario.size, cost + member.cost
                if reached <= count and (reached not in best or price < best[reached][0]):
                    best[reached] = price, (*taken, member.scenario)
    return list(best[count][1]) if count in best else None


def disjoint(scenarios: Sequence[Scenario], count: int) -> int:
    """How many times `count` can be filled exactly without using a scenario twice.

    Finding the most is a packing problem, hard in general: the search looks at up to `_BUDGET` choices, which is all of
    them for a bank of ordinary size, and tells the most that it found. What it tells can be reached.
    """
    classes = sorted(Counter((each.size, each.name) for each in scenarios).items(), key=_by_size)
    search = _Packing([kind for kind, _ in classes], count)
    total = sum(size * many for (size, _), many in classes)
    return search.most(tuple(many for _, many in classes), total // count if count else 0)


def _by_size(item: tuple[tuple[int, str | None], int]) -> tuple[int, str]:
    (size, name), _ = item
    return -size, name or ""


class _Packing:
    """Scenarios that are alike (size and exclusive name) are one class: which of them is taken makes no difference."""

    def __init__(self, kinds: Sequence[tuple[int, str | None]], count: int) -> None:
        self._kinds, self._count = kinds, count
        self._known: dict[tuple[int, ...], int] = {}
        self._left = _BUDGET

    def most(self, stock: tuple[int, ...], bound: int) -> int:
        """The most fills out of `stock` (how many there are of each class), looking for no more than `bound`."""
        if stock in self._known:
            return self._known[stock]
        best = 0
        for used in self._fills(stock, 0, self._count, (), frozenset()) if bound else ():
            rest = tuple(have - take for have, take in zip(stock, used, strict=True))
            best = max(best, 1 + self.most(rest, bound - 1))
            if best >= bound or self._left <= 0:
                break
        self._known[stock] = best
        return best

    def _fills(
        self, stock: tuple[int, ...], kind: int, missing: int, used: tuple[int, ...], names: frozenset[str]
    ) -> Iterator[tuple[int, ...]]:
        """Every way to hold exactly `missing` questions with classes from `kind` on, the largest first."""
        self._left -= 1
        if self._left <= 0 and missing:
            return
        if kind == len(self._kinds):
            if not missing:
                yield used
            return
        size, name = self._kinds[kind]
        most = min(stock[kind], missing // size)
        if name is not None:
            most = 0 if name in names else min(most, 1)
        for take in range(most, -1, -1):
            claimed = names | {name} if take and name is not None else names
            yield from self._fills(stock, kind + 1, missing - take * size, (*used, take), claimed)


def _group(scenario: Scenario) -> str:
    return f"name {scenario.name}" if scenario.name else f"one {scenario.key}"


def _groups(scenarios: Iterable[Scenario]) -> list[list[Scenario]]:
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        found.setdefault(_group(scenario), []).append(scenario)
    return list(found.values())
