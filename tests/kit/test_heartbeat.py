"""The worker's sign of life: whole or not there, and never taken for one where it is none."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from lms.kit import heartbeat
from tests.conftest import NOW


def test_the_last_sign_counts(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    assert heartbeat.last(folder) is None
    heartbeat.beat(folder, NOW)
    heartbeat.beat(folder, NOW + timedelta(seconds=5))
    found = heartbeat.last(folder)
    assert found is not None
    assert (found.at, found.pid) == (NOW + timedelta(seconds=5), os.getpid())
    assert [path.name for path in folder.iterdir()] == [heartbeat.NAME]  # nothing half-written is left


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"at": 3, "host": "a", "pid": 1}', '{"at": "2026-03-16T15:00:00", "host": "a", "pid": 1}'],
)
def test_what_is_no_sign_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / heartbeat.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"worker\.json|Expecting value"):
        heartbeat.last(tmp_path)
