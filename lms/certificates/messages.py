"""Texts of the errors of certificates."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "certificates.not_found": _l("No hay un certificado con ese código al alcance de esta cuenta."),
    "certificates.already_revoked": _l("Este certificado ya estaba revocado."),
    "certificates.reason_missing": _l("Falta el motivo: queda en el registro junto con quién revocó y cuándo."),
    "certificates.revoked_pdf": _l(
        "Este certificado está revocado: ya no se descarga. Su página dice cuándo y por qué."
    ),
    "certificates.own": _l("Nadie revoca su propio certificado."),
    "certificates.question_not_found": _l(
        "No hay un certificado en cuestión con ese código al alcance de esta cuenta."
    ),
    "certificates.decision_unknown": _l("Elegir si el certificado se mantiene o se revoca."),
    "certificates.decided": _l("Alguien ya decidió sobre este certificado: no se cambió nada. Ver la decisión."),
    "certificates.not_kept": _l("Solo se reabre lo que se había decidido mantener."),
}
