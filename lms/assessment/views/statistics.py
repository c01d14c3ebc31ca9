"""Item statistics for who writes questions: the test as a whole, each question, and each response to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.assessment.commands import statistics as commands
from lms.assessment.forms import EmptyForm
from lms.assessment.messages import ITEM_FLAGS
from lms.assessment.models import StatisticsRun
from lms.assessment.queries import statistics as reading
from lms.assessment.queries.browsing import MINIMUM
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.queries.statistics import ItemRow
from lms.assessment.views import routes
from lms.assessment.views.authoring import whole_line
from lms.kit import jobs
from lms.kit.errors import NotFound
from lms.kit.permissions import Permission
from lms.web import i18n
from lms.web.context import actor, db, now, settings

_ANY = "any"


def _first_only() -> bool:
    return request.args.get("intentos") != "todos"


def _run(slug: str) -> StatisticsRun | None:
    test = reading.test_of(db(), slug)
    return None if test is None else reading.run_of(db(), test.id, first_only=_first_only())


@routes.page("/contenido/banco/<slug>/estadisticas", allow=Permission.READ_CONTENT)
def statistics(slug: str) -> ResponseReturnValue:
    """The figures of the test of a bank, and its questions with theirs."""
    bank, _version = reading.bank_of(db(), slug)
    run = _run(slug)
    size, flag = settings().page_size, request.args.get("senal", "")
    flag = flag if flag in ITEM_FLAGS or flag == _ANY else ""
    rows: list[ItemRow] = []
    if run is not None:
        rows = reading.items_of(db(), run, bank.id, after=request.args.get("desde", ""), limit=size + 1, flag=flag)
    kind = None if _first_only() else "todos"
    more = len(rows) > size
    last = rows[size - 1].key if more else ""
    return render_template(
        "assessment/statistics.html",
        bank=bank,
        run=run,
        figures=_whole(run) if run is not None and run.attempts >= MINIMUM else [],
        rows=rows[:size],
        tabs=_tabs(slug, kind),
        kind=kind,
        flag=flag,
        flags=ITEM_FLAGS,
        signs=_signs,
        minimum=MINIMUM,
        words=_words,
        share=_share,
        form=EmptyForm(),
        next_url=url_for("assessment.statistics", slug=slug, intentos=kind, senal=flag or None, desde=last)
        if more
        else None,
    )


def _tabs(slug: str, kind: str | None) -> list[tuple[str, str, bool]]:
    address = "assessment.statistics"
    return [
        (_("Primeros intentos"), url_for(address, slug=slug), kind is None),
        (_("Todos los intentos"), url_for(address, slug=slug, intentos="todos"), kind is not None),
    ]


@routes.page("/contenido/banco/<slug>/estadisticas/calcular", allow=Permission.READ_CONTENT, methods=("POST",))
def measure(slug: str) -> ResponseReturnValue:
    """Gather the figures anew: at once where there are few attempts, else in the background."""
    commands.refuse_measuring(actor())
    test, first_only = reading.test_of(db(), slug), _first_only()
    if test is None:
        raise NotFound("assessment.no_statistics")
    if reading.graded_attempts(db(), test.id) <= commands.AT_ONCE:
        commands.measured(db(), test.id, first_only=first_only, now=now())(db())
        flash(_("Estadísticas al día."), "good")
    else:
        params = {"test_id": test.id, "first_only": first_only, "detail": test.title}
        jobs.ask(db(), actor(), name=commands.JOB, params=params, now=now())
        flash(_("Se calculan en segundo plano; el resultado llega a la bandeja."), "information")
    kind = None if first_only else "todos"
    return redirect(url_for("assessment.statistics", slug=slug, intentos=kind), code=303)


@routes.page("/contenido/banco/<slug>/estadisticas/<key>", allow=Permission.READ_CONTENT)
def item_statistics(slug: str, key: str) -> ResponseReturnValue:
    """One question: beside what it says, its figures and what each response was given by, version by version."""
    bank, _version = reading.bank_of(db(), slug)
    run = _run(slug)
    rows = [] if run is None else reading.items_of(db(), run, bank.id, limit=settings().page_size, key=key)
    if run is None or not rows:
        raise NotFound("assessment.question_not_measured")
    questions = reading.versions_ready(db(), [row.version_id for row in rows])
    return render_template(
        "assessment/item_statistics.html",
        bank=bank,
        run=run,
        key=key,
        may_regrade=actor().can(Permission.PUBLISH),
        versions=[(row, whole_line(questions[row.version_id]), _table(row, questions[row.version_id])) for row in rows],
        minimum=MINIMUM,
        flags=ITEM_FLAGS,
        signs=_signs,
        facts=item_facts,
        back=url_for("assessment.statistics", slug=slug, intentos=None if run.first_only else "todos"),
    )


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """A response with the share of each third that gave it, and how many people did."""

    part: str
    text: Any
    ours: bool
    right: bool
    lower: int
    middle: int
    upper: int
    flags: Sequence[str]

    @property
    def chosen(self) -> int:
        return self.lower + self.middle + self.upper


_OTHERS = {"other": _l("cualquier otra"), "unread": _l("no se lee un número"), "written": _l("escribió algo")}


def _table(row: ItemRow, question: ReadyQuestion) -> list[ResponseLine]:
    texts = {(each.part, each.key): each.text for each in question.kind.bins(question.shown)}
    return [
        ResponseLine(
            part=each["part"],
            text=texts.get((each["part"], each["key"])) or _OTHERS.get(each["key"], each["key"]),
            ours=question.kind.ours or not texts.get((each["part"], each["key"])),
            right=each["right"],
            lower=each["lower"],
            middle=each["middle"],
            upper=each["upper"],
            flags=each["flags"],
        )
        for each in row.statistic.responses
    ]


def _signs(row: ItemRow) -> str:
    return ", ".join(str(ITEM_FLAGS[flag]) for flag in row.statistic.flags)


def _words(value: float | None, digits: int = 2) -> str:
    """A figure as people read it; a dash where it is undefined."""
    return i18n.fixed(None if value is None else Fraction(value), digits)


def _share(value: float | None, digits: int = 1) -> str:
    """The same of a figure in percent."""
    return i18n.percent(None if value is None else Fraction(value) / 100, digits)


def _whole(run: StatisticsRun) -> list[tuple[str, str]]:
    found: Mapping[str, Any] = run.figures
    consistency = found["consistency"]
    return [
        (_("Media (puntos)"), _words(found["mean"])),
        (_("Mediana"), _words(found["median"])),
        (_("Desviación"), _words(found["sd"])),
        (_("Asimetría"), _words(found["skewness"])),
        (_("Curtosis"), _words(found["kurtosis"])),
        (_("Alfa sobre los lugares del plan"), _words(found["alpha_slots"])),
        (_("Alfa por persona y sección"), _words(found["alpha_within"])),
        (_("Error estándar de medición (puntos)"), _words(found["sem"])),
        (_("Proporción de error"), _share(found["error_ratio"])),
        (_("Consistencia de la decisión (Subkoviak)"), _share(None if consistency is None else 100 * consistency)),
    ]


def item_facts(row: ItemRow) -> list[tuple[str, str]]:
    """The figures of a question in words."""
    found: Mapping[str, Any] = row.statistic.figures
    facility, guess = found["facility"], found["random_guess"]
    return [
        (_("Personas"), str(row.statistic.n)),
        (_("Facilidad"), _share(None if facility is None else 100 * facility)),
        (_("Acertaría quien responde al azar"), _share(None if guess is None else 100 * guess)),
        (_("Desviación"), _words(found["sd"])),
        (_("Índice de discriminación"), _share(found["discrimination_index"])),
        (_("Eficiencia discriminativa"), _share(found["discriminative_efficiency"])),
        (_("Correlación con el resto de la prueba"), _words(found["corrected_item_total"])),
    ]
