"""The pages that everybody opens all day: how many statements each may send, whatever there is in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment.models import Attempt
from lms.assessment.rules.plan import Section
from lms.catalog import commands as catalog
from lms.kit.db import Database
from tests.assessment.scene import Scene, answer_all, make_scene, plan, singles
from tests.cast import Cast

TODAY = datetime.now(UTC)


@pytest.fixture
def scene(cast: Cast, database: Database) -> Scene:
    with database.writing() as session:
        # All of one type: what is drawn is random, and each of the answers below must fit it.
        return make_scene(session, cast, TODAY, singles(20), plan(Section("a", "any", 5)))


@pytest.fixture
def attempt(cast: Cast, database: Database, scene: Scene) -> str:
    """The code of the agent's open attempt."""
    with database.writing() as session:
        return scene.start(session, now=TODAY).code


def test_the_pages_of_a_learner_send_four_statements_at_most(
    app: Flask, cast: Cast, scene: Scene, database: Database, count_queries: Callable[[], Any]
) -> None:
    client, code = cast.agent.enter(app.test_client()), scene.enrolment.code
    paths = [f"/curso/{code}", f"/curso/{code}/modulo/m1", f"/prueba/{code}"]

    def counts() -> list[int]:
        found = []
        for path in paths:
            assert client.get(path).status_code == 200  # what never changes is read now, and kept
            with count_queries() as counted:
                assert client.get(path).status_code == 200
            found.append(counted.number)
        return found

    before = counts()
    assert max(before) <= 4, dict(zip(paths, before, strict=True))
    with database.writing() as session:
        catalog.save_position(session, cast.agent.actor, enrolment_code=code, module_key="m1", anchor="s1", now=TODAY)
        scene.start(session, cast.stranger)
    assert counts() == before


def test_saving_an_answer_sends_four_statements_however_many_there_are(
    app: Flask, cast: Cast, attempt: str, count_queries: Callable[[], Any]
) -> None:
    client = cast.agent.enter(app.test_client())
    counts = []
    for seq in range(1, 9):
        entry = {"position": 1, "tab": "una-pestana", "seq": seq, "answer": [str(seq % 2)]}
        with count_queries() as counted:
            assert client.post(f"/intento/{attempt}/guardar", json=entry).status_code == 200
        counts.append(counted.number)
    assert max(counts) == counts[0]  # the question is read the first time, and kept
    assert set(counts[1:]) == {4}  # who it is, the attempt with its question, the steps it may repeat, the new one


def test_the_questions_of_an_attempt_are_read_together(
    app: Flask, cast: Cast, database: Database, attempt: str, count_queries: Callable[[], Any]
) -> None:
    client = cast.agent.enter(app.test_client())
    for path in (f"/intento/{attempt}", f"/intento/{attempt}/entregar"):
        client.get(path)
        with count_queries() as before:
            assert client.get(path).status_code == 200
        with database.writing() as session:
            row = session.scalars(select(Attempt).where(Attempt.code == attempt)).one()
            if path.endswith(attempt):
                answer_all(session, cast, row)
        with count_queries() as after:
            assert client.get(path).status_code == 200
        assert after.number == before.number <= 4


def test_a_strangers_sign_in_page_asks_nothing_of_the_database(
    app: Flask, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    with count_queries() as counted:
        assert app.test_client().get("/ingresar").status_code == 200
    assert counted.number == 0
