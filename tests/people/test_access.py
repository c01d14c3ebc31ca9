"""Grants and places: nobody raises themselves, the last administrator stays, changes hold at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM, Actor, Grant, Permission, Role
from lms.people import queries
from lms.people.commands import access
from lms.people.commands.records import Details
from lms.people.models import Person, Site
from tests.cast import Cast
from tests.conftest import NOW

TODAY = local_day(NOW, "America/Argentina/Buenos_Aires")


def _site(session: Session, cast: Cast, *, other: bool = False) -> str:
    return session.get_one(Site, cast.other_site_id if other else cast.site_id).code


def test_nobody_grants_to_or_takes_from_oneself(cast: Cast, session: Session) -> None:
    own = queries.grants_of(session, cast.administrator.id, NOW)[0]
    who = cast.administrator
    with pytest.raises(NotAllowed, match=r"people\.grant_self"):
        access.grant_role(session, who.actor, who.code, role="hr", now=NOW)
    with pytest.raises(NotAllowed, match=r"people\.grant_self"):
        access.revoke_role(session, who.actor, who.code, own.code, now=NOW)


def test_last_administrator_is_never_revoked(cast: Cast, session: Session) -> None:
    own = queries.grants_of(session, cast.administrator.id, NOW)[0]
    with pytest.raises(Conflict, match=r"people\.last_administrator"):
        access.revoke_role(session, SYSTEM, cast.administrator.code, own.code, now=NOW)
    # One for a week does not count: when it runs out nobody would be left.
    access.grant_role(
        session, SYSTEM, cast.trainer.code, role="administrator", last_day=TODAY + timedelta(days=7), now=NOW
    )
    with pytest.raises(Conflict, match=r"people\.last_administrator"):
        access.revoke_role(session, SYSTEM, cast.administrator.code, own.code, now=NOW)
    access.grant_role(session, SYSTEM, cast.author.code, role="administrator", now=NOW)
    access.revoke_role(session, SYSTEM, cast.administrator.code, own.code, now=NOW)
    assert not queries.grants_of(session, cast.administrator.id, NOW)


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "hr", "author", "auditor"])
def test_only_manage_access_grants(cast: Cast, session: Session, name: str) -> None:
    who = cast.members()[name].actor
    with pytest.raises(NotFound):
        access.grant_role(session, who, cast.stranger.code, role="administrator", now=NOW)
    with pytest.raises(NotAllowed):
        access.add_site(session, who, name="Oeste", zone="UTC", now=NOW)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"role": "king"}, "people.role_unknown"),
        ({"role": "hr", "site": "nonsense"}, "people.choice_unknown"),
        ({"role": "hr", "programme": "nonsense"}, "people.choice_unknown"),
        ({"role": "hr", "last_day": TODAY - timedelta(days=1)}, "people.dates_wrong"),
        ({"role": "learner"}, "people.grant_held"),
    ],
)
def test_senseless_grants_are_refused(cast: Cast, session: Session, asked: dict[str, object], key: str) -> None:
    with pytest.raises(LmsError) as refused:
        access.grant_role(session, cast.administrator.actor, cast.agent.code, now=NOW, **asked)  # type: ignore[arg-type]
    assert refused.value.key == key


def test_invariant_13_a_learners_grant_opens_nobody_elses_records(cast: Cast, session: Session) -> None:
    with pytest.raises(Invalid, match=r"people\.scope_meaningless"):
        access.grant_role(session, SYSTEM, cast.author.code, role="learner", site=_site(session, cast), now=NOW)
    planted = Actor(cast.agent.id, "Agente", grants=(Grant(Role.LEARNER, cast.site_id),))
    assert not queries.may_see(session, planted, cast.coordinator.id, Permission.LEARN, TODAY)
    assert queries.may_see(session, planted, cast.agent.id, Permission.LEARN, TODAY)


def test_an_administrator_of_a_site_gives_nothing_beyond_it(cast: Cast, session: Session) -> None:
    local = Actor(cast.author.id, "Local", grants=(Grant(Role.ADMINISTRATOR, cast.site_id),))
    access.grant_role(session, local, cast.agent.code, role="trainer", site=_site(session, cast), now=NOW)
    for bounds in ({}, {"site": _site(session, cast, other=True)}):
        with pytest.raises(NotAllowed, match=r"people\.place_outside"):
            access.grant_role(session, local, cast.agent.code, role="administrator", now=NOW, **bounds)
    with pytest.raises(NotFound):
        access.grant_role(session, local, cast.stranger.code, role="hr", now=NOW)
    theirs = queries.grants_of(session, cast.auditor.id, NOW)[0]
    with pytest.raises(NotAllowed, match=r"people\.place_outside"):
        access.revoke_role(session, local, cast.auditor.code, theirs.code, now=NOW)


def test_a_grant_holds_through_its_last_day_where_the_grantor_is(cast: Cast, session: Session) -> None:
    row = access.grant_role(
        session, cast.administrator.actor, cast.agent.code, role="trainer", last_day=date(2026, 3, 20), now=NOW
    )
    assert row.until is not None
    assert row.until.astimezone(UTC) == datetime(2026, 3, 21, 3, 0, tzinfo=UTC)  # midnight in Buenos Aires
    held = queries.grants_of(session, cast.agent.id, row.until - timedelta(seconds=1))
    assert Role.TRAINER in {grant.role for grant in held}
    assert Role.TRAINER not in {grant.role for grant in queries.grants_of(session, cast.agent.id, row.until)}


def test_an_open_session_has_and_loses_a_role_at_once(app: Flask, database: Database, cast: Cast) -> None:
    moment = datetime.now(UTC)
    client = cast.trainer.enter(app.test_client())
    assert client.get("/personas").status_code == 403
    with database.writing() as session:
        row = access.grant_role(session, SYSTEM, cast.trainer.code, role="hr", now=moment)
    assert client.get("/personas").status_code == 200
    with database.writing() as session:
        access.revoke_role(session, SYSTEM, cast.trainer.code, row.code, now=moment)
    assert client.get("/personas").status_code == 403


def test_a_grant_is_revoked_once_and_by_its_own_person_only(cast: Cast, session: Session) -> None:
    row = access.grant_role(session, SYSTEM, cast.agent.code, role="trainer", now=NOW)
    with pytest.raises(NotFound, match=r"people\.grant_not_found"):
        access.revoke_role(session, SYSTEM, cast.author.code, row.code, now=NOW)
    access.revoke_role(session, SYSTEM, cast.agent.code, row.code, now=NOW)
    with pytest.raises(NotFound, match=r"people\.grant_not_found"):
        access.revoke_role(session, SYSTEM, cast.agent.code, row.code, now=NOW)


def test_places_have_one_name_each_and_sites_a_real_zone(cast: Cast, session: Session) -> None:
    who = cast.administrator.actor
    assert access.add_site(session, who, name=" Oeste  Dos ", zone="America/Lima", now=NOW).name == "Oeste Dos"
    with pytest.raises(Invalid, match=r"people\.zone_unknown"):
        access.add_site(session, who, name="Este", zone="Mars/Base", now=NOW)
    with pytest.raises(Conflict, match=r"people\.name_taken"):
        access.add_site(session, who, name="Norte", zone="UTC", now=NOW)
    assert access.add_programme(session, who, name="Seguros", now=NOW).code
    with pytest.raises(Conflict, match=r"people\.name_taken"):
        access.add_programme(session, who, name="Banco", now=NOW)
    assert access.add_job(session, who, name="Monitor", key_customer_related=False, now=NOW).code
    with pytest.raises(Invalid, match=r"people\.name_needed"):
        access.add_job(session, who, name="  ", key_customer_related=False, now=NOW)


def test_set_up_makes_one_administrator_once(session: Session) -> None:
    details = Details("adm-1", "Primera", "Persona")
    person, code = access.set_up(session, details=details, key="k" * 32, hours=1, now=NOW)
    assert len(code) == 10
    assert queries.actor_for_person(session, person, NOW).has_role(Role.ADMINISTRATOR)
    assert queries.live_code(session, person.id, NOW) is not None
    with pytest.raises(Conflict, match=r"people\.already_set_up"):
        access.set_up(session, details=Details("adm-2", "Otra", "Persona"), key="k" * 32, hours=1, now=NOW)
    assert session.get_one(Person, person.id).employee_number == "ADM-1"
