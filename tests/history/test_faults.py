"""Every kind of fault of a file: said with line and column, all of them at once, and nothing is written."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.history.commands import Options
from lms.history.formats.csv_file import open_csv
from lms.history.formats.table import FileLimits
from lms.history.formats.xlsx_file import open_xlsx
from lms.history.messages import FAULTS, worded
from lms.history.rules.cells import DateOrder
from lms.history.rules.faults import FileFaultError, fault
from lms.history.rules.rows import Limits
from lms.hours.commands import close_month
from lms.kit.permissions import SYSTEM
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import make_course
from tests.history.samples import CERTIFICATE, HEAD, HOURS, VERIFICATION, ZONE, bring, csv_of, faults, line, look

LONG = "x" * 501


@pytest.fixture
def ready(cast: Cast, session: Session) -> Session:
    make_course(session, NOW)
    return session


ROWS = [
    (line(HOURS, legajo="L99"), "legajo", "person_unknown"),
    (line(HOURS, legajo=""), "legajo", "empty"),
    (line(HOURS, fecha="2026-03-18"), "fecha", "day_future"),
    (line(HOURS, fecha="2025-12-31"), "fecha", "not_employed"),
    (line(HOURS, fecha="3/4/2026"), "fecha", "day_ambiguous"),
    (line(HOURS, fecha="46000"), "fecha", "day_serial"),
    (line(HOURS, fecha="marzo"), "fecha", "day_unreadable"),
    (line(HOURS, minutos="-1"), "minutos", "minutes_positive"),
    (line(HOURS, minutos="0"), "minutos", "minutes_positive"),
    (line(HOURS, minutos="1500"), "minutos", "minutes_too_many"),
    (line(HOURS, minutos="1,5"), "minutos", "minutes_decimal"),
    (line(HOURS, minutos="una hora"), "minutos", "minutes_unreadable"),
    (line(HOURS, tipo="sueldo"), "tipo", "kind_unknown"),
    (line(HOURS, tipo=""), "tipo", "kind_missing"),
    (line(HOURS, tipo_de_capacitación="rápida"), "tipo de capacitación", "word_unknown"),
    (line(HOURS, evidencia=""), "evidencia", "no_evidence"),
    (line(HOURS, evidencia=LONG), "evidencia", "too_long"),
    (line(HOURS, evidencia="a\x07b"), "evidencia", "control"),
    (line(HOURS, detalle=""), "curso", "hours_of_what"),
    (line(HOURS, sede="Oeste"), "sede", "place_unknown"),
    (line(HOURS, sede="Sur"), "sede", "place_other"),
    (line(HOURS, clase="práctica"), "evaluó", "empty"),
    (line(HOURS, clase="práctica", evaluó="L1"), "evaluó", "own_witness"),
    (line(CERTIFICATE, curso="otro"), "curso", "course_unknown"),
    (line(CERTIFICATE, vence="2026-02-01"), "vence", "until_before"),
    (line(CERTIFICATE, vence="2026-02-02"), "vence", "until_before"),
    (line(CERTIFICATE, aprobó="Prueba, Agente"), "aprobó", "own_witness"),
    (line(CERTIFICATE, aprobó="X99"), "aprobó", "witness_unknown"),
    (line(VERIFICATION, habilidad="volar"), "habilidad", "skill_unknown"),
    (line(VERIFICATION, puntaje="120 %"), "puntaje", "score_over"),
    (line(VERIFICATION, puntaje="bien"), "puntaje", "score_unreadable"),
    (line(VERIFICATION, puntaje="1"), "puntaje", "score_ambiguous"),
    (line(VERIFICATION, umbral=""), "umbral", "no_threshold"),
    (line(VERIFICATION, umbral="0 %"), "umbral", "threshold_zero"),
    (line(VERIFICATION, evaluó="l1"), "evaluó", "own_witness"),
    (line(VERIFICATION, campaña="Tienda"), "campaña", "place_missing"),
]


def test_every_fault_of_a_row_is_said_with_its_column_all_in_one_run(
    app: Flask, ready: Session, tmp_path: Path
) -> None:
    done, spool = look(ready, csv_of(tmp_path, *(row for row, _, _ in ROWS)))
    assert faults(done) == [(number, column, key) for number, (_, column, key) in enumerate(ROWS, 2)]
    assert done.rejected == len(ROWS)
    with app.test_request_context():
        assert all(worded(found.fault) for found in done.errors)  # every message gets what it names
    assert spool.getvalue() == ""


def test_a_row_with_many_faults_says_them_all(ready: Session, tmp_path: Path) -> None:
    done, _ = look(ready, csv_of(tmp_path, line(HOURS, legajo="L99", fecha="marzo", minutos="0", evidencia="")))
    assert {key for _, _, key in faults(done)} == {
        "person_unknown",
        "day_unreadable",
        "minutes_positive",
        "no_evidence",
    }


def test_the_same_row_twice_names_the_first(ready: Session, tmp_path: Path) -> None:
    done, _ = look(ready, csv_of(tmp_path, line(HOURS), line(HOURS), line(HOURS, id="a"), line(HOURS, id="b")))
    assert faults(done) == [(3, "", "duplicate")]
    assert done.errors[0].fault.params["line"] == 2


def test_a_closed_month_is_refused_unless_as_an_adjustment(ready: Session, tmp_path: Path) -> None:
    close_month(ready, SYSTEM, month=date(2026, 2, 1), now=NOW)
    path = csv_of(tmp_path, line(HOURS))
    done, _ = look(ready, path)
    assert faults(done) == [(2, "fecha", "month_closed")]
    done, _ = look(ready, path, options=Options(zone=ZONE, adjustments=True))
    assert done.errors == []


def test_nobody_imports_their_own_records(ready: Session, cast: Cast, tmp_path: Path) -> None:
    done, _ = look(ready, csv_of(tmp_path, line(HOURS)), actor=cast.agent.actor)
    assert faults(done) == [(2, "legajo", "own_import")]


def test_an_identifier_that_came_with_other_data_is_refused(ready: Session, tmp_path: Path) -> None:
    bring(ready, csv_of(tmp_path, line(HOURS, id="7")))
    done, _ = look(ready, csv_of(tmp_path, line(HOURS, id="7", minutos="30")))
    assert faults(done) == [(2, "id", "known_otherwise")]


def test_heads_are_checked_once(ready: Session, tmp_path: Path) -> None:
    head = "tipo;legajo;fecha;minutos;tipo de capacitación;detalle;color;fecha"
    done, _ = look(ready, csv_of(tmp_path, "horas;L1;2026-02-02;60;inicial;Ingreso;rojo;2026-02-02", head=head))
    assert faults(done) == [(1, "fecha", "column_twice"), (1, "evidencia", "column_missing")]
    assert [(found.fault.key, found.fault.column) for found in done.warnings] == [("column_unknown", "color")]
    assert done.fatal
    done, _ = look(ready, csv_of(tmp_path, "L1", head="legajo"))
    assert faults(done) == [(1, "tipo", "kind_nowhere"), (2, "tipo", "kind_missing")]


def test_days_with_strokes_are_read_as_told(ready: Session, tmp_path: Path) -> None:
    path = csv_of(tmp_path, line(HOURS, fecha="3/2/2026"))
    options = Options(zone=ZONE, row=Limits(dates=DateOrder.DMY))
    done, spool = look(ready, path, options=options)
    assert done.errors == []
    assert '"2026-02-03"' in spool.getvalue()


def test_faults_beyond_the_limit_are_counted(ready: Session, tmp_path: Path) -> None:
    path = csv_of(tmp_path, *[line(HOURS, legajo="L99", id=str(number)) for number in range(9)])
    done, _ = look(ready, path, options=Options(zone=ZONE, faults=5))
    assert (len(done.errors), done.unshown, done.rejected) == (5, 4, 9)


def test_too_many_rows_are_refused(ready: Session, tmp_path: Path) -> None:
    path = csv_of(tmp_path, *[line(HOURS, id=str(number)) for number in range(4)])
    done, _ = look(ready, path, options=replace(Options(zone=ZONE), file=FileLimits(rows=3)))
    assert "too_many_rows" in {key for _, _, key in faults(done)}
    assert done.fatal


def _refused(path: Path, limits: FileLimits | None = None, sheet: str = "") -> tuple[str, int]:
    spreadsheet = path.suffix == ".xlsx"
    with pytest.raises(FileFaultError) as caught:
        open_xlsx(path, limits or FileLimits(), sheet) if spreadsheet else open_csv(path, limits or FileLimits())
    return caught.value.found.fault.key, caught.value.found.line


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert _refused(path) == ("file_empty", 0)
    path.write_bytes(b"\n\n  \n")
    assert _refused(path)[0] == "file_empty"
    path.write_bytes(codecs.BOM_UTF16_LE + HEAD.encode("utf-16-le"))
    assert _refused(path)[0] == "encoding"
    path.write_bytes(b"tipo;legajo\nhoras;\x81\xff\n")
    assert _refused(path)[0] == "encoding"
    path.write_bytes(b"tipo;legajo\nhoras;L1\nhoras;\x00\n")
    assert _refused(path) == ("nul", 3)
    path.write_bytes(b"x" * (1024 * 1024 + 1))
    assert _refused(path, FileLimits(mib=1))[0] == "file_large"
    for content in (b"no zip", b"PK\x03\x04 broken"):
        (tmp_path / "a.xlsx").write_bytes(content)
        assert _refused(tmp_path / "a.xlsx")[0] == "not_xlsx"


def test_a_file_with_a_head_alone_is_empty(ready: Session, tmp_path: Path) -> None:
    done, _ = look(ready, csv_of(tmp_path))
    assert faults(done) == [(0, "", "file_empty")]


def test_quotes_that_do_not_close_are_said_with_their_line(ready: Session, tmp_path: Path) -> None:
    done, _ = look(ready, csv_of(tmp_path, line(HOURS), 'horas;"L1;2026-02-02'))
    assert (3, "", "csv_quotes") in faults(done)
    assert done.fatal


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_files_as_offices_save_them(ready: Session, tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "historia.csv"
    text = "\r\n".join([HEAD, line(HOURS, detalle="Introducción")]).replace(";", separator)
    path.write_bytes(text.encode(encoding))
    done, spool = look(ready, path)
    assert done.errors == []
    assert "Introducción" in spool.getvalue()
    assert [found.fault.key for found in done.warnings] == (["read_as_windows"] if encoding == "cp1252" else [])


def _book(path: Path, *rows: list[object], sheet: str = "Horas") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in [["legajo", "fecha", "minutos", "tipo de capacitación", "evidencia", "detalle"], *rows]:
        book.active.append(row)
    book.save(path)
    return book


ROW: list[object] = ["L1", date(2026, 2, 2), 60, "inicial", "Lista 4", "Ingreso"]


def test_a_spreadsheet_is_read_with_its_own_days(ready: Session, tmp_path: Path) -> None:
    _book(tmp_path / "a.xlsx", ROW, [None] * 6, ["L1", 46000, 60, "inicial", "Lista 4", "Ingreso"])
    done, spool = look(ready, tmp_path / "a.xlsx")
    assert faults(done) == [(4, "fecha", "day_serial")]
    assert '"2026-02-02"' in spool.getvalue()


def test_formulas_and_merged_cells_are_refused(ready: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = _book(path, ROW, ["L1", date(2026, 2, 3), "=30+30", "inicial", "Lista 4", "Ingreso"])
    book.active.merge_cells("A5:A6")
    book.save(path)
    done, _ = look(ready, path)
    assert faults(done) == [(5, "", "merged"), (3, "minutos", "formula")]
    assert done.fatal


def _with_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of a packed file, and nothing else."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, change(content) if name == part else content)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (
            "xl/worksheets/sheet1.xml",
            b't="inlineStr"><is><t>legajo</t></is>',
            b't="s"><v>999</v>',
        ),  # a text of no table
        ("xl/worksheets/sheet1.xml", b"<row ", b'<row r="900000000000" '),  # as many empty rows before it
        ("xl/worksheets/sheet1.xml", b"baseColWidth", b"otherColWidth"),
        ("xl/styles.xml", b"borderId", b"otherId"),
    ],
)
def test_a_damaged_spreadsheet_is_told_and_not_tripped_over(
    ready: Session, tmp_path: Path, part: str, old: bytes, new: bytes
) -> None:
    path = tmp_path / "a.xlsx"
    _book(path, ROW)

    def change(content: bytes) -> bytes:
        assert old in content
        changed = content.replace(old, new)
        return re.sub(rb'(<row r="900000000000") r="\d+"', rb"\1", changed)

    _with_part(path, part, change)
    try:
        done, _ = look(ready, path)
        told = {key for _, _, key in faults(done)}
    except FileFaultError as wrong:
        told = {wrong.found.fault.key}
    assert "not_xlsx" in told


def test_a_spreadsheet_whose_bytes_were_changed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    _book(path, ROW)
    with zipfile.ZipFile(path) as packed:
        at = packed.getinfo("xl/styles.xml").header_offset + len("xl/styles.xml") + 40
    content = bytearray(path.read_bytes())
    content[at : at + 20] = b"\xff" * 20
    path.write_bytes(content)
    assert _refused(path)[0] == "not_xlsx"


def test_sheets_of_others_are_passed_over_and_said(ready: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = _book(path, ROW)
    book.create_sheet("Notas").append(["cualquier cosa"])
    book.save(path)
    done, _ = look(ready, path)
    assert [(found.sheet, found.fault.key) for found in done.warnings] == [("Notas", "sheet_ignored")]
    assert done.errors == []
    assert _refused(path, sheet="Otra")[0] == "sheet_missing"
    assert _refused(path, FileLimits(unpacked_mib=0))[0] == "file_large"


def test_every_fault_has_its_words(app: Flask) -> None:
    """A message that cannot be filled would stop the report; what each fault gives is tried above, row by row."""
    with app.test_request_context():
        texts = " ".join(str(text) for text in FAULTS.values())
        filler = dict.fromkeys(re.findall(r"%\((\w+)\)", texts), "x")
        assert all(worded(fault(name, **filler)) for name in FAULTS)
