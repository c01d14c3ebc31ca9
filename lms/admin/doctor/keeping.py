"""What is kept for years: stored files, signing keys, signed checkpoints."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn
from lms.kit import anchors
from lms.kit.audit import AuditEntry, AuditSeal
from lms.kit.files import StoredFile, make_store
from lms.kit.keys import Keyring, make_keyring

CHECKPOINT_LATE = timedelta(days=2)
"""Every night signs what the day left: what has waited longer says that the nights do not end well."""
MOST_NAMES = 3
"""Files that a finding names; the others are counted."""


def _files(patient: Patient) -> Finding:
    """Whether the newest files are there, byte by byte."""
    most = patient.settings.doctor_files or None
    with patient.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(StoredFile)) or 0
        damages = make_store(patient.settings).verify(session, newest=most)
    looked = total if most is None else min(total, most)
    if damages:
        missing = sum(damage.fault == "missing" for damage in damages)
        seen = _(
            "de %(looked)s archivos leídos (hay %(total)s) faltan %(missing)s y cambiaron %(changed)s: %(names)s",
            looked=looked,
            total=total,
            missing=missing,
            changed=len(damages) - missing,
            names=", ".join(f"{damage.name} ({damage.code})" for damage in damages[:MOST_NAMES]),
        )
        return fail(seen, _("poner otra vez los de la copia de seguridad: docs/keys-and-files.md"))
    return ok(_("archivos leídos y sin cambios: %(looked)s de %(total)s", looked=looked, total=total))


def _keys(patient: Patient) -> Finding:
    """Whether the key in force was made with the present secret, and the earlier ones with one that we know."""
    with patient.database.reading() as session:
        known = make_keyring(patient.settings).states(session)
        present = Keyring([patient.settings.secret_key]).states(session)
    if not known:
        return ok(_("todavía no hay claves de firma: la primera se hace al firmar"))
    if not known[0].ours:
        return fail(
            _(
                "la clave de firma vigente (%(kid)s) se hizo con otra LMS_SECRET_KEY: no se firma nada",
                kid=known[0].kid,
            ),
            _("poner el valor anterior en LMS_FORMER_SECRET_KEYS y ejecutar lms keys rotate"),
        )
    strange = [state.kid for state in known if not state.ours]
    if strange:
        return warn(
            _("claves de firma hechas con una LMS_SECRET_KEY que no está: %(names)s", names=", ".join(strange)),
            _("poner los valores anteriores en LMS_FORMER_SECRET_KEYS: lo que firmaron no se puede comprobar"),
        )
    if not present[0].ours:
        return warn(
            _("la clave de firma vigente (%(kid)s) se hizo con una LMS_SECRET_KEY anterior", kid=known[0].kid),
            _("ejecutar lms keys rotate"),
        )
    return ok(_("claves de firma que se pueden leer: %(count)s; firma %(kid)s", count=len(known), kid=known[0].kid))


def _checkpoints(patient: Patient) -> Finding:
    """What the signed checkpoints say against the seals and the file, and whether the nights still sign."""
    folder = patient.settings.instance
    with patient.database.reading() as session:
        count, faults = anchors.verify_checkpoints(session, make_keyring(patient.settings), folder)
        last = anchors.latest(session)
        unsigned = session.scalar(
            select(AuditEntry.at)
            .join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
            .where(AuditSeal.id > (last.seal_id if last is not None else 0))
            .order_by(AuditSeal.id)
            .limit(1)
        )
    if faults:
        return fail(
            _("las firmas de la auditoría no cierran (%(count)s): %(first)s", count=len(faults), first=faults[0]),
            _("guardar una copia, buscar la causa con lms audit verify y avisar a auditoría"),
        )
    if unsigned is not None and patient.now - unsigned > CHECKPOINT_LATE:
        return warn(
            _("hay auditoría sin firmar desde %(at)s", at=unsigned.isoformat(timespec="seconds")),
            _("ejecutar lms nightly y buscar en el registro del servidor por qué no firma cada noche"),
        )
    return ok(_("firmas de la auditoría que cierran: %(count)s", count=count))


KEEPING = (
    Check("files", _files, migrated=True),
    Check("signing-keys", _keys, migrated=True),
    Check("checkpoints", _checkpoints, migrated=True),
)
