"""The page of hours: a question, a chart, a table whose every figure opens the entries behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.hours import queries
from lms.hours.forms import ALL_KINDS, PARAMETERS, Asked, read_question
from lms.hours.rules import WIDE, Dimension, Key, Kind, MonthTotal, Pivot, parse_month
from lms.hours.views import routes
from lms.hours.words import DIMENSIONS, KINDS, MODES, TYPES, name_of
from lms.kit.permissions import Permission
from lms.web import i18n
from lms.web.context import actor, db, settings, today

MOST_BARS = 12
READ = Permission.READ_HOURS


def asked() -> Asked:
    """What the address asks."""
    return read_question(request.args, today(), most_months=settings().hours_months)


def label(dimension: Dimension, key: Key) -> str:
    """A value of a dimension as the page says it."""
    if dimension is Dimension.MONTH:
        month = parse_month(key.key)
        return i18n.month(month) if month else key.key
    return name_of(dimension, key)


@dataclass(frozen=True)
class Figure:
    """A figure of the table: minutes and the address of the entries that add up to them (None: there are none)."""

    minutes: int
    url: str | None


@dataclass(frozen=True)
class Line:
    """A row of the table. `figures` are its cells by column (one dimension: none), `total` their sum."""

    key: Key
    label: str
    closed: bool
    figures: tuple[Figure, ...]
    total: Figure
    adjustments: Figure
    people: int | None


@dataclass(frozen=True)
class Table:
    """The table as drawn: column heads with whether that month is closed, rows of this page, totals of all rows."""

    columns: tuple[tuple[str, bool], ...]
    lines: tuple[Line, ...]
    column_totals: tuple[Figure, ...]
    total: Figure
    adjustments: Figure
    people: int
    next_key: str | None


def table_of(pivot: Pivot, ask: Asked, closed: frozenset[str], *, after: str, size: int) -> Table:
    """Arrange a pivot for the page: `size` rows after the one with the key `after`."""
    rows, columns = pivot.rows(), pivot.columns()
    start = next((at + 1 for at, key in enumerate(rows) if key.key == after), 0)
    shown = rows[start : start + size]
    second = pivot.by[1] if len(pivot.by) > 1 else None

    def figure(minutes: int, *keys: tuple[Dimension, str], late: bool = False) -> Figure:
        url = url_for("hours.records", **ask.records(*keys, late=late))
        return Figure(minutes, url)

    def line(row: Key) -> Line:
        first = (pivot.by[0], row.key)
        cells = []
        for column in columns:
            cell = pivot.at(row.key, column.key)
            here = [first, *([(second, column.key)] if second else [])]
            cells.append(figure(cell.total, *here) if cell else Figure(0, None))
        late = sum(cell.adjustments for cell in pivot.cells if cell.keys[0].key == row.key)
        whole = pivot.at(row.key) if second is None else None
        return Line(
            row,
            label(pivot.by[0], row),
            pivot.by[0] is Dimension.MONTH and row.key in closed,
            tuple(cells),
            figure(pivot.sum(None, row=row.key), first),
            figure(late, first, late=True),
            whole.people if whole else None,
        )

    return Table(
        tuple((label(second, key), second is Dimension.MONTH and key.key in closed) for key in columns)
        if second
        else (),
        tuple(line(row) for row in shown),
        tuple(figure(pivot.sum(None, column=key.key), (second, key.key)) for key in columns) if second else (),
        figure(pivot.total.total),
        figure(pivot.total.adjustments, late=True),
        pivot.total.people,
        shown[-1].key if start + size < len(rows) else None,
    )


@dataclass(frozen=True)
class Chart:
    """Bars: at most `MOST_BARS`, the largest where there are more (`cut`)."""

    labels: tuple[str, ...]
    minutes: tuple[int, ...]
    texts: tuple[str, ...]
    urls: tuple[str, ...]
    cut: bool


def chart_of(pivot: Pivot, ask: Asked) -> Chart:
    """The sums of the first dimension as bars."""
    dimension = pivot.by[0]
    sums = [(key, pivot.sum(None, row=key.key)) for key in pivot.rows()]
    cut = len(sums) > MOST_BARS
    if cut and dimension is Dimension.MONTH:
        sums = sums[-MOST_BARS:]
    elif cut:
        sums = sorted(sums, key=lambda item: -item[1])[:MOST_BARS]
    return Chart(
        tuple(_short(dimension, key) for key, _ in sums),
        tuple(max(minutes, 0) for _, minutes in sums),
        tuple(f"{i18n.fixed(Fraction(minutes, 60), 1)} h" for _, minutes in sums),
        tuple(url_for("hours.records", **ask.records((dimension, key.key))) for key, _ in sums),
        cut,
    )


def _short(dimension: Dimension, key: Key) -> str:
    text = label(dimension, key)
    if dimension is Dimension.MONTH:
        month = parse_month(key.key)
        return i18n.day(month, "MMM yy") if month else text
    return text if len(text) <= 16 else text[:15].rstrip() + "…"


@dataclass(frozen=True)
class Choice:
    """A select of the filter bar: `options` are (value, text); the chosen value may be one that is not among them."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def _filter_bar(ask: Asked) -> list[Choice]:
    known = queries.choices(db(), actor(), on=today())
    found = []
    for dimension, keys in known.items():
        options = tuple((key.key, label(dimension, key)) for key in keys)
        found.append(_choice(dimension, options, ask))
    found.append(_choice(Dimension.TYPE, tuple((value, str(text)) for value, text in TYPES.items()), ask))
    found.append(_choice(Dimension.MODE, tuple((value, str(text)) for value, text in MODES.items()), ask))
    return found


