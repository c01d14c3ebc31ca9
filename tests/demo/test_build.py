"""The demo company: the same facts for the same seed, and every invariant of the product holds in it."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from lms.app import make_bus, make_database
from lms.assessment.models import Attempt, Result
from lms.catalog.models import Completion, CourseModule, Enrolment, PartRecord
from lms.demo.build import DemoRefusedError, build
from lms.hours.models import HoursEntry, MonthClose
from lms.kit import audit
from lms.kit.audit import AuditEntry
from lms.kit.clock import local_day, month_end
from lms.kit.permissions import SYSTEM
from lms.metrics import queries as targets
from lms.metrics.figures import FIGURES, evaluate, figure_by_key
from lms.metrics.rules import Ask, Status, months_up_to
from lms.people.models import Person, Placement
from lms.skills.models import JobProfileVersion, LiveContactPeriod, OjtRecord, SignOff, Verification
from lms.skills.queries import gates_of
from lms.skills.rules import Gate, GateState
from lms.surveys.models import SurveyResponse
from tests.conftest import _with_database
from tests.demo.conftest import CROWDED, DEMO_NOW, Demo, built, demo_settings
from tests.demo.facts import digest, facts

TODAY = local_day(DEMO_NOW, "America/Argentina/Buenos_Aires")
STATES = {
    **dict.fromkeys(("L101", "L102", "L103", "L104", "L108", "L209"), GateState.CLOSED),
    **dict.fromkeys(("L105", "L114"), GateState.SUPERVISED),
    **dict.fromkeys(("L106", "L107", "L109", "L110", "L111", "L112", "L113"), GateState.OPEN),
    **{f"L20{number}": GateState.OPEN for number in range(1, 9)},
}


def gates(session: Session) -> dict[str, tuple[Person, Placement, Gate]]:
    rows = session.execute(
        select(Person, Placement)
        .join(Placement, Placement.person_id == Person.id)
        .where(Person.active, Placement.is_primary, Placement.to_day.is_(None))
    ).all()
    found = gates_of(session, {(person.id, placed.programme_id) for person, placed in rows}, TODAY)
    return {person.employee_number: (person, placed, found[person.id, placed.programme_id]) for person, placed in rows}


def test_the_same_seed_gives_the_same_company_on_both_databases(
    crowded: Demo, postgres_server: str, postgres_template: str, tmp_path: Path
) -> None:
    admin = create_engine(_with_database(postgres_server, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE umbral_demo TEMPLATE {postgres_template}"))
    other = built(demo_settings(tmp_path, _with_database(postgres_server, "umbral_demo")), people=CROWDED)
    with crowded.database.reading() as one, other.database.reading() as two:
        first, second = facts(one), facts(two)
        differing = {kind for kind in first if first[kind] != second[kind]}
        seeds = [set(session.scalars(select(Attempt.seed))) for session in (one, two)]
        verdict = audit.verify(two)
    other.database.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE umbral_demo WITH (FORCE)"))
    admin.dispose()
    assert differing == set()
    assert (verdict.faults, verdict.unsealed) == ((), 0)
    assert digest(first) == digest(second)
    assert not seeds[0] & seeds[1], "the draws are secrets of each installation"
    assert all(first.values()), "a kind of fact that the demo never makes"


def test_it_can_be_built_on_any_day_and_with_another_seed(sqlite_template: Path, tmp_path: Path) -> None:
    now = datetime(2027, 1, 3, 2, 30, tzinfo=UTC)  # a Saturday night in Buenos Aires, just after New Year
    shutil.copy(sqlite_template, tmp_path / "demo.db")
    settings = demo_settings(tmp_path, f"sqlite:///{tmp_path / 'demo.db'}")
    database = make_database(settings, make_bus(settings))
    assert build(database, settings, now, seed=7).made
    with database.reading() as session:
        assert session.scalar(select(func.max(AuditEntry.at))) <= now
        assert session.scalar(select(func.count()).select_from(Completion)) > 20
    assert not build(database, settings, now).made, "a second build keeps the company"
    database.engine.dispose()


@pytest.mark.parametrize("environment", ["development", "test", "production"])
def test_nothing_is_built_outside_a_demo(sqlite_template: Path, tmp_path: Path, environment: str) -> None:
    shutil.copy(sqlite_template, tmp_path / "demo.db")
    settings = demo_settings(
        tmp_path, f"sqlite:///{tmp_path / 'demo.db'}", environment=environment, secure_cookies=True
    )
    database = make_database(settings, make_bus(settings))
    with pytest.raises(DemoRefusedError, match=environment):
        build(database, settings, DEMO_NOW)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0
    database.engine.dispose()


def test_every_state_of_the_road_stands_there(demo: Demo) -> None:
    with demo.database.reading() as session:
        found = gates(session)
        assert {number: gate.state for number, (_, _, gate) in found.items() if number in STATES} == STATES
        assert [number for number, (_, _, gate) in found.items() if gate.next_change_on == TODAY + timedelta(21)] == [
            "L107"
        ], "one skill ends in twenty days, and the gate closes the day after"
        against = session.execute(
            select(Person.employee_number)
            .join(LiveContactPeriod, LiveContactPeriod.person_id == Person.id)
            .where(LiveContactPeriod.gate_at_start == "closed")
        ).all()
        assert against == [("L108",)]
        assert len(session.scalars(select(SurveyResponse.key)).all()) >= 7


def test_invariant_09_whoever_may_take_contacts_has_the_whole_trail(demo: Demo) -> None:
    with demo.database.reading() as session:
        for person, placed, gate in gates(session).values():
            if gate.state is GateState.OPEN:
                _has_trail(session, person, placed)


def _has_trail(session: Session, person: Person, placed: Placement) -> None:
    """Read from the rows, without the gate's own code."""
    profile = session.scalars(select(JobProfileVersion).where(JobProfileVersion.job_id == placed.job_id)).one()
    learned = session.scalars(select(Completion).where(Completion.person_id == person.id)).all()
    assert any(row.expires_on is None or row.expires_on > TODAY for row in learned), person.name
    here = (Verification.person_id == person.id, Verification.programme_id == placed.programme_id, Verification.passed)
    passed = session.scalars(select(Verification).where(*here).order_by(Verification.observed_on)).all()
    for row in passed:
        signed = session.scalars(select(SignOff).where(SignOff.verification_id == row.id).order_by(SignOff.id)).all()
        assert [each.role for each in signed] == profile.sign_roles
        assert len({each.signer_id for each in signed} | {person.id}) == len(signed) + 1
    before = [row for row in passed if row.kind == "pre_ojt"]
    practice = session.scalars(
        select(OjtRecord).where(OjtRecord.person_id == person.id, OjtRecord.programme_id == placed.programme_id)
    ).all()
    fresh = [row for row in practice if row.day > before[-1].observed_on]
    assert len({row.day for row in fresh}) >= profile.min_ojt_days
    assert sum(row.minutes for row in fresh) >= profile.min_ojt_minutes
    ready = max(row.day for row in fresh)
    for item in profile.requirements:
        stands = [row for row in passed if row.skill_id == item.skill_id and row.observed_on > ready]
        assert any(row.valid_until is not None and row.valid_until >= TODAY for row in stands), person.name


