"""A learner who wants to pass without knowing (invariant 1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.assessment.commands import publish_bank
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import ALL_TYPES, ALL_TYPES_PLAN, bank, make_scene, plan, question


@pytest.fixture
def real_now():
    return datetime.now(UTC)


@pytest.fixture
def scene(database, cast, real_now):
    questions = [*ALL_TYPES, question("shared-1", pool="both"), question("practice-1", pool="practice")]
    with database.writing() as session:
        return make_scene(session, cast, real_now, questions, ALL_TYPES_PLAN)


def _practise(client, scene, key):
    return client.post(f"/practica/{scene.enrolment.code}/m1/{key}", data={f"p-{key}": "0"})


def test_invariant_01_practice_is_no_answer_book_during_an_attempt(app, cast, scene):
    client = cast.agent.enter(app.test_client())
    assert "Explicación de shared-1" in _practise(client, scene, "shared-1").text
    attempt = client.post(f"/prueba/{scene.enrolment.code}/empezar").location
    refused = _practise(client, scene, "shared-1")
    assert refused.status_code == 409
    assert "Explicación" not in refused.text
    assert _practise(client, scene, "practice-1").status_code == 200  # no test draws it
    client.post(f"{attempt}/entregar")
    assert _practise(client, scene, "shared-1").status_code == 200


def test_invariant_01_a_plan_that_now_allows_more_attempts_keeps_the_answers(app, cast, scene, database, real_now):
    client = cast.agent.enter(app.test_client())
    for _ in range(3):
        attempt = client.post(f"/prueba/{scene.enrolment.code}/empezar").location
        client.post(f"{attempt}/entregar")
    assert "Explicación de match-1" in client.get(f"{attempt}/resultado").text
    more = plan(*ALL_TYPES_PLAN.sections, attempts=4)
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(ALL_TYPES, more), now=real_now)
    assert "Explicación" not in client.get(f"{attempt}/resultado").text
    assert client.post(f"/prueba/{scene.enrolment.code}/empezar").location != attempt
