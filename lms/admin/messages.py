"""Texts of the errors of administration."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "admin.not_dead": _l(
        "Ese envío ya no está detenido: puede que otra persona lo haya reintentado. Recargar la página."
    ),
    "admin.work_not_found": _l(
        "Los trabajos en segundo plano son de toda la instalación: los ve quien la administra entera."
    ),
    "admin.not_failed": _l(
        "Ese trabajo ya no está fallido: puede que otra persona lo haya reintentado. Recargar la página."
    ),
    "admin.content_faulty": _l(
        "El contenido tiene %(count)s errores: nada se publicó. Corregirlos y publicar de nuevo."
    ),
    "admin.setting_unknown": _l("Ese ajuste no existe: elegir uno de la lista."),
    "admin.setting_scope": _l(
        "Para todas las sedes fija un ajuste quien administra la empresa entera: elegir una sede propia."
    ),
    "admin.setting_range": _l("El valor va de %(low)s a %(high)s."),
    "admin.setting_past": _l("Un valor rige desde hoy o más adelante: lo que se decidió en un día pasado no cambia."),
    "admin.setting_dates": _l("El último día es anterior al primero."),
    "admin.setting_note": _l("Falta decir por qué: queda en la historia."),
    "admin.setting_overlap": _l(
        "Esos días ya tienen un valor: %(value)s, del %(first)s al %(last)s. Ponerle fin antes, o elegir otros días."
    ),
    "admin.setting_overlap_open": _l(
        "Esos días ya tienen un valor: %(value)s, desde el %(first)s y sin fin. Ponerle fin antes, o elegir otros días."
    ),
    "admin.setting_not_found": _l("Ese ajuste no existe."),
    "admin.setting_corrected": _l("Ese ajuste ya lo corrigió otro: mirar la historia."),
    "admin.setting_begun": _l("Ese ajuste ya empezó a regir: se le puede poner fin, no retirar."),
    "admin.setting_end_past": _l("El último día puede ser ayer o más adelante: lo que ya rigió no cambia."),
    "admin.setting_end_later": _l(
        "El último día no puede ser posterior al que ya tiene: fijar otro valor para los días que siguen."
    ),
    "keys.secret_changed": _l(
        "La clave de firma %(kid)s se hizo con otro LMS_SECRET_KEY. Volver a poner el anterior, o dejarlo en "
        "LMS_FORMER_SECRET_KEYS y hacer una clave nueva con «lms keys rotate»: lo firmado antes sigue valiendo."
    ),
}
