"""Building the demo company: a year of it, in the order of time, through the commands that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from lms.admin.publishing import publish_content, read_content
from lms.assessment import commands as tests
from lms.assessment.queries.content import test_plan
from lms.catalog import queries as catalog
from lms.certificates.commands import tell_expiring
from lms.demo import company
from lms.demo.company import AgentPlan, Stage
from lms.demo.crowd import TEAM_SIZE, Crowd, gather
from lms.demo.learning import plan_course
from lms.demo.lives import Life
from lms.demo.office import plan_office
from lms.demo.people import found_company, give_passwords, plan_closing, plan_hire, plan_return, plan_transfer
from lms.demo.road import Road, found_profiles
from lms.demo.story import Calendar, Story
from lms.demo.world import World
from lms.kit import audit
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.kit.permissions import SYSTEM
from lms.people.models import Person
from lms.skills.commands import tell_due

_BEGUN, _BUILT = "demo.begin", "demo.built"


class DemoRefusedError(Exception):
    """The demo must not be built here; the message says why and what to do."""


class Standing(Enum):
    """What a database holds, as far as the demo is concerned."""

    EMPTY = "empty"
    FOREIGN = "foreign"  # people that no demo made: hands off
    PARTIAL = "partial"  # a build that was interrupted
    BUILT = "built"


_REFUSALS = {
    Standing.FOREIGN: "esta base de datos tiene personas que no son de una demostración: no se toca. "
    "Elegir otra con DATABASE_URL.",
    Standing.PARTIAL: "la demostración quedó a medias: `lms demo --fresh` la arma de nuevo.",
}


@dataclass(frozen=True)
class Built:
    """What `build` did: `made` is False where the company stood already."""

    made: bool
    acts: int = 0


def standing(session: Session) -> Standing:
    """What the database holds, read from its audit trail: the build signs its beginning and its end there."""
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.action.in_((_BEGUN, _BUILT)))))
    if _BUILT in actions:
        return Standing.BUILT
    if _BEGUN in actions:
        return Standing.PARTIAL
    return Standing.FOREIGN if session.scalar(select(Person.id).limit(1)) is not None else Standing.EMPTY


def build(
    database: Database,
    settings: config.Settings,
    now: datetime,
    *,
    seed: int = company.SEED,
    people: int = 0,
    months: int = 12,
    tell: Callable[[str], None] = lambda _text: None,
) -> Built:
    """Build the demo company in a migrated, empty database; one that stands already is kept.

    About `people` work there today, never fewer than those with a name of their own; records go back `months`, at least
    a year. The same seed, size and moment give the same facts; codes and secrets differ. `tell` hears of the progress.
    The database must carry the event bus (`lms.app.make_database`), or nobody gets a certificate.

    Raises: DemoRefusedError outside the demo environment, for a database with other people in it, after an interrupted build.
    """
    if not settings.demo:
        raise DemoRefusedError(f"el entorno es «{settings.environment}»: la demostración se arma solo en «demo»")
    with database.reading() as session:
        found = standing(session)
    if found is Standing.BUILT:
        return Built(made=False)
    if found is not Standing.EMPTY:
        raise DemoRefusedError(_REFUSALS[found])
    world = World(settings, seed, Calendar(now, settings.zone), Story(Calendar(now, settings.zone)), months=months)
    crowd = gather(world, _crowd_size(people))
    acts = _found(world, database, crowd)
    acts += _live(world, database, crowd, tell)
    tell("Sellando la auditoría…")
    _finish(world, database)
    return Built(made=True, acts=acts)


def _crowd_size(people: int) -> int:
    """How many agents without a name of their own make up a company of `people`, their coordinators and trainers apart."""
    here = 1 + len(company.STAFF) + 1 + sum(plan.left is None for plan in company.AGENTS) + 2
    return max(0, round((people - here) / (1 + 4 / 3 / TEAM_SIZE)))


def _found(world: World, database: Database, crowd: Crowd) -> int:
    """The first day: people of the office, content, profiles. Returns how many acts there were."""
    first = world.calendar.at(world.first, 8)
    with database.writing() as session:
        audit.record(session, SYSTEM, action=_BEGUN, subject=("demo", str(world.seed)), now=first)
    found_company(world, crowd.staff)
    acts = world.story.tell(database, world.batch)
    content = read_content(world.settings.content)
    published = world.calendar.at(world.first, 11, 30)
    with database.writing() as session:
        author, files = world.actor(session, "tomas", published), make_store(world.settings)
        publish_content(session, author, content, now=published, files=files)
    with database.reading() as session:
        world.course = catalog.current_content(session, company.COURSE)
        found = test_plan(session, world.course.test)
        parts = found[1].sections if found else ()
        world.sections = tuple((part["topic"], part["difficulty"], part["count"]) for part in parts)
    return acts


def _live(world: World, database: Database, crowd: Crowd, tell: Callable[[str], None]) -> int:
    """All that follows."""
    world.story = Story(world.calendar)
    found_profiles(world)
    plan_office(world)
    for plan in company.AGENTS:
        plan_hire(world, plan)
        _plan_agent(world, plan)
    _plan_returner(world, company.RETURNER)
    _plan_mover(world, company.MOVER)
    for worker in crowd.workers:
        Life(world, worker).plan()
    for day in sorted({worker.left for worker in crowd.workers if worker.left is not None}):
        plan_closing(world, day)
    return world.story.tell(database, world.batch, tell)


def _plan_agent(world: World, plan: AgentPlan) -> None:
    """The initial course, the road as far as it goes, a refresher where one was assigned."""
    programme = company.TEAMS[plan.team][1]
    last_day = None if plan.left is None else world.calendar.ago(plan.left[0])
    kind = "initial" if plan.hired is None else "refresher"
    _plan_road(world, plan, programme, kind, last_day)
    if plan.refresh is not None:
        start, taken = plan.refresh
        stage = Stage.TESTED if taken else Stage.ASSIGNED
        plan_course(world, plan, start=start, training_type="refresher", stage=stage, attempts="P", due_days=21)


def _plan_road(world: World, plan: AgentPlan, programme: str, training_type: str, last_day: date | None) -> None:
    tested = plan_course(
        world,
        plan,
        start=plan.start,
        training_type=training_type,
        stage=plan.stage,
        attempts=plan.attempts,
        due_days=plan.due_days,
    )
    Road(world, plan, programme, last_day).plan(tested, plan.stage)


def _plan_returner(world: World, plan: AgentPlan) -> None:
    """Verified, left, came back after more than the gap: everything is verified again."""
    plan_hire(world, plan)
    _plan_agent(world, plan)
    plan_return(world, plan, company.RETURN_ON)
    again = replace(plan, start=company.RETURN_ON, left=None)
    _plan_road(world, again, company.TEAMS[plan.team][1], "re-entry", None)


def _plan_mover(world: World, plan: AgentPlan) -> None:
    """Verified on one programme, moved to another: its road is walked again from the test on."""
    plan_hire(world, plan)
    _plan_road(world, plan, company.TEAMS[plan.team][1], "refresher", world.calendar.ago(company.MOVE_ON + 1))
    plan_transfer(world, plan, company.MOVE_ON, company.MOVE_TO)
    again = replace(plan, start=company.MOVE_ON)
    _plan_road(world, again, company.MOVE_TO, "transfer", None)


def _finish(world: World, database: Database) -> None:
    """Let people sign in, close what ran out of time, tell what falls due, sign the end, seal the trail."""
    now, today = world.calendar.now, world.calendar.today
    with database.writing() as session:
        give_passwords(world, session, now)
        tests.sweep(session, now=now)
        tell_expiring(session, today=today, days=world.settings.notice_expiry_days, now=now)
        tell_due(session, today=today, now=now)
        audit.record(session, SYSTEM, action=_BUILT, subject=("demo", str(world.seed)), now=now)
    with database.writing() as session:
        while audit.seal(session):
            pass
