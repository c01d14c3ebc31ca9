"""What an entry of the registry says of a figure, and how any figure is computed from its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from lms.kit.permissions import Permission
from lms.metrics.rules import (
    Arithmetic,
    Ask,
    Better,
    Dimension,
    Evidence,
    Gathered,
    Goal,
    PeriodKind,
    Status,
    Unit,
    goal_on,
    split,
    status,
)


@dataclass(frozen=True)
class Figure:
    """One entry: everything a page says of a figure, and the function that finds its records.

    Texts are Spanish, marked with `N_`. `gather(session, ask)` returns the records of all months asked for, within the
    asker's scope and the cell's filters, in a fixed number of queries. `dimensions` are the filters that its records
    can answer; asked for another, it says so instead of a value. `whole_company`: its records cannot be told apart by
    place, so somebody whose scope is a part of the company does not get it.
    """

    key: str
    item: str
    title: str
    formula: str
    numerator: str
    denominator: str
    arithmetic: Arithmetic
    unit: Unit
    period: PeriodKind
    better: Better
    gather: Callable[[Session, Ask], Gathered]
    dimensions: frozenset[Dimension]
    whole_company: bool = False
    year_to_date: bool = False
    note: str = ""


@dataclass(frozen=True)
class Point:
    """One month of a figure, with the target in force on the last day of its period."""

    month: date
    last_day: date
    evidence: Evidence
    goal: Goal | None
    status: Status
    running: bool  # the month is not over: the figure may still change


@dataclass(frozen=True)
class Series:
    """A figure over the months asked for. `refused`: filters it cannot answer; `out_of_scope`: see `whole_company`."""

    figure: Figure
    points: tuple[Point, ...]
    refused: tuple[Dimension, ...] = ()
    out_of_scope: bool = False
    gathered: Gathered = field(default_factory=lambda: Gathered(()))

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def available(self) -> bool:
        return not self.refused and not self.out_of_scope


def evaluate(session: Session, figure: Figure, ask: Ask, goals: Mapping[str, Sequence[Goal]]) -> Series:
    """The figure for every month of `ask`; a figure that cannot answer has points without data."""
    refused = tuple(sorted(ask.cell.dimensions - figure.dimensions))
    scope = ask.actor.scope(Permission.READ_METRICS)
    out_of_scope = figure.whole_company and not scope.everybody
    gathered = Gathered(()) if refused or out_of_scope else figure.gather(session, ask)
    points = _points(figure, gathered, ask, goals.get(figure.key, ()))
    return Series(figure, points, refused, out_of_scope, gathered)


def _points(figure: Figure, gathered: Gathered, ask: Ask, goals: Iterable[Goal]) -> tuple[Point, ...]:
    known = list(goals)
    points = []
    for month in ask.months:
        last = ask.last_day(month)
        evidence = figure.arithmetic.evidence(gathered, (month,))
        goal = goal_on(known, last)
        points.append(Point(month, last, evidence, goal, status(evidence.value, goal), ask.is_running(month)))
    return tuple(points)


def by_cell(series: Series, ask: Ask, by: Dimension) -> dict[int | str | None, tuple[Point, ...]]:
    """The same months for each site, programme or job that has records; without targets, which are the company's."""
    return {cell: _points(series.figure, part, ask, ()) for cell, part in split(series.gathered, by).items()}


def year_to_date(series: Series, ask: Ask) -> Evidence | None:
    """From January to the last month asked for: the sum of the months over the *mean* of their denominators.

    None for figures that have none. The denominator of an hours-per-head month is a headcount, which is never summed.
    """
    figure, last = series.figure, ask.months[-1]
    if not figure.year_to_date or not series.available:
        return None
    months = [month for month in ask.months if month.year == last.year and month in ask.snapshots]
    whole = figure.arithmetic.evidence(series.gathered, months)
    if not whole.under:
        return whole
    under = whole.under / len(months)
    return Evidence(whole.numerator, whole.denominator, whole.over, under, whole.over / under)
