"""How far a total can be trusted: alpha in its forms, and how often a second test would decide the same."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import comb, fsum

from lms.assessment.rules.statistics import moments

Person = Sequence[tuple[int, float]]
"""What one person got: (section, points) of each item."""


def cronbach(items: int, item_variances: float, total_variance: float | None) -> float | None:
    """k / (k - 1) (1 - sum of item variances / variance of totals), Cronbach 1951; KR-20 where items are right or wrong.

    It is not clipped: a negative alpha says that items work against each other. None below two items or without variance.
    """
    if items < 2 or not total_variance:
        return None
    return items / (items - 1) * (1 - item_variances / total_variance)


def alpha_of_slots(people: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha over the places of a plan, whichever question each person got there.

    Every row holds the points of the same places, in the order of the plan. None where rows differ in length.
    """
    if not people or len({len(row) for row in people}) != 1:
        return None
    columns = list(zip(*people, strict=True))
    variances = [moments.variance(column) for column in columns]
    if any(each is None for each in variances):
        return None
    spread = moments.variance([fsum(row) for row in people])
    return cronbach(len(columns), fsum(each for each in variances if each is not None), spread)


def alpha_within_sections(people: Iterable[Person]) -> float | None:
    """1 - mean over persons(sum over sections n_h s2_h within the person) / variance of totals: for forms drawn at random.

    n_h is how many items of section h a person had, s2_h the unbiased variance of their points within it: the error that
    comes from which questions were drawn (Lord's model of randomly parallel forms, section by section; KR-21 where there
    is one section of right or wrong items). None where a section holds one item, for it shows no such variance.
    """
    found, totals = Reliability(), []
    for person in people:
        found.add(person)
        totals.append(fsum(points for _, points in person))
    return found.alpha(moments.variance(totals))


class Reliability:
    """Gathers `alpha_within_sections` one person at a time."""

    def __init__(self) -> None:
        self._errors, self._known = array("d"), True

    def add(self, person: Person) -> None:
        sections: dict[int, list[float]] = {}
        for section, points in person:
            sections.setdefault(section, []).append(points)
        within = [(len(some), moments.variance(some)) for some in sections.values()]
        if not within or any(spread is None for _, spread in within):
            self._known = False
        else:
            self._errors.append(fsum(count * spread for count, spread in within if spread is not None))

    def alpha(self, total_variance: float | None) -> float | None:
        """The coefficient, from the variance of the totals; None where a section of somebody had one item."""
        if not total_variance or not self._known:
            return None
        return 1 - fsum(self._errors) / len(self._errors) / total_variance


def standard_error(deviation: float | None, alpha: float | None) -> float | None:
    """The standard error of measurement, in points: sd sqrt(1 - alpha). None where alpha is above 1."""
    return None if deviation is None or alpha is None or alpha > 1 else deviation * (1 - alpha) ** 0.5


def subkoviak(scores: Sequence[float], items: int, cut: int, reliability: float | None) -> float | None:
    """Decision consistency at the pass mark by Subkoviak's single-administration method (1976).

    The share of people whom a second, equivalent test would put on the same side of `cut` (right items of `items`). Each true
    proportion is estimated by Kelley's regression towards the mean with `reliability` (alpha), and a test score is binomial
    around it. `scores` are numbers of items right; partial credit enters the regression as it is.
    None without a reliability from 0 to 1, without items or without people.
    """
    if reliability is None or not 0 <= reliability <= 1 or not scores or items < 1:
        return None
    centre = fsum(scores) / len(scores) / items
    agreed = []
    for score in scores:
        true = min(1.0, max(0.0, reliability * score / items + (1 - reliability) * centre))
        passing = _at_least(cut, items, round(true, 12))
        agreed.append(passing**2 + (1 - passing) ** 2)
    return fsum(agreed) / len(agreed)


@lru_cache(maxsize=4096)
def _at_least(cut: int, items: int, chance: float) -> float:
    """The probability of `cut` or more right of `items`, each with `chance`."""
    terms = (comb(items, k) * chance**k * (1 - chance) ** (items - k) for k in range(max(0, cut), items + 1))
    return min(1.0, fsum(terms))
