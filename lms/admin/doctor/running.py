"""What runs beside the server: the worker, what it carries, and the servers that it needs."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn, worst
from lms.kit import heartbeat, jobs, mail, outbox
from lms.kit.jobs import BackgroundJob
from lms.kit.outbox import OutboxMessage

STUCK = 20
"""So many times `LMS_DOCTOR_LATE_MINUTES`: what waits that long is not a long queue any more."""
AHEAD = timedelta(minutes=1)
"""A sign of life this far in the future says that two clocks differ."""


def _late(patient: Patient) -> timedelta:
    return timedelta(minutes=patient.settings.doctor_late_minutes)


def _oldest(session: Session, model: type[OutboxMessage | BackgroundJob], waiting: str, held: str) -> datetime | None:
    """Since when the oldest row is to be taken up: it waits and is due, or who held it let its lease run out."""
    due = session.scalar(select(func.min(model.available_at)).where(model.state == waiting))
    left = session.scalar(select(func.min(model.lease_until)).where(model.state == held))
    return min((at for at in (due, left) if at is not None), default=None)


def _waiting(patient: Patient, since: datetime | None, seen: str, advice: str) -> list[Finding]:
    """What is to be said of the oldest thing that nobody took up; nothing while it is young or not due."""
    age = patient.now - since if since is not None else timedelta()
    if age <= _late(patient):
        return []
    return [(fail if age > STUCK * _late(patient) else warn)(seen, advice)]


def _outbox(patient: Patient) -> Finding:
    """Messages that nobody carries, that fail again and again, or that were given up."""
    with patient.database.reading() as session:
        counts = outbox.counts(session)
        since = _oldest(session, OutboxMessage, outbox.WAITING, outbox.CLAIMED)
        failing = session.scalar(
            select(func.min(OutboxMessage.created_at)).where(
                OutboxMessage.state == outbox.WAITING, OutboxMessage.tries > 0
            )
        )
    found = _waiting(
        patient,
        since,
        _("hay mensajes que nadie lleva; el más viejo espera desde %(at)s", at=_moment(since)),
        _("ver que haya un proceso de trabajo (lms serve o lms worker) y que LMS_MAIL_HOST siga puesta si son correos"),
    )
    if failing is not None and patient.now - failing > _late(patient):
        seen = _("hay mensajes que fallan y se vuelven a intentar; el más viejo es de %(at)s", at=_moment(failing))
        found.append(warn(seen, _("ver el error de cada uno en la página Trabajos")))
    if counts[outbox.DEAD]:
        seen = _("mensajes abandonados: %(count)s", count=counts[outbox.DEAD])
        found.append(warn(seen, _("en la página Trabajos, ver el error, corregir la causa y reintentarlos")))
    waiting = counts[outbox.WAITING] + counts[outbox.CLAIMED]
    return worst(found) or ok(_("mensajes en espera: %(count)s, sin demora", count=waiting))


def _jobs(patient: Patient) -> Finding:
    """Jobs that nobody took up, and those that have failed for good."""
    with patient.database.reading() as session:
        counts = jobs.counts(session)
        since = _oldest(session, BackgroundJob, jobs.WAITING, jobs.RUNNING)
    found = _waiting(
        patient,
        since,
        _("hay trabajos que nadie toma; el más viejo espera desde %(at)s", at=_moment(since)),
        _("ver que haya un proceso de trabajo (lms serve o lms worker); si lo hay y no alcanza, subir LMS_JOB_THREADS"),
    )
    if counts[jobs.FAILED]:
        seen = _("trabajos que fallaron: %(count)s", count=counts[jobs.FAILED])
        found.append(warn(seen, _("en la página Trabajos, ver el error, corregir la causa y reintentarlos")))
    waiting = counts[jobs.WAITING] + counts[jobs.RUNNING]
    return worst(found) or ok(_("trabajos en espera o en marcha: %(count)s, sin demora", count=waiting))


def _moment(at: datetime | None) -> str:
    return "—" if at is None else at.isoformat(timespec="seconds")


def _worker(patient: Patient) -> Finding:
    """The age of the worker's last sign of life."""
    start = _("servir con lms serve; si LMS_HOUSEKEEPING_SECONDS es 0, correr lms worker aparte")
    try:
        beat = heartbeat.last(patient.settings.instance)
    except ValueError as fault:
        seen = _("no se entiende la última señal del proceso de trabajo: %(error)s", error=fault)
        return warn(seen, _("borrar %(name)s de la carpeta de la instalación", name=heartbeat.NAME))
    if beat is None:
        return warn(_("ningún proceso de trabajo dejó señal en esta carpeta"), start)
    age = patient.now - beat.at
    seen = _(
        "última señal del proceso de trabajo hace %(age)s s (%(host)s, proceso %(pid)s)",
        age=round(age.total_seconds()),
        host=beat.host,
        pid=beat.pid,
    )
    if age < -AHEAD:
        return warn(seen, _("poner en hora con NTP esta máquina y la del proceso de trabajo"))
    if age > _late(patient):
        return fail(seen, start)
    return ok(seen)


def _mail_server(patient: Patient) -> Finding:
    """The server is greeted and signed in to as for a letter, and nothing is sent."""
    server = mail.mail_server(patient.settings)
    if server is None:
        return ok(_("LMS_MAIL_HOST está vacía: no se envían correos"))
    try:
        mail.greet(server)
    except (OSError, smtplib.SMTPException, mail.NotNowError) as fault:
        seen = _("%(server)s no toma correos: %(error)s", server=f"{server.host}:{server.port}", error=_words(fault))
        return fail(seen, _mail_advice(fault))
    return ok(
        _("%(server)s responde (LMS_MAIL_TLS=%(tls)s)", server=f"{server.host}:{server.port}", tls=server.tls),
    )


def _mail_advice(fault: Exception) -> str:
    advice: str = _("corregir LMS_MAIL_HOST y LMS_MAIL_PORT, o abrir el paso hasta el servidor de correo")
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        advice = _("corregir LMS_MAIL_USER y LMS_MAIL_PASSWORD")
    elif isinstance(fault, ssl.SSLError | smtplib.SMTPNotSupportedError):
        advice = _("corregir LMS_MAIL_TLS y LMS_MAIL_PORT, o el certificado del servidor de correo")
    return advice


def _redis(patient: Patient) -> Finding:
    """Redis answers, to us: a wrong password is no answer."""
    settings = patient.settings
    if not settings.redis_url:
        return ok(_("LMS_REDIS_URL está vacía: la cola es un archivo"))
    from redis import Redis, RedisError

    wait = settings.redis_timeout_seconds
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=wait, socket_connect_timeout=wait) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as fault:
        seen = _("Redis no responde en %(place)s: %(error)s", place=_place(settings.redis_url), error=_words(fault))
        return fail(seen, _("corregir LMS_REDIS_URL o levantar Redis: sin él no empieza ningún trabajo"))
    return ok(_("Redis responde en %(place)s", place=_place(settings.redis_url)))


def _place(url: str) -> str:
    """An address without who signs in and with what: a finding is read by more people than a setting."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _words(fault: Exception) -> str:
    """An error in one line."""
    return " ".join(f"{type(fault).__name__}: {fault}".split())[: outbox.MOST_ERROR]


RUNNING = (
    Check("worker", _worker),
    Check("outbox", _outbox, migrated=True),
    Check("jobs", _jobs, migrated=True),
    Check("mail-server", _mail_server),
    Check("redis", _redis),
)
