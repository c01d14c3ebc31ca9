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
}
