"""The people of the demo: sites, jobs, hires, leaves, a return, a transfer; and how they sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from lms.demo import company
from lms.demo.company import AgentPlan, StaffPlan
from lms.demo.story import working_day
from lms.demo.world import Known, World
from lms.home.demo_accounts import ACCOUNTS
from lms.kit.clock import local_day
from lms.kit.permissions import SYSTEM, Role
from lms.people import queries, rules
from lms.people.commands import access, records, signin
from lms.people.commands.placing import Place
from lms.people.commands.records import Details
from lms.people.passwords import Passwords

CODE_HOURS = 48


def found_company(world: World, staff: Sequence[StaffPlan] = ()) -> None:
    """Plan the first day: administrator, places, HR, staff (more of it, where given), and what jobs are called."""
    calendar = world.calendar
    first = world.first
    world.story.plan(calendar.at(first, 9), partial(_set_up, world))
    world.story.plan(calendar.at(first, 9, 30), partial(_open_places, world))
    world.story.plan(calendar.at(first, 10), partial(_hire_staff, world, company.HR, "admin"))
    for plan in (*company.STAFF, *staff):
        world.story.plan(calendar.at(first, 11), partial(_hire_staff, world, plan, "ines"))


def _set_up(world: World, session: Session, now: datetime) -> None:
    number, given, family = company.ADMINISTRATOR
    person, _code = access.set_up(
        session, details=Details(number, given, family), key=world.settings.secret_key, hours=CODE_HOURS, now=now
    )
    world.people["admin"] = Known(person.id, person.code)


def _open_places(world: World, session: Session, now: datetime) -> None:
    admin = world.actor(session, "admin", now)
    for key, (name, zone) in company.SITES.items():
        site = access.add_site(session, admin, name=name, zone=zone, now=now)
        world.sites[key] = Known(site.id, site.code)
    for key, name in company.PROGRAMMES.items():
        programme = access.add_programme(session, admin, name=name, now=now)
        world.programmes[key] = Known(programme.id, programme.code)
    for key, plan in company.JOBS.items():
        job = access.add_job(session, admin, name=plan.name, key_customer_related=plan.key, now=now)
        world.jobs[key] = Known(job.id, job.code)


def _hire_staff(world: World, plan: StaffPlan, by: str, session: Session, now: datetime) -> None:
    where = place(world, plan.site, plan.programme, plan.job, plan.supervisor)
    hired_on = local_day(now, world.settings.zone) - timedelta(days=365 * plan.years)
    person = records.hire(
        session,
        world.actor(session, by, now),
        details=Details(plan.number, plan.given, plan.family),
        hired_on=hired_on,
        place=where,
        now=now,
    )
    world.people[plan.key] = Known(person.id, person.code)
    world.home[plan.key] = plan.site
    admin = world.actor(session, "admin", now)
    for role, site in plan.grants:
        bound = world.sites[site].code if site else ""
        access.grant_role(session, admin, world.people[plan.key].code, role=role, site=bound, now=now)


def place(world: World, site: str, programme: str, job: str, supervisor: str) -> Place:
    """A place by the keys of the world."""
    above = world.people[supervisor].code if supervisor else ""
    return Place(world.sites[site].code, world.programmes[programme].code, world.jobs[job].code, above)


def plan_hire(world: World, plan: AgentPlan) -> None:
    """Plan that somebody is hired: on the first day of the road, or for old hands on the first day of the records."""
    calendar = world.calendar
    site, programme = company.TEAMS[plan.team]
    zone = company.SITES[site][1]
    begins = calendar.ago(plan.start)
    hired_on = begins if plan.hired is None else calendar.today - timedelta(days=plan.hired)
    # Who begins today begins today, were it a Sunday: the course is assigned on the same day.
    entered = max(world.first, hired_on if plan.hired is None else working_day(hired_on))
    hired_on = min(hired_on, entered)
    world.home[plan.key] = site

    def act(session: Session, now: datetime) -> None:
        person = records.hire(
            session,
            world.actor(session, "ines", now),
            details=Details(plan.number, plan.given, plan.family),
            hired_on=hired_on,
            place=place(world, site, programme, plan.job, plan.team),
            temporary=plan.temporary,
            now=now,
        )
        world.people[plan.key] = Known(person.id, person.code)

    # In the morning, after the company was founded and before anything is asked of the person.
    world.story.plan(calendar.at(entered, 9 if plan.hired is None else 12, 0, zone), act)
    if plan.left is not None:
        _plan_leave(world, plan, *plan.left)


def _plan_leave(world: World, plan: AgentPlan, ago: int, reason: str, voluntary: bool) -> None:
    last_day = world.calendar.ago(ago)

    def act(session: Session, now: datetime) -> None:
        hr = world.actor(session, "ines", now)
        code = world.people[plan.key].code
        records.end_employment(session, hr, code, last_day=last_day, reason=reason, voluntary=voluntary, now=now)

    world.story.plan(world.calendar.at(last_day, 18, 0, world.zone(plan.key)), act)
    plan_closing(world, last_day)


def plan_closing(world: World, last_day: date) -> None:
    """Plan that the accounts of those who leave on a day are closed on the next morning."""

    def close(session: Session, now: datetime) -> None:
        records.close_leavers(session, SYSTEM, today=local_day(now, world.settings.zone), now=now)

    world.story.plan(world.calendar.at(last_day + timedelta(days=1), 6), close)


def plan_return(world: World, plan: AgentPlan, ago: int) -> None:
    """Plan that somebody who left is taken back."""
    back_on = world.calendar.ago(ago)
    site, programme = company.TEAMS[plan.team]

    def act(session: Session, now: datetime) -> None:
        hr = world.actor(session, "ines", now)
        there = place(world, site, programme, plan.job, plan.team)
        records.rehire(session, hr, world.people[plan.key].code, hired_on=back_on, place=there, now=now)

    world.story.plan(world.calendar.at(back_on, 9, 0, world.zone(plan.key)), act)


def plan_transfer(world: World, plan: AgentPlan, ago: int, programme: str) -> None:
    """Plan that somebody changes programme, within the site and the team."""
    from_day = world.calendar.ago(ago)
    site, _ = company.TEAMS[plan.team]

    def act(session: Session, now: datetime) -> None:
        hr = world.actor(session, "ines", now)
        there = place(world, site, programme, plan.job, plan.team)
        records.transfer(session, hr, world.people[plan.key].code, place=there, from_day=from_day, now=now)

    world.story.plan(world.calendar.at(from_day, 9, 0, world.zone(plan.key)), act)


def give_passwords(world: World, session: Session, now: datetime) -> None:
    """Let everybody of the sign-in table in, as people come in: a one-time code, and the password set with it.

    One hash a role: making one costs tens of milliseconds, and these passwords are no secret.
    """
    settings = world.settings
    passwords = Passwords(settings.argon2_memory_kib, settings.argon2_time)
    hashes: dict[Role, str] = {}
    for account in ACCOUNTS:
        if account.role not in hashes:
            hashes[account.role] = passwords.hash(account.password)
        person = queries.person_by_identifier(session, account.number)
        if person is None:
            raise LookupError(f"nobody has the employee number {account.number}")
        attempted = signin.Attempted(rules.normal_identifier(account.number), "", from_site=False)
        code = signin.issue_code(session, SYSTEM, person, key=settings.secret_key, hours=1, now=now)
        signin.use_code(
            session, attempted, typed=code, password_hash=hashes[account.role], key=settings.secret_key, now=now
        )
