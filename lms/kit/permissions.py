"""Who may do what: roles, permissions, and the scope in which a grant holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    LEARNER = "learner"
    COORDINATOR = "coordinator"
    TRAINER = "trainer"
    HR = "hr"
    AUTHOR = "author"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that can be done. Every route names one; every loader of rows takes one."""

    LEARN = "learn"  # take assigned courses, tests, surveys; see one's own records
    READ_TEAM = "read_team"  # readiness, progress and records of people in scope
    ASSIGN = "assign"  # assign a course to people in scope
    VERIFY = "verify"  # record verifications and OJT observations
    SIGN_MANAGER = "sign_manager"  # sign off as manager
    SIGN_WITNESS = "sign_witness"  # sign off as witness
    LIVE_CONTACTS = "live_contacts"  # enter live-contact periods
    ISSUE_CODE = "issue_code"  # give a one-time sign-in code to a person in scope
    READ_HOURS = "read_hours"
    CLOSE_HOURS = "close_hours"  # correct hours, close and re-open months
    READ_METRICS = "read_metrics"
    MANAGE_METRICS = "manage_metrics"  # targets
    READ_PEOPLE = "read_people"
    MANAGE_PEOPLE = "manage_people"  # persons, employments, placements
    READ_CONTENT = "read_content"  # see courses and banks as an author
    PUBLISH = "publish"
    MANAGE_SKILLS = "manage_skills"  # skills and job profiles
    READ_ATTEMPTS = "read_attempts"  # every step of a test attempt of people in scope
    MARK = "mark"  # grade open answers of people in scope
    READ_AUDIT = "read_audit"
    MANAGE_ACCESS = "manage_access"  # grants, sites, programmes, jobs
    REVOKE = "revoke"  # revoke a certificate


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: frozenset({P.LEARN}),
    Role.COORDINATOR: frozenset(
        {P.READ_TEAM, P.ASSIGN, P.VERIFY, P.SIGN_MANAGER, P.SIGN_WITNESS, P.LIVE_CONTACTS, P.ISSUE_CODE}
    ),
    Role.TRAINER: frozenset(
        {P.READ_TEAM, P.ASSIGN, P.VERIFY, P.SIGN_WITNESS, P.ISSUE_CODE, P.READ_CONTENT, P.READ_ATTEMPTS, P.MARK}
    ),
    Role.HR: frozenset(
        {
            P.READ_TEAM,
            P.READ_PEOPLE,
            P.MANAGE_PEOPLE,
            P.READ_HOURS,
            P.CLOSE_HOURS,
            P.READ_METRICS,
            P.MANAGE_METRICS,
            P.ASSIGN,
            P.REVOKE,
            P.ISSUE_CODE,
        }
    ),
    Role.AUTHOR: frozenset({P.READ_CONTENT, P.PUBLISH, P.MANAGE_SKILLS}),
    Role.AUDITOR: frozenset(
        {P.READ_TEAM, P.READ_PEOPLE, P.READ_HOURS, P.READ_METRICS, P.READ_CONTENT, P.READ_ATTEMPTS, P.READ_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            P.READ_PEOPLE,
            P.MANAGE_PEOPLE,
            P.READ_CONTENT,
            P.PUBLISH,
            P.MANAGE_SKILLS,
            P.READ_AUDIT,
            P.MANAGE_ACCESS,
            P.MANAGE_METRICS,
            P.ISSUE_CODE,
        }
    ),
}

TEAM_ROLES = frozenset({Role.COORDINATOR})
"""Roles whose grant without a site or programme means "the people I supervise"; for the others it means everybody."""


@dataclass(frozen=True)
class Grant:
    """A role held until `until` (None: no end), in a site or a programme (None: no bound of that kind)."""

    role: Role
    site_id: int | None = None
    programme_id: int | None = None
    until: datetime | None = None

    @property
    def own_team(self) -> bool:
        return self.role in TEAM_ROLES and self.site_id is None and self.programme_id is None


@dataclass(frozen=True)
class Scope:
    """Whose records a permission reaches: everybody, those of some sites or programmes, the own team, oneself.

    `places` are pairs (site id or None, programme id or None); each pair's parts are both to hold.
    """

    everybody: bool = False
    team: bool = False
    own: bool = False
    places: frozenset[tuple[int | None, int | None]] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.everybody or self.team or self.own or self.places)

    def covers(self, site_id: int | None, programme_id: int | None) -> bool:
        """Whether a place lies within this scope; None means every site, or every programme."""
        return self.everybody or any(
            site in (None, site_id) and programme in (None, programme_id) for site, programme in self.places
        )


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with grants, or the system itself (jobs, the command line), which may do everything."""

    person_id: int | None
    name: str
    code: str = ""
    employee_number: str = ""
    locale: str | None = None  # None: as the browser says
    zone: str = "UTC"
    grants: tuple[Grant, ...] = field(default=())
    session_id: int | None = None
    is_system: bool = False
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)
    """What waits for them, for the head of a page ("notices", "tray"); read with who is signed in."""

    def can(self, permission: Permission) -> bool:
        """Whether any grant carries the permission, wherever."""
        return self.is_system or any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def has_role(self, role: Role) -> bool:
        return any(grant.role is role for grant in self.grants)

    def scope(self, permission: Permission) -> Scope:
        """The union of the scopes of every grant that carries the permission (invariant 13)."""
        if self.is_system:
            return Scope(everybody=True)
        holding = [grant for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role]]
        # A learner's grant reaches the learner alone: with a site it would open everybody's records there.
        placed = [
            grant
            for grant in holding
            if (grant.site_id is not None or grant.programme_id is not None) and grant.role is not Role.LEARNER
        ]
        return Scope(
            everybody=any(grant.role not in TEAM_ROLES | {Role.LEARNER} for grant in holding if grant not in placed),
            team=any(grant.own_team for grant in holding),
            own=any(grant.role is Role.LEARNER for grant in holding),
            places=frozenset((grant.site_id, grant.programme_id) for grant in placed),
        )


SYSTEM = Actor(person_id=None, name="Umbral", is_system=True)
"""The actor of jobs and of the command line."""
