"""What people are told about tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.assessment.commands.failing import FAILED
from lms.notify.kinds import Kind


def _text(params: Mapping[str, Any]) -> str:
    names = {"person": params["person"], "test": params["test"]}
    if params["refresher"]:
        return str(
            ngettext(
                "%(person)s no aprobó «%(test)s» en el intento que tenía. El curso quedó asignado otra vez, como refuerzo.",
                "%(person)s no aprobó «%(test)s» en sus %(num)s intentos. El curso quedó asignado otra vez, como refuerzo.",
                params["attempts"],
                **names,
            )
        )
    return str(
        ngettext(
            "%(person)s no aprobó «%(test)s» en el intento que tenía. Se le puede asignar el curso otra vez.",
            "%(person)s no aprobó «%(test)s» en sus %(num)s intentos. Se le puede asignar el curso otra vez.",
            params["attempts"],
            **names,
        )
    )


LAST_FAILED = Kind(
    name=FAILED,
    label=_l("Alguien de mi equipo se quedó sin intentos en una prueba"),
    title=lambda params: str(_("%(person)s se quedó sin intentos", person=params["person"])),
    text=_text,
    link=lambda params: url_for("people.person", person_code=params["code"]),
)
