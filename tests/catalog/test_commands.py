"""Publishing, assigning, getting on and completing: what each writes, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.catalog import commands, queries
from lms.catalog.events import CourseCompleted, EnrolmentWithdrawn
from lms.catalog.models import Completion, Course, CourseModule, CourseVersion, Enrolment, PartRecord, ReadingPosition
from lms.catalog.rules import PartState
from lms.hours.models import HoursEntry
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.events import EventBus, attach
from lms.kit.permissions import SYSTEM
from lms.people.models import Person, Placement
from tests.cast import Cast
from tests.catalog.samples import course, enrol, flagship, module, publish
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def heard(session: Session) -> list[object]:
    """What the session's events tell from now on."""
    told: list[object] = []
    bus = EventBus()
    bus.subscribe(CourseCompleted, lambda _session, event: told.append(event))
    bus.subscribe(EnrolmentWithdrawn, lambda _session, event: told.append(event))
    attach(session, bus)
    return told


# Publishing


def test_publishing_the_same_content_makes_nothing_new(session: Session) -> None:
    first = publish(session)
    assert publish(session, now=LATER).id == first.id
    assert (count(session, CourseVersion), count(session, CourseModule)) == (1, 2)
    assert session.scalars(select(AuditEntry.action)).all() == ["course.publish"]


def test_a_change_makes_the_next_version_and_going_back_makes_none(cast: Cast, session: Session) -> None:
    first = publish(session)
    enrolment = enrol(session, cast)
    second = publish(session, course(title="Otro título"), now=LATER)
    assert (first.number, second.number) == (1, 2)
    assert queries.current_content(session, "curso").title == "Otro título"
    assert enrolment.version_id == first.id, "an open enrolment stays on its version"
    assert publish(session, now=LATER).id == first.id
    assert session.scalars(select(Course.current_version_id)).one() == first.id
    assert count(session, CourseVersion) == 2


def test_the_flagship_is_published_whole(session: Session) -> None:
    loaded = flagship()
    version = queries.content(session, publish(session, loaded).id)
    assert [each.html for each in version.modules] == [each.html for each in loaded.modules]
    assert version.minutes == sum(each.minutes for each in loaded.modules)
    assert [each.id for each in version.glossary] == [each.id for each in loaded.glossary]
    assert version.parts[-1].key == "test"


