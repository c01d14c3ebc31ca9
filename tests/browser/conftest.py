"""Fixtures of the journeys in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import Server
from tests.chromium import launched


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for the tests of one module."""
    with launched() as browser:
        yield browser


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A running server on a fresh migrated database."""
    made = Server(database_url, tmp_path / "instance")
    yield made
    made.stop()
