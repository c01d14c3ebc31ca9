"""The calendar of a site, and the days on which something can fall due there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission
from lms.people.models import Person, Site, SiteHoliday
from lms.people.rules import next_working_day


def site_for(session: Session, actor: Actor, code: str, permission: Permission) -> Site:
    """The site with this code, where the actor's scope for `permission` covers all of it.

    Raises: NotFound("people.site_not_found") for a code that does not exist and for a stranger alike.
    """
    site = session.scalar(select(Site).where(Site.code == code))
    if site is None or not actor.scope(permission).covers(site.id, None):
        raise NotFound("people.site_not_found")
    return site


def holidays_of(session: Session, site_id: int, year: int) -> list[tuple[SiteHoliday, str]]:
    """The holidays of a year in order, each with the name of who set it ("" for the system)."""
    rows = session.execute(
        select(SiteHoliday, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == SiteHoliday.set_by)
        .where(SiteHoliday.site_id == site_id, SiteHoliday.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(SiteHoliday.day)
    )
    return [(row, f"{given} {family}" if given else "") for row, given, family in rows]


def holiday_on(session: Session, site_id: int, day: date) -> SiteHoliday | None:
    return session.scalar(select(SiteHoliday).where(SiteHoliday.site_id == site_id, SiteHoliday.day == day))


def working_day(session: Session, site_id: int, day: date) -> date:
    """`day`, or the next day on which the site works; see `rules.next_working_day`."""
    later: Sequence[date] = session.scalars(
        select(SiteHoliday.day).where(SiteHoliday.site_id == site_id, SiteHoliday.day >= day)
    ).all()
    return next_working_day(day, frozenset(later))
