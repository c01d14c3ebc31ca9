"""Scopes: the union of what grants reach, never more (invariant 13). Tried against a plain model of the same words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lms.kit.permissions import ROLE_PERMISSIONS, SYSTEM, TEAM_ROLES, Actor, Grant, Permission, Role, Scope

PLACES = st.one_of(st.none(), st.integers(1, 3))
GRANTS = st.builds(Grant, role=st.sampled_from(Role), site_id=PLACES, programme_id=PLACES)
ACTORS = st.builds(lambda grants: Actor(person_id=1, name="A", grants=tuple(grants)), st.lists(GRANTS, max_size=5))
PERMISSIONS = st.sampled_from(Permission)


def actor(*grants: Grant) -> Actor:
    return Actor(person_id=1, name="A", grants=grants)


@dataclass(frozen=True)
class Somebody:
    """Whose records are asked for: the actor's own, of the actor's team or not, and where they stand."""

    own: bool
    team: bool
    site: int
    programme: int


PERSONS = st.builds(Somebody, st.booleans(), st.booleans(), st.integers(1, 3), st.integers(1, 3))


def reaches(grant: Grant, permission: Permission, person: Somebody) -> bool:
    """What one grant opens of a person who stands at a place, said as in the product's words."""
    if permission not in ROLE_PERMISSIONS[grant.role]:
        return False
    if grant.role is Role.LEARNER:
        return person.own
    if grant.site_id is None and grant.programme_id is None:
        return person.team if grant.role in TEAM_ROLES else True
    return grant.site_id in (None, person.site) and grant.programme_id in (None, person.programme)


@given(ACTORS, PERMISSIONS, PERSONS)
def test_invariant_13_a_scope_reaches_what_some_grant_reaches_and_nothing_else(
    who: Actor, permission: Permission, person: Somebody
) -> None:
    scope = who.scope(permission)
    opened = scope.covers(person.site, person.programme) or (scope.own and person.own) or (scope.team and person.team)
    assert opened == any(reaches(grant, permission, person) for grant in who.grants)


@given(ACTORS, PERMISSIONS)
def test_who_can_has_a_scope_and_who_cannot_has_none(who: Actor, permission: Permission) -> None:
    assert who.can(permission) == (not who.scope(permission).empty)


@given(ACTORS, GRANTS, PERMISSIONS, st.integers(1, 3), st.integers(1, 3))
def test_a_grant_more_never_closes_anything(
    who: Actor, more: Grant, permission: Permission, site: int, programme: int
) -> None:
    before, after = who.scope(permission), actor(*who.grants, more).scope(permission)
    assert after.everybody >= before.everybody
    assert after.team >= before.team
    assert after.own >= before.own
    assert after.places >= before.places
    assert after.covers(site, programme) >= before.covers(site, programme)


@given(st.permutations([Grant(Role.HR, 1), Grant(Role.COORDINATOR), Grant(Role.LEARNER), Grant(Role.AUDITOR, None, 2)]))
def test_the_order_of_grants_does_not_matter(grants: list[Grant]) -> None:
    for permission in Permission:
        assert actor(*grants).scope(permission) == actor(*reversed(grants)).scope(permission)


def test_invariant_13_a_learners_grant_with_a_site_opens_nobody_else_there() -> None:
    scope = actor(Grant(Role.LEARNER, site_id=1, programme_id=2)).scope(Permission.LEARN)
    assert scope == Scope(own=True)
    assert not scope.covers(1, 2)


def test_a_coordinator_holds_the_team_or_named_places_and_never_everybody() -> None:
    assert actor(Grant(Role.COORDINATOR)).scope(Permission.READ_TEAM) == Scope(team=True)
    placed = actor(Grant(Role.COORDINATOR, site_id=1)).scope(Permission.READ_TEAM)
    assert placed == Scope(places=frozenset({(1, None)}))
    assert placed.covers(1, 7)
    assert not placed.covers(2, 7)
    both = actor(Grant(Role.COORDINATOR), Grant(Role.COORDINATOR, 1, 2)).scope(Permission.READ_TEAM)
    assert both == Scope(team=True, places=frozenset({(1, 2)}))
    assert not both.covers(1, 3)


def test_a_grant_for_a_site_does_not_lend_its_permission_elsewhere() -> None:
    who = actor(Grant(Role.HR, site_id=1), Grant(Role.AUDITOR, site_id=2))
    assert who.scope(Permission.READ_HOURS).places == {(1, None), (2, None)}
    assert who.scope(Permission.CLOSE_HOURS).places == {(1, None)}
    assert not who.scope(Permission.CLOSE_HOURS).covers(2, None)


def test_the_system_may_do_everything_and_a_person_without_grants_nothing() -> None:
    for permission in Permission:
        assert SYSTEM.can(permission)
        assert SYSTEM.scope(permission) == Scope(everybody=True)
        assert not actor().can(permission)
        assert actor().scope(permission).empty
    assert not Scope(everybody=False).covers(None, None)


def test_every_permission_is_held_by_somebody_and_every_role_holds_one() -> None:
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert all(ROLE_PERMISSIONS.values())


def test_an_auditor_changes_nothing() -> None:
    assert all(permission.value.startswith("read_") for permission in ROLE_PERMISSIONS[Role.AUDITOR])


def test_a_grant_says_until_when_it_holds() -> None:
    end = datetime(2026, 4, 1, tzinfo=UTC)
    assert Grant(Role.HR, until=end).until == end
    assert actor(Grant(Role.HR, until=end)).has_role(Role.HR)
    assert not actor(Grant(Role.HR)).has_role(Role.AUDITOR)
