"""Settings, clock, time zones, translations."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from babel.messages.pofile import PoFileError
from flask_babel import gettext as _
from sqlalchemy import func, select

from config import DEFAULT_SECRET
from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn
from lms.kit.audit import AuditEntry
from lms.kit.clock import utc_now
from lms.people.models import Site
from lms.web.catalogues import LANGUAGES, catalogue

CLOCK_WARN, CLOCK_FAIL = 5, 60
"""Seconds between the clock of this machine and the database's."""
SHORTEST_SECRET = 32


def _environment(patient: Patient) -> Finding:
    settings = patient.settings
    if settings.demo:
        return fail(
            _("LMS_ENVIRONMENT=demo: la página de ingreso muestra contraseñas"),
            _("poner LMS_ENVIRONMENT=production, con una base de datos propia"),
        )
    if settings.debug:
        return fail(_("LMS_DEBUG está encendido: muestra el código a quien provoque un error"), _("apagarlo"))
    if settings.environment != "production":
        return warn(f"LMS_ENVIRONMENT={settings.environment}", _("poner LMS_ENVIRONMENT=production"))
    return ok("LMS_ENVIRONMENT=production")


def _secret(patient: Patient) -> Finding:
    secret = patient.settings.secret_key
    if secret == DEFAULT_SECRET:
        return fail(
            _("LMS_SECRET_KEY es la de fábrica: cualquiera puede hacerse una sesión"),
            _("poner una al azar: python -c 'import secrets; print(secrets.token_urlsafe(48))'"),
        )
    if len(secret) < SHORTEST_SECRET:
        return fail(
            _("LMS_SECRET_KEY tiene %(count)s caracteres", count=len(secret)),
            _("poner una al azar de %(count)s o más", count=SHORTEST_SECRET),
        )
    return ok(_("LMS_SECRET_KEY tiene %(count)s caracteres", count=len(secret)))


def _cookies(patient: Patient) -> Finding:
    if patient.settings.secure_cookies:
        return ok("LMS_SECURE_COOKIES=1")
    return fail(_("las sesiones viajan también sin HTTPS"), _("servir con HTTPS y poner LMS_SECURE_COOKIES=1"))


def _public_url(patient: Patient) -> Finding:
    url = patient.settings.public_url
    if not url:
        return warn(
            _("LMS_PUBLIC_URL está vacía: los códigos QR llevan la dirección de quien pidió el certificado"),
            _("poner la dirección con la que la gente llega"),
        )
    if not url.startswith("https://"):
        return warn(url, _("usar una dirección https://"))
    return ok(url)


def _demo_people(patient: Patient) -> Finding:
    with patient.database.reading() as session:
        made = session.scalar(select(AuditEntry.id).where(AuditEntry.action == "demo.begin").limit(1))
    if made is None:
        return ok(_("no hay personas de demostración"))
    text = _("la base tiene la empresa de demostración, con contraseñas conocidas")
    return fail(text, _("empezar con una base nueva: lms db upgrade y lms init"))


def _clock(patient: Patient) -> Finding:
    with patient.database.reading() as session:
        latest = session.scalar(select(func.max(AuditEntry.at)))
        theirs = None
        if patient.database.engine.dialect.name == "postgresql":
            theirs = session.scalar(select(func.clock_timestamp()))
    ours = utc_now()
    apart = abs((theirs - ours).total_seconds()) if theirs is not None else 0.0
    if apart > CLOCK_WARN:
        found = _("el reloj de la base y el de esta máquina difieren %(count)s s", count=round(apart))
        return (fail if apart > CLOCK_FAIL else warn)(found, _("poner en hora las dos con NTP"))
    if latest is not None and (latest - ours).total_seconds() > CLOCK_FAIL:
        return fail(
            _("la auditoría tiene un hecho del futuro: %(at)s", at=latest.isoformat()),
            _("poner en hora esta máquina con NTP"),
        )
    return ok(ours.isoformat(timespec="seconds"))


def _zone(patient: Patient) -> Finding:
    if patient.settings.zone not in available_timezones():
        return fail(f"LMS_ZONE={patient.settings.zone}", _("usar un nombre como America/Bogota"))
    return ok(str(ZoneInfo(patient.settings.zone)))


def _site_zones(patient: Patient) -> Finding:
    with patient.database.reading() as session:
        zones = {row.name: row.zone for row in session.execute(select(Site.name, Site.zone))}
    unknown = sorted(name for name, zone in zones.items() if zone not in available_timezones())
    if unknown:
        return fail(
            _("sedes con una zona horaria que esta máquina no conoce: %(names)s", names=", ".join(unknown)),
            _("instalar los datos de zonas horarias (tzdata)"),
        )
    return ok(", ".join(sorted(set(zones.values()))) or _("todavía no hay sedes"))


def _translations(_patient: Patient) -> Finding:
    broken = []
    for language in LANGUAGES:
        try:
            catalogue(language)
        except (OSError, PoFileError):
            broken.append(language)
    if broken:
        found = _("no se pueden leer las traducciones: %(names)s", names=", ".join(broken))
        return fail(found, _("instalar de nuevo: las traducciones vienen con el programa"))
    return ok(", ".join(LANGUAGES))


SETUP = (
    Check("environment", _environment),
    Check("secret-key", _secret),
    Check("cookies", _cookies),
    Check("public-url", _public_url),
    Check("time-zone", _zone),
    Check("translations", _translations),
)
AFTER_DATABASE = (
    Check("demo-people", _demo_people, migrated=True),
    Check("clock", _clock, migrated=True),
    Check("site-zones", _site_zones, migrated=True),
)
