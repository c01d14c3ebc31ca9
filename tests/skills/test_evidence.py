"""Evidence files: given with a record, read by whoever reads it, kept for ever; a form that fails loses nothing typed."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

import config
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Invalid, NotAllowed, NotFound
from lms.kit.files import FileStore, Purpose, StoredFile, make_store
from lms.kit.permissions import SYSTEM
from lms.skills import queries
from lms.skills.commands import Upload, attach_evidence
from lms.skills.models import EvidenceFile, OjtRecord, Verification
from lms.web.context import services
from tests.cast import Cast, Member
from tests.kit.test_files import CSV, JPEG, PDF, PNG
from tests.skills.worlds import World, at, make_world, on

TODAY = 3


@pytest.fixture
def floor(database: Database, cast: Cast) -> Iterator[World]:
    """The road walked to supervised practice and committed, on day TODAY."""
    with database.writing() as opened:
        world = make_world(opened, cast)
        world.supervised()
    with time_machine.travel(at(TODAY), tick=False):
        yield world


@pytest.fixture
def look(app: Flask) -> Callable[[Member], FlaskClient]:
    return lambda member: member.enter(app.test_client(), at(TODAY))


@pytest.fixture
def store(settings: config.Settings) -> FileStore:
    return make_store(settings)


def sent(*files: tuple[str, bytes]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(data), name) for name, data in files]


def practice(code: str = "", **more: Any) -> dict[str, Any]:
    return {"code": code, "day": on(2).isoformat(), "minutes": "95", "contacts": "7", "comment": "Escuchó bien"} | more


def test_files_go_with_a_day_of_practice_and_come_back_whole(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    trainer, url = look(floor.cast.trainer), f"/persona/{floor.cast.agent.code}/practica"
    page = trainer.get(url).text
    assert 'enctype="multipart/form-data"' in page
    assert 'accept=".pdf,' in page
    assert "Hasta 5 archivos de hasta 10\N{NO-BREAK SPACE}MB cada uno: PDF, PNG" in page
    for _ in range(2):  # the button pressed twice keeps each file once
        files = sent(("Observación día 2.pdf", PDF), ("pantalla.png", PNG))
        answer = trainer.post(url, data=practice("abc234", evidence=files))
        assert answer.status_code == 303
    record = trainer.get(answer.location).text
    found = re.findall(r'href="(/archivo/\w+)">([^<]+)</a> <span class="muted">(\w+), ', record)
    assert [(name, kind) for _, name, kind in found] == [("Observación día 2.pdf", "PDF"), ("pantalla.png", "PNG")]
    for reader in (floor.cast.agent, floor.cast.coordinator, floor.cast.trainer, floor.cast.hr, floor.cast.auditor):
        sheet = look(reader).get(found[0][0])
        assert (sheet.status_code, sheet.data) == (200, PDF), reader
        assert sheet.headers["Content-Type"] == "application/pdf"
        assert sheet.headers["X-Content-Type-Options"] == "nosniff"
        assert sheet.headers["Content-Length"] == str(len(PDF))
        assert sheet.headers["Content-Disposition"] == (
            "attachment; filename=\"Observaci_n d_a 2.pdf\"; filename*=UTF-8''Observaci%C3%B3n%20d%C3%ADa%202.pdf"
        )
    ranged = look(floor.cast.agent).get(found[0][0], headers={"Range": "bytes=0-3"})
    assert (ranged.status_code, ranged.data) == (200, PDF)
    for stranger in (floor.cast.stranger, floor.cast.other_coordinator, floor.cast.author, floor.cast.administrator):
        assert look(stranger).get(found[0][0]).status_code == 404, stranger
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.attach")).one()
        assert entry.subject_kind == "ojt_record"


def test_files_of_a_verification_and_of_its_correction(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    trainer = look(floor.cast.trainer)
    form = {"what": "pre_ojt", "observed_on": on(2).isoformat(), "score": "91", "method": "observation"}
    made = trainer.post(
        f"/persona/{floor.cast.agent.code}/verificar", data=form | {"evidence": sent(("acta.pdf", PDF))}
    )
    assert made.status_code == 303
    change = {"observed_on": on(2).isoformat(), "score": "92", "reason": "Mal sumado"}
    files = sent(("acta nueva.jpg", JPEG))
    corrected = trainer.post(f"{made.location}/corregir", data=change | {"evidence": files})
    assert corrected.status_code == 303
    assert "acta.pdf" in trainer.get(made.location).text
    text = trainer.get(corrected.location).text
    assert "acta nueva.jpg" in text
    assert "acta.pdf" not in text


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("acta.pdf", PNG)], "dice ser PDF, pero su contenido es PNG"),
        ([("virus.pdf", b"MZ\x90\x00")], "puede ejecutarse"),
        ([("nota.zip", b"PK\x05\x06" + b"\0" * 18)], "es ZIP, y acá se aceptan: PDF"),
        ([("vacio.pdf", b"")], "está vacío"),
        ([(f"{number}.csv", CSV + bytes([48 + number])) for number in range(6)], "se aceptan hasta 5"),
        ([("bien.pdf", PDF), ("mal.png", PDF)], "«mal.png» dice ser PNG"),
    ],
)
def test_a_refused_file_keeps_what_was_typed_and_stores_nothing(
    floor: World,
    look: Callable[[Member], FlaskClient],
    database: Database,
    files: list[tuple[str, bytes]],
    told: str,
) -> None:
    url = f"/persona/{floor.cast.agent.code}/practica"
    answer = look(floor.cast.trainer).post(url, data=practice(evidence=sent(*files)))
    assert answer.status_code == 400
    assert told in answer.text
    assert "Elegir los archivos otra vez." in answer.text
    assert "Escuchó bien" in answer.text
    assert 'value="95"' in answer.text
    with database.reading() as session:
        assert session.scalar(select(OjtRecord.id)) is None
        assert session.scalar(select(StoredFile.id)) is None


def test_a_form_that_fails_otherwise_asks_for_the_files_again(
    floor: World, look: Callable[[Member], FlaskClient]
) -> None:
    trainer, url = look(floor.cast.trainer), f"/persona/{floor.cast.agent.code}/practica"
    for change in ({"minutes": "muchos"}, {"day": on(30).isoformat()}):
        answer = trainer.post(url, data=practice(evidence=sent(("acta.pdf", PDF))) | change)
        assert answer.status_code == 400
        assert "Elegir los archivos otra vez." in answer.text
        assert "Elegir los archivos otra vez." not in trainer.post(url, data=practice() | change).text


def test_the_request_may_be_as_large_as_its_files_only_there_and_only_signed_in(
    floor: World, look: Callable[[Member], FlaskClient], app: Flask, settings: config.Settings
) -> None:
    url = f"/persona/{floor.cast.agent.code}/practica"
    with app.app_context():  # below what the test's own client puts into a temporary file
        services().files.purposes["evidence"] = Purpose("evidence", ("pdf",), 300 * 1024)
    large = PDF + b"%" * (settings.max_request_kib * 1024)
    assert look(floor.cast.trainer).post(url, data=practice(evidence=sent(("a.pdf", large)))).status_code == 303
    assert app.test_client().post(url, data=practice(evidence=sent(("a.pdf", large)))).status_code == 413
    plans = look(floor.cast.trainer).post("/plan/x/cerrar", data={"evidence": sent(("a.pdf", large))})
    assert plans.status_code == 413
    too_large = PDF + b"%" * (300 * 1024)
    refused = look(floor.cast.trainer).post(url, data=practice(evidence=sent(("a.pdf", too_large))))
    assert refused.status_code == 400
    assert "máximo de 300 KiB" in refused.text


def test_only_who_made_the_record_attaches(floor: World, database: Database, store: FileStore) -> None:
    with database.writing() as session:
        floor.session = session
        record = floor.practise(2)
        for other in (floor.cast.coordinator.actor, floor.cast.agent.actor, SYSTEM):
            with pytest.raises(NotAllowed, match="evidence_of_others"):
                attach_evidence(
                    session, other, record=record, uploads=[Upload("a.pdf", io.BytesIO(PDF))], store=store, now=at(2)
                )


def test_evidence_stays(floor: World, database: Database, store: FileStore) -> None:
    with database.writing() as session:
        floor.session = session
        record = floor.verify(2)
        uploads = [Upload("a.pdf", io.BytesIO(PDF))]
        (file,) = attach_evidence(
            session, floor.cast.trainer.actor, record=record, uploads=uploads, store=store, now=at(2)
        )
        with pytest.raises(ValueError, match="for ever"):
            store.remove(session, file)
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(EvidenceFile.__table__.delete())
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(StoredFile.__table__.delete())
        assert [row.code for row in queries.evidence_of(session, record)] == [file.code]


def test_a_file_of_no_record_is_for_nobody(floor: World, database: Database, store: FileStore) -> None:
    with database.writing() as session:
        file = store.put(
            session, io.BytesIO(PDF), name="a.pdf", purpose="evidence", actor=floor.cast.trainer.actor, now=at(2)
        )
        with pytest.raises(NotFound):
            queries.reach_evidence(session, floor.cast.trainer.actor, file, on(TODAY))


def test_missing_bytes_are_told_and_not_a_crash(
    floor: World, database: Database, store: FileStore, look: Callable[[Member], FlaskClient]
) -> None:
    with database.writing() as session:
        floor.session = session
        uploads = [Upload("acta.pdf", io.BytesIO(PDF))]
        (file,) = attach_evidence(
            session, floor.cast.trainer.actor, record=floor.verify(2), uploads=uploads, store=store, now=at(2)
        )
    (store.root / file.sha256[:2] / file.sha256).unlink()
    answer = look(floor.cast.trainer).get(f"/archivo/{file.code}")
    assert answer.status_code == 404
    assert "«acta.pdf» falta en el almacén" in answer.text


def test_a_refusal_names_the_field(floor: World, database: Database, store: FileStore) -> None:
    with database.writing() as session:
        floor.session = session
        record = floor.verify(2)
        assert isinstance(record, Verification)
        with pytest.raises(Invalid) as refused:
            attach_evidence(
                session,
                floor.cast.trainer.actor,
                record=record,
                uploads=[Upload("a.png", io.BytesIO(PDF))],
                store=store,
                now=at(2),
            )
        assert refused.value.field == "evidence"


def test_a_form_sent_again_with_other_files_keeps_to_the_limit(
    floor: World, look: Callable[[Member], FlaskClient], database: Database, settings: config.Settings
) -> None:
    trainer, url = look(floor.cast.trainer), f"/persona/{floor.cast.agent.code}/practica"
    files = sent(*[(f"{number}.pdf", PDF) for number in range(settings.evidence_files)])
    assert trainer.post(url, data=practice("abc234", evidence=files)).status_code == 303
    again = trainer.post(url, data=practice("abc234", evidence=sent(("otro.pdf", PDF))))
    assert again.status_code == 400
    assert "Son demasiados archivos" in again.text
    with database.reading() as session:
        assert len(session.scalars(select(EvidenceFile)).all()) == settings.evidence_files


def test_a_form_gone_back_to_and_changed_is_not_said_to_be_recorded(
    floor: World, look: Callable[[Member], FlaskClient], database: Database
) -> None:
    trainer = look(floor.cast.trainer)
    url = f"/persona/{floor.cast.agent.code}/practica"
    assert trainer.post(url, data=practice("abc234")).status_code == 303
    changed = trainer.post(url, data=practice("abc234", minutes="120"))
    assert changed.status_code == 409
    assert "ya se usó para otro registro" in changed.text
    url = f"/persona/{floor.cast.agent.code}/verificar"
    form = {
        "code": "def567",
        "what": "pre_ojt",
        "observed_on": on(2).isoformat(),
        "score": "91",
        "method": "observation",
    }
    assert trainer.post(url, data=form).status_code == 303
    assert trainer.post(url, data=form).status_code == 303
    changed = trainer.post(url, data=form | {"score": "95"})
    assert changed.status_code == 409
    assert "ya se usó para otro registro" in changed.text
    with database.reading() as session:
        assert [row.minutes for row in session.scalars(select(OjtRecord))] == [95]


def test_a_full_disk_is_told_and_keeps_nothing(
    floor: World, look: Callable[[Member], FlaskClient], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    trainer, url = look(floor.cast.trainer), f"/persona/{floor.cast.agent.code}/practica"
    with monkeypatch.context() as patched:
        patched.setattr("lms.kit.files.os.fsync", full)
        answer = trainer.post(url, data=practice("abc234", evidence=sent(("acta.pdf", PDF))))
    assert answer.status_code == 503
    assert "sin espacio" in answer.text
    with database.reading() as session:
        assert session.scalars(select(OjtRecord)).all() == []
    assert trainer.post(url, data=practice("abc234", evidence=sent(("acta.pdf", PDF)))).status_code == 303
