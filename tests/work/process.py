"""The real worker in a process of its own, which can be killed at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests that is long enough"
_PATIENCE = 60.0


class WorkerProcess:
    """The worker on a database; `start`, `kill` (signal 9), `stop` (in order), and `close` at the end of the test."""

    def __init__(self, database_url: str, instance: Path, **environ: str) -> None:
        instance.mkdir(parents=True, exist_ok=True)
        self.log = instance / "worker.log"
        self.pid: int | None = None
        self.environ = {
            **os.environ,
            "LMS_ENVIRONMENT": "development",
            "LMS_SECRET_KEY": SECRET,
            "LMS_INSTANCE_DIR": str(instance),
            "DATABASE_URL": database_url,
            "LMS_PUBLIC_URL": "http://umbral.test",
            "LMS_WORKER_PAUSE_SECONDS": "0.05",
            **environ,
        }
        with self.log.open("ab") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.work.nursery"],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self) -> None:
        """Start a worker; one at a time."""
        assert self.pid is None
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        answer = self._nursery.stdout.readline()
        assert answer, self.log.read_text()[-2000:]
        self.pid = int(answer)

    @property
    def running(self) -> bool:
        if self.pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return True
        return False

    def _end(self, number: int) -> None:
        if self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        end = time.monotonic() + _PATIENCE
        while self.running:
            assert time.monotonic() < end, "the worker does not end"
            time.sleep(0.002)
        self.pid = None

    def kill(self) -> None:
        """`kill -9`: it does not get to say goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def close(self) -> None:
        """End everything."""
        self.kill()
        for pipe in (self._nursery.stdin, self._nursery.stdout):
            if pipe is not None:
                pipe.close()
        self._nursery.wait(_PATIENCE)
