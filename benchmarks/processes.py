"""Processes that are measured: started in a group of their own, their processor time and memory read from /proc."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name; empty for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def processor_seconds(roots: Iterable[int]) -> float:
    """User and system time of the processes at and below `roots`, with that of children which ended and were waited for."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            if fields := _stat(pid):
                ticks += sum(int(value) for value in fields[11:15])
    return ticks / TICKS


def proportional_mb(roots: Iterable[int]) -> float:
    """Proportional memory (PSS) of the processes at and below `roots`, in MB of 1024 kB."""
    total = 0
    for pid in (pid for root in roots for pid in tree(root)):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _child_setup() -> None:
    # Ended by the kernel should the harness die without saying goodbye.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Service:
    """A server in a process group of its own; `stop` ends it and everything below it, as does the end of the harness."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path, ready: str) -> None:
        self.log = log
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environ},
                stdout=written,
                stderr=written,
                start_new_session=True,
                preexec_fn=_child_setup,  # noqa: PLW1509 - no thread runs yet in the harness
            )
        atexit.register(self.stop)
        self._wait(ready)

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{url} does not answer: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it; by force where it does not listen."""
        atexit.unregister(self.stop)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                return


def serve(environ: dict[str, str], log: Path) -> tuple[Service, str]:
    """`lms serve` as a centre runs it, two workers; the server and its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "lms.cli", "serve"]
    return Service(command, {**environ, "PORT": str(port)}, log, f"{url}/salud"), url
