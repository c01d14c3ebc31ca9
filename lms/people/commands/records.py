"""The file of a person: hire, correct, transfer, end, take back, deactivate. Nobody is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission, Role
from lms.people import queries, rules
from lms.people.commands.placing import Place, open_placement
from lms.people.commands.signin import end_all_sessions
from lms.people.models import AccessGrant, Employment, Person, Placement

MANAGE = Permission.MANAGE_PEOPLE


@dataclass(frozen=True)
class Details:
    """What is known of a person; `email` "" for none."""

    employee_number: str
    given_name: str
    family_name: str
    email: str = ""


def hire(
    session: Session,
    actor: Actor,
    *,
    details: Details,
    hired_on: date,
    place: Place,
    temporary: bool = False,
    now: datetime,
) -> Person:
    """A new person with employment, primary placement and a learner's grant, in one act.

    Raises: Invalid at the field; NotAllowed("people.place_outside") for a place that the actor's scope does not cover.
    """
    person = store_person(session, details, now=now)
    _employ(session, person, hired_on, temporary)
    _let_learn(session, actor, person, now)
    audit.record(
        session,
        actor,
        action="person.hire",
        subject=("person", person.code),
        after={**asdict(details_of(person)), "hired_on": hired_on, "temporary": temporary},
        now=now,
    )
    open_placement(session, actor, person, place, from_day=hired_on, now=now)
    return person


def store_person(session: Session, details: Details, *, now: datetime) -> Person:
    """A new person's row, its details checked and cleaned; the caller writes the audit row.

    Raises: Invalid or Conflict at the field.
    """
    clean = _checked(session, details, besides=None)
    person = Person(
        code=new_code(),
        employee_number=clean.employee_number,
        given_name=clean.given_name,
        family_name=clean.family_name,
        email=clean.email or None,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        # Somebody else stored the same number between our look and our write.
        raise Conflict("people.number_taken", field="employee_number", number=clean.employee_number) from None
    return person


def details_of(person: Person) -> Details:
    """A person's details as they are stored."""
    return Details(person.employee_number, person.given_name, person.family_name, person.email or "")


