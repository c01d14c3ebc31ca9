"""What people are told about signatures and action plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.notify.kinds import Kind, day_of
from lms.web import i18n


def _plan_link(params: Mapping[str, Any]) -> str:
    return url_for("skills.plan", code=params["plan"])


def _record_link(params: Mapping[str, Any]) -> str:
    return url_for("skills.ojt_record" if params["ojt"] else "skills.verification", code=params["record"])


SIGN = Kind(
    name="record.sign",
    label=_l("Un registro espera mi firma"),
    title=lambda _params: str(_("Hay firmas pendientes")),
    text=lambda params: str(
        _(
            "El registro de %(person)s espera una firma, y puede haber otros: están en la página del equipo.",
            person=params["person"],
        )
    ),
    link=_record_link,
)
PLAN_OPENED = Kind(
    name="plan.opened",
    label=_l("Se abre un plan de acción a mi cargo"),
    title=lambda params: str(_("Plan de acción para %(person)s", person=params["person"])),
    text=lambda params: str(
        _(
            "Una verificación no alcanzó lo que pide el puesto. El plan de acción para %(person)s vence el %(day)s.",
            person=params["person"],
            day=i18n.day(day_of(params, "due_on")),
        )
    ),
    link=_plan_link,
)
PLAN_DUE = Kind(
    name="plan.due",
    label=_l("Vence un plan de acción a mi cargo"),
    title=lambda params: str(_("Vence el plan de acción para %(person)s", person=params["person"])),
    text=lambda params: str(
        _(
            "El plan de acción para %(person)s vence el %(day)s y sigue abierto.",
            person=params["person"],
            day=i18n.day(day_of(params, "due_on")),
        )
    ),
    link=_plan_link,
)
