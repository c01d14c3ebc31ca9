"""Texts of the errors of administration."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "admin.content_faulty": _l(
        "El contenido tiene %(count)s errores: nada se publicó. Corregirlos y publicar de nuevo."
    ),
}
