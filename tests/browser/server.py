"""A real server for the browser tests: `lms serve` in its own process group, which can be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests that is long enough"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


class Server:
    """`lms serve` on a database; `start`, `kill` (signal 9 to every process of it) and `stop`."""

    def __init__(self, database_url: str, instance: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.log = instance / "server.log"
        instance.mkdir(parents=True, exist_ok=True)
        self.environ = {
            **os.environ,
            "LMS_ENVIRONMENT": "development",
            "LMS_SECRET_KEY": SECRET,
            "LMS_INSTANCE_DIR": str(instance),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "LMS_ARGON2_MEMORY_KIB": "64",
            "LMS_ARGON2_TIME": "1",
            **environ,
        }

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lms.cli", "serve"],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text()[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/salud", timeout=2) as answer:  # noqa: S310 - our own server
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise RuntimeError(f"the server does not answer: {self.log.read_text()[-2000:]}")

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(60)
        self._process = None

    def kill(self) -> None:
        """`kill -9`: no process of the server gets to say goodbye."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._signal(signal.SIGTERM)
