"""The worker as it runs: an export asked for on a page ends in the tray, also when the worker is killed in the middle."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import config
from lms.kit import heartbeat
from lms.kit.db import Database
from lms.kit.files import StoredFile
from lms.kit.jobs import DONE, RUNNING, BackgroundJob
from lms.notify.models import Notification
from tests.cast import Cast
from tests.hours.samples import post
from tests.work.process import WorkerProcess

ASKED = {"desde": "2026-01", "hasta": "2026-12", "clase": "todas"}


@pytest.fixture
def worker(settings: config.Settings, database_url: str) -> Iterator[WorkerProcess]:
    """The worker of the application's own installation."""
    made = WorkerProcess(database_url, Path(settings.instance_dir), LMS_JOB_LEASE_SECONDS="2", LMS_JOB_TRIES="5")
    yield made
    made.close()


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def _job(database: Database) -> BackgroundJob:
    with database.reading() as session:
        return session.scalars(select(BackgroundJob)).one()


def _ask(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        post(session, cast)
    answer = cast.hr.enter(app.test_client()).post("/horas/registros/preparar", data=ASKED)
    assert answer.status_code == 303
    assert answer.location.endswith("/bandeja")


def _fetched(app: Flask, cast: Cast) -> str:
    """The file as its person gets it from the tray; nobody else does."""
    client = cast.hr.enter(app.test_client())
    page = client.get("/bandeja").text
    assert "Listo" in page
    link = page.split('href="/archivo/')[1].split('"')[0]
    assert cast.administrator.enter(app.test_client()).get(f"/archivo/{link}").status_code == 404
    answer = client.get(f"/archivo/{link}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_export_ends_in_the_tray(
    app: Flask, cast: Cast, database: Database, settings: config.Settings, worker: WorkerProcess
) -> None:
    _ask(app, cast, database)
    worker.start()
    _until(lambda: _job(database).state == DONE, "the job was not done")
    _until(lambda: heartbeat.last(Path(settings.instance_dir)) is not None, "it gave no sign of life")
    worker.stop()
    client = cast.hr.enter(app.test_client())
    direct = client.get("/horas/registros.csv", query_string=ASKED).get_data(as_text=True)
    assert _fetched(app, cast) == direct
    assert len(direct.splitlines()) == 2
    assert "1 aviso sin leer" in client.get("/avisos").text
    code = _job(database).code
    assert client.post(f"/bandeja/{code}/quitar").status_code == 303
    with database.reading() as session:
        assert session.scalars(select(BackgroundJob)).all() == []
        assert session.scalars(select(StoredFile)).all() == []


def test_a_worker_killed_in_a_job_loses_nothing(
    app: Flask, cast: Cast, database: Database, settings: config.Settings, worker: WorkerProcess
) -> None:
    _ask(app, cast, database)
    lock = Path(settings.instance_dir) / "files" / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # the job comes as far as its file, and waits
        worker.start()
        _until(lambda: _job(database).state == RUNNING, "the job did not begin")
        _until(lambda: any((lock.parent / "tmp").glob("*")), "the job did not come to its file")
        worker.kill()
    assert _job(database).state == RUNNING
    worker.start()
    _until(lambda: _job(database).state == DONE, f"the job was not taken up again: {worker.log.read_text()[-1000:]}")
    worker.stop()
    assert _job(database).tries == 2
    with database.reading() as session:
        assert len(session.scalars(select(StoredFile)).all()) == 1
        assert len(session.scalars(select(Notification).where(Notification.kind == "job.ended")).all()) == 1
    assert len(_fetched(app, cast).splitlines()) == 2
