"""What an import writes: once, all or nothing, and how the gate counts it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from lms.catalog.models import PriorCertificate
from lms.history.commands import Options, withdraw, write
from lms.hours.commands import close_month, correct
from lms.hours.models import HoursEntry
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM
from lms.kit.provenance import ImportBatch, ImportRow
from lms.skills.models import PriorVerification
from lms.skills.queries import expiring, gate_of
from lms.skills.rules import GateState
from tests.cast import Cast
from tests.conftest import NOW
from tests.history.samples import CERTIFICATE, HOURS, VERIFICATION, ZONE, bring, csv_of, faults, line, look
from tests.hours.samples import everywhere
from tests.skills.worlds import World, make_world

TODAY = NOW.date()


@pytest.fixture
def floor(cast: Cast, session: Session) -> World:
    """The course, the profile of the agents' job (in force from the second of March) and its skills."""
    return make_world(session, cast)


def _whole_road(world: World, folder: Path) -> Path:
    """A file with every step of the agent's road, made before this site was."""
    practice = [
        line(HOURS, fecha=f"2026-03-0{day}", clase="práctica", evaluó="Ana Ruiz", minutos="300", id=f"p{day}")
        for day in (4, 5)
    ]
    skills = [
        line(VERIFICATION, fecha="2026-03-06", habilidad=skill.name, puntaje="95 %", umbral="80 %")
        for skill in (world.phone, world.system)
    ]
    return csv_of(
        folder,
        line(CERTIFICATE, fecha="2026-03-02", curso=world.course.slug),
        line(VERIFICATION, fecha="2026-03-03"),
        *practice,
        *skills,
    )


def test_a_whole_road_opens_the_gate_from_the_day_it_was_brought(
    floor: World, session: Session, tmp_path: Path
) -> None:
    assert gate_of(session, floor.cast.agent.id, floor.cast.programme_id, TODAY).state is GateState.CLOSED
    bring(session, _whole_road(floor, tmp_path))
    session.expire_all()
    agent, programme = floor.cast.agent.id, floor.cast.programme_id
    found = gate_of(session, agent, programme, TODAY)
    assert (found.state, found.missing) == (GateState.OPEN, ())
    # Nobody knew of it the day before: no gate of a past day changes, nor a figure made from it.
    assert gate_of(session, agent, programme, date(2026, 3, 15)).state is GateState.CLOSED


def test_taking_back_a_certificate_closes_the_gate_from_that_day(
    floor: World, session: Session, tmp_path: Path
) -> None:
    bring(session, _whole_road(floor, tmp_path))
    code = session.scalars(select(PriorCertificate.code)).one()
    hr = everywhere(floor.cast)
    with pytest.raises(Invalid):
        withdraw(session, hr, code, reason=" ", today=TODAY, now=NOW)
    withdraw(session, hr, code, reason="No era esta persona", today=TODAY, now=NOW)
    assert gate_of(session, floor.cast.agent.id, floor.cast.programme_id, TODAY).state is GateState.CLOSED
    with pytest.raises(Conflict):
        withdraw(session, hr, code, reason="Otra vez", today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        withdraw(session, floor.cast.trainer.actor, code, reason="Sin permiso", today=TODAY, now=NOW)


def test_nobody_takes_back_a_record_of_their_own(floor: World, session: Session, tmp_path: Path) -> None:
    bring(session, csv_of(tmp_path, line(CERTIFICATE, legajo="H1", curso=floor.course.slug)))
    code = session.scalars(select(PriorCertificate.code)).one()
    with pytest.raises(NotAllowed):
        withdraw(session, everywhere(floor.cast), code, reason="Mío", today=TODAY, now=NOW)


def test_correcting_imported_practice_takes_it_from_the_gate(floor: World, session: Session, tmp_path: Path) -> None:
    bring(session, _whole_road(floor, tmp_path))
    entries = session.scalars(select(HoursEntry).where(HoursEntry.kind == "ojt")).all()
    for entry in entries:
        correct(session, everywhere(floor.cast), entry, minutes_delta=-300, reason="No hubo práctica", now=NOW)
    assert gate_of(session, floor.cast.agent.id, floor.cast.programme_id, TODAY).state is not GateState.OPEN


def test_the_same_rows_in_another_file_write_nothing_twice(floor: World, session: Session, tmp_path: Path) -> None:
    rows = [line(HOURS), line(CERTIFICATE, curso=floor.course.slug), line(VERIFICATION)]
    batch = bring(session, csv_of(tmp_path, *rows))
    assert batch.counts == {"hours": 1, "certificate": 1, "verification": 1, "repeated": 0, "rejected": 0}
    done, spool = look(session, csv_of(tmp_path, *reversed(rows), name="otro nombre.csv"))
    assert (done.errors, done.repeated, done.good, spool.getvalue()) == ([], 3, 0, "")
    assert {found.fault.key for found in done.warnings} == {"already_imported"}


def test_hours_keep_the_facts_of_their_day(floor: World, session: Session, tmp_path: Path) -> None:
    batch = bring(session, csv_of(tmp_path, line(HOURS, curso=floor.course.slug)))
    entry = session.scalars(select(HoursEntry)).one()
    assert (entry.day, entry.minutes, entry.kind, entry.training_type, entry.mode, entry.basis) == (
        date(2026, 2, 2),
        90,
        "training",
        "initial",
        "classroom",
        "attended",
    )
    assert (entry.course_id, entry.course_version, entry.detail) == (floor.course.slug, "", "Ingreso")
    assert (entry.site_id, entry.programme_id, entry.job_id) == (
        floor.cast.site_id,
        floor.cast.programme_id,
        floor.cast.job_id,
    )
    source = session.scalars(select(ImportRow)).one()
    assert (source.batch_id, source.line, source.evidence, source.key) == (batch.id, 2, "Lista 4", entry.source_code)


def test_a_verification_keeps_score_threshold_and_evaluator(floor: World, session: Session, tmp_path: Path) -> None:
    row = line(VERIFICATION, habilidad=floor.phone.name, fecha="2026-03-06", puntaje="17/20", evaluó="Ana Ruiz")
    bring(session, csv_of(tmp_path, row))
    made = session.scalars(select(PriorVerification)).one()
    assert Fraction(made.score_num, made.score_den) == Fraction(17, 20)
    assert (made.passed, made.evaluator_id, made.evaluator_name) == (True, None, "Ana Ruiz")
    assert made.valid_until == date(2026, 5, 5)  # 60 days, as the profile asks


def test_one_audit_row_says_who_brought_which_file(floor: World, session: Session, tmp_path: Path) -> None:
    batch = bring(session, csv_of(tmp_path, line(HOURS), line(CERTIFICATE, curso=floor.course.slug)))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "history.import")).one()
    assert (entry.subject_kind, entry.subject_code, entry.actor_name) == ("import_batch", batch.code, "Umbral")


