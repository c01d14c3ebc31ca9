"""Fixtures of the tests of attempts on a database."""

from __future__ import annotations

from datetime import datetime

import pytest

from lms.kit.clock import utc_now
from lms.kit.db import Database
from tests.assessment.conditions import SECTION
from tests.assessment.scene import Scene, make_scene, plan, singles
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


@pytest.fixture
def made(cast, session):
    """A scene over a plan of four single questions with what a test of the conditions wants to be different."""

    def make(*sections, questions=None, **changes):
        return make_scene(session, cast, NOW, questions or singles(12), plan(*(sections or (SECTION,)), **changes))

    return make
