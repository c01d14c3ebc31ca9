"""Hours on the command line: the same question, the same query, the same figures as the page.

Mounted by `lms/cli.py`, which gives the context a `Database` as its object.
"""

from __future__ import annotations

import json
from datetime import date

import click

from lms.hours import queries
from lms.hours.rules import Cell, Dimension, Pivot, exact_hours, parse_month
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM


class _Month(click.ParamType[date]):
    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        found = value if isinstance(value, date) else parse_month(str(value))
        if found is None:
            self.fail(f"{value!r} is no month: write it like 2026-03", param, ctx)
        return found


@click.group("hours")
def hours() -> None:
    """The ledger of training hours."""


@hours.command("report")
@click.option("--from", "first", type=_Month(), required=True, help="First month, like 2026-01.")
@click.option("--to", "last", type=_Month(), required=True, help="Last month, like 2026-03.")
@click.option(
    "--by",
    "by",
    type=click.Choice([dimension.value for dimension in Dimension]),
    multiple=True,
    default=("month",),
    show_default=True,
    help="What to cut by; once or twice.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def report(database: Database, first: date, last: date, by: tuple[str, ...], as_json: bool) -> None:
    """Whole minutes of a period, by one or two dimensions. Training, OJT and coaching stand apart."""
    if last < first:
        raise click.UsageError("the last month comes before the first")
    if len(by) > 2 or len(set(by)) != len(by):
        raise click.UsageError("--by takes one or two different dimensions")
    with database.reading() as session:
        pivot = queries.pivot(session, SYSTEM, first=first, last=last, by=[Dimension(word) for word in by])
    if as_json:
        click.echo(json.dumps(_document(pivot, first, last), ensure_ascii=False, indent=2))
    else:
        for line in _table(pivot):
            click.echo(line)


def _measures(cell: Cell) -> dict[str, int]:
    return {
        "training_minutes": cell.training,
        "ojt_minutes": cell.ojt,
        "coaching_minutes": cell.coaching,
        "adjustment_minutes": cell.adjustments,
        "entries": cell.entries,
        "people": cell.people,
    }


def _document(pivot: Pivot, first: date, last: date) -> dict[str, object]:
    return {
        "from": first.isoformat()[:7],
        "to": last.isoformat()[:7],
        "by": [dimension.value for dimension in pivot.by],
        "cells": [
            {
                "keys": {
                    dimension.value: {"key": key.key, "label": key.label}
                    for dimension, key in zip(pivot.by, cell.keys, strict=True)
                }
            }
            | _measures(cell)
            for cell in pivot.cells
        ],
        "total": _measures(pivot.total),
    }


def _table(pivot: Pivot) -> list[str]:
    heads = [*(dimension.value for dimension in pivot.by), "training", "hours", "ojt", "coaching", "people"]
    rows = [[*(key.label or key.key for key in cell.keys), *_figures(cell)] for cell in pivot.cells]
    rows.append(["total", *[""] * (len(pivot.by) - 1), *_figures(pivot.total)])
    widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    names = len(pivot.by)
    return [
        "  ".join(
            text.ljust(width) if at < names else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [heads, *rows]
    ]


def _figures(cell: Cell) -> list[str]:
    return [str(cell.training), exact_hours(cell.training), str(cell.ojt), str(cell.coaching), str(cell.people)]
