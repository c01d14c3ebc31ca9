"""Readiness: people x skills with the doorway of each, and what expires soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.catalog.models import Course
from lms.kit.permissions import Actor, Permission
from lms.kit.provenance import ImportWithdrawal
from lms.people.models import Person, Placement
from lms.people.queries import people_in_scope, scope_condition
from lms.skills.models import JobProfileVersion, PriorVerification, Skill, Verification
from lms.skills.queries.dossier import Dossiers
from lms.skills.queries.records import uncorrected_verification
from lms.skills.rules import Facts, Gate, GateState, VerificationKind

SOON_DAYS = 30
"""What expires within these days is shown as near."""


class CellState(StrEnum):
    """How a required skill of a person stands."""

    MISSING = "missing"
    WAITING = "waiting"  # passed, a signature lacks
    FAILED = "failed"
    VERIFIED = "verified"
    SOON = "soon"  # verified, expires within SOON_DAYS
    EXPIRED = "expired"


@dataclass(frozen=True)
class SkillCell:
    """A cell of the matrix; `until` is the last day a verification that stands is valid (None: no end, or none stands)."""

    state: CellState
    until: date | None = None


@dataclass(frozen=True)
class TeamRow:
    """A person of the matrix. `profile` None: the job asks for nothing, and the gate says why it is closed."""

    person: Person
    placement: Placement
    profile: JobProfileVersion | None
    gate: Gate
    cells: dict[int, SkillCell]


@dataclass(frozen=True)
class Readiness:
    """A page of the matrix: its rows, the skills that are its columns, and the sort key to go on after (None: it is the last)."""

    rows: list[TeamRow]
    skills: list[Skill]
    after: str | None
    courses: dict[str, str]  # the titles of the courses that somebody still lacks, by course id


_CELLS = {
    "skills.missing.skill": CellState.MISSING,
    "skills.missing.skill_failed": CellState.FAILED,
    "skills.missing.skill_signature": CellState.WAITING,
    "skills.missing.skill_expired": CellState.EXPIRED,
}


def readiness(
    session: Session,
    actor: Actor,
    on: date,
    *,
    search: str = "",
    after: str = "",
    limit: int,
    state: GateState | None = None,
) -> Readiness:
    """The matrix of the people in the actor's scope, by name; twelve queries whatever the team's size.

    `state` keeps those of the first `limit` whose door stands so: the gate is decided here, not by the database.

    People without a primary placement that day are left out, and those whose job takes no contacts: nobody asks anything of
    them, and a closed door would be said of somebody who never goes through it.
    """
    found = people_in_scope(session, actor, Permission.READ_TEAM, on, search=search, after=after, limit=limit + 1)
    placed = [
        (row.person, row.placement)
        for row in found[:limit]
        if row.placement is not None and row.placement.job.key_customer_related
    ]
    held = Dossiers(session, {person.id for person, _ in placed})
    found_rows = (_row(held, person, placement, on) for person, placement in placed)
    rows = [row for row in found_rows if state is None or row.gate.state is state]
    lacking = {item.course_id for row in rows for item in row.gate.missing if item.course_id is not None}
    titles = {row.slug: row.title for row in session.scalars(select(Course).where(Course.slug.in_(lacking)))}
    return Readiness(rows, _columns(rows), found[limit - 1].key if len(found) > limit else None, titles)


def _row(held: Dossiers, person: Person, placement: Placement, on: date) -> TeamRow:
    profile = held.profile(person.id, placement.programme_id, on)
    gate = held.gate(person.id, placement.programme_id, on)
    facts = held.facts(person.id, placement.programme_id, on)
    return TeamRow(person, placement, profile, gate, skill_cells(profile, facts, gate, on))


def skill_cells(profile: JobProfileVersion | None, facts: Facts, gate: Gate, on: date) -> dict[int, SkillCell]:
    """How each required skill stands on a day, by its id; the gate has decided, this only says until when."""
    if profile is None:
        return {}
    lacking = {item.skill_id: item.key for item in gate.missing if item.skill_id is not None}
    cells = {}
    for item in profile.requirements:
        if not item.required:
            continue
        if item.skill_id in lacking:
            cells[item.skill_id] = SkillCell(_CELLS[lacking[item.skill_id]])
            continue
        until = _valid_until(facts, item.skill_id, on)
        soon = until is not None and until <= on + timedelta(days=SOON_DAYS)
        cells[item.skill_id] = SkillCell(CellState.SOON if soon else CellState.VERIFIED, until)
    return cells


def _valid_until(facts: Facts, skill_id: int, on: date) -> date | None:
    """The last day of the verification that stands: of the signed ones the one that holds longest; None without an end."""
    ends = [
        fact.valid_until
        for fact in facts.verifications
        if fact.kind is VerificationKind.SKILL
        and fact.skill_id == skill_id
        and fact.programme_id == facts.programme_id
        and fact.passed
        and not fact.superseded
        and {signature.role for signature in fact.sign_offs} >= set(fact.sign_roles)
        and (fact.valid_until is None or fact.valid_until >= on)
    ]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _columns(rows: Iterable[TeamRow]) -> list[Skill]:
    """The required skills of the profiles on the page, by name."""
    found = {
        item.skill.id: item.skill
        for row in rows
        if row.profile is not None
        for item in row.profile.requirements
        if item.required
    }
    return sorted(found.values(), key=lambda skill: skill.name)


@dataclass(frozen=True)
class Expiring:
    """A verification, made here or imported, that stops counting soon, and on which day it does for the last time."""

    verification: Verification | PriorVerification
    last_day: date


def expiring(session: Session, actor: Actor, on: date, *, limit: int, days: int = SOON_DAYS) -> Sequence[Expiring]:
    """Passed verifications of people in scope that end within `days`, not renewed; the first to end first. Two queries."""
    newer = aliased(Verification)
    renewed = exists(
        select(newer.id).where(
            newer.person_id == Verification.person_id,
            newer.programme_id == Verification.programme_id,
            newer.skill_id == Verification.skill_id,
            newer.observed_on > Verification.observed_on,
            newer.passed,
            ~newer.withdrawn,
        )
    )
    last = on + timedelta(days=days)
    here: Sequence[Verification] = session.scalars(
        select(Verification)
        .options(joinedload(Verification.person), joinedload(Verification.skill), joinedload(Verification.programme))
        .where(
            scope_condition(actor, Permission.READ_TEAM, on, Verification.__table__.c.person_id),
            and_(Verification.valid_until >= on, Verification.valid_until <= last),
            Verification.passed,
            uncorrected_verification(),
            ~renewed,
        )
        .order_by(Verification.valid_until, Verification.id)
        .limit(limit)
    ).all()
    found = [Expiring(row, row.valid_until) for row in here if row.valid_until is not None]
    found += [
        Expiring(row, row.valid_until) for row in _imported_ending(session, actor, on, last, limit) if row.valid_until
    ]
    return sorted(found, key=lambda item: item.last_day)[:limit]


def _imported_ending(session: Session, actor: Actor, on: date, last: date, limit: int) -> Sequence[PriorVerification]:
    """The imported ones that end from `on` to `last` and were neither taken back nor verified anew here."""
    newer = aliased(Verification)
    renewed = exists(
        select(newer.id).where(
            newer.person_id == PriorVerification.person_id,
            newer.programme_id == PriorVerification.programme_id,
            newer.skill_id == PriorVerification.skill_id,
            newer.observed_on > PriorVerification.observed_on,
            newer.passed,
            ~newer.withdrawn,
        )
    )
    taken_back = exists(select(ImportWithdrawal.row_key).where(ImportWithdrawal.row_key == PriorVerification.row_key))
    return session.scalars(
        select(PriorVerification)
        .options(joinedload(PriorVerification.person), joinedload(PriorVerification.skill))
        .where(
            scope_condition(actor, Permission.READ_TEAM, on, PriorVerification.__table__.c.person_id),
            and_(PriorVerification.valid_until >= on, PriorVerification.valid_until <= last),
            PriorVerification.passed,
            ~taken_back,
            ~renewed,
        )
        .order_by(PriorVerification.valid_until, PriorVerification.id)
        .limit(limit)
    ).all()
