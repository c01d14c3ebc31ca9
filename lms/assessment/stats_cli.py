"""The command line of statistics, mounted under `lms` as `lms stats`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lms.assessment.formats.scores_csv import read_scores
from lms.assessment.rules.statistics import ItemFigures, Sheet, TestFigures, analyse


@click.group()
def stats() -> None:
    """Statistics of tests and their questions."""


@stats.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id-column", metavar="NAME", help="A column that names the person and is no item.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, in full precision.")
def items(file: Path, id_column: str | None, as_json: bool) -> None:
    """Item statistics of FILE: a CSV of one row a person and one column an item, marks from 0 to 1, blank for not drawn.

    Discrimination index, discriminative efficiency and error ratio are in percent; what is undefined is null.
    Exit code 0: done, 1: the file has faults (all are told, with line and column), 2: wrong use.
    """
    marks = read_scores(file.read_bytes(), id_column=id_column)
    if marks.faults:
        for fault in marks.faults:
            click.echo(f"{file.name}: {fault}", err=True)
        sys.exit(1)
    test, found = analyse(marks.sheet)
    if as_json:
        click.echo(json.dumps(document(marks.sheet, test, found), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _print(marks.sheet, test, found)


def document(sheet: Sheet, test: TestFigures, found: Sequence[ItemFigures]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "n_persons": len(sheet.rows),
        "n_items": len(sheet.names),
        "test": asdict(test),
        "items": [{**asdict(each), "flags": list(each.flags)} for each in found],
    }


def _print(sheet: Sheet, test: TestFigures, found: Sequence[ItemFigures]) -> None:
    click.echo(f"{len(sheet.rows)} personas, {len(sheet.names)} preguntas")
    for name, value in asdict(test).items():
        click.echo(f"  {name:<14} {value if isinstance(value, str) else _shown(value)}")
    width = max((len(each.name) for each in found), default=8)
    heads = ("n", "facility", "sd", "disc. %", "effic. %", "item-rest", "alpha if del.")
    click.echo(f"{'':<{width}} " + " ".join(f"{head:>13}" for head in heads) + "  flags")
    for each in found:
        figures = (
            each.facility,
            each.sd,
            each.discrimination_index,
            each.discriminative_efficiency,
            each.corrected_item_total,
            each.alpha_if_deleted,
        )
        row = " ".join(f"{_shown(figure):>13}" for figure in figures)
        click.echo(f"{each.name:<{width}} {each.n:>13} {row}  {', '.join(each.flags)}")


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:.5g}"
