"""A whole table of marks: people by items, with blanks where an item was not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from lms.assessment.rules.statistics import moments
from lms.assessment.rules.statistics.items import ItemFigures, item_figures
from lms.assessment.rules.statistics.reliability import alpha_within_sections, cronbach, standard_error


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows[p][i]`: what person p got for item i, 0 to 1; None where they did not get it. `worth`: points, 1 each if left out."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[float | None]]
    worth: tuple[float, ...] = ()

    def points_of(self, item: int) -> float:
        return self.worth[item] if self.worth else 1.0


@dataclass(frozen=True, slots=True)
class TestFigures:
    """Figures of the totals, in points. `alpha_name` says which alpha it is: see `analyse`."""

    __test__ = False  # for pytest

    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    alpha: float | None
    alpha_name: str
    sem: float | None
    error_ratio: float | None


def analyse(sheet: Sheet) -> tuple[TestFigures, list[ItemFigures]]:
    """The figures of a test and of each of its items.

    Without blanks alpha is Cronbach's ("cronbach"; it is KR-20 where all marks are 0 or 1). With blanks people had different
    items, and it is the one over randomly drawn forms ("within_person"), all items being one section. An item is looked at among
    the people who got it; an item that nobody got has n = 0. The error ratio is 100 sqrt(1 - alpha), the share of the spread
    that is error.
    """
    totals = [_total(sheet, row) for row in sheet.rows]
    whole = all(mark is not None for row in sheet.rows for mark in row)
    columns = [_column(sheet, item, totals) for item in range(len(sheet.names))]
    test = _test(sheet, totals, columns, whole)
    spread, count = moments.variance(totals), len(columns)
    variances = _variances(sheet, columns)
    all_points = fsum(sheet.points_of(item) for item in range(count))
    found = []
    for item, (name, (marks, with_it)) in enumerate(zip(sheet.names, columns, strict=True)):
        worth = sheet.points_of(item)
        figures = item_figures(name, marks, with_it, worth=worth)
        alpha = _alpha_without(item, columns, totals, variances, worth) if whole else None
        intended = 100 * worth / all_points if all_points else None
        found.append(replace(figures, alpha_if_deleted=alpha, intended_weight=intended))
    return test, _effective(found, columns, sheet, spread)


def _total(sheet: Sheet, row: Sequence[float | None]) -> float:
    return fsum(mark * sheet.points_of(item) for item, mark in enumerate(row) if mark is not None)


Column = tuple[list[float], list[float]]


def _column(sheet: Sheet, item: int, totals: Sequence[float]) -> Column:
    """The marks of who got an item, and their totals."""
    pairs = [(row[item], total) for row, total in zip(sheet.rows, totals, strict=True)]
    got = [(mark, total) for mark, total in pairs if mark is not None]
    return [mark for mark, _ in got], [total for _, total in got]


def _variances(sheet: Sheet, columns: Sequence[Column]) -> list[float]:
    return [(moments.variance(marks) or 0.0) * sheet.points_of(item) ** 2 for item, (marks, _) in enumerate(columns)]


def _test(sheet: Sheet, totals: list[float], columns: Sequence[Column], whole: bool) -> TestFigures:
    spread = moments.variance(totals)
    if whole:
        name, alpha = "cronbach", cronbach(len(columns), fsum(_variances(sheet, columns)), spread)
    else:
        people = [
            [(0, mark * sheet.points_of(item)) for item, mark in enumerate(row) if mark is not None]
            for row in sheet.rows
        ]
        name, alpha = "within_person", alpha_within_sections(people)
    deviation = None if spread is None else sqrt(spread)
    error = None if alpha is None or alpha > 1 else 100 * sqrt(1 - alpha)
    return TestFigures(
        mean=moments.mean(totals),
        median=moments.median(totals),
        sd=deviation,
        skewness=moments.skewness(totals),
        kurtosis=moments.kurtosis(totals),
        alpha=alpha,
        alpha_name=name,
        sem=standard_error(deviation, alpha),
        error_ratio=error,
    )


def _alpha_without(
    item: int, columns: Sequence[Column], totals: Sequence[float], variances: Sequence[float], worth: float
) -> float | None:
    rest = [total - mark * worth for total, mark in zip(totals, columns[item][0], strict=True)]
    others = fsum(variances[:item]) + fsum(variances[item + 1 :])
    return cronbach(len(columns) - 1, others, moments.variance(rest))


def _effective(
    found: Sequence[ItemFigures], columns: Sequence[Column], sheet: Sheet, spread: float | None
) -> list[ItemFigures]:
    """With the effective weights: 100 sqrt(covariance with the total), as a share of the sum of these roots.

    A negative covariance has no root and its item no effective weight. Only for tests whose items everybody got.
    """
    if not spread or any(len(marks) != len(sheet.rows) for marks, _ in columns):
        return list(found)
    roots: list[float | None] = []
    for item, (marks, totals) in enumerate(columns):
        shared = moments.covariance(marks, totals)
        shared = None if shared is None else shared * sheet.points_of(item)
        roots.append(sqrt(shared) if shared is not None and shared >= 0 else None)
    whole = fsum(root for root in roots if root is not None)
    weights = [None if root is None or not whole else 100 * root / whole for root in roots]
    return [replace(each, effective_weight=weight) for each, weight in zip(found, weights, strict=True)]
