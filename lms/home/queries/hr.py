"""What the start page of human resources gathers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.certificates.models import Certificate, CertificateRevocation
from lms.certificates.rules import SOON_DAYS
from lms.home.queries.office import people_count
from lms.hours.queries import month_totals, pivot
from lms.hours.rules import Dimension, MonthTotal
from lms.kit.clock import add_months, month_of
from lms.kit.permissions import Actor, Permission
from lms.people.models import Employment, Person, Placement, Site
from lms.people.queries import moved, scope_condition
from lms.people.rules import RECENT_DAYS, Movement


@dataclass(frozen=True)
class SiteRow:
    """A site today: people placed there, who came and who left within `RECENT_DAYS`, minutes of this month."""

    code: str
    name: str
    people: int
    hired: int
    left: int
    minutes: int


@dataclass(frozen=True)
class HrDesk:
    """What human resources meet.

    `months`: this one and the twelve before it, oldest first; `to_close`: the oldest that is over and open (None: all are
    closed); `ending`: certificates that end soon; `people`: open accounts; `sites`: one row each, by name.
    """

    months: list[MonthTotal]
    to_close: MonthTotal | None
    ending: list[tuple[Certificate, Person]]
    people: int
    sites: list[SiteRow]

    @property
    def month(self) -> MonthTotal:
        """This month."""
        return self.months[-1]

    @property
    def unplaced(self) -> int:
        """Open accounts of nobody who is employed and placed today: auditors from outside, people who begin soon."""
        return max(0, self.people - sum(row.people for row in self.sites))

    @property
    def hired(self) -> int:
        return sum(row.hired for row in self.sites)

    @property
    def left(self) -> int:
        return sum(row.left for row in self.sites)


def hr_desk(session: Session, actor: Actor, on: date, *, limit: int) -> HrDesk:
    """Ten queries."""
    months = month_totals(session, actor, first=add_months(on, -12), last=month_of(on), on=on)
    waiting = [each for each in months[:-1] if not each.closed and each.now]
    return HrDesk(
        months,
        waiting[0] if waiting else None,
        _ending(session, actor, on, limit),
        people_count(session, actor, on),
        _sites(session, actor, on),
    )


def _sites(session: Session, actor: Actor, on: date) -> list[SiteRow]:
    """The sites of the people in scope; somebody who came or left counts where they were placed on that day."""
    since = on - timedelta(days=RECENT_DAYS)
    people = _by_site(session, actor, on, Placement.from_day <= on, _not_over(on), _employed(on))
    hired = _by_site(session, actor, on, moved(Movement.HIRED, since, on), _on(Employment.hired_on))
    left = _by_site(session, actor, on, moved(Movement.LEFT, since, on), _on(Employment.left_on))
    month = month_of(on)
    cells = pivot(session, actor, first=month, last=month, by=[Dimension.SITE], on=on).cells
    minutes = {cell.keys[0].key: cell.total for cell in cells}
    seen = {code: name for found in (people, hired, left) for code, (name, _) in found.items()}

    def number(found: dict[str, tuple[str, int]], code: str) -> int:
        return found[code][1] if code in found else 0

    return [
        SiteRow(code, name, number(people, code), number(hired, code), number(left, code), minutes.get(code, 0))
        for code, name in sorted(seen.items(), key=lambda item: item[1])
    ]


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(Placement.to_day.is_(None), Placement.to_day >= on)


def _employed(on: date) -> ColumnElement[bool]:
    return and_(Employment.hired_on <= on, or_(Employment.left_on.is_(None), Employment.left_on >= on))


def _on(moment: InstrumentedAttribute[date] | InstrumentedAttribute[date | None]) -> ColumnElement[bool]:
    """The placement that held on the day that a column says."""
    return and_(Placement.from_day <= moment, or_(Placement.to_day.is_(None), Placement.to_day >= moment))


def _by_site(session: Session, actor: Actor, on: date, *conditions: ColumnElement[bool]) -> dict[str, tuple[str, int]]:
    """Site code to its name and its number of distinct people, over employments and primary placements of one person."""
    rows = session.execute(
        select(Site.code, Site.name, func.count(Placement.person_id.distinct()))
        .select_from(Employment)
        .join(Placement, and_(Placement.person_id == Employment.person_id, Placement.is_primary))
        .join(Site, Site.id == Placement.site_id)
        .where(*conditions, scope_condition(actor, Permission.READ_PEOPLE, on, Placement.__table__.c.person_id))
        .group_by(Site.code, Site.name)
    )
    return {code: (name, int(count)) for code, name, count in rows}


def _ending(session: Session, actor: Actor, on: date, limit: int) -> list[tuple[Certificate, Person]]:
    """Valid certificates of people in scope that end within `SOON_DAYS` and have no newer one of the same course."""
    newer = (
        select(Certificate.person_id, Certificate.course_id, func.max(Certificate.issued_on).label("last"))
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .where(CertificateRevocation.id.is_(None))  # a newer one that was revoked renews nothing
    )
    latest = newer.group_by(Certificate.person_id, Certificate.course_id).subquery()
    rows = session.execute(
        select(Certificate, Person)
        .join(Person, Person.id == Certificate.person_id)
        .join(
            latest,
            (latest.c.person_id == Certificate.person_id)
            & (latest.c.course_id == Certificate.course_id)
            & (latest.c.last == Certificate.issued_on),
        )
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .where(
            Certificate.expires_on >= on,
            Certificate.expires_on <= on + timedelta(days=SOON_DAYS),
            CertificateRevocation.id.is_(None),
            Person.active,
            scope_condition(actor, Permission.READ_TEAM, on, Certificate.__table__.c.person_id),
        )
        .order_by(Certificate.expires_on, Certificate.id)
        .limit(limit)
    )
    return [(certificate, person) for certificate, person in rows]
