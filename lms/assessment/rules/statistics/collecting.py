"""Statistics over attempts with forms drawn at random, gathered one attempt at a time.

Kept are numbers in compact arrays and no attempt: some 30 bytes for each question of each attempt.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, fsum, sqrt

from lms.assessment.rules.statistics import moments
from lms.assessment.rules.statistics.items import ItemFigures, item_figures
from lms.assessment.rules.statistics.options import Key, OptionRow, option_table, thirds
from lms.assessment.rules.statistics.reliability import Reliability, cronbach, standard_error, subkoviak


@dataclass(frozen=True, slots=True)
class Taken:
    """One question of an attempt: its version, its section of the plan, its points, the share earned, and what was given."""

    version_id: int
    section: int
    points: float
    share: float
    given: Collection[Key] = ()


@dataclass(slots=True)
class _Gathered:
    shares: array[float] = field(default_factory=lambda: array("d"))
    points: array[float] = field(default_factory=lambda: array("d"))
    people: array[int] = field(default_factory=lambda: array("L"))
    given: dict[Key, array[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Whole:
    """The figures of a test, in points. Both alphas are named; `consistency` is Subkoviak's."""

    n: int
    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    alpha_slots: float | None
    alpha_within: float | None
    sem: float | None
    error_ratio: float | None
    consistency: float | None


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses to a question version that statistics tell apart, those that earn something, and its guessing score."""

    keys: tuple[Key, ...]
    right: frozenset[Key]
    guess: float | None = None


class Collector:
    """Takes attempts by `add`, then gives the figures of the test and of each question version."""

    def __init__(self) -> None:
        self._items: defaultdict[int, _Gathered] = defaultdict(_Gathered)
        self._totals, self._sizes = array("d"), array("L")
        self._slots: list[array[float]] = []
        self._even = True
        self._within = Reliability()

    def add(self, attempt: Sequence[Taken]) -> None:
        """One graded attempt, without the questions that a regrade left out."""
        person = len(self._totals)
        self._totals.append(fsum(each.share * each.points for each in attempt))
        self._sizes.append(len(attempt))
        for each in attempt:
            gathered = self._items[each.version_id]
            gathered.shares.append(each.share)
            gathered.points.append(each.points)
            gathered.people.append(person)
            for key in each.given:
                gathered.given.setdefault(key, array("L")).append(person)
        self._within.add([(each.section, each.share * each.points) for each in attempt])
        self._slot([each.share * each.points for each in sorted(attempt, key=lambda each: each.section)])

    def _slot(self, points: Sequence[float]) -> None:
        if not self._slots:
            self._slots = [array("d") for _ in points]
        self._even = self._even and len(points) == len(self._slots)
        if self._even:
            for column, each in zip(self._slots, points, strict=True):
                column.append(each)

    def whole(self, pass_mark: Fraction) -> Whole:
        """The figures of the test; `pass_mark` is the share that passes."""
        totals = self._totals
        spread = moments.variance(totals)
        deviation = None if spread is None else sqrt(spread)
        slots = within = None
        if self._even and len(totals) > 1:
            variances = fsum(moments.variance(column) or 0.0 for column in self._slots)
            slots = cronbach(len(self._slots), variances, spread)
        within = self._within.alpha(spread)
        alpha = slots if within is None else within
        return Whole(
            n=len(totals),
            mean=moments.mean(totals),
            median=moments.median(totals),
            sd=deviation,
            skewness=moments.skewness(totals),
            kurtosis=moments.kurtosis(totals),
            alpha_slots=slots,
            alpha_within=within,
            sem=standard_error(deviation, alpha),
            error_ratio=None if alpha is None or alpha > 1 else 100 * sqrt(1 - alpha),
            consistency=self._consistency(alpha, pass_mark),
        )

    def _consistency(self, alpha: float | None, pass_mark: Fraction) -> float | None:
        """Only where every question weighs one point and all forms have one size: then a total is a number of right ones."""
        ones = all(point == 1 for gathered in self._items.values() for point in gathered.points)
        sizes = set(self._sizes)
        if not ones or len(sizes) != 1:
            return None
        size = sizes.pop()
        return subkoviak(self._totals, size, ceil(pass_mark * size), alpha)

    def items(self, responses: Mapping[int, Responses]) -> dict[int, tuple[ItemFigures, list[OptionRow]]]:
        """The figures and the table of responses of each version in `responses`, by its id; n = 0 for what nobody drew."""
        third = thirds(self._totals)
        found = {}
        for version_id, known in responses.items():
            gathered = self._items.get(version_id, _Gathered())
            totals = [self._totals[person] for person in gathered.people]
            figures = item_figures(str(version_id), gathered.shares, totals, worth=gathered.points)
            table = option_table(known.keys, known.right, gathered.given, third)
            extra = {flag for row in table for flag in row.flags} if figures.n else set()
            flags = (*figures.flags, *sorted(extra))
            found[version_id] = (replace(figures, random_guess=known.guess, flags=flags), table)
        return found