@pytest.mark.parametrize("table", ["course_version", "course_module", "completion", "part_record"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_invariant_07_the_database_itself_refuses_to_change_evidence(
    cast: Cast, database: Database, table: str, verb: str
) -> None:
    with database.writing() as session:
        publish(session)
        enrolment = enrol(session, cast)
        for key in ("uno", "dos"):
            commands.record_part(session, SYSTEM, enrolment, f"module:{key}", "done", now=NOW)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(verb.format(table)))


# Assigning


def test_an_enrolment_keeps_the_facts_of_its_day(cast: Cast, session: Session) -> None:
    version = publish(session)
    enrolment = enrol(session, cast, by=cast.coordinator.actor, due_on=date(2026, 3, 16))
    assert (enrolment.version_id, enrolment.training_type) == (version.id, "initial")
    assert (enrolment.site_id, enrolment.programme_id, enrolment.job_id) == (
        cast.site_id,
        cast.programme_id,
        cast.job_id,
    )
    assert (enrolment.assigned_on, enrolment.assigned_by) == (date(2026, 3, 16), cast.coordinator.id)
    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolment.assign")).one()
    assert audited.subject_code == enrolment.code


@pytest.mark.parametrize("who", ["agent", "author", "auditor", "administrator", "other_coordinator", "stranger"])
def test_invariant_13_nobody_assigns_outside_their_scope(cast: Cast, session: Session, who: str) -> None:
    publish(session)
    with pytest.raises(NotFound, match=r"people\.not_found"):
        enrol(session, cast, by=getattr(cast, who).actor)
    assert count(session, Enrolment) == 0


@pytest.mark.parametrize("who", ["coordinator", "trainer", "hr"])
def test_who_has_the_scope_assigns(cast: Cast, session: Session, who: str) -> None:
    publish(session)
    enrol(session, cast, by=getattr(cast, who).actor)
    with pytest.raises(NotFound):
        enrol(session, cast, who="stranger", by=getattr(cast, who).actor)


def test_a_second_open_enrolment_is_refused_and_a_third_after_the_end_is_not(cast: Cast, session: Session) -> None:
    publish(session)
    first = enrol(session, cast)
    with pytest.raises(Conflict, match=r"catalog\.already_enrolled"):
        enrol(session, cast, training_type="refresher")
    commands.withdraw(session, SYSTEM, enrolment_code=first.code, reason="by mistake", now=LATER)
    assert enrol(session, cast, now=LATER).id != first.id


def test_the_database_refuses_two_open_enrolments(cast: Cast, session: Session) -> None:
    publish(session)
    row = enrol(session, cast)
    kept = {column.key: getattr(row, column.key) for column in Enrolment.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError):
        session.execute(Enrolment.__table__.insert().values(kept | {"code": "another"}))


def test_senseless_assignments_are_refused(cast: Cast, session: Session) -> None:
    with pytest.raises(NotFound, match=r"catalog\.course_not_found"):
        enrol(session, cast)
    publish(session)
    with pytest.raises(Invalid, match=r"catalog\.type_not_served"):
        enrol(session, cast, training_type="transfer")
    with pytest.raises(Invalid, match=r"catalog\.due_past"):
        enrol(session, cast, due_on=date(2026, 3, 15))
    session.get_one(Person, cast.agent.id).active = False
    session.flush()
    with pytest.raises(Conflict, match=r"catalog\.person_inactive"):
        enrol(session, cast)


def test_a_due_date_is_judged_in_the_persons_own_zone(cast: Cast, session: Session) -> None:
    """At 02:30 UTC it is still the 15th in both sites, whatever the actor's clock says."""
    publish(session)
    early = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
    assert enrol(session, cast, due_on=date(2026, 3, 15), now=early).assigned_on == date(2026, 3, 15)


def test_assigning_to_many_says_who_had_it(cast: Cast, session: Session) -> None:
    publish(session)
    enrol(session, cast)
    facts = {"course_slug": "curso", "training_type": "initial", "due_on": None, "limit": 10, "now": NOW}
    codes = [cast.agent.code, cast.trainer.code, cast.trainer.code]
    done = commands.enrol_many(session, cast.trainer.actor, person_codes=codes, **facts)  # type: ignore[arg-type]
    assert [(item.person.id, item.enrolment is None) for item in done] == [
        (cast.agent.id, True),
        (cast.trainer.id, False),
    ]
    with pytest.raises(NotFound):
        commands.enrol_many(
            session,
            cast.trainer.actor,
            person_codes=[cast.coordinator.code, cast.stranger.code],
            **facts,  # type: ignore[arg-type]
        )
    assert count(session, Enrolment) == 2, "one out of scope: nobody gets it"
    for wrong, key in (([], "nobody_chosen"), ([str(number) for number in range(11)], "too_many_chosen")):
        with pytest.raises(Invalid, match=key):
            commands.enrol_many(session, cast.trainer.actor, person_codes=wrong, **facts)  # type: ignore[arg-type]


def test_withdrawing_keeps_what_was_done(cast: Cast, session: Session) -> None:
    publish(session)
    enrolment = enrol(session, cast)
    commands.finish_module(session, cast.agent.actor, enrolment.code, "uno", NOW)
    told = heard(session)
    with pytest.raises(Invalid, match=r"catalog\.reason_missing"):
        commands.withdraw(session, cast.coordinator.actor, enrolment_code=enrolment.code, reason=" ", now=LATER)
    with pytest.raises(NotFound):
        commands.withdraw(session, cast.other_coordinator.actor, enrolment_code=enrolment.code, reason="x", now=LATER)
    commands.withdraw(session, cast.coordinator.actor, enrolment_code=enrolment.code, reason="moved", now=LATER)
    assert told == [EnrolmentWithdrawn(enrolment.id, cast.agent.id)]
    assert (enrolment.withdrawn_reason, count(session, PartRecord), count(session, HoursEntry)) == ("moved", 1, 1)
    with pytest.raises(Conflict, match=r"catalog\.enrolment_ended"):
        commands.withdraw(session, SYSTEM, enrolment_code=enrolment.code, reason="again", now=LATER)
    with pytest.raises(Conflict, match=r"catalog\.enrolment_ended"):
        commands.finish_module(session, cast.agent.actor, enrolment.code, "dos", LATER)
    # An attempt that was running is still graded: its outcome is a fact, and completes nothing.
    commands.record_part(session, SYSTEM, enrolment, "module:dos", "done", now=LATER)
    assert count(session, Completion) == 0


# Getting on


def test_finishing_a_module_enters_its_minutes_once(cast: Cast, session: Session) -> None:
    version = publish(session)
    enrolment = enrol(session, cast, training_type="refresher")
    for _ in range(2):
        view = commands.finish_module(session, cast.agent.actor, enrolment.code, "dos", NOW)
    assert view.states == {"module:dos": PartState.DONE}
    entry = session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.kind, entry.training_type, entry.mode) == (35, "training", "refresher", "self-paced")
    assert (entry.day, entry.site_id, entry.basis) == (date(2026, 3, 16), cast.site_id, "nominal")
    assert (entry.course_id, entry.course_version, entry.detail) == ("curso", version.content_hash, "Módulo dos")
    assert entry.source_code == f"{enrolment.code}:dos"
    assert count(session, PartRecord) == 1


