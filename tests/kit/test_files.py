"""The file store: atomic bytes, rows that fall with their transaction, liars and dangerous files refused, damage found."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import config
from lms.kit.db import Database
from lms.kit.errors import Invalid, NotFound
from lms.kit.files import NAME_MAX, Damage, FileStore, Purpose, StoredFile, clean_name, file_by_code, make_store
from lms.kit.filetypes import DANGEROUS, KINDS, sniff
from lms.kit.permissions import SYSTEM
from tests.conftest import NOW

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 32
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 32
CSV = "legajo;día\nL1;2026-03-16\n".encode()


def packed(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for name in names:
            pack.writestr(name, "x")
    return target.getvalue()


def workbook() -> bytes:
    target = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "legajo"
    book.save(target)
    return target.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    everything = tuple(KINDS)
    return FileStore(
        tmp_path / "files",
        {
            "evidence": Purpose("evidence", everything, 100_000, 3),
            "pictures": Purpose("pictures", ("png", "jpeg"), 100_000),
            "result": Purpose("result", everything, 100_000, lasting=False),
        },
    )


def put(store: FileStore, session: Session, data: bytes, name: str, purpose: str = "evidence") -> StoredFile:
    return store.put(session, io.BytesIO(data), name=name, purpose=purpose, actor=SYSTEM, now=NOW)


def bytes_on_disk(store: FileStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file() and path.name != "lock"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (JPEG, "jpeg"),
        (WEBP, "webp"),
        (workbook(), "xlsx"),
        (packed("a.csv"), "zip"),
        (CSV, "txt"),
        ("señal\n".encode("cp1252"), "txt"),
        (b"\xef\xbb\xbfa,b\n", "txt"),
        (b"a < b, y c > d\n", "txt"),
        (b"<- flecha\n", "txt"),
        (b"junk" + PDF, "txt"),  # no PDF, for a reader may see both; here it reads as a text
        (b"\x00" + PDF, None),
        (b"a\x00b", None),
        (bytes(range(256)), None),
        ("hola".encode("utf-16"), None),
        (b"PK\x03\x04 cut off", None),
        (packed("[Content_Types].xml", "word/document.xml"), None),
        (packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), DANGEROUS),
        (packed("META-INF/MANIFEST.MF"), DANGEROUS),
        (b"MZ\x90\x00", DANGEROUS),
        (b"\x7fELF\x02", DANGEROUS),
        (b"#!/bin/sh\nrm -r x\n", DANGEROUS),
        (b"\n <!DOCTYPE html><p>x", DANGEROUS),
        (b"\xef\xbb\xbf<HTML>", DANGEROUS),
        (b"<!-- a --><script>x</script>", DANGEROUS),
        (b'<?xml version="1.0"?><svg onload="x"/>', DANGEROUS),
        (b"<svg xmlns='x'><script>1</script></svg>", DANGEROUS),
        (b"a;b\n<script>alert(1)</script>;c\n", DANGEROUS),
        (b"<?php echo 1;", DANGEROUS),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, kind: str | None) -> None:
    assert sniff(io.BytesIO(data)) == kind


@given(st.binary(max_size=300))
def test_sniffing_stands_anything(data: bytes) -> None:
    assert sniff(io.BytesIO(data)) in {None, DANGEROUS, "txt", *KINDS}


@given(st.binary(max_size=300))
def test_packed_rubbish_is_stood_too(data: bytes) -> None:
    whole = packed("a.txt", "b.txt")
    assert sniff(io.BytesIO(b"PK" + data)) in {None, "zip", "xlsx", DANGEROUS}
    assert sniff(io.BytesIO(whole[: len(data)] + data + whole[len(data) :])) in {None, "zip", "txt", DANGEROUS}


def test_put_open_and_share_bytes(store: FileStore, session: Session) -> None:
    first, second = put(store, session, PDF, "a.pdf"), put(store, session, PDF, "otro.PDF")
    assert (first.kind, first.media_type, first.size, first.name) == ("pdf", "application/pdf", len(PDF), "a.pdf")
    assert first.code != second.code
    assert first.sha256 == second.sha256
    with store.open(second) as opened:
        assert opened.read() == PDF
    assert b"".join(store.chunks(first)) == PDF
    assert file_by_code(session, first.code) is first
    assert len(bytes_on_disk(store)) == 1
    assert store.verify(session) == []


def test_a_table_of_values_is_what_its_name_says(store: FileStore, session: Session) -> None:
    assert put(store, session, CSV, "horas.csv").kind == "csv"
    assert put(store, session, CSV, "horas.txt").kind == "txt"


@pytest.mark.parametrize(
    ("data", "name", "key"),
    [
        (b"", "a.pdf", "files.empty"),
        (PNG, "a.pdf", "files.lies"),
        (PDF, "a.png", "files.lies"),
        (CSV, "a.pdf", "files.lies"),
        (PDF, "a.csv", "files.lies"),
        (packed("a"), "a.xlsx", "files.lies"),
        (b"MZ\x90\x00", "a.pdf", "files.dangerous"),
        (b"<html>", "a.txt", "files.dangerous"),
        (b"<svg/>", "a.png", "files.dangerous"),
        (PDF, "a", "files.kind_unknown"),
        (PDF, "a.exe", "files.kind_unknown"),
        (b"\x00\x01", "a.txt", "files.kind_unknown"),
        (CSV * 5000, "a.csv", "files.too_large"),
    ],
)
def test_what_is_refused_leaves_nothing(store: FileStore, session: Session, data: bytes, name: str, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        put(store, session, data, name)
    assert refused.value.key == key
    assert refused.value.params["name"] == name
    assert bytes_on_disk(store) == []
    assert session.scalar(select(StoredFile.id)) is None


def test_a_purpose_takes_its_own_kinds_only(store: FileStore, session: Session) -> None:
    put(store, session, PNG, "a.png", "pictures")
    with pytest.raises(Invalid) as refused:
        put(store, session, PDF, "a.pdf", "pictures")
    assert (refused.value.key, refused.value.params["allowed"]) == ("files.kind_refused", "PNG, JPEG")


def test_a_transaction_that_fails_leaves_no_row_and_the_sweep_takes_the_bytes(
    store: FileStore, database: Database
) -> None:
    def fail() -> None:
        with database.writing() as session:
            put(store, session, PDF, "a.pdf")
            raise RuntimeError("the command fails after all")

    with pytest.raises(RuntimeError):
        fail()
    with database.writing() as session:
        assert session.scalar(select(StoredFile.id)) is None
        kept = put(store, session, PNG, "b.png")
    (store.root / "tmp" / "broken").write_bytes(b"half")
    with database.reading() as session:
        assert store.sweep(session, NOW) == 0  # the files are younger than a day
        long_ago = (NOW - timedelta(days=2)).timestamp()
        for path in bytes_on_disk(store):
            os.utime(path, (long_ago, long_ago))
        assert store.sweep(session, NOW) == 2
        assert store.sweep(session, NOW) == 0
        assert [path.name for path in bytes_on_disk(store)] == [kept.sha256]
        assert store.verify(session) == []


def test_bytes_that_are_stored_again_are_young_again(store: FileStore, session: Session) -> None:
    first = put(store, session, PDF, "a.pdf", "result")
    path = store.root / first.sha256[:2] / first.sha256
    os.utime(path, (0, 0))
    store.remove(session, first)
    put(store, session, PDF, "b.pdf")
    assert path.stat().st_mtime > 0
    assert store.sweep(session, NOW) == 0


def test_missing_and_changed_bytes_are_found(store: FileStore, session: Session) -> None:
    gone, cut, changed, whole = (
        put(store, session, PDF + name.encode(), f"{name}.pdf") for name in ("gone", "cut", "changed", "whole")
    )

    def path(file: StoredFile) -> Path:
        return store.root / file.sha256[:2] / file.sha256

    path(gone).unlink()
    path(cut).write_bytes(PDF)
    path(changed).write_bytes(b"X" + path(changed).read_bytes()[1:])
    assert store.verify(session) == [
        Damage(changed.code, "changed.pdf", "changed"),
        Damage(cut.code, "cut.pdf", "changed"),
        Damage(gone.code, "gone.pdf", "missing"),
    ]
    assert [damage.code for damage in store.verify(session, newest=2)] == [changed.code]  # and the whole one
    for file in (gone, cut):
        with pytest.raises(NotFound) as refused:
            store.chunks(file)
        assert refused.value.key == "files.damaged"
    assert b"".join(store.chunks(whole)) == PDF + b"whole"


def test_only_a_result_can_be_removed(store: FileStore, session: Session) -> None:
    store.remove(session, put(store, session, PDF, "a.pdf", "result"))
    assert session.scalar(select(StoredFile.id)) is None
    with pytest.raises(ValueError, match="for ever"):
        store.remove(session, put(store, session, PDF, "a.pdf"))


def test_the_database_refuses_to_change_a_row(store: FileStore, session: Session) -> None:
    row = put(store, session, PDF, "a.pdf")
    row.sha256 = "0" * 64
    with pytest.raises(DatabaseError):
        session.flush()


def test_a_reading_transaction_stores_nothing(store: FileStore, database: Database) -> None:
    with database.reading() as session, pytest.raises(RuntimeError):
        put(store, session, PDF, "a.pdf")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("C:\\Users\\ana\\acta.pdf", "acta.pdf"),
        ("../../etc/acta.pdf", "acta.pdf"),
        ("a\r\nX-Evil: 1.pdf", "aX-Evil: 1.pdf"),
        ("  Observación día 3.PDF ", "Observación día 3.PDF"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * (NAME_MAX - 4) + ".pdf"),
        ("x" * 300, "x" * NAME_MAX),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_clean_name_is_one_part_of_a_path(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= NAME_MAX
    assert not {"/", "\\", "\n", "\0"} & set(clean)
    assert clean not in {".", ".."}


def test_limits_come_from_the_settings(settings: config.Settings) -> None:
    made = make_store(settings)
    assert made.root == settings.instance / "files"
    assert made.purposes["evidence"].max_bytes == settings.evidence_kib * 1024
    with pytest.raises(config.ConfigError, match="LMS_RESULT_TYPES names exe"):
        make_store(config.load({}, result_types="csv exe"))
