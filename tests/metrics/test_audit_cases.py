"""Cases an auditor tries on the figures: leavers, corrections that mend a figure, nominal minutes, people who moved."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalog.models import Completion, CompletionRevocation
from lms.kit.db import Database
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Role
from lms.metrics.figures import Series, evaluate, figure_by_key
from lms.metrics.rules import Ask, months_up_to
from lms.people.models import AccessGrant, Employment
from lms.skills.models import ActionPlan, ActionPlanClose, LiveContactPeriod, Verification
from tests.cast import Cast
from tests.metrics.company import Company
from tests.metrics.records import AS_OF, MARCH, OLD, mar, noon

ZONE = "America/Argentina/Buenos_Aires"


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def march(session: Session, key: str) -> Series:
    return evaluate(session, figure_by_key(key), Ask(SYSTEM, months_up_to(MARCH), AS_OF, zone=ZONE), {})


def test_somebody_who_left_takes_no_contacts_though_nobody_ended_the_period(session: Session, company: Company) -> None:
    who = session.scalars(select(Employment).where(Employment.person_id == company.id("D"))).one()
    keys = ("current-verification", "live-without-verification")
    before = [march(session, key).last.evidence for key in keys]
    assert all(company.id("D") in {row.person_id for row in found.denominator} for found in before)
    who.left_on = mar(31)
    session.flush()
    same = [march(session, key).last.evidence.under for key in keys]
    assert same == [found.under for found in before], "the last day employed is a day of work"
    who.left_on = mar(30)
    session.flush()
    after = [march(session, key).last.evidence for key in keys]
    assert [found.under for found in after] == [found.under - 1 for found in before]
    assert all(company.id("D") not in {row.person_id for row in found.denominator} for found in after)


def test_a_plan_that_a_correction_closed_was_not_carried_out_in_time(session: Session, company: Company) -> None:
    before = march(session, "action-plans-on-time").last.evidence
    wrong = company.verify("F", mar(10), passed=False)
    company.action_plan("F", wrong, mar(24), None)
    open_plan = march(session, "action-plans-on-time").last.evidence
    assert (open_plan.over, open_plan.under) == (before.over, before.under + 1)
    company.verify("F", mar(10), corrects_id=wrong.id, reason="Nota mal copiada", recorded=mar(12))
    plan = session.scalars(select(ActionPlan).where(ActionPlan.verification_id == wrong.id)).one()
    session.add(
        ActionPlanClose(
            plan_id=plan.id,
            closed_at=noon(mar(12)),
            closed_on=mar(12),
            closed_by=company.id("E"),
            outcome="Se corrigió",
        )
    )
    session.flush()
    after = march(session, "action-plans-on-time").last.evidence
    assert (after.over, after.under) == (before.over, before.under)


def test_a_first_verification_that_was_corrected_says_so(session: Session, company: Company) -> None:
    found = march(session, "verification-passed-first-time").last.evidence
    notes = {row.code: row.note for row in found.numerator}
    corrected = session.scalars(select(Verification).where(Verification.corrects_id.is_not(None))).one()
    assert notes[corrected.code] == "Con corrección"
    assert set(notes.values()) == {"", "Con corrección"}


def test_minutes_that_a_course_states_are_not_shown_as_attended(session: Session, company: Company) -> None:
    entry = company.hours("C", mar(11), 40, basis="nominal")
    found = march(session, "training-hours-per-head")
    notes = {row.code: row.note for row in found.last.evidence.numerator}
    assert notes.pop(entry.code) == "Minutos que indica el curso"
    assert "Minutos que indica el curso" not in notes.values()
    assert "minutos que indica el curso" in found.figure.note


def test_a_first_day_moved_past_the_gate_is_said(session: Session, company: Company) -> None:
    """C's second period began against the gate; moved to a day of an open one it counts, and shows that it moved."""
    key = "trained-before-live-contacts"
    shut = next(row for row in march(session, key).last.evidence.denominator if row.person_id == company.id("C"))
    assert (shut.met, shut.day) == (False, mar(18))
    period = session.scalars(select(LiveContactPeriod).where(LiveContactPeriod.code == shut.code)).one()
    company.live("C", mar(24), corrects_id=period.id, reason="Empezó después")
    moved = next(row for row in march(session, key).last.evidence.denominator if row.day == mar(24))
    assert (moved.met, moved.other_day) == (True, mar(18))
    assert moved.note == "Primer día corregido: antes decía otro"


def test_a_completion_revoked_later_stays_in_time_and_says_so(session: Session, company: Company) -> None:
    before = march(session, "completed-on-time").last.evidence
    done = session.scalars(select(Completion).where(Completion.enrolment_id == company.enrolments["A"].id)).one()
    session.add(
        CompletionRevocation(completion_id=done.id, revoked_at=noon(mar(25)), revoked_on=mar(25), reason="Copió")
    )
    session.flush()
    after = march(session, "completed-on-time").last.evidence
    assert (after.over, after.under) == (before.over, before.under)
    assert [row.note for row in after.numerator] == ["Anulada después"]


def test_invariant_13_a_list_keeps_who_moved_and_opens_no_door_that_is_shut(
    app: Flask, cast: Cast, database: Database
) -> None:
    with database.writing() as session:
        company = Company(session)
        code, key = company.people["D"].code, "verification-passed-first-time"
        here = company.verify("D", date(2026, 3, 12), kind="pre_ojt")  # in Norte; D moved to Sur on the 16th
        session.add(
            AccessGrant(
                code=new_code(), person_id=cast.author.id, role=Role.HR, site_id=company.norte.id, granted_at=noon(OLD)
            )
        )
        stays = company.people["C"].code
        record = here.code
    reader = cast.author.enter(app.test_client())
    page = reader.get(f"/categoria-c/{key}?mes=2026-03&lista=denominador").text
    assert "D Ejemplo" in page
    assert f"/persona/{stays}" in page
    assert f"/persona/{code}" not in page
    assert f"/verificacion/{record}" not in page
    assert reader.get(f"/verificacion/{record}").status_code == 404
    everybody = cast.auditor.enter(app.test_client()).get(f"/categoria-c/{key}?mes=2026-03&lista=denominador").text
    assert f"/persona/{code}" in everybody
    assert f"/verificacion/{record}" in everybody
