"""Whether sections that share exclusive sets can all be filled: a small maximum flow.

A draw takes one question at most of each exclusive set, and a set may have questions in several sections. Filling
every section is then a matching of sections to sets. k forms without a common question exist exactly when sections
can take k times their count, sets giving at most k: by König's edge colouring such an assignment splits into k forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortage:
    """Sections (by number) that together need more than they can get, as questions per form times forms."""

    sections: tuple[int, ...]
    needed: int
    available: int


class Network:
    """Sections with the number they need, and the exclusive name (or None) of every question each may take."""

    def __init__(self, needs: Sequence[int], names: Sequence[Sequence[str | None]]) -> None:
        self._needs = needs
        homes: dict[str, set[int]] = {}
        for number, offered in enumerate(names):
            for name in offered:
                if name is not None:
                    homes.setdefault(name, set()).add(number)
        self._free = [sum(name is None for name in offered) for offered in names]
        self._own: list[list[int]] = []  # sizes of the sets that only this section can use
        self._shared: list[dict[str, int]] = []  # sizes, in this section, of the sets that others can use too
        for offered in names:
            sizes = Counter(name for name in offered if name is not None)
            self._own.append([size for name, size in sizes.items() if len(homes[name]) == 1])
            self._shared.append({name: size for name, size in sorted(sizes.items()) if len(homes[name]) > 1})

    def alone(self, section: int) -> int:
        """How many questions a form could take for `section` if there were no other."""
        return self._private(section, 1) + len(self._shared[section])

    def shortages(self, forms: int = 1) -> list[Shortage]:
        """The sets of sections that cannot all be filled for `forms` disjoint forms; empty where all can."""
        flow: list[Counter[str]] = [Counter() for _ in self._needs]
        used: Counter[str] = Counter()
        private = [self._private(number, forms) for number in range(len(self._needs))]
        found: list[Shortage] = []
        told: set[int] = set()
        for number, need in enumerate(self._needs):
            for _ in range(need * forms - private[number]):
                reached = self._augment(number, forms, flow, used)
                if reached is None:
                    continue
                if not told & reached:
                    needed = sum(self._needs[each] * forms for each in reached)
                    have = sum(min(private[each], self._needs[each] * forms) + flow[each].total() for each in reached)
                    found.append(Shortage(tuple(sorted(reached)), needed, have))
                told |= reached
                break
        return found

    def _private(self, section: int, forms: int) -> int:
        return self._free[section] + sum(min(size, forms) for size in self._own[section])

    def _augment(self, start: int, forms: int, flow: list[Counter[str]], used: Counter[str]) -> set[int] | None:
        """Give `start` one more question; where that cannot be, the sections that stand in each other's way."""
        came_from: dict[int, tuple[int, str]] = {}
        queue, reached = [start], {start}
        for section in queue:
            for name, size in self._shared[section].items():
                if flow[section][name] >= size:
                    continue
                if used[name] < forms:
                    used[name] += 1
                    self._shift(section, name, flow, came_from)
                    return None
                for other in range(len(flow)):
                    if other not in reached and flow[other][name]:
                        came_from[other] = (section, name)
                        reached.add(other)
                        queue.append(other)
        return reached

    @staticmethod
    def _shift(section: int, name: str, flow: list[Counter[str]], came_from: dict[int, tuple[int, str]]) -> None:
        flow[section][name] += 1
        while section in came_from:
            giver, (section, name) = section, came_from[section]
            flow[giver][name] -= 1
            flow[section][name] += 1
