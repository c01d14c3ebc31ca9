"""Tabs, devices, crashes, replays, forgeries and clocks, in any order, against the model: invariants 1, 3, 4 and 5.

In `make test` a hundred runs on SQLite and forty on PostgreSQL, always the same ones: what fails there fails because of the
change, and is told as it came. In `make test-long` a thousand and two hundred, other ones each time, made as short as they
can be: the seed is printed, and ATTEMPT_MACHINE_SEED runs it again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.assessment.machine import world as worlds
from tests.assessment.machine.attempts import AttemptMachine

STEPS = 50


def _drive(database: Any, cast: Any, monkeypatch: Any, chosen: settings, number: int | None = None) -> None:
    world = worlds.make(database, cast)

    def seeds(example: int) -> None:
        fake = SimpleNamespace(token_bytes=worlds.seeds(example))
        monkeypatch.setattr("lms.assessment.commands.starting.secrets", fake)

    def machine() -> AttemptMachine:
        return AttemptMachine(world, seeds)

    factory: Callable[[], AttemptMachine] = machine
    if number is not None:
        factory = seed(number)(factory)
    run_state_machine_as_test(factory, settings=chosen)


def _settings(runs: int, **more: Any) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def test_invariant_05_no_order_of_events_parts_an_attempt_from_the_model(database, cast, monkeypatch):
    runs = 100 if database.engine.dialect.name == "sqlite" else 40
    _drive(database, cast, monkeypatch, _settings(runs, derandomize=True, phases=(Phase.generate,)))


@pytest.mark.long
def test_invariant_05_a_thousand_orders_of_events_find_nothing(database, cast, monkeypatch):
    number = int(os.environ.get("ATTEMPT_MACHINE_SEED") or random.SystemRandom().randrange(2**32))
    print(f"ATTEMPT_MACHINE_SEED={number}")  # noqa: T201 - pytest shows it where the test fails
    runs = 1000 if database.engine.dialect.name == "sqlite" else 200
    _drive(database, cast, monkeypatch, _settings(runs), number)
