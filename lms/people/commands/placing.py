"""Putting a person in a place: the one way in which a placement comes to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people import queries, rules
from lms.people.models import Person, Placement
from lms.people.rules import Line


@dataclass(frozen=True)
class Place:
    """Where and under whom, by codes; `supervisor` is a person's code, "" for nobody."""

    site: str
    programme: str
    job: str
    supervisor: str = ""


def open_placement(
    session: Session,
    actor: Actor,
    person: Person,
    place: Place,
    *,
    from_day: date,
    to_day: date | None = None,
    is_primary: bool = True,
    now: datetime,
) -> Placement:
    """Add a placement that lies within an employment and overlaps no other of its kind.

    Raises: Invalid("people.choice_unknown") at the field, ("people.dates_wrong"), ("people.supervisor_self");
    NotAllowed("people.place_outside"); Conflict("people.placement_outside"), ("people.placement_overlap"),
    ("people.supervisor_circle").
    """
    placement = _resolve(session, place)
    placement.person_id, placement.is_primary = person.id, is_primary
    placement.from_day, placement.to_day = from_day, to_day
    scope = actor.scope(Permission.MANAGE_PEOPLE)
    if not scope.covers(placement.site_id, placement.programme_id):
        raise NotAllowed("people.place_outside", field="site")
    _fit_employment(session, placement)
    _refuse_overlap(session, placement)
    _refuse_circle(session, placement)
    session.add(placement)
    session.flush()
    audit.record(
        session,
        actor,
        action="placement.open" if is_primary else "placement.permit",
        subject=("person", person.code),
        after=facts(placement),
        now=now,
    )
    return placement


def facts(placement: Placement) -> dict[str, object]:
    """A placement as the audit trail tells it."""
    return {
        "site": placement.site.name,
        "programme": placement.programme.name,
        "job": placement.job.name,
        "supervisor": placement.supervisor.name if placement.supervisor else "",
        "from_day": placement.from_day,
        "to_day": placement.to_day,
    }


def _resolve(session: Session, place: Place) -> Placement:
    site = queries.site_by_code(session, place.site)
    programme = queries.programme_by_code(session, place.programme)
    job = queries.job_by_code(session, place.job)
    supervisor = queries.active_person(session, place.supervisor) if place.supervisor else None
    found = {"site": site, "programme": programme, "job": job, "supervisor": supervisor or not place.supervisor}
    for field, value in found.items():
        if not value:
            raise Invalid("people.choice_unknown", field=field)
    assert site is not None and programme is not None and job is not None  # noqa: S101, PT018 - what the loop refuses
    return Placement(
        code=new_code(),
        site_id=site.id,
        site=site,
        programme_id=programme.id,
        programme=programme,
        job_id=job.id,
        job=job,
        supervisor_id=supervisor.id if supervisor else None,
        supervisor=supervisor,
    )


def _fit_employment(session: Session, placement: Placement) -> None:
    """The placement lies within one employment; an open one ends with an employment whose last day is known."""
    if placement.to_day is not None and placement.to_day < placement.from_day:
        raise Invalid("people.dates_wrong", field="to_day")
    for employment in queries.employments_of(session, placement.person_id):
        if rules.employed_on([(employment.hired_on, employment.left_on)], placement.from_day):
            if placement.to_day is None:
                placement.to_day = employment.left_on
            if employment.left_on is None or (placement.to_day is not None and placement.to_day <= employment.left_on):
                return
    raise Conflict("people.placement_outside", field="from_day")


def _refuse_overlap(session: Session, placement: Placement) -> None:
    """One primary placement a day; a programme is permitted once a day, and not to whom it is the primary one."""
    mine = (placement.from_day, placement.to_day)
    for other in queries.placements_of(session, placement.person_id):
        if not rules.overlaps((other.from_day, other.to_day), mine):
            continue
        if placement.is_primary and other.is_primary:
            raise Conflict("people.placement_overlap", field="from_day")
        if not placement.is_primary and other.programme_id == placement.programme_id:
            raise Conflict("people.programme_held", field="programme")


def _refuse_circle(session: Session, placement: Placement) -> None:
    if placement.supervisor_id is None:
        return
    if placement.supervisor_id == placement.person_id:
        raise Invalid("people.supervisor_self", field="supervisor")
    if placement.is_primary:
        new = Line(placement.person_id, placement.supervisor_id, placement.from_day, placement.to_day)
        if rules.supervisor_circle(new, queries.supervision_lines(session, placement.from_day)):
            raise Conflict("people.supervisor_circle", field="supervisor")