def _choice(dimension: Dimension, options: tuple[tuple[str, str], ...], ask: Asked) -> Choice:
    return Choice(PARAMETERS[dimension], str(DIMENSIONS[dimension]), options, ask.selection.keys.get(dimension, ""))


def _dimension_choices(ask: Asked) -> list[Choice]:
    named = [(PARAMETERS[dimension], str(text)) for dimension, text in DIMENSIONS.items()]
    narrow = [(PARAMETERS[dimension], str(text)) for dimension, text in DIMENSIONS.items() if dimension not in WIDE]
    second = PARAMETERS[ask.by[1]] if len(ask.by) > 1 else ""
    return [
        Choice("por", _("Por"), tuple(named), PARAMETERS[ask.by[0]]),
        Choice("y", _("Y por"), (("", _("nada más")), *narrow), second),
    ]


@routes.page("/horas", allow=READ, nav=(_l("Horas"), 60))
def report() -> ResponseReturnValue:
    """Hours in the cut that the address asks for."""
    ask = asked()
    chosen = ask.selection
    pivot = queries.pivot(
        db(),
        actor(),
        first=chosen.first,
        last=chosen.last,
        by=ask.by,
        on=today(),
        keys=chosen.keys,
        after_close=chosen.after_close,
    )
    months = queries.month_totals(db(), actor(), first=chosen.first, last=chosen.last, on=today())
    page = render_template(
        "hours/report.html",
        ask=ask,
        table=table_of(pivot, ask, _closed(months), after=request.args.get("sigue", ""), size=settings().page_size),
        chart=chart_of(pivot, ask),
        kinds=_kind_figures(ask),
        tabs=_kind_tabs(ask),
        months=months,
        filters=_filter_bar(ask),
        dimensions=_dimension_choices(ask),
        row_name=DIMENSIONS[ask.by[0]],
        column_name=DIMENSIONS[ask.by[1]] if len(ask.by) > 1 else None,
        hidden={name: value for name, value in ask.parameters().items() if name in {"clase", "persona", "ajustes"}},
        may_close=actor().scope(Permission.CLOSE_HOURS).everybody,
    )
    return page, 400 if ask.faults else 200


def _closed(months: list[MonthTotal]) -> frozenset[str]:
    return frozenset(_month_word(month.month) for month in months if month.closed)


def _month_word(month: date) -> str:
    return month.isoformat()[:7]


def _kind_figures(ask: Asked) -> list[tuple[str, int, str]]:
    """Training, OJT and coaching, never added to each other: name, minutes, address of the entries."""
    whole = queries.selection_total(db(), actor(), ask.without_kind(), on=today())
    return [
        (str(KINDS[kind.value]), whole.of(kind), url_for("hours.records", **ask.records(kind=kind.value)))
        for kind in (Kind.TRAINING, Kind.OJT, Kind.COACHING)
    ]


def _kind_tabs(ask: Asked) -> list[tuple[str, str, bool]]:
    named = [*((value, str(text)) for value, text in KINDS.items()), (ALL_KINDS, _("Todo"))]
    return [(text, url_for("hours.report", **ask.parameters(clase=value)), ask.kind == value) for value, text in named]
