"""The words of the start page: the one card of each role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.home.rules import CourseWork, NextStep, StepKind
from lms.hours.rules import MonthTotal
from lms.kit.permissions import Role
from lms.web import i18n

TITLES: dict[Role, LazyString] = {
    Role.LEARNER: _l("Mi aprendizaje"),
    Role.COORDINATOR: _l("Mi equipo"),
    Role.TRAINER: _l("A quién acompañar"),
    Role.HR: _l("Recursos humanos"),
    Role.AUDITOR: _l("Auditoría"),
    Role.AUTHOR: _l("Contenidos"),
    Role.ADMINISTRATOR: _l("Administración"),
}
"""The heading of each role's part of the start page."""


@dataclass(frozen=True)
class Card:
    """What `ui.next_step` draws."""

    title: str
    text: str
    url: str
    action: str
    meta: list[str]


def learner_card(step: NextStep, today: date) -> Card | None:
    """The card of a learner's next step; None where there is nothing to do."""
    if step.course is not None:
        return _COURSE_CARDS[step.kind](step.course, today)
    if step.survey is not None:
        return Card(
            _("Contestar la encuesta"),
            _("%(course)s: un par de minutos, anónima.", course=step.survey.course),
            url_for("surveys.answer", code=step.survey.code),
            _("Contestar"),
            [],
        )
    if step.certificate is not None:
        news = step.certificate
        lasts = [_("vale hasta el %(day)s", day=i18n.day(news.expires_on))] if news.expires_on else []
        return Card(
            _("El certificado está listo"),
            news.course,
            url_for("certificates.show", code=news.code),
            _("Ver el certificado"),
            lasts,
        )
    return None


def _meta(course: CourseWork, today: date, *first: str) -> list[str]:
    return [*first, *([i18n.due(course.due_on, today)] if course.due_on else [])]


def _questions(course: CourseWork) -> list[str]:
    if course.test is None:
        return []
    number = course.test.questions
    return [
        ngettext("%(num)s pregunta", "%(num)s preguntas", number),
        i18n.minutes(course.test.minutes),
    ]


def _resume(course: CourseWork, _today: date) -> Card:
    test = course.test
    until = i18n.clock(test.deadline) if test is not None and test.deadline is not None else ""
    return Card(
        _("Hay una prueba empezada"),
        _("%(course)s: lo contestado está guardado. El tiempo sigue corriendo.", course=course.title),
        url_for("assessment.attempt", code=test.attempt_code if test else ""),
        _("Seguir con la prueba"),
        [_("hasta las %(time)s", time=until), *_questions(course)[:1]],
    )


def _module(course: CourseWork, today: date) -> Card:
    module = course.module
    if module is None:
        raise ValueError("a step of a module without a module")
    left = ngettext("falta %(num)s módulo", "faltan %(num)s módulos", course.modules_left)
    begun = course.modules_left < course.modules
    return Card(
        module.title,
        _("%(course)s, módulo %(place)s de %(all)s", course=course.title, place=module.position, all=course.modules),
        url_for("catalog.module", code=course.code, key=module.key),
        _("Continuar") if begun else _("Empezar"),
        _meta(course, today, i18n.minutes(module.minutes), left),
    )


def _test(course: CourseWork, today: date) -> Card:
    return Card(
        _("La prueba está lista"),
        _("%(course)s: los módulos están hechos.", course=course.title),
        url_for("assessment.cover", code=course.code),
        _("Ir a la prueba"),
        _meta(course, today, *_questions(course)),
    )


def _retake_now(course: CourseWork, today: date) -> Card:
    left = course.test.decision.left if course.test else 0
    return Card(
        _("Ya se puede rendir otra vez"),
        _("%(course)s: antes conviene repasar lo que indicó el resultado.", course=course.title),
        url_for("assessment.cover", code=course.code),
        _("Ir a la prueba"),
        _meta(course, today, ngettext("queda %(num)s intento", "quedan %(num)s intentos", left), *_questions(course)),
    )


def _retake_later(course: CourseWork, today: date) -> Card:
    at = course.test.decision.next_at if course.test else None
    return Card(
        _("El próximo intento se abre el %(at)s", at=i18n.moment(at)),
        _("%(course)s: mientras tanto, repasar lo que indicó el resultado.", course=course.title),
        url_for("catalog.course", code=course.code),
        _("Repasar el curso"),
        _meta(course, today),
    )


