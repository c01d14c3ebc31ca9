"""`lms serve` and the worker beside it: started again when it dies, gone when the server goes, without a word in the log."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.browser.server import Server


def _workers(instance: Path) -> set[int]:
    """The worker processes of this installation: they carry its folder in their environment."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            environ = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is not ours
        if b"worker" in words and f"LMS_INSTANCE_DIR={instance}".encode() in environ:
            found.add(int(process.name))
    return found


def _until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_the_worker_is_started_again_and_ends_with_the_server(database_url: str, tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    server = Server(database_url, instance)
    server.start()
    try:
        _until(lambda: len(_workers(instance)) == 1, "no worker was started")
        first = _workers(instance)
        time.sleep(5)  # one that dies at once is not started again in a hurry
        subprocess.run(["kill", "-9", *map(str, first)], check=True)
        _until(lambda: _workers(instance) and not _workers(instance) & first, "the worker was not started again")
    finally:
        server.stop()
    assert _workers(instance) == set()
    assert "Traceback" not in server.log.read_text()


def test_a_killed_server_takes_its_worker_along(database_url: str, tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    server = Server(database_url, instance)
    server.start()
    _until(lambda: len(_workers(instance)) == 1, "no worker was started")
    assert server._process is not None
    server._process.kill()  # the master alone, not its group
    server._process.wait(30)
    _until(lambda: not _workers(instance), "the worker outlived its server")
    server.kill()
