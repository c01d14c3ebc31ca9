"""Pages of category C: the board, one figure with its records, targets. The door of every number is here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.hours.exports import lines
from lms.hours.words import TYPES
from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.metrics import commands, queries, words
from lms.metrics.figures import FIGURES, ITEMS, Figure, Series, evaluate, figure_by_key, year_to_date
from lms.metrics.forms import Asked, TargetForm, asked
from lms.metrics.messages import MESSAGES
from lms.metrics.queries import Choices
from lms.metrics.rules import Ask, Kind, Record, goal_on, months_up_to
from lms.people.models import Person
from lms.web.context import actor, current_actor, db, now, settings, today, zone
from lms.web.routes import Routes, allowed

routes = Routes("metrics", __name__, MESSAGES)
READ, MANAGE = Permission.READ_METRICS, Permission.MANAGE_METRICS
NUMERATOR, DENOMINATOR = "numerador", "denominador"


def _question() -> tuple[Asked, Choices, Ask]:
    """What the address asks, what it could ask, and the same as figures take it: 13 months up to the one chosen."""
    bare = Ask(
        actor(),
        (),
        today(),
        zone=zone(),
        survey_minimum=settings().survey_minimum,
    )
    choices = queries.choices(db(), bare)
    wanted = asked(request.args, choices, today())
    return wanted, choices, bare.about(months_up_to(wanted.month), wanted.cell)


@routes.page("/categoria-c", allow=READ, nav=(_l("Categoría C"), 80))
def board() -> ResponseReturnValue:
    """The items C.1 to C.6 with their figures; every one opens its formula and its records."""
    wanted, choices, ask = _question()
    goals = queries.goals(db())
    found = {figure.key: evaluate(db(), figure, ask, goals) for figure in FIGURES}
    return render_template(
        "metrics/board.html",
        items=[(item, [found[figure.key] for figure in item.figures]) for item in ITEMS],
        may_manage=actor().can(MANAGE),
        **_common(wanted, choices),
    )


def _common(wanted: Asked, choices: Choices) -> dict[str, Any]:
    """What the board and a figure's page both show."""
    selects = [
        ("sede", _("Sede"), _("Todas"), [(row.code, row.name) for row in choices.sites]),
        ("campana", _("Campaña"), _("Todas"), [(row.code, row.name) for row in choices.programmes]),
        ("puesto", _("Puesto"), _("Todos"), [(row.code, row.name) for row in choices.jobs]),
        ("tipo", _("Tipo de formación"), _("Todos"), [(key, str(text)) for key, text in TYPES.items()]),
        ("supervisor", _("Supervisor"), _("Todos"), [(row.code, row.name) for row in choices.supervisors]),
    ]
    return {"wanted": wanted, "selects": selects, "words": words, "today_month": today().isoformat()[:7]}


@routes.page("/categoria-c/<key>", allow=READ)
def figure(key: str) -> ResponseReturnValue:
    """One figure: formula, trend, and the two lists that it is computed from."""
    shown = figure_by_key(key)
    wanted, choices, ask = _question()
    series = evaluate(db(), shown, ask, queries.goals(db()))
    which = NUMERATOR if request.args.get("lista", NUMERATOR) != DENOMINATOR else DENOMINATOR
    records = _sorted(series, which)
    size, begin = settings().page_size, _begin(len(records))

    def address(**changes: Any) -> str:
        return url_for("metrics.figure", key=key, **wanted.but(**changes))

    rows = _rows(shown, records[begin : begin + size], numerator=which == NUMERATOR)
    return render_template(
        "metrics/figure.html",
        series=series,
        figure=shown,
        point=series.last,
        to_date=year_to_date(series, ask),
        which=which,
        rows=rows,
        count=len(records),
        begin=begin,
        first_url=address(lista=which) if begin else None,
        next_url=address(lista=which, desde=str(begin + size)) if begin + size < len(records) else None,
        month_urls=[address(mes=point.month.isoformat()[:7]) for point in series.points],
        is_share=shown.arithmetic.kind is not Kind.MEAN,
        **_common(wanted, choices),
    )


