"""The files of people: what may be recorded, by whom, and what is refused with nothing changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.clock import local_day
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM, Actor, Grant, Permission, Role
from lms.people import queries
from lms.people.commands import access, records, signin
from lms.people.commands.placing import Place
from lms.people.commands.records import Details
from lms.people.models import AccessGrant, Job, Person, Placement, Programme, Site, UserSession
from tests.cast import HIRED, Cast, Member
from tests.conftest import NOW

TODAY = local_day(NOW, "America/Argentina/Buenos_Aires")
ANA = Details("n-100", " Ana  María ", "Núñez", "Ana@Example.org")


def _codes(session: Session, cast: Cast, *, other: bool = False, supervisor: Member | None = None) -> Place:
    site = session.get_one(Site, cast.other_site_id if other else cast.site_id)
    programme = session.get_one(Programme, cast.other_programme_id if other else cast.programme_id)
    job = session.get_one(Job, cast.job_id)
    return Place(site.code, programme.code, job.code, supervisor.code if supervisor else "")


def _hire(session: Session, cast: Cast, who: Actor, details: Details = ANA, **kwargs: object) -> Person:
    place = kwargs.pop("place", None) or _codes(session, cast, supervisor=cast.coordinator)
    return records.hire(
        session, who, details=details, hired_on=kwargs.pop("hired_on", TODAY), place=place, now=NOW, **kwargs
    )


def _audited(session: Session, action: str) -> list[dict[str, dict[str, object]]]:
    rows = session.execute(
        select(AuditPayload.payload)
        .join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
        .where(AuditEntry.action == action)
    )
    return [row[0] for row in rows]


def test_hire_writes_person_employment_placement_and_learner(cast: Cast, session: Session) -> None:
    person = _hire(session, cast, cast.hr.actor, temporary=True)
    assert (person.employee_number, person.name, person.email) == ("N-100", "Ana María Núñez", "ana@example.org")
    (employment,) = queries.employments_of(session, person.id)
    assert (employment.hired_on, employment.left_on, employment.temporary) == (TODAY, None, True)
    placement = queries.placement_on(session, person.id, TODAY)
    assert placement is not None
    assert (placement.site_id, placement.supervisor_id, placement.to_day) == (cast.site_id, cast.coordinator.id, None)
    assert [grant.role for grant in queries.grants_of(session, person.id, NOW)] == [Role.LEARNER]
    assert _audited(session, "person.hire")[0]["after"]["employee_number"] == "N-100"
    assert _audited(session, "placement.open")[0]["after"]["site"] == "Norte"


@pytest.mark.parametrize(
    ("details", "key", "field"),
    [
        (Details("L1", "Ana", "Núñez"), "people.number_taken", "employee_number"),
        (Details(" l1 ", "Ana", "Núñez"), "people.number_taken", "employee_number"),
        (Details("", "Ana", "Núñez"), "people.number_invalid", "employee_number"),
        (Details("N 1", "Ana", "Núñez"), "people.number_invalid", "employee_number"),
        (Details("N1", " ", "Núñez"), "people.name_missing", "given_name"),
        (Details("N1", "Ana", ""), "people.name_missing", "family_name"),
        (Details("N1", "Ana", "Núñez", "ana"), "people.email_invalid", "email"),
    ],
)
def test_hire_refuses_bad_details(cast: Cast, session: Session, details: Details, key: str, field: str) -> None:
    with pytest.raises(LmsError) as refused:
        _hire(session, cast, cast.hr.actor, details)
    assert (refused.value.key, refused.value.field) == (key, field)


def test_one_email_one_person(cast: Cast, session: Session) -> None:
    _hire(session, cast, cast.hr.actor)
    with pytest.raises(Conflict) as refused:
        _hire(session, cast, cast.hr.actor, Details("N-101", "Ana", "Otra", "ANA@example.ORG"))
    assert (refused.value.key, refused.value.field) == ("people.email_taken", "email")


def test_a_number_stored_between_look_and_write_is_a_conflict(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "number_taken", lambda *_: False)
    with pytest.raises(Conflict) as refused:
        _hire(session, cast, cast.hr.actor, Details("L1", "Ana", "Núñez"))
    assert refused.value.key == "people.number_taken"
    assert session.scalar(select(Person.id).limit(1)) is not None  # the transaction goes on


def test_unknown_choices_are_named(cast: Cast, session: Session) -> None:
    good = _codes(session, cast)
    for field in ("site", "programme", "job", "supervisor"):
        with pytest.raises(Invalid) as refused, session.begin_nested():
            _hire(session, cast, SYSTEM, place=Place(**{**vars(good), field: "nonsense"}))
        assert (refused.value.key, refused.value.field) == ("people.choice_unknown", field)


def test_invariant_13_hr_of_a_site_acts_on_its_people_and_into_it_only(cast: Cast, session: Session) -> None:
    elsewhere = _codes(session, cast, other=True)
    with pytest.raises(NotAllowed):
        _hire(session, cast, cast.hr.actor, place=elsewhere)
    with pytest.raises(NotAllowed):
        records.transfer(session, cast.hr.actor, cast.agent.code, place=elsewhere, from_day=TODAY, now=NOW)
    for act in (
        lambda: records.change_details(session, cast.hr.actor, cast.stranger.code, details=ANA, now=NOW),
        lambda: records.transfer(
            session, cast.hr.actor, cast.stranger.code, place=_codes(session, cast), from_day=TODAY, now=NOW
        ),
        lambda: records.end_employment(
            session, cast.hr.actor, cast.stranger.code, last_day=TODAY, reason="x", voluntary=True, now=NOW
        ),
        lambda: records.rehire(
            session, cast.hr.actor, cast.stranger.code, hired_on=TODAY, place=_codes(session, cast), now=NOW
        ),
        lambda: records.permit_programme(
            session, cast.hr.actor, cast.stranger.code, programme="x", from_day=TODAY, to_day=None, now=NOW
        ),
        lambda: records.deactivate(session, cast.hr.actor, cast.stranger.code, now=NOW),
        lambda: records.reactivate(session, cast.hr.actor, cast.stranger.code, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "author", "auditor"])
def test_who_may_not_manage_people_finds_nobody(cast: Cast, session: Session, name: str) -> None:
    with pytest.raises(NotFound):
        records.deactivate(session, cast.members()[name].actor, cast.stranger.code, now=NOW)


def test_administrators_act_everywhere(cast: Cast, session: Session) -> None:
    place = _codes(session, cast, other=True)
    moved = records.transfer(session, cast.administrator.actor, cast.agent.code, place=place, from_day=TODAY, now=NOW)
    assert moved.site_id == cast.other_site_id


def test_change_details_tells_before_and_after(cast: Cast, session: Session) -> None:
    person = records.change_details(session, cast.hr.actor, cast.agent.code, details=ANA, now=NOW)
    assert person.employee_number == "N-100"
    (change,) = _audited(session, "person.change")
    assert (change["before"]["employee_number"], change["after"]["employee_number"]) == ("L1", "N-100")
    records.change_details(session, cast.hr.actor, cast.agent.code, details=ANA, now=NOW)
    assert len(_audited(session, "person.change")) == 1  # nothing changed, nothing to tell


def test_transfer_closes_the_day_before_and_keeps_the_past(cast: Cast, session: Session) -> None:
    day = TODAY + timedelta(days=3)
    records.transfer(session, SYSTEM, cast.agent.code, place=_codes(session, cast, other=True), from_day=day, now=NOW)
    session.expire_all()
    before, after = (queries.placement_on(session, cast.agent.id, each) for each in (day - timedelta(days=1), day))
    assert before is not None
    assert after is not None
    assert (before.site_id, before.to_day) == (cast.site_id, day - timedelta(days=1))
    assert (after.site_id, after.to_day) == (cast.other_site_id, None)


@pytest.mark.parametrize("shift", [0, -1])
def test_transfer_refuses_to_overlap_or_come_first(cast: Cast, session: Session, shift: int) -> None:
    """From the day the placement began, nothing of it would be left; before it, the person was not employed."""
    with pytest.raises(Conflict) as refused:
        records.transfer(
            session,
            SYSTEM,
            cast.agent.code,
            place=_codes(session, cast),
            from_day=HIRED + timedelta(days=shift),
            now=NOW,
        )
    assert refused.value.key == ("people.placement_overlap" if shift == 0 else "people.placement_outside")


def test_transfer_before_a_planned_one_is_refused(cast: Cast, session: Session) -> None:
    place = _codes(session, cast)
    records.transfer(session, SYSTEM, cast.agent.code, place=place, from_day=TODAY + timedelta(days=30), now=NOW)
    with pytest.raises(Conflict, match=r"people\.placement_overlap"):
        records.transfer(session, SYSTEM, cast.agent.code, place=place, from_day=TODAY + timedelta(days=10), now=NOW)


def test_exactly_one_primary_placement_a_day_through_any_history(cast: Cast, session: Session) -> None:
    place, other = _codes(session, cast), _codes(session, cast, other=True)
    code = cast.agent.code
    records.transfer(session, SYSTEM, code, place=other, from_day=date(2026, 2, 1), now=NOW)
    records.end_employment(session, SYSTEM, code, last_day=date(2026, 2, 20), reason="x", voluntary=True, now=NOW)
    records.rehire(session, SYSTEM, code, hired_on=date(2026, 3, 1), place=place, now=NOW)
    records.transfer(session, SYSTEM, code, place=other, from_day=date(2026, 3, 10), now=NOW)
    session.flush()
    day = HIRED - timedelta(days=2)
    while day < date(2026, 4, 1):
        held = [
            each
            for each in queries.placements_of(session, cast.agent.id)
            if each.is_primary and each.from_day <= day and (each.to_day is None or day <= each.to_day)
        ]
        employed = HIRED <= day <= date(2026, 2, 20) or day >= date(2026, 3, 1)
        assert len(held) == (1 if employed else 0), day
        day += timedelta(days=1)


def test_supervisors_make_no_circle(cast: Cast, session: Session) -> None:
    place = _codes(session, cast, supervisor=cast.agent)
    with pytest.raises(Conflict) as refused:
        records.transfer(session, SYSTEM, cast.coordinator.code, place=place, from_day=TODAY, now=NOW)
    assert (refused.value.key, refused.value.field) == ("people.supervisor_circle", "supervisor")
    with pytest.raises(Invalid) as alone:
        records.transfer(session, SYSTEM, cast.agent.code, place=place, from_day=TODAY, now=NOW)
    assert (alone.value.key, alone.value.field) == ("people.supervisor_self", "supervisor")


def test_programme_permission_stands_beside_the_primary(cast: Cast, session: Session) -> None:
    other = session.get_one(Programme, cast.other_programme_id)
    until = TODAY + timedelta(days=10)
    permit = records.permit_programme(
        session, SYSTEM, cast.agent.code, programme=other.code, from_day=TODAY, to_day=until, now=NOW
    )
    assert (permit.is_primary, permit.site_id, permit.to_day) == (False, cast.site_id, until)
    primary = queries.placement_on(session, cast.agent.id, TODAY)
    assert primary is not None
    assert primary.programme_id == cast.programme_id
    for programme in (other.code, primary.programme.code):
        with pytest.raises(Conflict, match=r"people\.programme_held"):
            records.permit_programme(
                session, SYSTEM, cast.agent.code, programme=programme, from_day=until, to_day=None, now=NOW
            )
    with pytest.raises(Invalid, match=r"people\.dates_wrong"):
        records.permit_programme(
            session,
            SYSTEM,
            cast.agent.code,
            programme=other.code,
            from_day=TODAY,
            to_day=TODAY - timedelta(days=1),
            now=NOW,
        )


def test_leaving_closes_placements_account_and_sessions(cast: Cast, session: Session) -> None:
    last = TODAY - timedelta(days=1)
    records.transfer(
        session, SYSTEM, cast.agent.code, place=_codes(session, cast), from_day=TODAY + timedelta(days=9), now=NOW
    )
    employment = records.end_employment(
        session, cast.hr.actor, cast.agent.code, last_day=last, reason=" Estudios ", voluntary=True, now=NOW
    )
    assert (employment.left_on, employment.leave_reason, employment.voluntary) == (last, "Estudios", True)
    assert [each.to_day for each in queries.placements_of(session, cast.agent.id)] == [last]  # the plan is gone
    assert _audited(session, "placement.cancel")[0]["before"]["site"] == "Norte"
    assert not session.get_one(Person, cast.agent.id).active
    assert not queries.sessions_of(session, cast.agent.id, NOW)


def test_leaving_refuses_what_contradicts_the_file(cast: Cast, session: Session) -> None:
    def leave(last_day: date) -> None:
        records.end_employment(
            session, SYSTEM, cast.agent.code, last_day=last_day, reason="x", voluntary=False, now=NOW
        )

    with pytest.raises(Invalid, match=r"people\.leave_before_hire"):
        leave(HIRED - timedelta(days=1))
    records.transfer(session, SYSTEM, cast.agent.code, place=_codes(session, cast), from_day=date(2026, 2, 1), now=NOW)
    with pytest.raises(Conflict, match=r"people\.placement_later"):
        leave(date(2026, 1, 20))
    leave(TODAY)
    with pytest.raises(Conflict, match=r"people\.not_employed"):
        leave(TODAY)


def test_account_closes_the_day_after_the_last(cast: Cast, session: Session) -> None:
    records.end_employment(session, SYSTEM, cast.agent.code, last_day=TODAY, reason="x", voluntary=True, now=NOW)
    assert session.get_one(Person, cast.agent.id).active
    assert records.close_leavers(session, SYSTEM, today=TODAY, now=NOW) == 0
    tomorrow = TODAY + timedelta(days=1)
    assert records.close_leavers(session, SYSTEM, today=tomorrow, now=NOW) == 1
    assert not session.get_one(Person, cast.agent.id).active
    assert records.close_leavers(session, SYSTEM, today=tomorrow, now=NOW) == 0


def test_hr_takes_back_whoever_left_their_site(cast: Cast, session: Session) -> None:
    records.end_employment(
        session, cast.hr.actor, cast.agent.code, last_day=date(2026, 2, 1), reason="x", voluntary=True, now=NOW
    )
    with pytest.raises(Conflict, match=r"people\.already_employed"):
        records.rehire(
            session, cast.hr.actor, cast.agent.code, hired_on=date(2026, 2, 1), place=_codes(session, cast), now=NOW
        )
    records.rehire(session, cast.hr.actor, cast.agent.code, hired_on=TODAY, place=_codes(session, cast), now=NOW)
    assert len(queries.employments_of(session, cast.agent.id)) == 2
    assert session.get_one(Person, cast.agent.id).active
    assert [grant.role for grant in queries.grants_of(session, cast.agent.id, NOW)] == [Role.LEARNER]


def test_a_hire_of_next_week_is_within_reach_of_its_hr_and_of_no_other(cast: Cast, session: Session) -> None:
    person = _hire(session, cast, cast.hr.actor, hired_on=TODAY + timedelta(days=7))
    south = Actor(cast.stranger.id, "Sur", grants=(Grant(Role.HR, cast.other_site_id),))
    assert queries.may_see(session, cast.hr.actor, person.id, Permission.READ_PEOPLE, TODAY)
    assert not queries.may_see(session, south, person.id, Permission.READ_PEOPLE, TODAY)
    assert not queries.may_see(session, cast.hr.actor, person.id, Permission.READ_TEAM, TODAY)


def test_who_moved_away_leaves_the_reach_of_the_former_hr(cast: Cast, session: Session) -> None:
    place = _codes(session, cast, other=True)
    records.transfer(session, SYSTEM, cast.agent.code, place=place, from_day=TODAY, now=NOW)
    day_before = TODAY - timedelta(days=1)
    assert queries.may_see(session, cast.hr.actor, cast.agent.id, Permission.MANAGE_PEOPLE, day_before)
    assert not queries.may_see(session, cast.hr.actor, cast.agent.id, Permission.MANAGE_PEOPLE, TODAY)


def test_deactivate_is_never_of_oneself_nor_of_who_stands_higher(cast: Cast, session: Session) -> None:
    with pytest.raises(NotAllowed, match=r"people\.deactivate_self"):
        records.deactivate(session, cast.hr.actor, cast.hr.code, now=NOW)
    with pytest.raises(NotAllowed, match=r"people\.deactivate_outranked"):
        records.deactivate(session, cast.hr.actor, cast.administrator.code, now=NOW)
    with pytest.raises(Conflict, match=r"people\.last_administrator"):
        records.deactivate(session, SYSTEM, cast.administrator.code, now=NOW)


def test_the_last_administrator_keeps_the_account(cast: Cast, session: Session) -> None:
    records.end_employment(
        session, SYSTEM, cast.administrator.code, last_day=date(2026, 2, 1), reason="x", voluntary=True, now=NOW
    )
    assert session.get_one(Person, cast.administrator.id).active
    assert records.close_leavers(session, SYSTEM, today=TODAY, now=NOW) == 0
    access.grant_role(session, SYSTEM, cast.trainer.code, role="administrator", now=NOW)
    assert records.close_leavers(session, SYSTEM, today=TODAY, now=NOW) == 1


def test_deactivate_ends_sessions_and_reactivate_opens(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        records.deactivate(session, cast.hr.actor, cast.agent.code, now=NOW)
    with database.writing() as session:
        assert all(
            row.ended_at is not None
            for row in session.scalars(select(UserSession).where(UserSession.person_id == cast.agent.id))
        )
        person = session.get_one(Person, cast.agent.id)
        with pytest.raises(Conflict, match=r"people\.inactive"):
            signin.issue_code(session, cast.hr.actor, person, key="k", hours=1, now=NOW)
        assert records.reactivate(session, cast.hr.actor, cast.agent.code, now=NOW).active
        assert session.scalar(select(Placement.id).where(Placement.person_id == cast.agent.id)) is not None
        assert session.scalar(select(AccessGrant.id).where(AccessGrant.person_id == cast.agent.id)) is not None


def test_coming_back_brings_no_old_role_along(cast: Cast, session: Session) -> None:
    trainer = session.get_one(Person, cast.trainer.id)
    records.end_employment(
        session, SYSTEM, trainer.code, last_day=date(2026, 2, 1), reason="renuncia", voluntary=True, now=NOW
    )
    place = _codes(session, cast)
    records.rehire(session, SYSTEM, trainer.code, hired_on=TODAY, place=place, now=NOW)
    held = queries.actor_for_person(session, trainer, NOW)
    assert [grant.role for grant in held.grants] == [Role.LEARNER]
