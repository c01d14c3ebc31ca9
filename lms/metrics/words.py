"""Figures as people read them: values with their unit, states, changes. Exact numbers are rounded here and only here."""

from __future__ import annotations

from fractions import Fraction

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from lms.metrics.figures import Figure, Point, Series
from lms.metrics.rules import Better, Dimension, Goal, Kind, PeriodKind, Record, Status, Unit
from lms.web import i18n


def _(text: str, **parameters: object) -> str:
    return str(gettext(text, **parameters))


STATUS = {
    Status.MEETS: _l("Cumple el objetivo"),
    Status.MISSES: _l("No cumple el objetivo"),
    Status.NO_TARGET: _l("Sin objetivo"),
    Status.NO_DATA: _l("Sin datos"),
}
STATUS_KINDS = {
    Status.MEETS: "passed",
    Status.MISSES: "failed",
    Status.NO_TARGET: "info",
    Status.NO_DATA: "not_started",
}
"""The macro `ui.state`'s kind for each."""
DIMENSIONS = {
    Dimension.SITE: _l("Sede"),
    Dimension.PROGRAMME: _l("Campaña"),
    Dimension.JOB: _l("Puesto"),
    Dimension.TRAINING_TYPE: _l("Tipo de formación"),
    Dimension.SUPERVISOR: _l("Supervisor"),
}
PERIODS = {
    PeriodKind.MONTH: _l("Lo ocurrido en el mes"),
    PeriodKind.SNAPSHOT: _l("La situación del último día del mes"),
}
UNITS = {
    Unit.PERCENT: _l("en porcentaje, de 0 a 100"),
    Unit.HOURS: _l("en horas por persona"),
    Unit.POINTS: _l("en puntos, de 1 a 5"),
    Unit.PEOPLE: _l("en personas"),
}


def said(text: str) -> str:
    """A marked text in the reader's language; an empty one stays empty (gettext would answer with its own header)."""
    return _(text) if text else ""  # the texts were marked with N_ where they stand


def value(figure: Figure, exact: Fraction | None) -> str:
    """A value with its unit. A share is rounded down, so that what reads as the target has reached it (invariant 3)."""
    if exact is None:
        return _("sin datos")
    if figure.unit is Unit.PERCENT:
        return i18n.score(exact)
    if figure.unit is Unit.HOURS:
        return _("%(hours)s h", hours=i18n.fixed(exact))
    if figure.unit is Unit.POINTS:
        return _("%(points)s de 5", points=i18n.fixed(exact))
    return i18n.fixed(exact, 0)


def total(exact: Fraction) -> str:
    """What a list adds up to."""
    return i18n.fixed(exact)


def amount(figure: Figure, record: Record, *, numerator: bool) -> str:
    """What one record adds to its list."""
    per = figure.arithmetic.numerator_per if numerator else figure.arithmetic.denominator_per
    if numerator and figure.unit is Unit.HOURS:
        return i18n.minutes(record.amount)
    return i18n.fixed(Fraction(record.amount, per))


def goal(figure: Figure, target: Goal | None) -> str:
    """A target in words: "al menos 90 %"."""
    if target is None:
        return _("sin objetivo")
    text = value(figure, target.value)
    return _("al menos %(value)s", value=text) if target.better is Better.HIGH else _("a lo sumo %(value)s", value=text)


def bar(point: Point, figure: Figure) -> tuple[Fraction | None, Fraction | None] | None:
    """Value and target on a line from 0 to 100; None where a line would mislead (fewer is better, or a mere count)."""
    if figure.better is not Better.HIGH or figure.arithmetic.kind is Kind.COUNT:
        return None
    exact, target = point.evidence.value, point.goal.value if point.goal else None
    if figure.unit is Unit.PERCENT:
        top = Fraction(1)
    elif figure.unit is Unit.POINTS:
        top = Fraction(5)
    else:
        top = max(exact or Fraction(0), target or Fraction(0)) * Fraction(5, 4) or Fraction(1)
    return tuple(None if number is None else number / top * 100 for number in (exact, target))  # type: ignore[return-value]  # two of them


def trend(series: Series) -> str:
    """The line of 13 months in words, for those who do not see it."""
    known = [point for point in series.points if point.evidence.value is not None]
    if not known:
        return _("Sin datos en los últimos meses.")
    first, last = known[0], known[-1]
    return _(
        "De %(first)s en %(from_month)s a %(last)s en %(to_month)s.",
        first=value(series.figure, first.evidence.value),
        from_month=i18n.month(first.month),
        last=value(series.figure, last.evidence.value),
        to_month=i18n.month(last.month),
    )


def why_not(series: Series) -> str:
    """Why a figure does not answer what was asked; empty where it does."""
    if series.out_of_scope:
        return _("Es una cifra de toda la empresa, y los permisos de esta cuenta alcanzan solo una parte.")
    if series.refused:
        names = ", ".join(str(DIMENSIONS[dimension]).lower() for dimension in series.refused)
        return _("No se puede filtrar por: %(names)s.", names=names)
    return ""


def period(point: Point, figure: Figure) -> str:
    """The period of a point: a month, or a day of it."""
    if figure.period is PeriodKind.SNAPSHOT:
        return _("al %(day)s", day=i18n.day(point.last_day))
    return i18n.month(point.month)


def height(figure: Figure, exact: Fraction | None) -> float | None:
    """A value as tall as a chart draws it; what is below zero (a month of corrections) has no height."""
    if exact is None:
        return None
    return max(0.0, float(exact * 100 if figure.unit is Unit.PERCENT else exact))


def heights(series: Series) -> list[float | None]:
    """The bars of the trend."""
    return [height(series.figure, point.evidence.value) for point in series.points]


def texts(series: Series) -> list[str]:
    """What stands over each bar."""
    return [value(series.figure, point.evidence.value) for point in series.points]


def spark(series: Series) -> list[float | None]:
    """The trend as one line."""
    return [None if point.evidence.value is None else float(point.evidence.value) for point in series.points]


def short_months(series: Series) -> list[str]:
    """The months under the bars: "mar 26"."""
    return [i18n.day(point.month, "MMM yy") for point in series.points]
