"""Fixtures of the tests of attempts on a database."""

from __future__ import annotations

from datetime import datetime

import pytest

from lms.kit.clock import utc_now
from lms.kit.db import Database
from tests.assessment.scene import Scene, make_scene
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    """One question of each type, three attempts of 30 minutes, 80%: committed. Ask for it before `session`."""
    with database.writing() as opened:
        return make_scene(opened, cast, NOW)


@pytest.fixture
def real_now() -> datetime:
    """The moment that requests take: for tests that go through pages."""
    return utc_now()
