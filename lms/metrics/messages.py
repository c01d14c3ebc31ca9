"""Texts of the errors of figures."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "metrics.figure_not_found": _l("No hay una cifra con ese nombre."),
    "metrics.filter_unknown": _l("Ese filtro no está al alcance de esta cuenta, o ya no existe."),
    "metrics.month_wrong": _l("Un mes se escribe con año y mes, como 2026-03, y no puede ser futuro."),
    "metrics.value_wrong": _l(
        "Ese valor no sirve para esta cifra: un número con hasta cuatro decimales (un porcentaje de 0 a 100, "
        "una escala de 1 a 5, personas enteras)."
    ),
    "metrics.dates_wrong": _l("El último día es anterior al primero."),
    "metrics.source_missing": _l("Falta decir de dónde sale el objetivo."),
    "metrics.target_overlap": _l(
        "Ya hay un objetivo para esa cifra en esos días (desde el %(first)s). Elegir otros días, "
        "o marcar que este toma su lugar."
    ),
}
