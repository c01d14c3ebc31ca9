"""The same figures and entries as files."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.hours import exports, queries
from lms.hours.forms import Asked, EmptyForm, read_question
from lms.hours.jobs import RECORDS, params_of
from lms.hours.rules import Dimension, Key
from lms.hours.views import routes
from lms.hours.views.pivots import READ, asked
from lms.hours.words import DIMENSIONS, KINDS, entry_heads, entry_words, name_of
from lms.kit import jobs
from lms.web.context import actor, db, now, settings, today


def _file(lines: Iterator[str], name: str, ask: Asked) -> Response:
    period = f"{ask.selection.first.isoformat()[:7]}_{ask.selection.last.isoformat()[:7]}"
    answer = Response(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}_{period}.csv"'
    return answer


def _separator() -> str:
    return exports.SEPARATORS.get(request.args.get("sep", ""), ",")


@routes.page("/horas.csv", allow=READ)
def report_csv() -> ResponseReturnValue:
    """The cells of the cut."""
    ask, separator = asked(), _separator()
    if ask.faults:
        return Response("\n".join(ask.faults.values()), 400, content_type="text/plain; charset=utf-8")
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
    heads = [str(DIMENSIONS[dimension]) for dimension in ask.by]
    for text in KINDS.values():
        heads += [_("%(kind)s (minutos)", kind=text), _("%(kind)s (horas)", kind=text)]
    heads += [_("Ajustes después del cierre (minutos)"), _("Registros"), _("Personas")]
    names = {
        (dimension, key.key): name_of(dimension, key)
        for cell in pivot.cells
        for dimension, key in zip(pivot.by, cell.keys, strict=True)
    }

    def named(dimension: Dimension, key: Key) -> str:
        return names[dimension, key.key]

    return _file(exports.lines(exports.pivot_rows(pivot, heads, named, separator), separator), "horas", ask)


@routes.page("/horas/registros.csv", allow=READ)
def records_csv() -> ResponseReturnValue:
    """The entries, as many as there are: they are read while they are sent."""
    ask, separator = asked(), _separator()
    if ask.faults:
        return Response("\n".join(ask.faults.values()), 400, content_type="text/plain; charset=utf-8")
    rows = queries.entries_stream(db(), actor(), ask.selection, on=today())
    listed = exports.entry_rows(rows, entry_heads(), entry_words(), separator, _("sí"))
    return _file(exports.lines(listed, separator), "registros-de-horas", ask)


@routes.page("/horas/registros/preparar", allow=READ, methods=("POST",))
def prepare_records() -> ResponseReturnValue:
    """The same entries as a file that is prepared in the background and left in the tray: for long periods."""
    ask = read_question(request.form, today(), most_months=settings().hours_months)
    if not EmptyForm().validate_on_submit() or ask.faults:
        flash("\n".join(ask.faults.values()) or _("El pedido no se entiende. Volver a elegir el período."), "bad")
        return redirect(url_for("hours.records"), code=303)
    separator = exports.SEPARATORS.get(request.form.get("sep", ""), ",")
    jobs.ask(db(), actor(), name=RECORDS, params=params_of(ask.selection, separator), now=now())
    flash(_("El archivo se prepara en segundo plano. Estará en la bandeja; un aviso dirá cuándo."), "good")
    return redirect(url_for("notify.tray"), code=303)
