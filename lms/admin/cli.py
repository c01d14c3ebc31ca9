"""`lms keys`: the site's signing keys."""

from __future__ import annotations

import json

import click

from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.keys import KeyState, make_keyring
from lms.kit.permissions import SYSTEM
from lms.web.context import services

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def keys() -> None:
    """The site's signing keys."""


@keys.command("list")
@_json
@click.pass_obj
def list_keys(database: Database, as_json: bool) -> None:
    """Every key, the one in force first."""
    found = _states(database)
    if as_json:
        click.echo(json.dumps([_plain(state) for state in found], indent=2))
        return
    for state in found:
        until = f"until {state.retired_at:%Y-%m-%d}" if state.retired_at is not None else "in force"
        strange = "" if state.ours else "  NOT made with this LMS_SECRET_KEY: see docs/keys-and-files.md"
        click.echo(f"{state.kid}  from {state.created_at:%Y-%m-%d} {until}{strange}")
    if not found:
        click.echo("no key yet: the first one is made when something is signed, or by `lms keys rotate`")


@keys.command()
@_json
@click.pass_obj
def rotate(database: Database, as_json: bool) -> None:
    """Make a new key, which signs from now on; what the former ones signed still holds."""
    with database.writing() as session:
        row = make_keyring(services().settings).rotate(session, SYSTEM, now=utc_now())
    click.echo(json.dumps({"kid": row.kid, "public": row.public}) if as_json else f"{row.kid} signs from now on")


@keys.command()
@click.pass_obj
def export(database: Database) -> None:
    """Print the public halves as JSON (Ed25519, base64), for whoever has to check a signature without this site."""
    click.echo(json.dumps([_plain(state) for state in _states(database)], indent=2))


def _states(database: Database) -> list[KeyState]:
    with database.reading() as session:
        return make_keyring(services().settings).states(session)


def _plain(state: KeyState) -> dict[str, object]:
    retired = state.retired_at.isoformat() if state.retired_at is not None else None
    return {
        "kid": state.kid,
        "algorithm": "Ed25519",
        "public": state.public,
        "created_at": state.created_at.isoformat(),
        "retired_at": retired,
        "made_with_this_secret": state.ours,
    }
