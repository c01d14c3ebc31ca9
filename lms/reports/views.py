"""Reports as pages, and the same rows as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.words import TYPES
from lms.hours.exports import SEPARATORS, decimal_sign
from lms.kit.permissions import Permission
from lms.reports import exports, queries
from lms.reports.exports import Cells
from lms.reports.forms import Asked, read_question
from lms.reports.queries import Assigned
from lms.reports.rules import Marks, marks, outcome_of
from lms.reports.words import OUTCOMES, STATES
from lms.web.context import actor, db, settings, today
from lms.web.routes import Routes

routes = Routes("reports", __name__)
READ = Permission.READ_TEAM
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@routes.page("/informes/avance", allow=READ, nav=(_l("Informes"), 58))
def progress() -> ResponseReturnValue:
    """Who is how far: every assigned course in scope, the newest first."""
    ask = read_question(request.args)
    rows, more = _page(ask, "reports.progress", tested=False)
    return _shown(
        "reports/progress.html",
        ask,
        "reports.progress",
        more,
        rows=rows,
        states=STATES,
        state_options=[(state.value, words[1]) for state, words in STATES.items()],
        totals=queries.totals(db(), actor(), ask.selection, on=today()),
    )


@routes.page("/informes/resultados", allow=READ)
def results() -> ResponseReturnValue:
    """Who reached what: the test of every assigned course in scope."""
    ask = read_question(request.args)
    rows, more = _page(ask, "reports.results", tested=True)
    reached = _marks(rows)
    return _shown(
        "reports/results.html",
        ask,
        "reports.results",
        more,
        rows=[(row, reached.get(row.id), outcome_of(reached.get(row.id))) for row in rows],
        outcomes=OUTCOMES,
        outcome_options=[(outcome.value, words[1]) for outcome, words in OUTCOMES.items()],
        totals=queries.outcomes(db(), actor(), ask.selection, on=today()),
    )


def _page(ask: Asked, endpoint: str, *, tested: bool) -> tuple[list[Assigned], str | None]:
    """The rows of one page of a list, and the address of the next."""
    size, after = settings().page_size, request.args.get("sigue", "")
    rows = queries.assignments(
        db(), actor(), ask.selection, on=today(), after=after, limit=size + 1, tested=tested, progress=not tested
    )
    shown = rows[:size]
    return shown, url_for(endpoint, **ask.parameters, sigue=shown[-1].code) if len(rows) > size else None


def _shown(template: str, ask: Asked, endpoint: str, more: str | None, **facts: object) -> ResponseReturnValue:
    page = render_template(
        template,
        ask=ask,
        choices=queries.choices(db()),
        types=TYPES,
        next_url=more,
        first_url=url_for(endpoint, **ask.parameters) if request.args.get("sigue") else None,
        **facts,
    )
    return page, 400 if ask.faults else 200


def _marks(rows: list[Assigned]) -> dict[int, Marks]:
    """What was reached in the tests of these assignments; nothing for those without a graded attempt."""
    graded = queries.graded(db(), [row.id for row in rows])
    return {key: found for key, attempts in graded.items() if (found := marks(attempts)) is not None}


def _refused(ask: Asked) -> Response:
    return Response("\n".join(ask.faults.values()), 400, content_type="text/plain; charset=utf-8")


def _csv(name: str, make: Callable[[Asked, str], Iterator[Cells]]) -> Response:
    """A CSV file, read while it is sent; `make` gives its rows for a question and a decimal sign."""
    ask = read_question(request.args)
    if ask.faults:
        return _refused(ask)
    separator = SEPARATORS.get(request.args.get("sep", ""), ",")
    parts = exports.csv_parts(make(ask, decimal_sign(separator)), separator)
    return _named(Response(parts, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def _workbook(name: str, title: str, make: Callable[[Asked, str], Iterator[Cells]]) -> Response:
    """A workbook: written to disk whole, then sent."""
    ask = read_question(request.args)
    if ask.faults:
        return _refused(ask)
    file = exports.workbook(make(ask, "."), title)
    answer = Response(_read(file), content_type=_XLSX)
    answer.call_on_close(file.close)
    return _named(answer, f"{name}.xlsx")


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(64 * 1024):
            yield part


def _named(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@routes.page("/informes/avance.csv", allow=READ)
def progress_csv() -> ResponseReturnValue:
    """Who is how far, as many as there are."""
    return _csv("avance", _progress_rows)


@routes.page("/informes/avance.xlsx", allow=READ)
def progress_xlsx() -> ResponseReturnValue:
    return _workbook("avance", _("Avance"), _progress_rows)


@routes.page("/informes/resultados.csv", allow=READ)
def results_csv() -> ResponseReturnValue:
    """Who reached what, as many as there are."""
    return _csv("resultados", _result_rows)


@routes.page("/informes/resultados.xlsx", allow=READ)
def results_xlsx() -> ResponseReturnValue:
    return _workbook("resultados", _("Resultados"), _result_rows)


def _types() -> dict[str, str]:
    return {key: str(text) for key, text in TYPES.items()}


def _progress_rows(ask: Asked, _sign: str) -> Iterator[Cells]:
    heads = [
        *_heads(),
        _("Asignado"),
        _("Vence"),
        _("Estado"),
        _("Módulos hechos"),
        _("Módulos"),
        _("Completado"),
        _("Vale hasta"),
    ]
    chunks = queries.assignments_stream(db(), actor(), ask.selection, on=today())
    return exports.progress_rows(chunks, heads, _types(), {key: str(words[1]) for key, words in STATES.items()})


def _result_rows(ask: Asked, sign: str) -> Iterator[Cells]:
    heads = [
        *_heads(),
        _("Asignado"),
        _("Resultado"),
        _("Intentos"),
        _("Mejor (%)"),
        _("Último (%)"),
        _("Mínimo (%)"),
        _("Día del último"),
    ]
    stream = queries.assignments_stream(db(), actor(), ask.selection, on=today(), tested=True, progress=False)
    session = db()

    def reached() -> Iterator[tuple[list[Assigned], dict[int, Marks]]]:
        # Runs while the file is sent, after the request: everything of the request was looked up before.
        for rows in stream:
            graded = queries.graded(session, [row.id for row in rows])
            yield rows, {key: found for key, attempts in graded.items() if (found := marks(attempts)) is not None}

    words = {key: str(text[1]) for key, text in OUTCOMES.items()}
    return exports.result_rows(reached(), heads, _types(), words, sign)


def _heads() -> list[str]:
    return [
        _("Legajo"),
        _("Apellido"),
        _("Nombre"),
        _("Sede"),
        _("Campaña"),
        _("Puesto"),
        _("Curso"),
        _("Versión"),
        _("Tipo"),
    ]
