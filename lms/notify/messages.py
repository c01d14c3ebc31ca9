"""Texts of the errors of notices and of the tray."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "notify.not_found": _l("Ese aviso ya no está. Los avisos se borran después de un tiempo."),
    "notify.job_not_found": _l("Ese trabajo ya no está en la bandeja. Los resultados se borran después de un tiempo."),
}
