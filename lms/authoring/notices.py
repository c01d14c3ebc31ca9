"""What an author is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.authoring.commands.publishing import RELEASED as NAME
from lms.notify.kinds import Kind


def _text(params: Mapping[str, Any]) -> str:
    if params["done"]:
        return str(_("«%(bank)s» tiene la versión %(number)s.", bank=params["bank"], number=params["version"]))
    return str(_("No se publicó nada de «%(bank)s»: el motivo está con los borradores.", bank=params["bank"]))


RELEASED = Kind(
    name=NAME,
    label=_l("Llega la hora de una publicación que programé"),
    title=lambda params: str(
        _("Se publicó lo programado") if params["done"] else _("Una publicación no se pudo hacer")
    ),
    text=_text,
    link=lambda params: url_for("authoring.drafts", slug=params["slug"]),
)
