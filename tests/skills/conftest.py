"""The world of the skills' tests, in a transaction that is rolled back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.skills.worlds import World, make_world


@pytest.fixture
def world(cast: Cast, session: Session) -> World:  # the cast is committed before the transaction begins
    return make_world(session, cast)
