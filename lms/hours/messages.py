"""Texts of the errors of hours."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "hours.minutes_positive": _l("Los minutos son un número entero mayor que cero."),
    "hours.word_unknown": _l("El tipo, la clase o la modalidad de las horas no existe."),
    "hours.future_day": _l("No se registran horas de un día que todavía no llegó."),
    "hours.entry_not_found": _l("No hay ningún registro de horas con ese código al alcance de esta cuenta."),
    "hours.correction_nothing": _l("Una corrección de cero minutos no cambia nada."),
    "hours.reason_missing": _l("Falta el motivo: queda escrito junto a la corrección."),
    "hours.correction_below_zero": _l(
        "El registro vale %(minutes)s min con sus correcciones: no se puede descontar más que eso."
    ),
    "hours.correct_the_original": _l("Una corrección no se corrige: corregir el registro original, que la muestra."),
    "hours.month_closed": _l("Ese mes ya está cerrado."),
    "hours.month_closed_since": _l(
        "Mientras se revisaba el archivo se cerró un mes de los que trae. No se escribió nada: volver a importar."
    ),
    "hours.month_open": _l("Ese mes está abierto: no hay nada que reabrir."),
    "hours.month_running": _l(
        "El mes todavía no terminó en todas las sedes. Se puede cerrar cuando en todas empezó el mes siguiente."
    ),
    "hours.close_everywhere": _l(
        "Cerrar o reabrir un mes vale para todas las sedes: lo hace quien tiene el permiso sobre toda la empresa."
    ),
    "hours.month_unknown": _l("Ese mes no existe. Se escribe con año y mes, como 2026-03."),
}
