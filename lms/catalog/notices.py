"""What people are told about courses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.notify.kinds import Kind, day_of
from lms.web import i18n


def _assigned_text(params: Mapping[str, Any]) -> str:
    due = day_of(params, "due_on")
    if due is None:
        return str(_("Hay un curso nuevo para hacer: «%(course)s».", course=params["course"]))
    return str(
        _("Hay un curso nuevo para hacer: «%(course)s». Vence el %(day)s.", course=params["course"], day=i18n.day(due))
    )


ASSIGNED = Kind(
    name="course.assigned",
    label=_l("Me asignan un curso"),
    title=lambda params: str(_("Curso asignado: %(course)s", course=params["course"])),
    text=_assigned_text,
    link=lambda params: url_for("catalog.course", code=params["enrolment"]),
)
