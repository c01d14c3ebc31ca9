"""What people are told about tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.assessment.commands.failing import FAILED, PASSED_LATE
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


def _result(params: Mapping[str, Any]) -> str:
    return url_for("assessment.result", code=params["attempt"])


def _regraded(params: Mapping[str, Any]) -> str:
    if params["passed"]:
        return str(_("Se recalificó una prueba y ahora está aprobada. El resultado anterior sigue a la vista."))
    return str(_("Se recalificó una prueba y ahora no alcanza. El motivo está en la página del resultado."))


def _answered(params: Mapping[str, Any]) -> str:
    if params["upheld"]:
        return str(_("La objeción a una pregunta de «%(test)s» se aceptó.", test=params["test"]))
    return str(_("La objeción a una pregunta de «%(test)s» tiene respuesta.", test=params["test"]))


GRADED = Kind(
    name="assessment.graded",
    label=_l("Una persona termina de calificar mi prueba"),
    title=lambda params: str(_("Prueba calificada: %(test)s", test=params["test"])),
    text=lambda params: str(
        _("Las respuestas abiertas de «%(test)s» están calificadas: el resultado se puede ver.", test=params["test"])
    ),
    link=_result,
)
REGRADED = Kind(
    name="assessment.regraded",
    label=_l("Una recalificación cambia mi resultado"),
    title=lambda _params: str(_("Cambió el resultado de una prueba")),
    text=_regraded,
    link=_result,
)
TO_MARK = Kind(
    name="assessment.to_mark",
    label=_l("Hay respuestas abiertas para calificar"),
    title=lambda _params: str(_("Hay respuestas para calificar")),
    text=lambda _params: str(_("Hay respuestas abiertas que esperan una calificación, y puede haber más en la lista.")),
    link=lambda _params: url_for("assessment.to_mark"),
)
DISPUTED = Kind(
    name="dispute.new",
    label=_l("Alguien objeta una pregunta"),
    title=lambda _params: str(_("Hay objeciones a preguntas")),
    text=lambda _params: str(_("Alguien dice que una pregunta está mal, y puede haber más objeciones en la lista.")),
    link=lambda _params: url_for("assessment.disputes"),
)
DISPUTE_ANSWERED = Kind(
    name="dispute.answered",
    label=_l("Responden mi objeción"),
    title=lambda _params: str(_("Respuesta a una objeción")),
    text=_answered,
    link=_result,
)
PASSED_AFTER_ALL = Kind(
    name=PASSED_LATE,
    label=_l("Una recalificación aprueba a alguien a quien ya se le había retirado el curso"),
    title=lambda params: str(_("%(person)s aprobó por una recalificación", person=params["person"])),
    text=lambda params: str(
        _(
            "«%(test)s» queda aprobada, pero el curso se le había retirado al quedarse sin intentos. "
            "Decidir si sigue con el refuerzo o se le asigna de nuevo para completarlo.",
            test=params["test"],
        )
    ),
    link=lambda params: url_for("people.person", person_code=params["code"]),
)
KINDS = (PASSED_AFTER_ALL, LAST_FAILED, GRADED, REGRADED, TO_MARK, DISPUTED, DISPUTE_ANSWERED)
