"""What each response to a question was given by: the lower, middle and upper third of the people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

Key = tuple[str, str]
"""A response: the part of the question that it answers ("" the whole), and its key there."""


@dataclass(frozen=True, slots=True)
class OptionRow:
    """How often a response was given by each third. `right`: whether giving it earns something."""

    key: Key
    right: bool
    lower: int
    middle: int
    upper: int
    flags: tuple[str, ...] = ()

    @property
    def chosen(self) -> int:
        return self.lower + self.middle + self.upper


def thirds(totals: Sequence[float]) -> list[int]:
    """The third of each person by total: 0 lower, 1 middle, 2 upper. Who has the same total stands in the same third.

    Where totals tie across a border they all go into the outer third; where more than a third of the people tie at one total,
    they are the middle, so that the outer thirds hold only who clearly belongs there.
    """
    if not totals:
        return []
    ordered, count = sorted(totals), len(totals)
    low, high = ordered[(count - 1) // 3], ordered[count - 1 - (count - 1) // 3]
    if low == high:
        return [0 if total < low else 2 if total > high else 1 for total in totals]
    return [0 if total <= low else 2 if total >= high else 1 for total in totals]


def option_table(
    keys: Sequence[Key], right: Collection[Key], given: Mapping[Key, Iterable[int]], third: Sequence[int]
) -> list[OptionRow]:
    """A row for each of `keys`, from the people who gave each (by their place in `third`, the third that each is of).

    Flags: never_chosen; better_than_key, a wrong response that the upper third gave more often, against the lower, than any
    right one of its part.
    """
    counts = {key: _counted(given.get(key, ()), third) for key in keys}
    gains = {key: row[2] - row[0] for key, row in counts.items()}
    best: dict[str, int] = {}
    for key in right:
        best[key[0]] = max(best.get(key[0], gains[key]), gains[key])
    return [
        OptionRow(key, key in right, *counts[key], _flags(key, sum(counts[key]), right, gains, best)) for key in keys
    ]


def _counted(people: Iterable[int], third: Sequence[int]) -> tuple[int, int, int]:
    found = [0, 0, 0]
    for person in people:
        found[third[person]] += 1
    return found[0], found[1], found[2]


def _flags(
    key: Key, chosen: int, right: Collection[Key], gains: Mapping[Key, int], best: Mapping[str, int]
) -> tuple[str, ...]:
    if not chosen:
        return ("never_chosen",)
    better = key not in right and key[0] in best and gains[key] > max(best[key[0]], 0)
    return ("better_than_key",) if better else ()
