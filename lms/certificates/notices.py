"""What people are told about their certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.notify.kinds import Kind, day_of
from lms.web import i18n


def _link(params: Mapping[str, Any]) -> str:
    return url_for("certificates.show", code=params["certificate"])


ISSUED = Kind(
    name="certificate.issued",
    label=_l("Recibo un certificado"),
    title=lambda params: str(_("Certificado: %(course)s", course=params["course"])),
    text=lambda params: str(
        _("El curso «%(course)s» está completo y su certificado, emitido.", course=params["course"])
    ),
    link=_link,
)
EXPIRES = Kind(
    name="certificate.expires",
    label=_l("Un certificado mío está por vencer"),
    title=lambda params: str(_("Por vencer: %(course)s", course=params["course"])),
    text=lambda params: str(
        _(
            "El certificado de «%(course)s» vale hasta el %(day)s. Después hace falta hacer el curso otra vez.",
            course=params["course"],
            day=i18n.day(day_of(params, "expires_on")),
        )
    ),
    link=_link,
)
QUESTION = Kind(
    name="certificate.question",
    label=_l("Un certificado queda en cuestión"),
    title=lambda _params: str(_("Hay certificados en cuestión")),
    text=lambda params: str(
        _(
            "Una recalificación dejó sin aprobar la prueba detrás de un certificado de «%(course)s». Nada se revoca solo: "
            "falta que una persona decida.",
            course=params["course"],
        )
    ),
    link=lambda _params: url_for("certificates.at_stake"),
)