def change_details(session: Session, actor: Actor, person_code: str, *, details: Details, now: datetime) -> Person:
    """Correct the number, the name or the e-mail of a person.

    Raises: NotFound; Invalid or Conflict at the field.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    clean = _checked(session, details, besides=person.id)
    before = details_of(person)
    if clean == before:
        return person
    person.employee_number, person.email = clean.employee_number, clean.email or None
    person.given_name, person.family_name = clean.given_name, clean.family_name
    _note(session, actor, person, "person.change", before=asdict(before), after=asdict(clean), now=now)
    return person


def _checked(session: Session, details: Details, *, besides: int | None) -> Details:
    """The details as they are stored: number in upper case, e-mail in lower case, single blanks."""
    number = rules.normal_identifier(details.employee_number)
    email = rules.normal_identifier(details.email)
    given, family = " ".join(details.given_name.split()), " ".join(details.family_name.split())
    if not rules.valid_employee_number(number):
        raise Invalid("people.number_invalid", field="employee_number")
    if not given or not family:
        raise Invalid("people.name_missing", field="family_name" if given else "given_name")
    if email and not rules.valid_email(email):
        raise Invalid("people.email_invalid", field="email")
    if queries.number_taken(session, number, besides):
        raise Conflict("people.number_taken", field="employee_number", number=number)
    if email and queries.email_taken(session, email, besides):
        raise Conflict("people.email_taken", field="email")
    return Details(number, given, family, email)


def _employ(session: Session, person: Person, hired_on: date, temporary: bool) -> None:
    spans = [(item.hired_on, item.left_on) for item in queries.employments_of(session, person.id)]
    if any(rules.overlaps(span, (hired_on, None)) for span in spans):
        raise Conflict("people.already_employed", field="hired_on")
    session.add(Employment(person_id=person.id, hired_on=hired_on, temporary=temporary))
    session.flush()


def _let_learn(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    """Whoever is employed may take training: the one role that comes with a contract and needs no administrator."""
    if any(grant.role == Role.LEARNER and grant.until is None for grant in queries.grants_of(session, person.id, now)):
        return
    grant = AccessGrant(
        code=new_code(), person_id=person.id, role=Role.LEARNER, granted_at=now, granted_by=actor.person_id
    )
    session.add(grant)


def end_employment(
    session: Session,
    actor: Actor,
    person_code: str,
    *,
    last_day: date,
    reason: str,
    voluntary: bool,
    now: datetime,
) -> Employment:
    """Close the current employment and every placement with it. `last_day` is the last day employed.

    From the day after, the account is closed: at once where that day has come, else by `close_leavers`.

    Raises: NotFound; Conflict("people.not_employed") without a current employment, ("people.placement_later") where a
    placement began after that day; Invalid("people.leave_before_hire").
    """
    today = local_day(now, actor.zone)
    person = queries.person_to_change(session, actor, person_code, MANAGE, today)
    employment = next((item for item in queries.employments_of(session, person.id) if item.left_on is None), None)
    if employment is None:
        raise Conflict("people.not_employed")
    if last_day < employment.hired_on:
        raise Invalid("people.leave_before_hire", field="last_day")
    _end_placements(session, actor, person, last_day=last_day, now=now)
    employment.left_on, employment.leave_reason, employment.voluntary = last_day, reason.strip(), voluntary
    after = {"left_on": last_day, "leave_reason": employment.leave_reason, "voluntary": voluntary}
    _note(session, actor, person, "employment.end", before={"hired_on": employment.hired_on}, after=after, now=now)
    session.flush()
    if last_day < today and not _is_last_administrator(session, person, now):
        _close_account(session, actor, person, now)
    return employment


def _end_placements(session: Session, actor: Actor, person: Person, *, last_day: date, now: datetime) -> None:
    today = local_day(now, actor.zone)
    for placement in queries.placements_of(session, person.id):
        if placement.to_day is not None and placement.to_day <= last_day:
            continue
        if placement.from_day <= last_day:
            placement.to_day = last_day
        elif placement.from_day > today:
            # A placement that has not begun is a plan, no evidence: with the employment over, it will not take place.
            gone = {"site": placement.site.name, "programme": placement.programme.name, "from_day": placement.from_day}
            session.delete(placement)
            audit.record(
                session, actor, action="placement.cancel", subject=("person", person.code), before=gone, now=now
            )
        else:
            raise Conflict("people.placement_later", field="last_day", day=placement.from_day.isoformat())


def rehire(
    session: Session,
    actor: Actor,
    person_code: str,
    *,
    hired_on: date,
    place: Place,
    temporary: bool = False,
    now: datetime,
) -> Person:
    """A second employment for somebody who comes back, with its primary placement; the account works again.

    Roles beyond the learner's end with the first employment: what somebody was trusted with then is granted anew.

    Raises: NotFound; Conflict("people.already_employed") where an employment lasts till then or begins later.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    _employ(session, person, hired_on, temporary)
    _end_old_roles(session, actor, person, now)
    _let_learn(session, actor, person, now)
    before = {"active": person.active}
    person.active = True
    after = {"active": True, "hired_on": hired_on, "temporary": temporary}
    _note(session, actor, person, "person.rehire", before=before, after=after, now=now)
    open_placement(session, actor, person, place, from_day=hired_on, now=now)
    return person


