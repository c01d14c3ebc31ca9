"""Reaching further than one's role: codes for other accounts, accounts that were closed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from lms.kit.errors import NotAllowed
from lms.kit.permissions import Actor, Grant, Role
from lms.people.commands import access, records, signin
from lms.people.models import Person
from tests.cast import Cast
from tests.conftest import NOW

KEY = "a secret for tests that is long enough"


def _code(session: Session, actor: Actor, member_id: int) -> str:
    return signin.issue_code(session, actor, session.get_one(Person, member_id), key=KEY, hours=1, now=NOW)


@pytest.mark.parametrize("name", ["trainer", "coordinator", "hr"])
@pytest.mark.parametrize("target", ["trainer", "coordinator", "hr", "author", "auditor", "administrator"])
def test_nobody_outside_the_administration_opens_a_colleagues_account(
    cast: Cast, session: Session, name: str, target: str
) -> None:
    with pytest.raises(NotAllowed, match=r"people\.code_(outranked|self)"):
        _code(session, cast.members()[name].actor, cast.members()[target].id)


def test_an_administrator_of_a_site_opens_no_account_that_reaches_beyond_it(cast: Cast, session: Session) -> None:
    """The accounts are people of the site, their roles are not: with a code the whole installation would be open."""
    local = Actor(cast.author.id, "Local", grants=(Grant(Role.ADMINISTRATOR, cast.site_id),))
    for beyond in (cast.administrator, cast.auditor):
        with pytest.raises(NotAllowed, match=r"people\.code_outranked"):
            _code(session, local, beyond.id)
    assert _code(session, local, cast.trainer.id)  # a role of the site
    assert _code(session, local, cast.agent.id)
    assert _code(session, cast.administrator.actor, cast.auditor.id)


def test_an_administrator_of_one_site_who_gives_codes_in_all_gives_them_to_learners_there(
    cast: Cast, session: Session
) -> None:
    mixed = Actor(cast.author.id, "Dos roles", grants=(Grant(Role.ADMINISTRATOR, cast.other_site_id), Grant(Role.HR)))
    assert _code(session, mixed, cast.agent.id)
    with pytest.raises(NotAllowed, match=r"people\.code_outranked"):
        _code(session, mixed, cast.trainer.id)


def test_only_the_administration_reopens_an_administrators_account(cast: Cast, session: Session) -> None:
    """Its roles would come back with it."""
    access.grant_role(session, cast.administrator.actor, cast.author.code, role="administrator", now=NOW)
    records.deactivate(session, cast.administrator.actor, cast.author.code, now=NOW)
    with pytest.raises(NotAllowed, match=r"people\.deactivate_outranked"):
        records.reactivate(session, cast.hr.actor, cast.author.code, now=NOW)
    assert not session.get_one(Person, cast.author.id).active
    records.reactivate(session, cast.administrator.actor, cast.author.code, now=NOW)
    assert session.get_one(Person, cast.author.id).active
