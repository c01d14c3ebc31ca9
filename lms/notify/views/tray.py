"""The tray: one's own long work, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kit import jobs
from lms.kit.errors import NotFound
from lms.kit.jobs import BackgroundJob, Jobs
from lms.notify.views import routes
from lms.web.context import actor, db, services, settings
from lms.web.routes import SIGNED_IN


@dataclass(frozen=True)
class InTray:
    """A piece of work in words; `share` is how far it is, 0 to 100 (None: nobody can say), `url` what came of it."""

    job: BackgroundJob
    title: str
    share: int | None
    url: str | None


def registry() -> Jobs:
    """The kinds of jobs of this application."""
    found: Jobs = current_app.extensions["umbral_jobs"]
    return found


def in_tray(job: BackgroundJob) -> InTray:
    """A job as the tray shows it."""
    share = min(100, 100 * job.done // job.total) if job.total else None
    result = job.result or {}
    url = url_for("files.download", code=result["file"]) if "file" in result else result.get("url")
    return InTray(job, registry().title(job.name), share, url)


@routes.page("/bandeja", allow=SIGNED_IN)
def tray() -> ResponseReturnValue:
    """One's own long work."""
    rows = jobs.of_person(db(), actor().person_id or -1, limit=settings().page_size)
    return render_template(
        "notify/tray.html",
        rows=[in_tray(row) for row in rows],
        busy=any(row.state in {jobs.WAITING, jobs.RUNNING} for row in rows),
        keep_days=settings().job_keep_days,
    )


@routes.page("/bandeja/<code>/quitar", allow=SIGNED_IN, methods=("POST",))
def remove(code: str) -> ResponseReturnValue:
    """Take what has ended out of the tray, with its file."""
    if not jobs.remove(db(), services().files, actor().person_id or -1, code):
        raise NotFound("notify.job_not_found")
    flash(_("Quitado de la bandeja."), "good")
    return redirect(url_for("notify.tray"), code=303)
