"""The doctor on what runs beside the server and on what is kept for years: every outcome of every check."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

import config
from lms.admin import doctor
from lms.admin.doctor import Finding, Grade, Patient, examine
from lms.admin.doctor.running import STUCK
from lms.kit import anchors, audit, heartbeat, jobs, outbox
from lms.kit.db import Database
from lms.kit.files import StoredFile, make_store
from lms.kit.keys import make_keyring
from lms.kit.permissions import SYSTEM
from lms.web import catalogues
from tests.conftest import NOW
from tests.work.postman import SENDER, post_office, silent_server

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
OTHER = "another secret that is long enough, too"


@pytest.fixture
def patient(app: Flask, database: Database, settings: config.Settings) -> Patient:
    settings.instance.mkdir(parents=True, exist_ok=True)
    return Patient(settings, database, NOW)


@pytest.fixture
def late(settings: config.Settings) -> timedelta:
    return timedelta(minutes=settings.doctor_late_minutes, seconds=1)


def _look(app: Flask, patient: Patient, name: str, **changes: object) -> Finding:
    check = next(check for check in doctor.CHECKS if check.name == name)
    changed = replace(patient, settings=replace(patient.settings, **changes))  # type: ignore[arg-type]
    with app.app_context():
        found = examine(changed, [check])[0].finding
    assert bool(found.advice) == (found.grade is not Grade.OK)
    return found


def _message(database: Database, at: datetime, **changes: object) -> None:
    with database.writing() as session:
        key = f"m{at.timestamp()}{len(changes)}"
        row = {"kind": "mail", "key": key, "payload": {}, "created_at": at, "available_at": at, "tries": 0}
        session.add(outbox.OutboxMessage(**row | {"state": outbox.WAITING} | changes))


def test_messages_are_told_by_how_long_they_wait(
    app: Flask, patient: Patient, database: Database, late: timedelta
) -> None:
    assert _look(app, patient, "outbox").grade is Grade.OK
    _message(database, NOW - timedelta(minutes=1))
    assert _look(app, patient, "outbox").seen.startswith("mensajes en espera: 1")
    _message(database, NOW - late)
    assert _look(app, patient, "outbox").grade is Grade.WARN
    _message(database, NOW - STUCK * late)
    found = _look(app, patient, "outbox")
    assert (found.grade, (NOW - STUCK * late).isoformat() in found.seen) == (Grade.FAIL, True)


def test_a_message_whose_worker_died_waits_too(
    app: Flask, patient: Patient, database: Database, late: timedelta
) -> None:
    _message(database, NOW - 3 * late, state=outbox.CLAIMED, lease_until=NOW + late)
    assert _look(app, patient, "outbox").grade is Grade.OK  # it is being carried
    _message(database, NOW - 4 * late, state=outbox.CLAIMED, lease_until=NOW - late)
    assert _look(app, patient, "outbox").grade is Grade.WARN


def test_messages_that_fail_and_those_given_up_are_told_together(
    app: Flask, patient: Patient, database: Database, late: timedelta
) -> None:
    _message(database, NOW - late, tries=3, available_at=NOW + late)
    found = _look(app, patient, "outbox")
    assert (found.grade, "se vuelven a intentar" in found.seen) == (Grade.WARN, True)
    _message(database, NOW - 2 * late, tries=8, state=outbox.DEAD, last_error="no")
    found = _look(app, patient, "outbox")
    assert ("se vuelven a intentar" in found.seen, "mensajes abandonados: 1" in found.seen) == (True, True)
    _message(database, NOW - STUCK * late)
    found = _look(app, patient, "outbox")
    assert (found.grade, found.seen.startswith("hay mensajes que nadie lleva")) == (Grade.FAIL, True)


def _job(database: Database, at: datetime, **changes: object) -> None:
    with database.writing() as session:
        row = {"code": f"c{at.timestamp()}", "name": "x", "params": {}, "asked_at": at, "available_at": at}
        session.add(jobs.BackgroundJob(**row | {"state": jobs.WAITING} | changes))


def test_jobs_that_wait_and_those_that_failed_are_told(
    app: Flask, patient: Patient, database: Database, late: timedelta
) -> None:
    assert _look(app, patient, "jobs").grade is Grade.OK
    _job(database, NOW - timedelta(minutes=1))
    _job(database, NOW - 2 * late, state=jobs.RUNNING, lease_until=NOW + late)
    assert _look(app, patient, "jobs").seen.startswith("trabajos en espera o en marcha: 2")
    _job(database, NOW - 3 * late, state=jobs.FAILED, ended_at=NOW, error="no")
    found = _look(app, patient, "jobs")
    assert (found.grade, found.seen) == (Grade.WARN, "trabajos que fallaron: 1")
    _job(database, NOW - late)
    assert "nadie toma" in _look(app, patient, "jobs").seen
    _job(database, NOW - 5 * late, state=jobs.RUNNING, lease_until=NOW - STUCK * late)
    assert _look(app, patient, "jobs").grade is Grade.FAIL


def test_the_workers_sign_of_life_is_aged(app: Flask, patient: Patient, late: timedelta) -> None:
    folder = patient.settings.instance
    assert _look(app, patient, "worker").grade is Grade.WARN  # there never was one
    heartbeat.beat(folder, NOW - timedelta(seconds=7))
    found = _look(app, patient, "worker")
    assert (found.grade, "hace 7 s" in found.seen) == (Grade.OK, True)
    heartbeat.beat(folder, NOW - late)
    assert _look(app, patient, "worker").grade is Grade.FAIL
    heartbeat.beat(folder, NOW + timedelta(hours=1))
    assert _look(app, patient, "worker").grade is Grade.WARN
    (folder / heartbeat.NAME).write_text("{", encoding="utf-8")
    assert heartbeat.NAME in _look(app, patient, "worker").advice


def test_a_mail_server_that_takes_letters_is_greeted_and_sent_nothing(app: Flask, patient: Patient) -> None:
    assert _look(app, patient, "mail-server").grade is Grade.OK  # none is set
    with post_office() as (postman, server):
        held = {"mail_host": server.host, "mail_port": server.port, "mail_tls": "none", "mail_from": SENDER}
        found = _look(app, patient, "mail-server", **held)
        assert (found.grade, f"{server.host}:{server.port}" in found.seen) == (Grade.OK, True)
        found = _look(app, patient, "mail-server", **held | {"mail_tls": "starttls"})
        assert (found.grade, "LMS_MAIL_TLS" in found.advice) == (Grade.FAIL, True)
        found = _look(app, patient, "mail-server", **held | {"mail_user": "u", "mail_password": "secreto"})
        assert (found.grade, "secreto" in found.seen) == (Grade.FAIL, False)
        assert postman.mails == []


def test_a_mail_server_that_is_silent_or_gone_is_told(app: Flask, patient: Patient) -> None:
    held = {"mail_host": "127.0.0.1", "mail_tls": "none", "mail_from": SENDER, "mail_timeout_seconds": 0.2}
    with silent_server() as port:
        assert _look(app, patient, "mail-server", mail_port=port, **held).grade is Grade.FAIL
    found = _look(app, patient, "mail-server", mail_port=port, **held)
    assert (found.grade, "LMS_MAIL_HOST" in found.advice) == (Grade.FAIL, True)


def test_a_refused_password_is_told_apart(app: Flask, patient: Patient) -> None:
    with _answering(b"220 hola\r\n", _strict_smtp) as port:
        found = _look(
            app,
            patient,
            "mail-server",
            mail_host="127.0.0.1",
            mail_port=port,
            mail_tls="none",
            mail_from=SENDER,
            mail_user="u",
            mail_password="secreto",
        )
    assert (found.grade, "LMS_MAIL_PASSWORD" in found.advice, "secreto" in found.seen) == (Grade.FAIL, True, False)


def _strict_smtp(piece: bytes) -> bytes:
    return b"250-ejemplo\r\n250 AUTH PLAIN\r\n" if piece.startswith(b"ehlo") else b"535 no\r\n"


def _redis(piece: bytes) -> bytes:
    """An answer to each command of a piece, as Redis gives it; a PING comes alone or last."""
    if b"HELLO" in piece:
        return b"%1\r\n+proto\r\n:3\r\n"
    count = len(re.findall(rb"^\*\d+\r$", piece, re.MULTILINE))
    return b"+OK\r\n" * (count - 1) + (b"+PONG\r\n" if b"PING" in piece else b"+OK\r\n")


@contextmanager
def _answering(greeting: bytes, answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server of one connection: a greeting, then an answer to each piece it reads."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(30)
            connection.sendall(greeting)
            try:
                while piece := connection.recv(4096):
                    connection.sendall(answer(piece))
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(5)


def test_redis_is_asked_where_it_is_used(app: Flask, patient: Patient) -> None:
    assert _look(app, patient, "redis").grade is Grade.OK  # none is set
    with _answering(b"", _redis) as port:
        found = _look(app, patient, "redis", redis_url=f"redis://127.0.0.1:{port}/3")
    assert (found.grade, f"127.0.0.1:{port}/3" in found.seen) == (Grade.OK, True)


def test_a_redis_that_does_not_answer_is_told_without_its_password(app: Flask, patient: Patient) -> None:
    with silent_server() as port:
        url = f"redis://u:secreto@127.0.0.1:{port}/0"
        silent = _look(app, patient, "redis", redis_url=url, redis_timeout_seconds=0.2)
    gone = _look(app, patient, "redis", redis_url=url)
    wrong = _look(app, patient, "redis", redis_url="http://u:secreto@127.0.0.1")
    assert [found.grade for found in (silent, gone, wrong)] == [Grade.FAIL] * 3
    assert not any("secreto" in found.seen for found in (silent, gone, wrong))


def _stored(patient: Patient, name: str) -> StoredFile:
    with patient.database.writing() as session:
        stream = io.BytesIO(PDF + name.encode())
        return make_store(patient.settings).put(session, stream, name=name, purpose="evidence", actor=SYSTEM, now=NOW)


def test_files_that_are_missing_or_changed_are_named(app: Flask, patient: Patient) -> None:
    assert _look(app, patient, "files").grade is Grade.OK
    old, new = _stored(patient, "viejo.pdf"), _stored(patient, "nuevo.pdf")
    assert "2 de 2" in _look(app, patient, "files").seen
    folder = make_store(patient.settings).root
    (folder / old.sha256[:2] / old.sha256).unlink()
    found = _look(app, patient, "files", doctor_files=1)
    assert (found.grade, "1 de 2" in found.seen) == (Grade.OK, True)  # the newest is whole: no more is looked at
    assert _look(app, patient, "files", doctor_files=0).grade is Grade.FAIL
    (folder / new.sha256[:2] / new.sha256).write_bytes(b"x")
    found = _look(app, patient, "files")
    assert (found.grade, "faltan 1 y cambiaron 1" in found.seen) == (Grade.FAIL, True)
    assert all(f"{file.name} ({file.code})" in found.seen for file in (old, new))


def _rotate(patient: Patient, **changes: str) -> None:
    settings = replace(patient.settings, **changes)  # type: ignore[arg-type]
    with patient.database.writing() as session:
        make_keyring(settings).rotate(session, SYSTEM, now=NOW)


def test_keys_are_tried_with_the_secrets_that_are_set(app: Flask, patient: Patient) -> None:
    present = patient.settings.secret_key
    assert _look(app, patient, "signing-keys").grade is Grade.OK  # none yet
    _rotate(patient)
    assert _look(app, patient, "signing-keys").seen.startswith("claves de firma que se pueden leer: 1")
    assert _look(app, patient, "signing-keys", secret_key=OTHER).grade is Grade.FAIL
    found = _look(app, patient, "signing-keys", secret_key=OTHER, former_secret_keys=present)
    assert (found.grade, "lms keys rotate" in found.advice) == (Grade.WARN, True)
    _rotate(patient, secret_key=OTHER)
    assert _look(app, patient, "signing-keys", secret_key=OTHER, former_secret_keys=present).grade is Grade.OK
    found = _look(app, patient, "signing-keys", secret_key=OTHER)
    assert (found.grade, "LMS_FORMER_SECRET_KEYS" in found.advice) == (Grade.WARN, True)


def _sealed(patient: Patient, at: datetime) -> None:
    with patient.database.writing() as session:
        audit.record(session, SYSTEM, action="a.b", subject=("a", "b"), now=at)
    with patient.database.writing() as session:
        audit.seal(session)


def test_checkpoints_are_checked_and_missed_nights_told(app: Flask, patient: Patient) -> None:
    _sealed(patient, NOW - timedelta(hours=30))
    assert _look(app, patient, "checkpoints").grade is Grade.OK  # the next night signs it
    _sealed(patient, NOW - timedelta(days=5))
    later = replace(patient, now=NOW + timedelta(days=1))
    found = _look(app, later, "checkpoints")
    assert (found.grade, "lms nightly" in found.advice) == (Grade.WARN, True)
    with patient.database.writing() as session:
        anchors.anchor(session, make_keyring(patient.settings), now=NOW)
    with patient.database.reading() as session:
        anchors.write_log(session, patient.settings.instance)
    assert _look(app, later, "checkpoints").seen.endswith(": 1")
    found = _look(app, later, "checkpoints", secret_key=OTHER)
    assert (found.grade, "checkpoint 1" in found.seen) == (Grade.FAIL, True)
    (patient.settings.instance / anchors.LOG_NAME).write_text("{}\n", encoding="utf-8")
    assert _look(app, later, "checkpoints").grade is Grade.FAIL


def test_translations_that_cannot_be_read_are_told(
    app: Flask, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _look(app, patient, "translations").grade is Grade.OK
    catalogues.catalogue.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(catalogues, "_FOLDER", patient.settings.instance)
        found = _look(app, patient, "translations")
    catalogues.catalogue.cache_clear()
    assert (found.grade, "en, pt" in found.seen) == (Grade.FAIL, True)
