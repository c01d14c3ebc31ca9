"""Texts do not depend on the kind of database: one is enough here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
from lms.kit import ids
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.web import catalogues
from tests.cast import Cast
from tests.conftest import MEMORY
from tests.demo.conftest import demo, demo_app  # noqa: F401 - the demo's fixtures, for its many states of everything
from tests.i18n.pseudo import pseudo_catalogue
from tests.walk import Provider, make_provider


@pytest.fixture
def database_url(sqlite_template: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="umbral-i18n-", dir=MEMORY) as folder:
        path = Path(folder) / "test.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """English reads in brackets: every text that the code marks, and nothing else."""
    whole = catalogues.catalogue
    monkeypatch.setattr(
        catalogues, "catalogue", lambda language: pseudo_catalogue() if language == "en" else whole(language)
    )


@pytest.fixture
def lettered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random codes are of letters alone, as one in fifty is: where a page shows one bare, it reads like a word."""
    monkeypatch.setattr(ids, "_ALPHABET", "abcdefghjkmnpqrstwxyz")


@pytest.fixture
def provider(lettered: None, database: Database, cast: Cast, settings: config.Settings) -> Provider:
    """Rows of every kind, and what to put into each parameter of a URL."""
    return make_provider(database, cast, make_store(settings))
