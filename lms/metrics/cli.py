"""`lms metrics …`: the figures of the board on the command line, the same numbers by the same functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import click
from flask import has_app_context
from sqlalchemy.orm import Session

import config
from lms.hours.rules import parse_month
from lms.kit.clock import add_months, local_day, month_of, months_between, utc_now
from lms.kit.db import Database, make_engine
from lms.kit.permissions import SYSTEM
from lms.metrics import queries
from lms.metrics.figures import FIGURES, ITEMS, Figure, Point, Series, by_cell, evaluate
from lms.metrics.rules import TREND_MONTHS, Ask, Dimension, Unit, months_up_to
from lms.web.context import services

_BY = {"site": Dimension.SITE, "programme": Dimension.PROGRAMME, "job": Dimension.JOB}
_DIGITS = {Unit.PERCENT: 1, Unit.HOURS: 2, Unit.POINTS: 2, Unit.PEOPLE: 0}


@click.group("metrics")
def metrics() -> None:
    """Figures of category C."""


class _Month(click.ParamType[date]):
    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        found = parse_month(str(value))
        if found is None or found.year < 2000:
            self.fail(f"{value!r} is no month: write it like 2026-03", param, ctx)
        return found


@metrics.command("show")
@click.option("--item", type=click.Choice([item.code for item in ITEMS if item.figures]), help="One item only.")
@click.option("--from", "first", type=_Month(), help=f"First month (default: {TREND_MONTHS} months up to the last).")
@click.option("--to", "last", type=_Month(), help="Last month (default: the last whole one).")
@click.option("--by", type=click.Choice(list(_BY)), help="Also each site, programme or job.")
@click.option("--json", "as_json", is_flag=True, help="Exact fractions beside the rounded values.")
@click.pass_context
def show(
    context: click.Context,
    *,
    item: str | None,
    first: date | None,
    last: date | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Figures month by month, for the whole company or cell by cell."""
    database, settings = _installation(context)
    ask = _ask(settings, first, last)
    chosen = [figure for figure in FIGURES if item in (None, figure.item)]
    with database.reading() as session:
        shown = [_describe(session, figure, ask, _BY[by] if by else None) for figure in chosen]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for one in shown:
        click.echo(f"\n{one['item']} {one['title']} ({one['figure']})")
        for part in (one, *one["cells"]):
            if part is not one:
                click.echo(f"  {part['name']}")
            for point in part["months"]:
                click.echo(f"  {point['month']}  {point['numerator']} / {point['denominator']}  {_line(point)}")


def _installation(context: click.Context) -> tuple[Database, config.Settings]:
    """The application's database and settings inside one; else the database that `lms` hands down, or that of the settings."""
    if has_app_context():
        return services().database, services().settings
    settings = config.load()
    given = context.find_object(Database)
    return given or Database(make_engine(settings.database, busy_seconds=settings.busy_seconds)), settings


def _ask(settings: config.Settings, first: date | None, last: date | None) -> Ask:
    today = local_day(utc_now(), settings.zone)
    if last is None:
        last = add_months(month_of(today), -1)
    if last > today:
        raise click.BadParameter("a month that has not begun has no figures", param_hint="--to")
    months = months_up_to(last) if first is None else tuple(months_between(first, last))
    if not months:
        raise click.BadParameter("the first month comes after the last", param_hint="--from")
    return Ask(
        SYSTEM,
        months,
        today,
        zone=settings.zone,
        survey_minimum=settings.survey_minimum,
    )


def _describe(session: Session, figure: Figure, ask: Ask, by: Dimension | None) -> dict[str, Any]:
    series = evaluate(session, figure, ask, queries.goals(session))
    return {
        "figure": figure.key,
        "item": figure.item,
        "title": figure.title,
        "formula": figure.formula,
        "unit": figure.unit.value,
        "period": figure.period.value,
        "months": [_point(figure, point) for point in series.points],
        "by": by.value if by else None,
        "cells": _cells(session, series, ask, by) if by in figure.dimensions else [],
    }


def _cells(session: Session, series: Series, ask: Ask, by: Dimension | None) -> list[dict[str, Any]]:
    if by is None:
        return []
    names: Mapping[int, str] = dict(zip(_BY.values(), queries.place_names(session), strict=True))[by]
    found: Sequence[tuple[int | str | None, tuple[Point, ...]]] = list(by_cell(series, ask, by).items())
    cells = [
        {
            "name": names.get(cell, "—") if isinstance(cell, int) else "—",
            "months": [_point(series.figure, point) for point in points],
        }
        for cell, points in found
    ]
    return sorted(cells, key=lambda cell: str(cell["name"]))


def _point(figure: Figure, point: Point) -> dict[str, Any]:
    evidence = point.evidence
    return {
        "month": point.month.isoformat()[:7],
        "as_of": point.last_day.isoformat(),
        "numerator": _exact(evidence.over),
        "denominator": _exact(evidence.under),
        "value": None if evidence.value is None else _exact(evidence.value),
        "shown": None if evidence.value is None else _rounded(figure.unit, evidence.value),
        "target": None if point.goal is None else _rounded(figure.unit, point.goal.value),
        "status": point.status.value,
        "records": {"numerator": len(evidence.numerator), "denominator": len(evidence.denominator)},
    }


def _exact(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _rounded(unit: Unit, value: Fraction) -> str:
    """As pages write it, with a decimal point: a share in percent and rounded down, the others half up."""
    digits = _DIGITS[unit]
    scaled = (value * 100 if unit is Unit.PERCENT else value) * 10**digits
    whole = scaled // 1 if unit is Unit.PERCENT else (scaled + Fraction(1, 2)) // 1
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def _line(point: Mapping[str, Any]) -> str:
    if point["shown"] is None:
        return "no data"
    target = f" (target {point['target']})" if point["target"] is not None else ""
    return f"= {point['shown']} {point['status']}{target}"
