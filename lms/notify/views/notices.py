"""One's notices, and of which of them one wants e-mails."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.notify import commands, queries
from lms.notify.kinds import Kind, known
from lms.notify.models import Notification
from lms.notify.views import routes
from lms.web.context import actor, db, now, services, settings
from lms.web.local import safe_next
from lms.web.routes import SIGNED_IN


@dataclass(frozen=True)
class Shown:
    """A notice in words."""

    notice: Notification
    title: str
    text: str


def _shown(notice: Notification) -> Shown:
    kind = known().get(notice.kind)
    if kind is None:
        return Shown(notice, _("Aviso"), _("Lo que contaba este aviso ya no existe en el sistema."))
    return Shown(notice, kind.title(notice.params), kind.text(notice.params))


@routes.page("/avisos", allow=SIGNED_IN)
def notices() -> ResponseReturnValue:
    """One's notices, the newest first."""
    size = settings().page_size
    before = request.args.get("antes", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = queries.listing(db(), actor().person_id or -1, before_id=last, limit=size + 1)
    return render_template(
        "notify/notices.html",
        rows=[_shown(row) for row in rows[:size]],
        unread=any(row.read_at is None for row in rows[:size]),
        next_url=url_for("notify.notices", antes=rows[size - 1].id) if len(rows) > size else None,
        first_url=url_for("notify.notices") if last is not None else None,
    )


@routes.page("/avisos/leer", allow=SIGNED_IN, methods=("POST",))
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    commands.read_all(db(), actor(), now=now())
    return redirect(url_for("notify.notices"), code=303)


@routes.page("/avisos/<code>/abrir", allow=SIGNED_IN, methods=("POST",))
def open_notice(code: str) -> ResponseReturnValue:
    """Mark a notice as read and go to what it tells of."""
    notice = commands.read(db(), actor(), code, now=now())
    kind = known().get(notice.kind)
    target = kind.link(notice.params) if kind is not None else None
    return redirect(safe_next(target, url_for("notify.notices")), code=303)


@routes.page("/cuenta/correos", allow=SIGNED_IN, methods=("POST",))
def choose_mail() -> ResponseReturnValue:
    """Keep which e-mails one wants."""
    kinds = [kind.name for kind in known().values()]
    commands.choose_mail(db(), actor(), kinds=kinds, wanted=request.form.getlist("kinds"))
    flash(_("Guardado: los avisos siguen acá, por correo llega lo elegido."), "good")
    return redirect(url_for("people.account"), code=303)


def _kinds() -> list[Kind]:
    return sorted(known().values(), key=lambda kind: str(kind.label))


def mail_panel(**_context: object) -> str | None:
    """Fills `account.sections`: the choice of e-mails, where this installation sends any."""
    if not settings().mail_host:
        return None
    with services().database.reading() as session:
        silenced = queries.silences(session, actor().person_id or -1)
    return render_template("notify/_mail_panel.html", kinds=_kinds(), silenced=silenced)
