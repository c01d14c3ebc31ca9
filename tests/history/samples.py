"""Files and imports for the tests of history."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalog.models import Course
from lms.history.commands import Checked, Options, check, write
from lms.history.formats.csv_file import open_csv
from lms.history.formats.table import FileLimits
from lms.history.formats.xlsx_file import open_xlsx
from lms.history.messages import column_word
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor
from lms.kit.provenance import ImportBatch, ImportRow
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import make_course

ZONE = "America/Argentina/Buenos_Aires"
HEAD = (
    "tipo;legajo;fecha;minutos;tipo de capacitación;evidencia;curso;detalle;clase;evaluó;aprobó;vence;habilidad;"
    "puntaje;umbral;sede;campaña;puesto;id"
)
COLUMNS = HEAD.split(";")
HOURS = {
    "tipo": "horas",
    "legajo": "L1",
    "fecha": "2026-02-02",
    "minutos": "90",
    "tipo de capacitación": "inicial",
    "evidencia": "Lista 4",
    "detalle": "Ingreso",
}
CERTIFICATE = {
    "tipo": "certificado",
    "legajo": "L1",
    "fecha": "2026-02-02",
    "curso": "curso",
    "aprobó": "Graciela Montiel",
    "evidencia": "Carpeta 12",
}
VERIFICATION = {
    "tipo": "verificación",
    "legajo": "L1",
    "fecha": "2026-02-03",
    "habilidad": "previa",
    "puntaje": "90 %",
    "umbral": "80 %",
    "evaluó": "T1",
    "evidencia": "Acta 9",
}


def line(row: dict[str, str], **changes: str) -> str:
    """A line of CSV; underscores in the names of `changes` stand for blanks."""
    cells = row | {name.replace("_", " "): value for name, value in changes.items()}
    return ";".join(cells.get(column, "") for column in COLUMNS)


def csv_of(folder: Path, *lines: str, head: str = HEAD, name: str = "historia.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def look(
    session: Session, path: Path, *, actor: Actor = SYSTEM, options: Options | None = None, now: datetime = NOW
) -> tuple[Checked, io.StringIO]:
    """Check a file; what can be written stands in the second part."""
    spool = io.StringIO()
    chosen = options or Options(zone=ZONE)
    table = open_xlsx(path, FileLimits()) if path.suffix == ".xlsx" else open_csv(path, FileLimits())
    return check(session, actor, table, options=chosen, spool=spool, now=now), spool


def bring(session: Session, path: Path, *, options: Options | None = None, now: datetime = NOW) -> ImportBatch:
    """Check and write a file without faults."""
    done, spool = look(session, path, options=options, now=now)
    assert done.errors == []
    return write(
        session,
        SYSTEM,
        done,
        spool,
        file_name=path.name,
        file_hash="f" * 64,
        adjustments=options.adjustments if options else False,
        now=now,
    )


def faults(done: Checked) -> list[tuple[int, str, str]]:
    """(line, column, key) of every error."""
    return [(found.line, column_word(found.fault), found.fault.key) for found in done.errors]


def prior_certificate(session: Session, cast: Cast) -> str:
    """An imported certificate of the agent, written straight into the tables; its code."""
    from lms.catalog.commands import bring_certificates

    course = session.scalars(select(Course)).first() or make_course(session, NOW)
    course_id = course.id if isinstance(course, Course) else course.course_id
    batch = ImportBatch(
        code=new_code(),
        at=NOW,
        actor_id=None,
        actor_name="Umbral",
        file_name="antes.csv",
        file_hash="a" * 64,
        counts={"hours": 0, "certificate": 1, "verification": 0, "repeated": 0, "rejected": 0},
    )
    session.add(batch)
    session.flush()
    code = new_code()
    source = ImportRow(
        key="b" * 64,
        batch_id=batch.id,
        digest="b" * 64,
        sheet="",
        line=2,
        kind="certificate",
        record_code=code,
        evidence="Carpeta 12",
        witness="Graciela Montiel",
    )
    session.add(source)
    session.flush()
    row = {
        "code": code,
        "row_key": source.key,
        "person_id": cast.agent.id,
        "course_id": course_id,
        "course_title": "Curso de prueba",
        "training_type": "initial",
        "issued_on": date(2026, 1, 20),
        "expires_on": None,
        "approver_id": None,
        "approver_name": "Graciela Montiel",
        "site_id": None,
        "programme_id": None,
        "job_id": None,
    }
    bring_certificates(session, [row], now=NOW)
    return code
