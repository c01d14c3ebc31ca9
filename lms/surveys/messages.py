"""Texts of the errors of surveys."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "surveys.not_found": _l("No hay una encuesta para este curso al alcance de esta cuenta."),
    "surveys.answered": _l("Esta encuesta ya se contestó. Por ser anónima, no se puede ver ni cambiar lo contestado."),
    "surveys.answer.required": _l("Falta contestar esta pregunta."),
    "surveys.answer.unknown": _l("Esa respuesta no está entre las opciones."),
    "surveys.answer.too_long": _l("El texto es demasiado largo: a lo sumo 2000 caracteres."),
    "surveys.answer.no_question": _l("Esa pregunta no es de esta encuesta."),
}
