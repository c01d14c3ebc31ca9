"""What the pages of a plan call things: its fields, its choices, what changes, and a check's messages in those words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.assessment.messages import DIFFICULTIES
from lms.assessment.rules.plan import ANY, Section
from lms.assessment.rules.plan_changes import SECTION, SECTION_ORDER, PlanChange
from lms.assessment.rules.showing import PARTS, Phase, Review
from lms.web.i18n import moment, percent

LABELS: dict[str, LazyString] = {
    "title": _l("Título"),
    "pass_mark": _l("Se aprueba con"),
    "minutes": _l("Minutos"),
    "attempts": _l("Intentos"),
    "delay_hours": _l("Horas entre intentos"),
    "sections": _l("Secciones"),
    "topic": _l("Tema"),
    "difficulty": _l("Dificultad"),
    "count": _l("Preguntas"),
    "points": _l("Puntos"),
    "scenarios": _l("Escenarios enteros"),
    "fixed": _l("Preguntas fijas"),
    "fixed_points": _l("Puntos de cada fija"),
    "order": _l("Orden"),
    "navigation": _l("Navegación"),
    "per_page": _l("Preguntas por página"),
    "opens": _l("Abre"),
    "closes": _l("Cierra"),
    "room": _l("Solo en una sala supervisada"),
    "addresses": _l("Redes"),
    "review": _l("Qué se muestra de cada pregunta"),
    "after_failure": _l("Si se agotan los intentos"),
    "version": _l("Versión del banco"),
}
SECTION_MARK = _l("Mínimo")
_OF_QUESTIONS = {"exclusive": _l("grupo excluyente"), "pool": _l("uso"), "status": _l("estado")}
"""Keys of a question that messages about a plan name too."""
ANY_WORD = _l("cualquiera")
ORDERS = {"random": _l("al azar"), "plan": _l("el del plan: las fijas y después sección por sección")}
NAVIGATIONS = {"free": _l("se puede volver atrás"), "forward": _l("solo hacia adelante")}
FAILURES = {
    "tell": _l("se avisa a quien coordina"),
    "refresher": _l("se avisa y se asigna un refuerzo"),
    "nothing": _l("no se hace nada"),
}
PHASES = {
    "during": _l("Durante el intento, al comprobar"),
    "after": _l("Los dos minutos después de entregar"),
    "later": _l("Después"),
    "closed": _l("Cuando cerró, o no quedan intentos"),
}
SHOWN = {"marks": _l("qué sumó"), "right": _l("la respuesta correcta"), "feedback": _l("los comentarios")}
_VALUES = {"practice": _l("práctica"), "true": _l("sí")}

_SECTION = re.compile(r"«([a-z0-9-]+), (easy|medium|hard|any)»")
_KEY = re.compile(r"«([a-z_]+)(?:: ([^»]*))?»")
_EMPTY = re.compile(r"^«([a-z_]+)» está vacía$|^«([a-z_]+): » no es un número entero$|^falta la clave «([a-z_]+)»$")


def difficulty_word(difficulty: str) -> str:
    """A difficulty as a list calls it, the absence of one included."""
    return str(ANY_WORD) if difficulty == ANY else str(DIFFICULTIES.get(difficulty, difficulty))


def section_words(section: Section, titles: Mapping[str, str]) -> str:
    """A section by its topic and difficulty."""
    name = f"{titles.get(section.topic, section.topic)}, {difficulty_word(section.difficulty)}"
    return f"{name} ({str(LABELS['scenarios']).lower()})" if section.scenarios else name


def plain(message: str, titles: Mapping[str, str], *, of_section: bool = False) -> str:
    """A message of a check, which names the keys of the file, in the words of the page. It ends as a sentence does.

    `of_section`: it stands at a field of a section, where a pass mark is that of the section.
    """
    words = LABELS | _OF_QUESTIONS | ({"pass_mark": SECTION_MARK} if of_section else {})
    if empty := _EMPTY.match(message):
        key = next(filter(None, empty.groups()))
        return str(_("Falta completar: %(field)s.", field=words.get(key, key)))

    def field(match: re.Match[str]) -> str:
        key, value = match[1], match[2]
        if key not in words:
            return match[0]
        return f"«{words[key]}»" if value is None else f"«{words[key]}: {_VALUES.get(value, value)}»"

    told = _SECTION.sub(lambda match: f"«{titles.get(match[1], match[1])}, {difficulty_word(match[2])}»", message)
    told = _KEY.sub(field, told)
    return f"{told[:1].upper()}{told[1:]}."


def _label(key: str) -> str:
    return str(LABELS.get(key, key))


def change_words(change: PlanChange, titles: Mapping[str, str]) -> tuple[str, str, str]:
    """What changes, what it is now, and what it would be; "—" for nothing."""
    if change.key == SECTION:
        name = section_words(change.after or change.before, titles)
        return _("Sección %(name)s", name=name), _section(change.before), _section(change.after)
    if change.key == SECTION_ORDER:
        before, after = (
            "; ".join(section_words(each, titles) for each in some) for some in (change.before, change.after)
        )
        return _("Orden de las secciones"), before, after
    return _label(change.key), _value(change.key, change.before), _value(change.key, change.after)


def _section(section: Section | None) -> str:
    if section is None:
        return "—"
    told = [
        ngettext("%(num)s pregunta", "%(num)s preguntas", section.count),
        _("%(points)s puntos cada una", points=section.points) if section.points != 1 else "",
        _("mínimo %(mark)s", mark=percent(section.pass_mark)) if section.pass_mark is not None else "",
    ]
    return ", ".join(filter(None, told))


def _value(key: str, value: Any) -> str:
    named = {"order": ORDERS, "navigation": NAVIGATIONS, "after_failure": FAILURES}
    if key in named:
        return str(named[key].get(value, value))
    if key == "review":
        return (
            "; ".join(_phase(phase, value) for phase in Phase) if value is not None else str(_("la regla de la casa"))
        )
    if key == "pass_mark":
        return percent(value)
    if key == "per_page" and not value:
        return str(_("todas en una"))
    return _plain_value(value)


def _plain_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("sí") if value else _("no"))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "—"
    return "—" if value is None else str(value)


def _phase(phase: Phase, review: Review) -> str:
    shown = [str(SHOWN[part]) for part in PARTS if getattr(review.of(phase), part)]
    return f"{PHASES[phase.value]}: {', '.join(shown) or _('nada')}"
