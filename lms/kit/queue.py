"""Huey as the carrier of jobs: codes go in, codes come out. What a code means stands in its row (`kit.jobs`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer

_NAME = "umbral"


class Queue:
    """A queue in a file, or in Redis where an address is given. Entries are signed: nobody else's are carried out."""

    def __init__(self, run: Callable[[str], object], *, redis_url: str, path: Path, secret: str) -> None:
        serializer = SignedSerializer(secret=secret, salt="umbral jobs")
        self._huey: Huey
        if redis_url:
            self._huey = RedisHuey(_NAME, url=redis_url, results=False, serializer=serializer)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._huey = SqliteHuey(_NAME, filename=str(path), results=False, serializer=serializer)

        @self._huey.task(name="run")  # type: ignore[untyped-decorator]  # Huey ships no types
        def task(code: str) -> None:
            run(code)

        self._task = task

    def put(self, code: str) -> None:
        """Queue a job's code."""
        self._task(code)

    def waiting(self) -> int:
        """How many codes are in the queue."""
        return int(self._huey.pending_count())

    def consumer(self, threads: int, *, most_pause: float) -> Consumer:
        """What takes codes out of the queue and runs them, in `threads` threads; idle, it looks every `most_pause` seconds."""
        return Consumer(
            self._huey,
            workers=threads,
            periodic=False,
            max_delay=most_pause,
            scheduler_interval=60,
            shutdown_timeout=10,
        )

    def close(self) -> None:
        self._huey.storage.close()
