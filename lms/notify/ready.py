"""That one's long work is ready, or could not be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.kit.jobs import JobEnded
from lms.notify.commands import tell
from lms.notify.kinds import Kind
from lms.notify.views.tray import registry


def _title(params: Mapping[str, Any]) -> str:
    title = registry().title(params["name"])
    return str(_("Listo: %(title)s", title=title) if params["succeeded"] else _("No se pudo: %(title)s", title=title))


def _text(params: Mapping[str, Any]) -> str:
    if params["succeeded"]:
        return str(_("El resultado está en la bandeja."))
    return str(_("El trabajo falló varias veces. Se puede pedir de nuevo; la administración ve qué pasó."))


ENDED = Kind(
    name="job.ended",
    label=_l("Está listo un trabajo que pedí"),
    title=_title,
    text=_text,
    link=lambda _params: url_for("notify.tray"),
)


def tell_ended(session: Session, event: JobEnded) -> None:
    """Hears of every job that ended, and tells whoever asked for it."""
    told = {"name": event.name, "succeeded": event.succeeded}
    # A job that failed, was tried again and ended again is told again: it is another moment.
    key = f"{event.code}:{event.at.isoformat()}"
    tell(session, kind=ENDED.name, key=key, people=[event.asked_by], params=told, now=event.at)
