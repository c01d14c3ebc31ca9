"""The page of jobs and the outbox: for whoever administers the whole installation; a retry is on record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import select

from lms.kit import jobs, outbox
from lms.kit.audit import AuditEntry
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.jobs import BackgroundJob
from lms.kit.outbox import OutboxMessage
from tests.cast import Cast


def _fill(database: Database, cast: Cast, count: int) -> tuple[str, int]:
    with database.writing() as session:
        for _ in range(count):
            job = jobs.ask(session, cast.hr.actor, name="hours.records", params={}, now=utc_now())
            job.state, job.error, job.tries = jobs.FAILED, "OSError: the disk is full", 3
        session.flush()
        for message in session.scalars(select(OutboxMessage)):
            message.state, message.last_error = outbox.DEAD, "550 nobody"
        return job.code, message.id


def test_what_failed_is_seen_with_its_error_and_tried_again_on_record(
    app: Flask, database: Database, cast: Cast
) -> None:
    code, number = _fill(database, cast, 1)
    client = cast.administrator.enter(app.test_client())
    page = client.get("/trabajos").text
    for text in ("Registros de horas", "OSError: the disk is full", "550 nobody", "Recursos Prueba", "Reintentar"):
        assert text in page
    assert client.post(f"/trabajos/{code}/reintentar").status_code == 303
    assert client.post(f"/envios/{number}/reintentar").status_code == 303
    assert client.post(f"/trabajos/{code}/reintentar").status_code == 409
    assert client.post(f"/envios/{number}/reintentar").status_code == 409
    with database.reading() as session:
        assert session.scalars(select(BackgroundJob.state)).all() == [jobs.WAITING]
        assert session.scalars(select(OutboxMessage.state)).all() == [outbox.WAITING]
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"job.retry", "outbox.retry"} <= actions
    assert "En espera" in client.get("/trabajos?estado=waiting").text


def test_nobody_else_sees_it(app: Flask, cast: Cast) -> None:
    for name in ("agent", "coordinator", "trainer", "hr", "author", "auditor"):
        assert getattr(cast, name).enter(app.test_client()).get("/trabajos").status_code == 403, name


def test_the_page_costs_the_same_however_much_there_is(
    app: Flask,
    database: Database,
    cast: Cast,
    count_queries: Callable[[], contextmanager],  # type: ignore[type-arg]
) -> None:
    client = cast.administrator.enter(app.test_client())
    numbers = []
    for _ in range(2):
        _fill(database, cast, 3)
        with count_queries() as counted:
            assert client.get("/trabajos").status_code == 200
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