def _not_open(course: CourseWork, today: date) -> Card:
    at = course.test.decision.next_at if course.test else None
    return Card(
        _("La prueba se abre el %(at)s", at=i18n.moment(at)),
        _("%(course)s: hasta entonces se puede repasar.", course=course.title),
        url_for("catalog.course", code=course.code),
        _("Repasar el curso"),
        _meta(course, today),
    )


def _closed(course: CourseWork, today: date) -> Card:
    return Card(
        _("La prueba cerró"),
        _("%(course)s: quien forma o coordina dice cómo seguir. Lo hecho queda registrado.", course=course.title),
        url_for("catalog.course", code=course.code),
        _("Repasar el curso"),
        _meta(course, today),
    )


def _pending(course: CourseWork, today: date) -> Card:
    return Card(
        _("La prueba está entregada"),
        _("%(course)s: hay respuestas que lee una persona. Cuando haya resultado avisamos.", course=course.title),
        url_for("catalog.course", code=course.code),
        _("Ver el curso"),
        _meta(course, today),
    )


def _no_attempts(course: CourseWork, today: date) -> Card:
    return Card(
        _("No quedan intentos"),
        _("%(course)s: quien forma o coordina dice cómo seguir. Lo hecho queda registrado.", course=course.title),
        url_for("catalog.course", code=course.code),
        _("Repasar el curso"),
        _meta(course, today),
    )


_COURSE_CARDS: dict[StepKind, Callable[[CourseWork, date], Card]] = {
    StepKind.RESUME: _resume,
    StepKind.MODULE: _module,
    StepKind.TEST: _test,
    StepKind.RETAKE_NOW: _retake_now,
    StepKind.RETAKE_LATER: _retake_later,
    StepKind.NOT_OPEN: _not_open,
    StepKind.CLOSED: _closed,
    StepKind.PENDING: _pending,
    StepKind.NO_ATTEMPTS: _no_attempts,
}


@dataclass(frozen=True)
class Chart:
    """What `ui.chart_bars` draws: one bar a month."""

    labels: list[str]
    values: list[float]
    texts: list[str]
    urls: list[str]


def month_chart(months: Sequence[MonthTotal]) -> Chart:
    """Hours by month, each bar the door to its month."""
    return Chart(
        [i18n.day(each.month, "MMM yy") for each in months],
        [round(each.now / 60, 1) for each in months],
        [i18n.number(round(each.now / 60)) for each in months],
        [url_for("hours.month", word=each.month.isoformat()[:7]) for each in months],
    )


def desk_card(needs: Sequence[tuple[str, int]]) -> Card | None:
    """The card of the first need that is there, in the order given; None where nothing waits."""
    for need, count in needs:
        if count:
            title, text, endpoint, values, anchor, action = _NEEDS[need]
            cases = str(ngettext("%(num)s caso", "%(num)s casos", count))
            url = url_for(endpoint, _anchor=anchor or None, **values)
            return Card(str(title), str(text), url, str(action), [cases])
    return None


_NEEDS: dict[str, tuple[LazyString, LazyString, str, dict[str, Any], str, LazyString]] = {
    "against": (
        _l("Hay contactos reales contra la puerta"),
        _l("Alguien tomó contactos de una campaña sin el camino completo."),
        "skills.live_contacts",
        {"ver": "contra"},
        "",
        _l("Ver quién y desde cuándo"),
    ),
    "waiting": (
        _l("Hay registros que esperan una firma"),
        _l("Sin la firma, la verificación todavía no cuenta."),
        "skills.team",
        {},
        "waiting-title",
        _l("Ver los registros"),
    ),
    "plans_late": (
        _l("Hay planes de acción vencidos"),
        _l("Pasó su fecha y siguen abiertos."),
        "skills.plans",
        {},
        "",
        _l("Ver los planes"),
    ),
    "expiring": (
        _l("Hay verificaciones que vencen en 30 días"),
        _l("Al vencer, la puerta se cierra: conviene verificar antes."),
        "skills.team",
        {},
        "soon-title",
        _l("Ver cuáles"),
    ),
    "turns": (
        _l("Hay personas que esperan una verificación o práctica"),
        _l("Lo suyo está hecho: el paso que sigue es de quien forma."),
        "home.start",
        {},
        "turns-title",
        _l("Ver quiénes"),
    ),
    "late": (
        _l("Hay cursos vencidos sin completar"),
        _l("Pasó la fecha límite y siguen abiertos."),
        "home.start",
        {},
        "late-title",
        _l("Ver quiénes"),
    ),
}
