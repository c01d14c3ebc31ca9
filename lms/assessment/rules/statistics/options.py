"""What each option of a question was chosen by: the lower, middle and upper third of the people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OptionRow:
    """How often an option was chosen by each third, and by everybody. `key`: whether choosing it is right."""

    option: int
    key: bool
    lower: int
    middle: int
    upper: int
    flags: tuple[str, ...] = field(default=())

    @property
    def chosen(self) -> int:
        return self.lower + self.middle + self.upper


def thirds(totals: Sequence[float]) -> list[int]:
    """The third of each person by total: 0 lower, 1 middle, 2 upper. Who has the same total stands in the same third.

    Where totals tie across a border they all go into the middle, so that the outer thirds hold only who clearly belongs.
    """
    if not totals:
        return []
    ordered, count = sorted(totals), len(totals)
    low, high = ordered[(count - 1) // 3], ordered[count - 1 - (count - 1) // 3]
    if low == high:
        return [0 if total < low else 2 if total > high else 1 for total in totals]
    return [0 if total <= low else 2 if total >= high else 1 for total in totals]


def option_table(
    options: int, right: Collection[int], chosen: Sequence[Collection[int]], totals: Sequence[float]
) -> list[OptionRow]:
    """A row for each of `options`, from what each person chose and their totals.

    Flags: never_chosen; better_than_key, a wrong option that the upper third took more often, against the lower, than any
    right one. Raises: ValueError where the two series differ in length.
    """
    counts = [[0, 0, 0] for _ in range(options)]
    for third, some in zip(thirds(totals), chosen, strict=True):
        for option in some:
            if 0 <= option < options:
                counts[option][third] += 1
    gains = {option: row[2] - row[0] for option, row in enumerate(counts)}
    return [
        OptionRow(option, option in right, lower, middle, upper, _flags(option, lower + middle + upper, right, gains))
        for option, (lower, middle, upper) in enumerate(counts)
    ]


def _flags(option: int, chosen: int, right: Collection[int], gains: Mapping[int, int]) -> tuple[str, ...]:
    if not chosen:
        return ("never_chosen",)
    best = max((gains[each] for each in right), default=None)
    better = best is not None and option not in right and gains[option] > max(best, 0)
    return ("better_than_key",) if better else ()
