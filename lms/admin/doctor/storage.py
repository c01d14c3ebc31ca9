"""The database and the folders."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from datetime import timedelta
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select, text

from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn
from lms.admin.doctor.setup import AFTER_DATABASE
from lms.kit import audit, migrate
from lms.kit.audit import AuditEntry, AuditSeal
from lms.kit.db import ping

MIB = 1024 * 1024
SPACE_WARN, SPACE_FAIL = 2048, 256
"""MiB free on the disk of the data."""
REMOTE = frozenset("nfs nfs4 cifs smb smb2 smb3 smbfs fuse.sshfs 9p afs ceph fuse.glusterfs".split())  # noqa: SIM905 - reads better than a list of quotes
"""File systems on which SQLite's locks cannot be trusted."""
WEB_ROOT = Path(__file__).resolve().parents[2] / "web"
HOUSEKEEPING_LATE = 10
"""Rounds of housekeeping that may be missed before somebody is told."""


def _answers(patient: Patient) -> Finding:
    with patient.database.reading() as session:
        ping(session)
        if patient.database.engine.dialect.name == "postgresql":
            return ok("PostgreSQL " + str(session.scalar(text("SHOW server_version"))))
        return ok("SQLite " + str(session.scalar(text("SELECT sqlite_version()"))))


def _migrated(patient: Patient) -> Finding:
    if migrate.pending(patient.database.engine):
        return fail(_("la base no está al día con el código"), _("ejecutar lms db upgrade"))
    return ok(_("al día"))


def _file_of(patient: Patient) -> Path | None:
    """The file of the database; None where it is no file."""
    engine = patient.database.engine
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return None
    return Path(engine.url.database).resolve()


def _wal(patient: Patient) -> Finding:
    if patient.database.engine.dialect.name != "sqlite":
        return ok(_("no es SQLite"))
    with patient.database.reading() as session:
        mode = str(session.scalar(text("PRAGMA journal_mode")))
    if mode.lower() != "wal":
        return fail(f"journal_mode={mode}", _("mover la base a un disco local donde SQLite pueda usar WAL"))
    return ok("journal_mode=wal")


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that holds `path`, by the lines of /proc/mounts: the longest mount point above it."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def _local_disk(patient: Patient) -> Finding:
    path = _file_of(patient)
    if path is None:
        return ok(_("no es SQLite"))
    mounts = Path("/proc/mounts")
    kind = file_system(path, mounts.read_text(encoding="utf-8")) if mounts.exists() else ""
    if kind in REMOTE:
        return fail(
            _("la base está en una carpeta de red (%(kind)s)", kind=kind),
            _("moverla a un disco de esta máquina, o usar PostgreSQL"),
        )
    return ok(f"{path} ({kind})" if kind else str(path))


def _space(patient: Patient) -> Finding:
    folder = patient.settings.instance
    while not folder.exists():
        folder = folder.parent
    found = {}
    for place in {folder, (_file_of(patient) or folder / "x").parent}:
        found[place] = shutil.disk_usage(place).free // MIB
    place, free = min(found.items(), key=lambda item: item[1])
    seen = _("%(free)s MiB libres en %(place)s", free=free, place=place)
    if free < SPACE_FAIL:
        return fail(seen, _("hacer lugar ya: sin espacio no se guarda nada"))
    if free < SPACE_WARN:
        return warn(seen, _("hacer lugar"))
    return ok(seen)


def _instance(patient: Patient) -> Finding:
    folder = patient.settings.instance.resolve()
    if not folder.is_dir():
        return fail(_("no existe la carpeta %(folder)s", folder=folder), _("crearla para quien corre el servidor"))
    if folder == WEB_ROOT or WEB_ROOT in folder.parents:
        return fail(_("%(folder)s está entre los archivos que se sirven", folder=folder), _("moverla afuera"))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return fail(_("no se puede escribir en %(folder)s", folder=folder), _("darla a quien corre el servidor"))
    if os.name == "posix" and folder.stat().st_mode & stat.S_IRWXO:
        return warn(_("otras cuentas de la máquina pueden entrar en %(folder)s", folder=folder), f"chmod 750 {folder}")
    return ok(str(folder))


def _chain(patient: Patient) -> Finding:
    with patient.database.reading() as session:
        verdict = audit.verify(session)
    if verdict.faults:
        return fail(
            _("la cadena de auditoría no cierra: %(first)s", first=verdict.faults[0]),
            _("guardar una copia, buscar la causa con lms audit verify y avisar a auditoría"),
        )
    return ok(_("%(count)s entradas selladas y sin cambios", count=verdict.checked))


def _housekeeping(patient: Patient) -> Finding:
    """An entry that has waited long for its seal says that nobody keeps house."""
    with patient.database.reading() as session:
        oldest = session.scalar(
            select(AuditEntry.at)
            .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
            .where(AuditSeal.id.is_(None))
            .order_by(AuditEntry.id)
            .limit(1)
        )
    every = max(patient.settings.housekeeping_seconds, 60)
    if oldest is not None and patient.now - oldest > timedelta(seconds=HOUSEKEEPING_LATE * every):
        return warn(
            _("hay auditoría sin sellar desde %(at)s", at=oldest.isoformat(timespec="seconds")),
            _("servir con lms serve, o programar lms nightly"),
        )
    return ok(_("la auditoría se sella a tiempo"))


STORAGE = (
    Check("database", _answers),
    Check("migrations", _migrated),
    *AFTER_DATABASE,
    Check("sqlite-wal", _wal),
    Check("sqlite-disk", _local_disk),
    Check("disk-space", _space),
    Check("instance-folder", _instance),
    Check("audit-chain", _chain, migrated=True),
    Check("housekeeping", _housekeeping, migrated=True),
)
