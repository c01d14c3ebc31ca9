"""Texts of the errors of people."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "people.not_found": _l("No hay nadie con ese código al alcance de esta cuenta."),
    "people.sign_in_failed": _l(
        "El legajo (o correo) y la contraseña no coinciden. Con un código de un solo uso, elegir «Tengo un código»."
    ),
    "people.code_failed": _l(
        "El legajo (o correo) y el código no coinciden, o el código ya se usó o venció. Quien forma o coordina puede dar otro."
    ),
    "people.throttled": _l("Demasiados intentos seguidos. Se puede volver a probar en %(minutes)s min."),
    "people.password_short": _l(
        "La contraseña es corta: al menos %(low)s caracteres. Una frase de varias palabras sirve muy bien."
    ),
    "people.password_long": _l("La contraseña es larga: a lo sumo %(high)s caracteres."),
    "people.password_guessable": _l("Esa contraseña se adivina enseguida. Sirve mejor una frase de varias palabras."),
    "people.password_wrong": _l("La contraseña actual no es esa."),
    "people.number_taken": _l("Ya hay una persona con el legajo %(number)s."),
    "people.number_invalid": _l(
        "El legajo lleva de 1 a 32 letras, números, puntos o guiones, y empieza con letra o número."
    ),
    "people.email_taken": _l("Ya hay una persona con ese correo."),
    "people.email_invalid": _l("Ese correo no parece una dirección de correo."),
    "people.language_unknown": _l("Ese idioma no está entre los que hay. Elegir uno de la lista."),
    "people.name_missing": _l("Faltan el nombre o el apellido."),
    "people.already_employed": _l("Ya tiene un vínculo en esas fechas: primero hay que cerrarlo."),
    "people.not_employed": _l("No tiene un vínculo vigente ese día."),
    "people.leave_before_hire": _l("La fecha de egreso es anterior a la de ingreso."),
    "people.placement_overlap": _l("Ya tiene una asignación principal en esas fechas."),
    "people.placement_outside": _l("La asignación tiene que caer dentro de un vínculo."),
    "people.supervisor_circle": _l("Esa persona ya depende, directa o indirectamente, de quien se está asignando."),
    "people.role_unknown": _l("Ese rol no existe."),
    "people.grant_self": _l("Nadie se da permisos a sí mismo: tiene que hacerlo otra persona de la administración."),
    "people.grant_held": _l("Ya tiene ese permiso con ese alcance."),
    "people.last_administrator": _l(
        "Es la última cuenta de administración: primero hay que dar ese rol a otra persona."
    ),
    "people.code_self": _l("Nadie se da un código a sí mismo: para cambiar la contraseña está «Mi cuenta»."),
    "people.code_outranked": _l(
        "A quien tiene más permisos que los de aprendizaje, el código se lo da la administración."
    ),
    "people.name_taken": _l("Ya hay otro registro con ese nombre."),
    "people.zone_unknown": _l("Esa zona horaria no existe."),
    "people.already_set_up": _l("La instalación ya tiene quien la administre."),
    "people.dates_wrong": _l("La fecha de fin es anterior a la de inicio."),
    "people.grant_not_found": _l("Ese permiso ya no está vigente, o no es de esta persona."),
    "people.scope_meaningless": _l("El rol de aprendizaje no lleva alcance: siempre es sobre los propios registros."),
    "people.place_outside": _l("Ese lugar está fuera del alcance de esta cuenta."),
    "people.choice_unknown": _l("Esa opción no está en la lista. Elegir otra."),
    "people.placement_later": _l("Tiene una asignación que empezó después, el %(day)s: revisar la fecha de egreso."),
    "people.programme_held": _l("Ya puede trabajar en esa campaña en esas fechas."),
    "people.supervisor_self": _l("Nadie depende de sí mismo: elegir a otra persona."),
    "people.deactivate_self": _l("Nadie cierra su propia cuenta: tiene que hacerlo otra persona."),
    "people.deactivate_outranked": _l(
        "La cuenta de quien administra la cierra, o la reabre, otra persona de la administración."
    ),
    "people.inactive": _l(
        "La cuenta está cerrada: un código no serviría. Primero hay que reabrirla o registrar el reingreso."
    ),
    "people.site_not_found": _l("No hay una sede con ese código al alcance de esta cuenta."),
    "people.holiday_taken": _l("Ese día ya está en el calendario de la sede: «%(name)s»."),
    "people.holiday_not_found": _l("Ese día no está en el calendario de la sede."),
    "people.country_unknown": _l("De ese país o esa región no hay un calendario: elegir otro de la lista."),
    "people.no_calendar": _l("De %(year)s no se conocen los feriados: agregarlos uno por uno."),
    "people.name_needed": _l("Falta el nombre."),
}
