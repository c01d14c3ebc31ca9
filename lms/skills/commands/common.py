"""What every command on evidence checks first: who acts, on whom, and whether the day is possible at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.permissions import Actor, Permission
from lms.people import queries as people
from lms.people.models import Person, Placement
from lms.people.rules import employed_on
from lms.skills import queries
from lms.skills.models import JobProfileVersion
from lms.skills.queries import Dossiers
from lms.skills.rules import Refusal


@dataclass(frozen=True)
class Case:
    """A person on a programme on a day: the placement and the profile in force then, and what is on record."""

    person: Person
    placement: Placement
    profile: JobProfileVersion
    held: Dossiers
    day: date
    today: date  # in the site's zone

    @property
    def gap_days(self) -> int:
        """The setting of the person's site on the day of the case."""
        return self.held.gap_days(self.person.id, self.placement.programme_id, self.day)


def human(session: Session, actor: Actor, now: datetime) -> int:
    """The id of the person who acts: evidence is never made by the system, nor by somebody who has left.

    Raises: NotAllowed("skills.needs_person" | "skills.signer_left").
    """
    if actor.person_id is None:
        raise NotAllowed("skills.needs_person")
    spans = [(row.hired_on, row.left_on) for row in people.employments_of(session, actor.person_id)]
    if not employed_on(spans, local_day(now, actor.zone)):
        raise NotAllowed("skills.signer_left")
    return actor.person_id


def case_for(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    programme_id: int,
    permission: Permission,
    day: date,
    field: str,
    now: datetime,
) -> Case:
    """Check scope and day, and gather what the decision needs. The person's row is locked: two commands take turns.

    `field` names the form's field of the day. Raises: NotFound for a stranger; NotAllowed("skills.own"); Invalid
    ("skills.future" | "skills.not_employed" | "skills.not_placed"); Conflict("skills.no_profile").
    """
    person = people.person_for(session, actor, person_code, permission, local_day(now, actor.zone))
    if person.id == actor.person_id:
        raise NotAllowed("skills.own")
    queries.lock_person(session, person.id)
    return case_of(Dossiers(session, {person.id}), person, programme_id=programme_id, day=day, field=field, now=now)


def case_of(held: Dossiers, person: Person, *, programme_id: int, day: date, field: str, now: datetime) -> Case:
    """The case of somebody whom the actor may work on. Raises: as `case_for`, from "skills.future" on."""
    placement = held.placement(person.id, programme_id, day)
    if placement is None:
        raise Invalid("skills.not_placed", field=field)
    today = local_day(now, placement.site.zone)
    if day > today:
        raise Invalid("skills.future", field=field)
    refuse_unemployed(held, person.id, day, field)
    if placement.from_day > day or (placement.to_day is not None and placement.to_day < day):
        raise Invalid("skills.not_placed", field=field)
    profile = held.profile(person.id, programme_id, day)
    if profile is None:
        raise Conflict("skills.no_profile", job=placement.job.name)
    return Case(person, placement, profile, held, day, today)


def refuse_unemployed(held: Dossiers, person_id: int, day: date, field: str) -> None:
    """Raises: Invalid("skills.not_employed") for a day before the hire or after the leave."""
    spans = [(row.hired_on, row.left_on) for row in held.employments.get(person_id, ())]
    if not employed_on(spans, day):
        raise Invalid("skills.not_employed", field=field)


def refuse(refusal: Refusal | None) -> None:
    """Turn a refusal of the rules into an error; what lacks goes along for the page to say.

    Raises: Conflict with the refusal's key.
    """
    if refusal is None:
        return
    raise Conflict(refusal.key, missing=refusal.missing, day=refusal.day)


def needed(text: str, key: str, field: str) -> str:
    """The text without blanks around it. Raises: Invalid(key) where there is none."""
    if not text.strip():
        raise Invalid(key, field=field)
    return text.strip()
