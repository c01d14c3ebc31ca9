"""The worker's sign of life: a small file in the instance folder, written anew after a round that reached the database.

A file and not a row: a row would be one more write of the database every few seconds, for something nobody needs tomorrow.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

NAME = "worker.json"
EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Beat:
    """When a worker last ended a round, and which one; with several nodes on one folder, the last of them."""

    at: datetime
    host: str
    pid: int


def beat(folder: Path, now: datetime) -> None:
    """Write that this process is at work. Whole or not at all: who reads it never meets half a file. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    host, pid = socket.gethostname(), os.getpid()
    made = folder / f".{NAME}.{host}.{pid}"
    made.write_text(json.dumps({"at": now.isoformat(), "host": host, "pid": pid}), encoding="utf-8")
    made.replace(folder / NAME)


def last(folder: Path) -> Beat | None:
    """The last sign of life; None where there never was one. Raises: ValueError for a file that is none; OSError."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    held = json.loads(text)
    try:
        found = Beat(datetime.fromisoformat(held["at"]), str(held["host"]), int(held["pid"]))
    except (KeyError, TypeError) as fault:
        raise ValueError(f"{NAME} says something else: {fault}") from None
    if found.at.tzinfo is None:
        raise ValueError(f"{NAME} has a moment without its zone")
    return found
