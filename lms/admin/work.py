"""The work of the background on screen: jobs and the outbox, what waits, what failed and why."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.admin import commands, queries
from lms.admin.views import routes
from lms.kit import jobs, outbox
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, settings

MANAGE = Permission.MANAGE_ACCESS
STATES = {
    "waiting": ("not_started", _l("En espera")),
    "running": ("in_progress", _l("En marcha")),
    "claimed": ("in_progress", _l("En marcha")),
    "done": ("passed", _l("Hecho")),
    "sent": ("passed", _l("Enviado")),
    "failed": ("failed", _l("Fallido")),
    "dead": ("failed", _l("Detenido")),
}
CARRIES = {"mail": _l("Correo"), "notice": _l("Correo de un aviso"), "job.start": _l("Arranque de un trabajo")}
"""The kinds of the outbox in words."""
OPEN_JOBS = (jobs.FAILED, jobs.RUNNING, jobs.WAITING)
OPEN_MESSAGES = (outbox.DEAD, outbox.CLAIMED, outbox.WAITING)


@routes.page("/trabajos", allow=MANAGE, nav=(_l("Trabajos"), 96))
def work() -> ResponseReturnValue:
    """Jobs and messages: how many in each state, and those that an administrator may have to look at."""
    commands.refuse_bounded(actor())
    size = settings().page_size
    state = request.args.get("estado", "")
    rows = jobs.listing(
        db(), (state,) if state in jobs.STATES else OPEN_JOBS, before_id=_number("trabajo"), limit=size + 1
    )
    messages = outbox.listing(
        db(), (state,) if state in outbox.STATES else OPEN_MESSAGES, before_id=_number("envio"), limit=size + 1
    )
    here: dict[str, Any] = {"estado": state or None}
    return render_template(
        "admin/work.html",
        rows=rows[:size],
        people=queries.names(db(), {row.asked_by for row in rows[:size] if row.asked_by is not None}),
        more_jobs=url_for("admin.work", trabajo=rows[size - 1].id, **here) if len(rows) > size else None,
        sendings=messages[:size],  # "messages" are the flashed ones
        more_messages=url_for("admin.work", envio=messages[size - 1].id, **here) if len(messages) > size else None,
        job_counts=jobs.counts(db()),
        message_counts=outbox.counts(db()),
        titles=current_app.extensions["umbral_jobs"].title,
        states=STATES,
        carries=CARRIES,
        mail_host=settings().mail_host,
    )


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


@routes.page("/trabajos/<code>/reintentar", allow=MANAGE, methods=("POST",))
def retry_job(code: str) -> ResponseReturnValue:
    """Try a failed job again."""
    commands.retry_job(db(), actor(), code, now=now())
    flash(_("El trabajo vuelve a la cola."), "good")
    return redirect(url_for("admin.work"), code=303)


@routes.page("/envios/<int:number>/reintentar", allow=MANAGE, methods=("POST",))
def retry_message(number: int) -> ResponseReturnValue:
    """Try a message again that was given up."""
    commands.retry_message(db(), actor(), number, now=now())
    flash(_("El envío vuelve a la cola."), "good")
    return redirect(url_for("admin.work"), code=303)
