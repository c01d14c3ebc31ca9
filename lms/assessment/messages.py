"""Texts of the errors of assessment, and the few words that the rules keep as message ids."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "assessment.not_allowed": _l("Publicar bancos y pruebas no está entre los permisos de la cuenta."),
    "assessment.bank_not_found": _l("No hay un banco publicado con ese nombre."),
    "assessment.bank_empty": _l("El banco no tiene ninguna pregunta: no se publica."),
    "assessment.plan_impossible": _l("El banco no alcanza para la prueba: %(detail)s."),
    "assessment.plan_unnamed": _l("El plan o el banco no tiene identificador."),
    "assessment.no_test": _l("Este curso no tiene una prueba publicada. Avisar a quien lo asignó."),
    "assessment.enrolment_ended": _l("Este curso ya terminó o se retiró: no admite otro intento."),
    "assessment.passed_already": _l("La prueba ya está aprobada: no hace falta otro intento."),
    "assessment.none_left": _l(
        "No quedan intentos. Quien coordina o forma puede asignar el curso otra vez como refuerzo."
    ),
    "assessment.wait": _l("Todavía no se puede empezar otro intento: hay que esperar hasta %(at)s (UTC)."),
    "assessment.not_yet": _l("La prueba todavía no abrió: se puede empezar desde %(at)s (UTC)."),
    "assessment.window_over": _l("La prueba cerró el %(at)s (UTC): no admite otro intento."),
    "assessment.address": _l(
        "La prueba se hace desde la red que indica su plan, y esta no lo es. Lo guardado sigue guardado: seguir desde allí."
    ),
    "assessment.room_wrong": _l(
        "Ese código no abre una sala para esta prueba, acá y ahora. Pedirlo otra vez a quien toma la prueba."
    ),
    "assessment.room_not_found": _l("No hay una sala con ese código al alcance de esta cuenta."),
    "assessment.room_not_allowed": _l("Abrir salas no está entre los permisos de la cuenta."),
    "assessment.room_title": _l("Falta el nombre de la sala."),
    "assessment.room_times": _l(
        "La sala tiene que cerrar después de abrir, en el futuro, y durar %(days)s días como mucho."
    ),
    "assessment.room_network": _l("«%(network)s» no es una red como 10.20.0.0/16."),
    "assessment.test_not_found": _l("No hay una prueba publicada con ese nombre."),
    "assessment.accommodation_not_found": _l("No hay una adaptación con ese código al alcance de esta cuenta."),
    "assessment.grant_self": _l("El tiempo o los intentos de más los da otra persona, nunca quien los usa."),
    "assessment.grant_nothing": _l("Falta decir qué se da: tiempo, intentos, o ambos."),
    "assessment.grant_bounds": _l("Se puede dar hasta cuatro veces el tiempo y hasta %(attempts)s intentos de más."),
    "assessment.grant_back": _l("Esa adaptación ya se había retirado."),
    "assessment.reason_missing": _l("Falta el motivo."),
    "assessment.minutes_bounds": _l("Los minutos van de 1 a %(most)s."),
    "assessment.no_more_time": _l("La prueba cierra antes: no queda tiempo para dar."),
    "assessment.no_such_page": _l("Esa página no es la que sigue. Recargar la prueba: lo guardado sigue guardado."),
    "assessment.time_over": _l("Se terminó el tiempo del intento. Lo guardado hasta entonces cuenta."),
    "assessment.check_not_offered": _l("En esta prueba las respuestas se ven al final."),
    "assessment.check_unanswered": _l("Falta responder la pregunta antes de comprobarla."),
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
    "assessment.answer.undrawn": _l("Esa pregunta no está en este intento."),
    "assessment.answer.shape": _l("La respuesta no tiene la forma de esta pregunta."),
    "assessment.answer.too_long": _l("La respuesta tiene más partes de las que admite la pregunta."),
    "assessment.answer.unknown_choice": _l("La respuesta nombra una opción que esta pregunta no muestra."),
    "assessment.answer.repeated": _l("El mismo elemento está en dos lugares: cada uno va una sola vez."),
    "assessment.answer.page_left": _l("Esa página ya se dejó y no vuelve: la respuesta no cambia."),
    "assessment.answer.page_to_come": _l("Esa pregunta está en una página que todavía no se abrió."),
    "assessment.answer.checked": _l("Esa respuesta ya se comprobó: no se puede cambiar."),
    "assessment.answer.sequence_used": _l(
        "Ese número de envío ya se usó con otro contenido: se conserva lo guardado antes."
    ),
    "assessment.answer.too_many_steps": _l(
        "Este intento ya tiene más cambios de los que se guardan: cuenta lo guardado hasta ahora."
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
}
STEPS = {
    "answer": _l("respuesta"),
    "flag": _l("marca"),
    "page": _l("página"),
    "check": _l("comprobación"),
    "extend": _l("más tiempo"),
    "submit": _l("entrega"),
    "expire": _l("se terminó el tiempo"),
}