def _begin(count: int) -> int:
    """Where the page of the list starts; nonsense starts at the beginning."""
    text = request.args.get("desde", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return number if number < count else 0


def _sorted(series: Series, which: str) -> list[Record]:
    """One of the lists of the month chosen, in an order that stays: what did not count first, then by day."""
    evidence = series.last.evidence
    records = evidence.numerator if which == NUMERATOR else evidence.denominator
    return sorted(records, key=lambda record: (record.met, record.day, record.person_id or 0, record.code))


@dataclass(frozen=True)
class _Row:
    """A record with the names and addresses that a page shows."""

    record: Record
    person: Person | None
    person_url: str | None
    url: str | None
    what: str
    note: str
    amount: str
    site: str
    programme: str
    job: str
    training_type: str


def _rows(figure: Figure, records: Sequence[Record], *, numerator: bool) -> list[_Row]:
    """Records with names, and addresses where the reader may follow them; seven queries."""
    ids = {record.person_id for record in records if record.person_id is not None}
    people = queries.names_of(db(), ids)
    reached = {
        room: queries.reachable(db(), actor(), permissions, ids, today()) for room, permissions in _BY_PERSON.items()
    }
    sites, programmes, jobs = queries.place_names(db())
    return [
        _Row(
            record=record,
            person=(person := people.get(record.person_id or 0)),
            person_url=_url("people.person", person.code)
            if person is not None and person.id in reached["people"]
            else None,
            url=_record_url(record, reached),
            what=words.said(record.what),
            note=words.said(record.note),
            amount=words.amount(figure, record, numerator=numerator),
            site=sites.get(record.site_id or 0, ""),
            programme=programmes.get(record.programme_id or 0, ""),
            job=jobs.get(record.job_id or 0, ""),
            training_type=str(TYPES.get(record.training_type, "")),
        )
        for record in records
    ]


_BY_PERSON = {
    "people": (Permission.READ_PEOPLE, Permission.READ_TEAM),
    "skills": (Permission.READ_TEAM,),
    "assessment": (Permission.READ_ATTEMPTS,),
}
"""Capabilities whose pages open for the person's place of today, by what; the others open for the record's own place."""


def _record_url(record: Record, reached: Mapping[str, Collection[int]]) -> str | None:
    room = record.endpoint.partition(".")[0]
    if record.person_id is not None and room in reached and record.person_id not in reached[room]:
        return None
    return _url(record.endpoint, record.code)


def _url(endpoint: str, code: str) -> str | None:
    """The address of a record's page, where there is one that the reader may open."""
    view = current_app.view_functions.get(endpoint) if endpoint else None
    if view is None or not allowed(getattr(view, "allow", READ), current_actor()):
        return None
    names = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
    return url_for(endpoint, **cast(dict[str, Any], dict.fromkeys(names, code)))


@routes.page("/categoria-c/<key>/registros.csv", allow=READ)
def records_csv(key: str) -> ResponseReturnValue:
    """Both lists of the month chosen, whole. Exact amounts: minutes are minutes."""
    shown = figure_by_key(key)
    wanted, _choices, ask = _question()
    series = evaluate(db(), shown, ask, {})
    listed = list(_csv_rows(shown, series))
    answer = Response(lines(listed, ","), content_type="text/csv; charset=utf-8")
    name = f"{shown.key}_{wanted.month.isoformat()[:7]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv_rows(figure: Figure, series: Series) -> Iterator[Sequence[object]]:
    yield [
        _("Lista"),
        _("Día"),
        _("Legajo"),
        _("Persona"),
        _("Qué"),
        _("Día que decide"),
        _("Observación"),
        _("Cantidad"),
        _("Unidades por cantidad"),
        _("Sede"),
        _("Campaña"),
        _("Puesto"),
        _("Tipo de formación"),
    ]
    arithmetic = figure.arithmetic
    for which, per in ((NUMERATOR, arithmetic.numerator_per), (DENOMINATOR, arithmetic.denominator_per)):
        for row in _rows(figure, _sorted(series, which), numerator=which == NUMERATOR):
            record, person = row.record, row.person
            yield [
                which,
                record.day.isoformat(),
                person.employee_number if person else "",
                person.name if person else "",
                row.what,
                record.other_day.isoformat() if record.other_day else "",
                row.note,
                record.amount,
                per,
                row.site,
                row.programme,
                row.job,
                row.training_type,
            ]


@routes.page("/categoria-c/objetivos", allow=(READ, MANAGE))
def targets() -> ResponseReturnValue:
    """Every target with its days and its source."""
    form = TargetForm(formdata=None)
    form.figure.choices = _figure_choices()
    if any(figure.key == request.args.get("cifra") for figure in FIGURES):
        form.figure.data = request.args["cifra"]
    return _targets_page(form)


@routes.page("/categoria-c/objetivos", allow=MANAGE, methods=("POST",))
def set_target() -> ResponseReturnValue:
    """Set a target; a faulty form comes back as it was filled."""
    form = TargetForm()
    form.figure.choices = _figure_choices()
    if not form.validate_on_submit():
        return _targets_page(form), 400
    try:
        commands.set_target(
            db(),
            actor(),
            figure_key=form.figure.data,
            value=form.value.data or "",
            from_day=form.from_day.data or today(),
            to_day=form.to_day.data,
            source=form.source.data or "",
            replace=form.replace.data,
            now=now(),
        )
    except LmsError as error:
        form.add_error(error)
        return _targets_page(form), error.status
    flash(_("Objetivo guardado. Los anteriores siguen en la lista."), "good")
    return redirect(url_for("metrics.targets"), code=303)


def _figure_choices() -> list[tuple[str, str]]:
    return [
        (figure.key, f"{figure.item} {words.said(figure.title)} ({words.UNITS[figure.unit]})") for figure in FIGURES
    ]


def _targets_page(form: TargetForm) -> str:
    by_key = {figure.key: figure for figure in FIGURES}
    rows = [
        (by_key[row.figure], queries.goal(row), row, who or _("El sistema"))
        for row, who in queries.target_rows(db())
        if row.figure in by_key
    ]
    in_force = {
        figure.key: goal.order
        for figure in FIGURES
        if (goal := goal_on([held for shown, held, _row, _who in rows if shown is figure], today()))
    }
    return render_template(
        "metrics/targets.html",
        rows=rows,
        in_force=in_force,
        form=form,
        may_manage=actor().can(MANAGE),
        may_read=actor().can(READ),
        words=words,
    )