def test_invariant_13_a_learner_gets_on_with_their_own_course_only(cast: Cast, session: Session) -> None:
    publish(session)
    enrolment = enrol(session, cast)
    for who in ("stranger", "coordinator", "trainer", "hr", "auditor", "administrator"):
        with pytest.raises(NotFound, match=r"catalog\.enrolment_not_found"):
            commands.finish_module(session, getattr(cast, who).actor, enrolment.code, "uno", NOW)
    with pytest.raises(NotFound, match=r"catalog\.module_not_found"):
        commands.finish_module(session, cast.agent.actor, enrolment.code, "tres", NOW)


def test_completion_needs_every_part_and_comes_once(cast: Cast, session: Session) -> None:
    version = publish(session, course(test="banco"))
    enrolment = enrol(session, cast)
    told = heard(session)
    for key in ("uno", "dos"):
        commands.finish_module(session, cast.agent.actor, enrolment.code, key, NOW)
    assert commands.record_part(session, SYSTEM, enrolment, "test", "failed", now=NOW) is None
    assert told == []
    assert enrolment.ended_at is None
    done = commands.record_part(session, SYSTEM, enrolment, "test", "done", now=LATER)
    assert done is not None
    assert told == [CourseCompleted(done.id, enrolment.id, cast.agent.id)]
    assert (done.version_id, done.site_id, done.programme_id) == (version.id, cast.site_id, cast.programme_id)
    assert (done.completed_on, done.expires_on) == (date(2026, 3, 17), date(2027, 3, 17))
    assert enrolment.ended_at == LATER
    # A later failure, or the same success told twice, changes nothing: done stays done.
    for state in ("done", "failed", "in_progress"):
        assert commands.record_part(session, SYSTEM, enrolment, "test", state, now=LATER) is None
    assert queries.part_states(session, [enrolment.id])[enrolment.id]["test"] is PartState.DONE
    assert (len(told), count(session, Completion)) == (1, 1)


