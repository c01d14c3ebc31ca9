"""What one item did among the people who got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from lms.assessment.rules.statistics import moments

HARD, EASY = 0.2, 0.95
"""Below and above these facilities an item says little of who knows more."""
WEAK = 0.2
"""Below this corrected item-total correlation an item hardly goes with the rest of the test."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """`n`: the people who got it. `effective_weight`: its share in the spread of the totals, beside `intended_weight`, its share
    in the points (both in percent). `flags`: hard, easy, no_variance, weak, negative, and those of its options."""

    name: str
    n: int
    facility: float | None
    sd: float | None
    discrimination_index: float | None
    discriminative_efficiency: float | None
    corrected_item_total: float | None
    alpha_if_deleted: float | None = None
    intended_weight: float | None = None
    effective_weight: float | None = None
    random_guess: float | None = None
    flags: tuple[str, ...] = ()


def item_figures(
    name: str, marks: Sequence[float], totals: Sequence[float], *, worth: float | Sequence[float] = 1.0
) -> ItemFigures:
    """The figures of an item from what each person got (0 to 1) and their totals with it, in points.

    `worth` is what full marks were worth in points: to everybody, or to each. The rest that an item is held against is the
    person's total without it, so that no item is praised for agreeing with itself. Discriminative efficiency compares the
    covariance with the greatest that the same marks and rests could have: both in order of size.
    Raises: ValueError where the series differ in length.
    """
    if worth == 0:
        return ItemFigures(name, len(marks), None, None, None, None, None)
    each_worth = [worth] * len(marks) if isinstance(worth, (int, float)) else worth
    rest = [total - mark * points for total, mark, points in zip(totals, marks, each_worth, strict=True)]
    shared = moments.correlation(marks, rest)
    facility, spread = moments.mean(marks), moments.variance(marks)
    found = ItemFigures(
        name=name,
        n=len(marks),
        facility=facility,
        sd=None if spread is None else sqrt(spread),
        discrimination_index=None if shared is None else 100 * shared,
        discriminative_efficiency=_efficiency(marks, rest),
        corrected_item_total=shared,
    )
    return replace(found, flags=_flags(found))


def _efficiency(marks: Sequence[float], rest: Sequence[float]) -> float | None:
    if not moments.variance(marks) or not moments.variance(rest):
        return None
    most, shared = moments.covariance(sorted(marks), sorted(rest)), moments.covariance(marks, rest)
    return 100 * shared / most if most and shared is not None else None


def _flags(item: ItemFigures) -> tuple[str, ...]:
    flags = []
    if item.facility is not None:
        flags += ["hard"] if item.facility < HARD else ["easy"] if item.facility > EASY else []
    if item.sd == 0:
        flags.append("no_variance")
    if item.corrected_item_total is not None and item.corrected_item_total < WEAK:
        flags.append("negative" if item.corrected_item_total < 0 else "weak")
    return tuple(flags)
