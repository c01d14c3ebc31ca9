"""Serving: gunicorn with threads, and one housekeeping process beside it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
from multiprocessing.process import BaseProcess
from typing import Any

import config
from lms.admin.housekeeping import keep_house
from lms.app import create_app, make_bus, make_database

_PR_SET_PDEATHSIG = 1
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


def _die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, even by `kill -9` (Linux; elsewhere the parent's exit ends it)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _housekeeper(settings: config.Settings, parent: int) -> None:
    _die_with_parent()
    if os.getppid() != parent:
        return  # the server died before we could ask
    logging.basicConfig(level=logging.WARNING)
    keep_house(make_database(settings, make_bus(settings)), settings)


def serve(settings: config.Settings) -> None:
    """Serve until told to stop. Never returns normally: gunicorn ends the process."""
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
        """Our application under gunicorn, configured from our settings alone."""

        def load_config(self) -> None:
            for name, value in _options(settings).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return _made_to_share(settings)

    keeper: BaseProcess | None = None
    if settings.housekeeping_seconds > 0:
        # A fresh process, not a fork: it must share no connection with the server.
        context = multiprocessing.get_context("spawn")
        keeper = context.Process(
            target=_housekeeper, args=(settings, os.getpid()), name="umbral housekeeping", daemon=True
        )
        keeper.start()
    _keep_memory_small()
    Application().run()


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
