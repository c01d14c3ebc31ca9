"""The same figures and entries as files."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.hours import exports, queries
from lms.hours.forms import Asked
from lms.hours.rules import Dimension, Key
from lms.hours.views import routes
from lms.hours.views.pivots import READ, asked
from lms.hours.words import BASES, DIMENSIONS, KINDS, MODES, TYPES, name_of
from lms.web.context import actor, db, today


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
    tables = {"kind": KINDS, "type": TYPES, "mode": MODES, "basis": BASES}
    words = {f"{name}.{value}": str(text) for name, table in tables.items() for value, text in table.items()}
    rows = queries.entries_stream(db(), actor(), ask.selection, on=today())
    listed = exports.entry_rows(rows, _entry_heads(), words, separator, _("sí"))
    return _file(exports.lines(listed, separator), "registros-de-horas", ask)


def _entry_heads() -> list[str]:
    return [
        _("Registro"),
        _("Día"),
        _("Legajo"),
        _("Persona"),
        _("Minutos"),
        _("Horas"),
        _("Clase"),
        _("Tipo"),
        _("Modalidad"),
        _("Base"),
        _("Curso (código)"),
        _("Curso"),
        _("Versión del curso"),
        _("Detalle"),
        _("Sede"),
        _("Campaña"),
        _("Puesto"),
        _("Registrado (UTC)"),
        _("Ajuste en mes cerrado"),
        _("Corrección"),
        _("Motivo"),
    ]
