"""Texts of the errors of courses."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "catalog.enrolment_not_found": _l("No hay ningún curso asignado con ese código al alcance de esta cuenta."),
    "catalog.course_not_found": _l("Ese curso no existe o todavía no se publicó."),
    "catalog.module_not_found": _l("Ese módulo no es parte de esta versión del curso."),
    "catalog.part_unknown": _l("El curso no tiene esa parte."),
    "catalog.state_unknown": _l("Ese estado no existe."),
    "catalog.anchor_unknown": _l("Ese apartado no está en el módulo."),
    "catalog.already_enrolled": _l(
        "Ya tiene este curso asignado y abierto: se puede asignar de nuevo cuando lo termine."
    ),
    "catalog.type_not_served": _l("El curso no sirve para ese tipo de capacitación."),
    "catalog.due_past": _l("La fecha límite ya pasó: elegir hoy o un día que venga."),
    "catalog.person_inactive": _l("Esa persona ya no está activa: no se le asignan cursos."),
    "catalog.enrolment_ended": _l("Este curso ya se terminó o se retiró. Lo registrado hasta entonces se conserva."),
    "catalog.reason_missing": _l("Falta el motivo: queda escrito en el registro."),
    "catalog.completion_not_found": _l("No hay un curso completo con ese código al alcance de esta cuenta."),
    "catalog.completion_revoked": _l("Ese curso completo ya se había anulado. Lo que se anotó entonces se conserva."),
    "catalog.revoke_own": _l("Nadie anula un curso propio."),
    "catalog.revoke_day": _l("Un curso completo se anula desde hoy, o desde un día que venga, nunca desde antes."),
    "catalog.nobody_chosen": _l("Falta elegir al menos una persona."),
    "catalog.too_many_chosen": _l("Se asigna a lo sumo a %(limit)s personas por vez."),
}
