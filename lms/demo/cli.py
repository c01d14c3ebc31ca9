"""`lms demo`: a company to look at, built in a database of its own, with everybody's way in printed."""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import inspect

import config
from lms.app import make_bus, make_database
from lms.demo.build import DemoRefusedError, Standing, build, standing
from lms.home.demo_accounts import ACCOUNTS, COMPANY
from lms.kit import migrate
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.people.models import Person
from lms.serving import serve as serve_site

_KEY_FILE = "secret_key"


@click.command()
@click.option("--serve", is_flag=True, help="Serve the demo when it stands.")
@click.option("--fresh", is_flag=True, help="Throw the demo's records away and build them again.")
@click.option(
    "--people", default=400, show_default=True, type=click.IntRange(1, 5000), help="How many work there today."
)
@click.option(
    "--months", default=24, show_default=True, type=click.IntRange(12, 60), help="How far its records go back."
)
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed makes the same company.")
def demo(serve: bool, fresh: bool, people: int, months: int, seed: int) -> None:
    """Build a fictional company with its records of some years, and say who can sign in.

    A demo that stands already is kept. A database with other people in it is never touched.
    """
    settings = demo_settings()
    prepare(settings, Size(people, months, seed), fresh=fresh)
    click.echo(sign_in_table())
    if serve:
        click.echo(f"\n  http://{settings.host}:{settings.port}/\n  (Ctrl+C para terminar)")
        sys.stdout.flush()
        serve_site(settings)


def demo_settings() -> config.Settings:
    """The settings of the environment, for a demo: its own folder below the instance, and a secret key kept there."""
    asked = config.load(environment="demo")
    folder = Path(asked.instance_dir) if asked.instance_dir else config.ROOT / "instance" / "demo"
    key = asked.secret_key if asked.secret_key != config.DEFAULT_SECRET else _kept_key(folder)
    company = asked.company if "LMS_COMPANY" in os.environ else COMPANY
    return config.load(environment="demo", instance_dir=str(folder), secret_key=key, company=company)


def _kept_key(folder: Path) -> str:
    """The folder's own random key; made on the first call, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _KEY_FILE
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(opened, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


@dataclass(frozen=True)
class Size:
    """How large a company is asked for, and which one."""

    people: int
    months: int
    seed: int


def prepare(settings: config.Settings, size: Size, *, fresh: bool) -> None:
    """Bring the demo's database to the shape of the code and the company into it.

    Raises: click.ClickException for a database that holds anything but a demo; it is left as it is.
    """
    database = make_database(settings, make_bus(settings))
    try:
        found = _standing(database)
        if found is Standing.PARTIAL:
            click.echo("La demostración había quedado a medias: se arma de nuevo.")
        if found is Standing.PARTIAL or (fresh and found is Standing.BUILT):
            _throw_away(database)
        if found is not Standing.FOREIGN:
            migrate.upgrade(database.engine)
        made = build(
            database,
            settings,
            utc_now(),
            seed=size.seed,
            people=size.people,
            months=size.months,
            tell=lambda text: click.echo(f"  {text}"),
        )
        kept = "La demostración ya estaba: se conserva (--fresh la arma de nuevo)."
        click.echo(f"{settings.company}: {made.acts} hechos en {size.months} meses." if made.made else kept)
    except DemoRefusedError as refused:
        raise click.ClickException(str(refused)) from None
    finally:
        database.engine.dispose()


def _throw_away(database: Database) -> None:
    """Drop every table of a demo."""
    url = database.engine.url
    if url.get_backend_name() != "sqlite":
        migrate.downgrade(database.engine)
        return
    # SQLite deletes a table's rows before it drops it, and its foreign keys, which go round in circles, would refuse.
    database.engine.dispose()
    with closing(sqlite3.connect(url.database or "", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        connection.execute("BEGIN IMMEDIATE")
        for (name,) in names.fetchall():
            connection.execute(f'DROP TABLE "{name}"')
        connection.execute("COMMIT")


def _standing(database: Database) -> Standing:
    """What the database holds before anything is done to it; a database without our tables is empty."""
    if not inspect(database.engine).has_table(Person.__tablename__):
        return Standing.EMPTY
    with database.reading() as session:
        return standing(session)


def sign_in_table() -> str:
    """Who can sign in, in columns."""
    head = ("Rol", "Nombre", "Legajo", "Contraseña", "Qué mirar")
    rows = [(each.role_text, each.name, each.number, each.password, each.look_at) for each in ACCOUNTS]
    return _columns([head, tuple("-" * len(each) for each in head), *rows])


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