def test_invariant_10_hours_equal_their_sources(demo: Demo) -> None:
    with demo.database.reading() as session:
        entries = session.scalars(select(HoursEntry)).all()
        posted = Counter({(row.source_kind, row.source_code): row.minutes for row in entries})
        modules = session.execute(
            select(Enrolment.code, CourseModule.key, CourseModule.minutes)
            .join(PartRecord, PartRecord.enrolment_id == Enrolment.id)
            .join(CourseModule, CourseModule.version_id == Enrolment.version_id)
            .where(PartRecord.part == "module:" + CourseModule.key, PartRecord.state == "done")
        ).all()
        practice = session.execute(select(OjtRecord.code, OjtRecord.minutes)).all()
        wanted = {("module", f"{code}:{key}"): minutes for code, key, minutes in modules}
        wanted |= {("ojt", code): minutes for code, minutes in practice}
        corrections = [row for row in entries if row.corrects_id is not None]
        assert {key: value for key, value in posted.items() if key[0] != "correction"} == wanted
        assert [(row.minutes, row.adjustment) for row in corrections] == [(-60, True)]
        for close in session.scalars(select(MonthClose)):
            month = [row for row in entries if close.month <= row.day <= month_end(close.month)]
            late = sum(row.minutes for row in month if row.adjustment)
            assert sum(row.minutes for row in month) == close.minutes + late, close.month


def _ask() -> Ask:
    return Ask(SYSTEM, months_up_to(TODAY), TODAY, zone="America/Argentina/Buenos_Aires")


def test_invariant_11_figures_equal_their_records(demo: Demo) -> None:
    with demo.database.reading() as session:
        goals, ask = targets.goals(session), _ask()
        series = {figure.key: evaluate(session, figure, ask, goals) for figure in FIGURES}
        hours = series["training-hours-per-head"]
        by_month: dict[date, int] = defaultdict(int)
        for row in session.scalars(select(HoursEntry).where(HoursEntry.kind == "training")):
            by_month[row.day.replace(day=1)] += row.minutes
        shown = {point.month: sum(record.amount for record in point.evidence.numerator) for point in hours.points}
        assert {month: total for month, total in shown.items() if total} == dict(by_month)
        firsts = session.execute(
            select(Result.graded_on, Result.passed)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .where(Attempt.number == 1)
        ).all()
        for point in series["passed-first-time"].points:
            mine = [passed for day, passed in firsts if day.replace(day=1) == point.month]
            assert point.evidence.value == (Fraction(sum(mine), len(mine)) if mine else None)
        without = series["live-without-verification"].last
        numbers = select(Person.employee_number).where(
            Person.id.in_([record.person_id for record in without.evidence.numerator])
        )
        assert session.scalars(numbers).all() == ["L108"]


def test_targets_are_examples_of_one_company_and_figures_meet_some_and_miss_some(demo: Demo) -> None:
    with demo.database.reading() as session:
        rows = targets.target_rows(session)
        goals, ask = targets.goals(session), _ask()
        statuses = {evaluate(session, figure_by_key(row.figure), ask, goals).points[-2].status for row, _ in rows}
    assert all("Ejemplo" in row.note and "No es un requisito de COPC" in row.note for row, _ in rows)
    assert {Status.MEETS, Status.MISSES} <= statuses


def test_the_trail_is_sealed_and_runs_in_the_order_of_time(demo: Demo) -> None:
    with demo.database.reading() as session:
        verdict = audit.verify(session)
        moments = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert (verdict.faults, verdict.unsealed) == ((), 0)
    # An attempt and the certificate of its end stand minutes after the acts planned beside them.
    assert all(later >= earlier - timedelta(minutes=60) for earlier, later in itertools.pairwise(moments))
    assert moments[-1] == DEMO_NOW
