"""The holidays of a site: what the system computes never falls due on one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.permissions import Actor, Permission
from lms.people import queries
from lms.people.calendars import countries, public_holidays, subdivisions
from lms.people.models import Site, SiteHoliday

MANAGE = Permission.MANAGE_ACCESS
NAME_MAX = 120


def add_holiday(session: Session, actor: Actor, site_code: str, *, day: date, name: str, now: datetime) -> SiteHoliday:
    """A day on which the site does not work.

    Raises: NotFound("people.site_not_found"); Invalid("people.name_needed"); Conflict("people.holiday_taken").
    """
    site = queries.site_for(session, actor, site_code, MANAGE)
    clean = " ".join(name.split())[:NAME_MAX]
    if not clean:
        raise Invalid("people.name_needed", field="name")
    held = queries.holiday_on(session, site.id, day)
    if held is not None:
        raise Conflict("people.holiday_taken", field="day", name=held.name)
    row = SiteHoliday(site_id=site.id, day=day, name=clean, set_at=now, set_by=actor.person_id)
    session.add(row)
    session.flush()
    _record(session, actor, site, "holiday.add", after={"day": day, "name": clean}, now=now)
    return row


def remove_holiday(session: Session, actor: Actor, site_code: str, *, day: date, now: datetime) -> None:
    """Take a holiday out of the calendar; what already fell due by it stays.

    Raises: NotFound("people.site_not_found" | "people.holiday_not_found").
    """
    site = queries.site_for(session, actor, site_code, MANAGE)
    row = queries.holiday_on(session, site.id, day)
    if row is None:
        raise NotFound("people.holiday_not_found")
    _record(session, actor, site, "holiday.remove", before={"day": day, "name": row.name}, now=now)
    session.delete(row)
    session.flush()


def fill_holidays(
    session: Session, actor: Actor, site_code: str, *, country: str, subdivision: str, year: int, now: datetime
) -> int:
    """Add the public holidays of a country's year that the calendar lacks; returns how many. The site keeps its country.

    Raises: NotFound("people.site_not_found"); Invalid("people.country_unknown" | "people.no_calendar").
    """
    site = queries.site_for(session, actor, site_code, MANAGE)
    if country not in countries() or (subdivision and subdivision not in subdivisions(country)):
        raise Invalid("people.country_unknown", field="country")
    found = public_holidays(country, subdivision, year)
    if not found:
        raise Invalid("people.no_calendar", field="year", year=year)
    held = {row.day for row, _who in queries.holidays_of(session, site.id, year)}
    added = [(day, name) for day, name in found if day not in held]
    for day, name in added:
        session.add(SiteHoliday(site_id=site.id, day=day, name=name[:NAME_MAX], set_at=now, set_by=actor.person_id))
    site.country, site.subdivision = country, subdivision or None
    session.flush()
    after = {
        "country": country,
        "subdivision": subdivision,
        "year": year,
        "holidays": "; ".join(f"{day.isoformat()} {name}" for day, name in added),
    }
    _record(session, actor, site, "holiday.fill", after=after, now=now)
    return len(added)


def _record(
    session: Session,
    actor: Actor,
    site: Site,
    action: str,
    *,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(session, actor, action=action, subject=("site", site.code), before=before, after=after, now=now)