def _end_old_roles(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    for grant in queries.grants_of(session, person.id, now):
        if grant.role != Role.LEARNER:
            grant.revoked_at, grant.revoked_by = now, actor.person_id
            _note(session, actor, person, "access.revoke", before={"role": grant.role}, after={}, now=now)


def transfer(
    session: Session, actor: Actor, person_code: str, *, place: Place, from_day: date, now: datetime
) -> Placement:
    """A new primary placement from a day on; the one before it ends the day before.

    Raises: NotFound; NotAllowed("people.place_outside"); Conflict("people.placement_overlap"),
    ("people.placement_outside"), ("people.supervisor_circle"); Invalid for a place that does not exist.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    for placement in queries.placements_of(session, person.id):
        if (
            placement.is_primary
            and placement.from_day < from_day
            and rules.overlaps((placement.from_day, placement.to_day), (from_day, None))
        ):
            before = {"to_day": placement.to_day}
            placement.to_day = from_day - timedelta(days=1)
            _note(session, actor, person, "placement.close", before=before, after={"to_day": placement.to_day}, now=now)
    session.flush()
    return open_placement(session, actor, person, place, from_day=from_day, now=now)


def permit_programme(
    session: Session,
    actor: Actor,
    person_code: str,
    *,
    programme: str,
    from_day: date,
    to_day: date | None,
    now: datetime,
) -> Placement:
    """Permission to work on another programme (its code), beside the primary placement and with its site and job.

    Raises: NotFound; Conflict("people.not_employed") without a primary placement that day; Conflict for overlaps.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    primary = queries.placement_on(session, person.id, from_day)
    if primary is None:
        raise Conflict("people.placement_outside", field="from_day")
    place = Place(primary.site.code, programme, primary.job.code, primary.supervisor.code if primary.supervisor else "")
    return open_placement(session, actor, person, place, from_day=from_day, to_day=to_day, is_primary=False, now=now)


def deactivate(session: Session, actor: Actor, person_code: str, *, now: datetime) -> Person:
    """Close an account: nobody signs in with it, its sessions end, its records stay.

    Raises: NotFound; NotAllowed for oneself, and for an administrator where the actor is none; Conflict for the last one.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    if person.id == actor.person_id:
        raise NotAllowed("people.deactivate_self")
    _refuse_outranked(session, actor, person, now)
    if _is_last_administrator(session, person, now):
        raise Conflict("people.last_administrator")
    _close_account(session, actor, person, now)
    return person


def reactivate(session: Session, actor: Actor, person_code: str, *, now: datetime) -> Person:
    """Open an account again that was closed by mistake. Who comes back to work is taken back by `rehire`.

    Raises: NotFound; NotAllowed for an administrator where the actor is none: their roles would come back with the account.
    """
    person = queries.person_to_change(session, actor, person_code, MANAGE, local_day(now, actor.zone))
    _refuse_outranked(session, actor, person, now)
    if not person.active:
        person.active = True
        _note(session, actor, person, "person.reactivate", before={"active": False}, after={"active": True}, now=now)
    return person


def _refuse_outranked(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    held = {grant.role for grant in queries.grants_of(session, person.id, now)}
    if Role.ADMINISTRATOR in held and not actor.can(Permission.MANAGE_ACCESS):
        raise NotAllowed("people.deactivate_outranked")


def close_leavers(session: Session, actor: Actor, *, today: date, now: datetime) -> int:
    """Close the accounts of those whose last day has passed; returns how many. The last administrator's stays open."""
    gone = [each for each in queries.leavers(session, today) if not _is_last_administrator(session, each, now)]
    for person in gone:
        _close_account(session, actor, person, now)
    return len(gone)


def _close_account(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    if not person.active:
        return
    person.active = False
    _note(session, actor, person, "person.deactivate", before={"active": True}, after={"active": False}, now=now)
    end_all_sessions(session, actor, person, now=now)


def _is_last_administrator(session: Session, person: Person, now: datetime) -> bool:
    holders = {grant.person_id for grant in queries.administrators(session, now)}
    return holders == {person.id}


def _note(
    session: Session,
    actor: Actor,
    person: Person,
    action: str,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    now: datetime,
) -> None:
    audit.record(session, actor, action=action, subject=("person", person.code), before=before, after=after, now=now)
