"""Means, spreads and shapes. Sums are exact to the last bit (`math.fsum`), and spreads are taken from the mean, never as a
difference of two large sums: figures are good to more digits than anybody prints."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

Numbers = Sequence[float]


def mean(values: Numbers) -> float | None:
    """The arithmetic mean; None of nothing."""
    return fsum(values) / len(values) if values else None


def median(values: Numbers) -> float | None:
    """The middle value, or the mean of the two in the middle; None of nothing."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def variance(values: Numbers) -> float | None:
    """The unbiased variance (n - 1); None below two values. Equal values have none: exactly 0."""
    if len(values) < 2:
        return None
    if min(values) == max(values):
        return 0.0
    centre = fsum(values) / len(values)
    return fsum((each - centre) ** 2 for each in values) / (len(values) - 1)


def deviation(values: Numbers) -> float | None:
    """The standard deviation (n - 1)."""
    found = variance(values)
    return None if found is None else sqrt(found)


def covariance(one: Numbers, other: Numbers) -> float | None:
    """The unbiased covariance of two equally long series; None below two pairs."""
    if len(one) < 2:
        return None
    here, there = fsum(one) / len(one), fsum(other) / len(other)
    return fsum((a - here) * (b - there) for a, b in zip(one, other, strict=True)) / (len(one) - 1)


def correlation(one: Numbers, other: Numbers) -> float | None:
    """Pearson's coefficient; None where either series does not vary."""
    spread, both = variance(one), variance(other)
    shared = covariance(one, other)
    if not spread or not both or shared is None:
        return None
    return shared / sqrt(spread * both)


def skewness(values: Numbers) -> float | None:
    """k3 / k2^1.5 with Fisher's unbiased k-statistics; None below three values or without variance."""
    count, spread = len(values), variance(values)
    if count < 3 or not spread:
        return None
    centre = fsum(values) / count
    third = fsum((each - centre) ** 3 for each in values)
    return count * third / ((count - 1) * (count - 2)) / (spread * sqrt(spread))


def kurtosis(values: Numbers) -> float | None:
    """k4 / k2^2 (excess: 0 for a normal curve) with unbiased k-statistics; None below four values or without variance."""
    count, spread = len(values), variance(values)
    if count < 4 or not spread:
        return None
    centre = fsum(values) / count
    second = fsum((each - centre) ** 2 for each in values) / count
    fourth = fsum((each - centre) ** 4 for each in values) / count
    k4 = count**2 * ((count + 1) * fourth - 3 * (count - 1) * second**2) / ((count - 1) * (count - 2) * (count - 3))
    return k4 / spread**2
