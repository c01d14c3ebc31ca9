"""Texts of the errors of assessment, and the few words that the rules keep as message ids."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "assessment.not_allowed": _l("Publicar bancos y pruebas no está entre los permisos de la cuenta."),
    "assessment.bank_not_found": _l("No hay un banco publicado con ese nombre."),
    "assessment.bank_empty": _l("El banco no tiene ninguna pregunta: no se publica."),
    "assessment.plan_impossible": _l("El banco no alcanza para la prueba: %(detail)s."),
    "assessment.plan_unnamed": _l("El plan o el banco no tiene identificador."),
    "assessment.pending": _l("El intento anterior espera que una persona lo califique: después se puede empezar otro."),
    "assessment.media_changed": _l("El archivo «%(name)s» cambió mientras se publicaba: publicar otra vez."),
    "assessment.no_test": _l("Este curso no tiene una prueba publicada. Avisar a quien lo asignó."),
    "assessment.enrolment_ended": _l("Este curso ya terminó o se retiró: no admite otro intento."),
    "assessment.passed_already": _l("La prueba ya está aprobada: no hace falta otro intento."),
    "assessment.none_left": _l(
        "No quedan intentos. Quien coordina o forma puede asignar el curso otra vez como refuerzo."
    ),
    "assessment.wait": _l("Todavía no se puede empezar otro intento: hay que esperar hasta %(at)s (UTC)."),
    "assessment.busy": _l("El intento no pudo empezar porque otro estaba empezando. Probar otra vez."),
    "assessment.attempt_not_found": _l("No hay un intento con ese código al alcance de esta cuenta."),
    "assessment.closed": _l("El intento ya está cerrado: lo que se respondió después no se guardó."),
    "assessment.still_open": _l("El intento sigue abierto: los pasos se ven cuando termina."),
    "assessment.own_steps": _l("Los pasos de un intento los mira otra persona, no quien lo hizo."),
    "assessment.not_graded": _l("El intento todavía no tiene resultado."),
    "assessment.review_waits": _l("Hay un intento en curso: la revisión se abre cuando termina."),
    "assessment.too_many": _l(
        "Son demasiadas respuestas en un envío (el máximo es %(limit)s). Lo anterior está guardado."
    ),
    "assessment.bad_request": _l(
        "El envío no tiene la forma esperada. Recargar la página: lo guardado sigue guardado."
    ),
    "assessment.note.no_number": _l(
        "Quedó guardado, pero no se lee un número: así no suma. Escribir por ejemplo 1250,5."
    ),
    "assessment.note.no_unit": _l("Quedó guardado, pero falta la unidad después del número: así no suma."),
    "assessment.note.unknown_unit": _l(
        "Quedó guardado, pero la unidad no es una de las que nombra la pregunta: así no suma."
    ),
    "assessment.note.gap_unread": _l("Quedó guardado, pero en un hueco que pide un número no se lee ninguno."),
    "assessment.note.few_words": _l("Quedó guardado. Todavía tiene menos palabras que las pedidas."),
    "assessment.note.many_words": _l("Quedó guardado. Tiene más palabras que las pedidas."),
    "assessment.answer.long_text": _l(
        "El texto es más largo de lo que admite la pregunta: acortarlo. Se conserva lo guardado antes."
    ),
    "assessment.answer.undrawn": _l("Esa pregunta no está en este intento."),
    "assessment.answer.shape": _l("La respuesta no tiene la forma de esta pregunta."),
    "assessment.answer.too_long": _l("La respuesta tiene más partes de las que admite la pregunta."),
    "assessment.answer.unknown_choice": _l("La respuesta nombra una opción que esta pregunta no muestra."),
    "assessment.answer.repeated": _l("El mismo elemento está en dos lugares: cada uno va una sola vez."),
    "assessment.answer.sequence_used": _l(
        "Ese número de envío ya se usó con otro contenido: se conserva lo guardado antes."
    ),
    "assessment.practice_not_found": _l("No hay una pregunta de práctica con ese código en este curso."),
}

CHOICES = (_l("Verdadero"), _l("Falso"))
"""The choices of true or false: the types keep them as message ids; named here so that they are extracted."""

DIFFICULTIES = {"easy": _l("fácil"), "medium": _l("media"), "hard": _l("difícil")}
POOLS = {"exam": _l("prueba"), "practice": _l("práctica"), "both": _l("prueba y práctica")}
TYPES = {
    "single": _l("opción única"),
    "multiple": _l("opción múltiple"),
    "true_false": _l("verdadero o falso"),
    "matching": _l("unir"),
    "ordering": _l("ordenar"),
    "numeric": _l("número"),
    "short_text": _l("respuesta corta"),
    "gaps": _l("texto con huecos"),
    "open": _l("respuesta abierta"),
}
STATUSES = {"draft": _l("borrador"), "reviewed": _l("revisada"), "retired": _l("retirada")}
STEPS = {
    "answer": _l("respuesta"),
    "flag": _l("marca"),
    "submit": _l("entrega"),
    "expire": _l("se terminó el tiempo"),
}