def test_invariant_10_imported_hours_of_a_closed_month_are_adjustments(
    floor: World, session: Session, tmp_path: Path
) -> None:
    path = csv_of(tmp_path, line(HOURS))
    done, spool = look(session, path)
    assert done.errors == []
    close_month(session, SYSTEM, month=date(2026, 2, 1), now=NOW)
    with pytest.raises(Conflict):  # closed between the check and the writing
        write(session, SYSTEM, done, spool, file_name="a", file_hash="b", adjustments=False, now=NOW)
    session.rollback()


def test_adjustments_are_marked(floor: World, session: Session, tmp_path: Path) -> None:
    close_month(session, SYSTEM, month=date(2026, 2, 1), now=NOW)
    bring(session, csv_of(tmp_path, line(HOURS)), options=Options(zone=ZONE, adjustments=True))
    assert session.scalars(select(HoursEntry)).one().adjustment


def test_invariant_09_the_database_refuses_an_imported_record_signed_by_its_own_person(
    floor: World, session: Session, tmp_path: Path
) -> None:
    bring(session, csv_of(tmp_path, line(VERIFICATION)))
    kept = session.scalars(select(PriorVerification)).one()
    own = {column.name: getattr(kept, column.name) for column in PriorVerification.__table__.columns}
    own |= {"id": kept.id + 1, "code": "otro", "evaluator_id": kept.person_id}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(PriorVerification), [own])


def test_invariant_07_imported_records_are_neither_changed_nor_deleted(
    floor: World, session: Session, tmp_path: Path
) -> None:
    bring(session, csv_of(tmp_path, line(CERTIFICATE, curso=floor.course.slug), line(VERIFICATION)))
    for table in ("import_batch", "import_row", "prior_certificate", "prior_verification"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))


def test_a_good_row_beside_a_faulty_one_is_set_aside(floor: World, session: Session, tmp_path: Path) -> None:
    done, spool = look(session, csv_of(tmp_path, line(HOURS), line(HOURS, minutos="0")))
    assert faults(done) == [(3, "minutos", "minutes_positive")]
    assert (done.good, done.rejected, done.fatal) == (1, 1, False)
    assert spool.getvalue().count("\n") == 1
    assert session.scalars(select(ImportBatch)).all() == []


def test_what_was_brought_along_is_said_before_it_ends(floor: World, session: Session, tmp_path: Path) -> None:
    row = line(VERIFICATION, habilidad=floor.phone.name, fecha="2026-03-06", vence="2026-04-01")
    bring(session, csv_of(tmp_path, row))
    found = expiring(session, floor.cast.coordinator.actor, TODAY, limit=5)
    assert [(item.verification.person_id, item.last_day) for item in found] == [(floor.cast.agent.id, date(2026, 4, 1))]
    assert expiring(session, floor.cast.other_coordinator.actor, TODAY, limit=5) == []
    code = session.scalars(select(PriorVerification.code)).one()
    withdraw(session, everywhere(floor.cast), code, reason="No era esta persona", today=TODAY, now=NOW)
    assert expiring(session, floor.cast.coordinator.actor, TODAY, limit=5) == []
