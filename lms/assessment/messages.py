"""Texts of the errors of assessment, and the few words that the rules keep as message ids."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "assessment.not_allowed": _l("Publicar bancos y pruebas no está entre los permisos de la cuenta."),
    "assessment.bank_not_found": _l("No hay un banco publicado con ese nombre."),
    "assessment.bank_diverged": _l(
        "El banco «%(bank)s» cambió desde que se tomaron estos archivos, y publicarlos desharía esos cambios. "
        "Solo en los archivos: %(files)s. Solo en lo publicado: %(published)s. En los dos lados: %(both)s. No se publicó nada: "
        "unirlos con «lms banks publish --merge», o exportar el banco y rehacer los cambios."
    ),
    "assessment.bank_conflict": _l(
        "En el banco «%(bank)s» lo mismo cambió de los dos lados: %(both)s. No se publicó nada: exportar el banco en otra "
        "carpeta, decidir cada caso en los archivos y publicar con «--replace» y un motivo."
    ),
    "assessment.import_not_found": _l(
        "No hay un archivo de preguntas con ese código al alcance de esta cuenta: se borra unos días después de traerlo."
    ),
    "assessment.import_has_faults": _l(
        "El archivo tiene preguntas con fallas: no se tomó ninguna. Corregirlas, o elegir que se tomen las buenas."
    ),
    "assessment.bank_taken": _l("Ya hay un banco con ese identificador: importar desde su página, o elegir otro."),
    "assessment.import_empty": _l("El archivo no tiene ninguna pregunta que se pueda tomar."),
    "assessment.import_place": _l("No hay una pregunta por corregir en ese lugar del archivo. Recargar la página."),
    "assessment.import_mended": _l("Se corrigieron ya %(limit)s preguntas de este archivo: corregir las demás en él."),
    "assessment.import_unreadable": _l("El archivo no se puede leer. %(detail)s"),
    "assessment.bank_empty": _l("El banco no tiene ninguna pregunta: no se publica."),
    "assessment.plan_impossible": _l("El banco no alcanza para la prueba: %(detail)s."),
    "assessment.plan_unnamed": _l("El plan o el banco no tiene identificador."),
    "assessment.plan_name": _l("El identificador lleva solo minúsculas sin acento, cifras y guiones, hasta 60."),
    "assessment.plan_title": _l("El título pasa de %(most)s caracteres: acortarlo."),
    "assessment.plan_taken": _l("Ya hay una prueba con el identificador «%(name)s»: abrirla, o elegir otro."),
    "assessment.plan_changed": _l("%(by)s guardó otro plan de esta prueba mientras tanto: no se pisó nada."),
    "assessment.plan_gone": _l("El borrador ya no está: alguien lo publicó o lo descartó mientras tanto."),
    "assessment.plan_too_large": _l("El plan pasa de %(most)s kB: no se guardó. Quitar secciones o acortar textos."),
    "assessment.plan_faults": _l("El plan no se puede publicar todavía: %(detail)s."),
    "assessment.plan_moved": _l(
        "Desde que se abrió esta página cambió el plan vigente o el banco: no se publicó nada. Mirar otra vez los cambios."
    ),
    "assessment.bank_version_not_found": _l("El banco no tiene una versión con ese número."),
    "assessment.pending": _l("El intento anterior espera que una persona lo califique: después se puede empezar otro."),
    "assessment.media_changed": _l("El archivo «%(name)s» cambió mientras se publicaba: publicar otra vez."),
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
    "assessment.answer.page_left": _l("Esa página ya se dejó y no vuelve: la respuesta no cambia."),
    "assessment.answer.page_to_come": _l("Esa pregunta está en una página que todavía no se abrió."),
    "assessment.answer.checked": _l("Esa respuesta ya se comprobó: no se puede cambiar."),
    "assessment.answer.sequence_used": _l(
        "Ese número de envío ya se usó con otro contenido: se conserva lo guardado antes."
    ),
    "assessment.question_not_found": _l("No hay una pregunta con ese código en este banco."),
    "assessment.regrade_not_found": _l("No hay una recalificación con ese código."),
    "assessment.regrade_reason": _l("Falta el motivo de la recalificación (hasta %(limit)s caracteres)."),
    "assessment.regrade_versions": _l("Elegir una versión de la pregunta que haya salido en algún intento calificado."),
    "assessment.regrade_own": _l("Esta pregunta salió en un intento propio: la recalifica otra persona."),
    "assessment.regrade_changed": _l(
        "Desde la vista previa cambiaron resultados: no se aplicó nada. Mirar la vista previa otra vez."
    ),
    "assessment.regrade_kind": _l("Elegir qué cambia de la pregunta."),
    "assessment.regrade_answers": _l("Marcar al menos una respuesta que también es correcta (hasta %(limit)s)."),
    "assessment.regrade_points": _l("Los puntos son un número mayor que cero y hasta %(limit)s, como 2, 1/2 o 0,5."),
    "assessment.regrade_one_version": _l("Otra respuesta correcta se acepta de una versión de la pregunta por vez."),
    "assessment.regrade_withdrawn": _l("Esa recalificación ya estaba retirada: no se cambió nada."),
    "assessment.regrade_nothing": _l("Ningún resultado cambia con esto: no se aplicó nada."),
    "assessment.regrade_nothing_left": _l(
        "Hay intentos que sin esta pregunta no tendrían ninguna: dar sus puntos a todos en lugar de quitarla."
    ),
    "assessment.no_statistics": _l("No hay una prueba con ese nombre."),
    "assessment.question_not_measured": _l("Todavía no hay estadísticas de esa pregunta."),
    "assessment.mark_not_found": _l("No hay una respuesta abierta entregada en ese lugar del intento."),
    "assessment.mark_own": _l("La respuesta propia la califica otra persona."),
    "assessment.mark_levels": _l("Elegir un nivel de cada criterio: no se guardó nada."),
    "assessment.mark_comment": _l("El comentario es demasiado largo (el máximo es %(limit)s caracteres)."),
    "assessment.mark_graded": _l("El intento ya tiene resultado: lo que falte corregir va como recalificación."),
    "assessment.mark_twice": _l("Esta respuesta ya tiene una calificación de esta cuenta, y no se cambia."),
    "assessment.mark_done": _l("Otra persona calificó esta respuesta mientras tanto: ya no hace falta."),
    "assessment.blind": _l("Este intento espera que lo califiquen sin saber de quién es: los pasos se ven después."),
    "assessment.dispute_not_found": _l("No hay una objeción ni una pregunta con ese código al alcance de esta cuenta."),
    "assessment.dispute_text": _l("Falta decir qué pasa con la pregunta (hasta %(limit)s caracteres)."),
    "assessment.dispute_hidden": _l("La revisión no muestra ahora las preguntas: se objetan cuando se ven."),
    "assessment.dispute_over": _l("Pasaron más de %(days)s días desde la entrega: ya no se objetan preguntas."),
    "assessment.dispute_twice": _l("Esta pregunta ya está objetada en este intento: se conserva lo que se dijo antes."),
    "assessment.dispute_verdict": _l("Elegir si la objeción se acepta o no."),
    "assessment.dispute_own": _l("La objeción propia la responde otra persona."),
    "assessment.dispute_answered": _l("La objeción ya tiene respuesta: no se cambió nada."),
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
    "numeric": _l("número"),
    "short_text": _l("respuesta corta"),
    "gaps": _l("texto con huecos"),
    "open": _l("respuesta abierta"),
}
REGRADES = {
    "void_drop": _l("La pregunta no cuenta"),
    "void_full": _l("Todos tienen sus puntos"),
    "accept": _l("Hay otra respuesta correcta"),
    "points": _l("La pregunta pesa otra cosa"),
    "withdraw": _l("Se retira una recalificación"),
}
TURNS = {
    "first": _l("Primera calificación"),
    "second": _l("Segunda calificación"),
    "decides": _l("Decide: las dos anteriores están lejos"),
}
STATUSES = {"draft": _l("borrador"), "reviewed": _l("revisada"), "retired": _l("retirada")}
STEPS = {
    "answer": _l("respuesta"),
    "flag": _l("marca"),
    "page": _l("página"),
    "check": _l("comprobación"),
    "extend": _l("más tiempo"),
    "submit": _l("entrega"),
    "expire": _l("se terminó el tiempo"),
    "left": _l("salió de la página"),
    "paste": _l("pegó un texto"),
}
ORIGINS = {
    "files": _l("desde archivos"),
    "browser": _l("en el navegador"),
    "import": _l("por una importación"),
    "merge": _l("uniendo archivos con lo publicado"),
}
"""Where a version of a bank came from."""
PARTS = {
    "type": _l("tipo"),
    "topic": _l("tema"),
    "difficulty": _l("dificultad"),
    "pool": _l("uso"),
    "status": _l("estado"),
    "title": _l("nombre para autores"),
    "tags": _l("etiquetas"),
    "exclusive": _l("nombre de exclusión"),
    "scenario": _l("caso"),
    "scenario_stem": _l("texto del caso"),
    "scenario_place": _l("lugar en el caso"),
    "stem": _l("enunciado"),
    "explanation": _l("explicación"),
    "review": _l("repaso"),
    "options": _l("opción"),
    "answers": _l("respuesta aceptada"),
    "answer": _l("respuesta correcta"),
    "pairs": _l("par"),
    "left": _l("izquierda"),
    "right": _l("derecha"),
    "distractors": _l("distractor"),
    "items": _l("elemento"),
    "gaps": _l("hueco"),
    "text": _l("texto"),
    "correct": _l("correcta"),
    "grade": _l("cuánto vale"),
    "feedback": _l("comentario"),
    "general": _l("comentario general"),
    "when_right": _l("comentario si acierta"),
    "when_partial": _l("comentario si acierta en parte"),
    "when_wrong": _l("comentario si falla"),
    "scoring": _l("puntaje"),
    "shuffle": _l("mezclar"),
    "value": _l("valor"),
    "tolerance": _l("tolerancia"),
    "low": _l("desde"),
    "high": _l("hasta"),
    "units": _l("unidad"),
    "unit": _l("exigencia de unidad"),
    "rubric": _l("criterio"),
    "levels": _l("nivel"),
    "points": _l("puntos"),
    "model": _l("respuesta modelo"),
    "case": _l("distinguir mayúsculas"),
    "accents": _l("distinguir acentos"),
    "weight": _l("peso"),
}
"""The parts of a question where two versions of it are compared; what is not named here is shown as its files call it."""
ITEM_FLAGS = {
    "hard": _l("muy difícil"),
    "easy": _l("muy fácil"),
    "no_variance": _l("todos igual"),
    "weak": _l("discrimina poco"),
    "negative": _l("discrimina al revés"),
    "better_than_key": _l("un distractor supera a la clave"),
    "never_chosen": _l("hay respuestas que nadie dio"),
}
"""What the statistics of a question may draw attention to."""