def test_invariant_08_completion_keeps_the_place_of_its_own_day(cast: Cast, session: Session) -> None:
    publish(session, course(modules=(module("uno"),)))
    enrolment = enrol(session, cast)
    placement = session.scalars(select(Placement).where(Placement.person_id == cast.agent.id)).one()
    placement.site_id, placement.programme_id = cast.other_site_id, cast.other_programme_id
    session.flush()
    # 03:30 UTC on the 17th: already the 17th in Argentina (assigned there), still the 16th in Bogotá (works there now).
    commands.finish_module(session, cast.agent.actor, enrolment.code, "uno", datetime(2026, 3, 17, 3, 30, tzinfo=UTC))
    done = session.scalars(select(Completion)).one()
    assert (enrolment.site_id, done.site_id) == (cast.site_id, cast.other_site_id)
    assert done.completed_on == date(2026, 3, 16)
    assert session.scalars(select(HoursEntry.day)).one() == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 3, 16), 12, date(2027, 3, 16)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_expiry_at_the_ends_of_months(day: date, months: int, until: date) -> None:
    assert commands.expiry(day, months) == until


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_expiry_is_the_same_day_so_many_months_later_or_the_months_last(day: date, months: int) -> None:
    until = commands.expiry(day, months)
    assert until is not None
    assert (until.year * 12 + until.month) - (day.year * 12 + day.month) == months
    assert until.day == day.day or (until.day < day.day and (until + timedelta(days=1)).day == 1)


def test_what_does_not_expire_has_no_day(cast: Cast, session: Session) -> None:
    assert commands.expiry(date(2026, 1, 31), None) is None
    publish(session, course(valid_months=None, modules=(module("uno"),)))
    enrolment = enrol(session, cast)
    commands.finish_module(session, cast.agent.actor, enrolment.code, "uno", NOW)
    assert session.scalars(select(Completion.expires_on)).one() is None


def test_parts_and_states_that_do_not_exist_are_refused(cast: Cast, session: Session) -> None:
    publish(session)
    enrolment = enrol(session, cast)
    for part in ("test", "module:tres", "survey", "uno"):
        with pytest.raises(Invalid, match=r"catalog\.part_unknown"):
            commands.record_part(session, SYSTEM, enrolment, part, "done", now=NOW)
    for state in ("not_started", "passed", ""):
        with pytest.raises(Invalid, match=r"catalog\.state_unknown"):
            commands.record_part(session, SYSTEM, enrolment, "module:uno", state, now=NOW)


# The place in the text


def test_reading_marks_the_module_begun_and_keeps_the_last_heading(cast: Cast, session: Session) -> None:
    publish(session)
    enrolment = enrol(session, cast)
    for anchor, at in (("", NOW), ("uno-dos", NOW), ("", LATER), ("uno-uno", NOW - timedelta(minutes=1))):
        commands.save_position(
            session, cast.agent.actor, enrolment_code=enrolment.code, module_key="uno", anchor=anchor, now=at
        )
    position = session.scalars(select(ReadingPosition)).one()
    assert position.anchor == "uno-dos", "neither the start nor a late, older send moves it"
    assert session.scalars(select(PartRecord.state)).all() == ["in_progress"]
    with pytest.raises(Invalid, match=r"catalog\.anchor_unknown"):
        commands.save_position(
            session, cast.agent.actor, enrolment_code=enrolment.code, module_key="uno", anchor="dos-uno", now=LATER
        )
    with pytest.raises(NotFound):
        commands.save_position(
            session, cast.stranger.actor, enrolment_code=enrolment.code, module_key="uno", anchor="", now=LATER
        )


def test_reading_again_undoes_nothing(cast: Cast, session: Session) -> None:
    publish(session)
    enrolment = enrol(session, cast)
    commands.finish_module(session, cast.agent.actor, enrolment.code, "uno", NOW)
    commands.save_position(
        session, cast.agent.actor, enrolment_code=enrolment.code, module_key="uno", anchor="uno-uno", now=LATER
    )
    assert queries.part_states(session, [enrolment.id])[enrolment.id] == {"module:uno": PartState.DONE}
