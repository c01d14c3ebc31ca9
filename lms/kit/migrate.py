"""Bringing a database to the shape of the code, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """A connection for migrations.

    SQLite changes a table by making it anew, for which its foreign keys must be off: they are checked as a whole at the end.
    Raises: RuntimeError where rows would be left that refer to nothing; then the tables are as the last whole step left them.
    """
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        raw = connection.connection.driver_connection
        if sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
            connection.commit()
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("the migration left rows that refer to nothing: restore the backup")
        finally:
            connection.rollback()
            if sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to `revision`."""
    with _migrating(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back down to `revision`."""
    with _migrating(engine) as connection:
        command.downgrade(_config(connection), revision)


def pending(engine: Engine) -> bool:
    """Whether the database is behind the code."""
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(connection))
        return MigrationContext.configure(connection).get_current_revision() != script.get_current_head()


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What a migration would still have to change for the database to match the models; empty where they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
