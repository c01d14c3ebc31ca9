"""Serving: gunicorn with threads, and one worker process beside it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import subprocess
import sys
import time
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

import config
from lms.app import create_app

_FEWEST_SECONDS = 5.0
"""A worker that dies at once is started again no sooner than this."""
_LAST_WORDS = 15.0
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


class Beside:
    """The worker process, started afresh when it dies.

    A process of its own and not a fork: it shares no connection with the server. Started as a command and not by
    `multiprocessing`, which would have every process of the server join it at its end, though it is the child of one alone.
    """

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def look(self) -> None:
        """Start the worker where it does not run."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None and time.monotonic() - self._started < _FEWEST_SECONDS:
            return
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", "worker", "--parent", str(os.getpid())],
            env={**os.environ, **config.environ_of(self._settings)},
        )

    def stop(self) -> None:
        """Tell it to end, and wait until it has."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Master(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's master, which looks after our worker as after its own: once a second, and at its end."""

    def __init__(self, app: Any, beside: Beside | None) -> None:
        super().__init__(app)
        self._beside = beside

    def manage_workers(self) -> None:
        super().manage_workers()
        if self._beside is not None:
            self._beside.look()

    def stop(self, graceful: bool = True) -> None:
        super().stop(graceful)
        if self._beside is not None:
            self._beside.stop()


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Our application under gunicorn, configured from our settings alone."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return _made_to_share(self._settings)


def serve(settings: config.Settings) -> None:
    """Serve until told to stop. Never returns normally: gunicorn ends the process."""
    _keep_memory_small()
    beside = Beside(settings) if settings.housekeeping_seconds > 0 else None
    _Master(_Application(settings), beside).run()


def _made_to_share(settings: config.Settings) -> Any:
    """The application, made before the workers are forked: they share its memory for as long as nobody writes to it.

    What stands now is put out of the collector's sight, or its first round in each worker would touch, and so copy, all of it.
    """
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    return app


def _keep_memory_small() -> None:
    """Let glibc give back what a password hash took: 19 MiB, which it would otherwise keep for each thread of each worker.

    A threshold that was set stays; left alone it grows to the size of the largest block freed. Elsewhere than on glibc, nothing.
    """
    with contextlib.suppress(AttributeError, OSError):
        tune = ctypes.CDLL(None).mallopt
        tune(_M_MMAP_THRESHOLD, 256 * 1024)
        tune(_M_ARENA_MAX, 2)


def _options(settings: config.Settings) -> dict[str, Any]:
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "umbral",
        "forwarded_allow_ips": "*" if settings.trusted_proxies else "127.0.0.1",
        "limit_request_line": 4094,
        "control_socket_disable": True,
    }
