"""A company ready for the journeys: the cast with passwords, and the shipped course published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lms.admin.publishing import publish_content, read_content
from lms.app import make_bus, make_database
from lms.catalog.commands import enrol
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.people.models import Person
from lms.people.passwords import Passwords
from tests.browser.server import ROOT, Server
from tests.cast import Cast, make_cast

PHRASE = "una frase de varias palabras"
COURSE = "certificacion-copc"


@dataclass
class World:
    """The server's database, opened from the test too, and who is in it."""

    database: Database
    cast: Cast
    server: Server


def make_world(server: Server) -> World:
    """Write the cast and publish the content into the server's database; everybody's password is `PHRASE`."""
    import config

    settings = config.load(server.environ)
    database = make_database(settings, make_bus(settings))
    now = datetime.now(UTC)
    hashed = Passwords(settings.argon2_memory_kib, settings.argon2_time).hash(PHRASE)
    with database.writing() as session:
        cast = make_cast(session, now)
        for member in cast.members().values():
            session.get_one(Person, member.id).password_hash = hashed
        publish_content(session, SYSTEM, read_content(ROOT), now=now)
    return World(database, cast, server)


def enrol_agent(world: World) -> str:
    """Assign the flagship course to the agent; the enrolment's code."""
    with world.database.writing() as session:
        enrolment = enrol(
            session,
            SYSTEM,
            person_code=world.cast.agent.code,
            course_slug=COURSE,
            training_type="initial",
            due_on=None,
            now=datetime.now(UTC),
        )
        return enrolment.code
