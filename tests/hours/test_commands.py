"""Writing into the ledger: once per source, never changed, corrected by more entries, closed months keep their figure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.hours import commands, queries
from lms.hours.commands import Posting
from lms.hours.models import HoursEntry, MonthClose
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM
from lms.people.queries import placement_on
from tests.cast import Cast
from tests.conftest import NOW
from tests.hours.samples import FEBRUARY, JANUARY, MARCH, everywhere, ledger_sum, post

LATER = NOW + timedelta(hours=1)
FEBRUARY_9 = date(2026, 2, 9)


def test_posting_the_same_source_again_returns_the_first_entry(cast: Cast, session: Session) -> None:
    first = post(session, cast, source_code="enrolment:module")
    again = post(session, cast, source_code="enrolment:module", minutes=999)
    assert again.id == first.id
    assert ledger_sum(session) == 60


def test_posting_many_at_once_writes_what_posting_each_would(cast: Cast, session: Session) -> None:
    def posting(number: int, day: date) -> Posting:
        placed = placement_on(session, cast.agent.id, day)
        return Posting(
            person_id=cast.agent.id,
            day=day,
            minutes=60 + number,
            kind="training",
            training_type="initial",
            mode="self-paced",
            basis="nominal",
            source_kind="module",
            source_code=f"many:{number}",
            placement=placed if number else None,
            course_id="certificacion",
        )

    def facts() -> list[tuple[object, ...]]:
        rows = session.scalars(select(HoursEntry).order_by(HoursEntry.minutes))
        return [
            (row.minutes, row.day, row.site_id, row.adjustment, row.posted_at, row.posted_by, row.reason, row.detail)
            for row in rows
        ]

    commands.close_month(session, everywhere(cast), month=FEBRUARY, now=NOW)
    asked = [posting(number, day) for number, day in enumerate((FEBRUARY_9, FEBRUARY_9, MARCH))]
    written = []
    for together in (False, True):
        with session.begin_nested() as savepoint:
            commands.post_one(session, cast.agent.actor, asked[0], now=LATER)
            if together:
                commands.post_all(session, [(cast.agent.actor, each, LATER) for each in (*asked, asked[1])])
            else:
                for each in (*asked, asked[1]):
                    commands.post_one(session, cast.agent.actor, each, now=LATER)
            written.append(facts())
            savepoint.rollback()
    assert written[0] == written[1]
    assert [row[3] for row in written[0]] == [True, True, False]


def test_posting_many_refuses_all_where_one_is_faulty(cast: Cast, session: Session) -> None:
    good = {"person_id": cast.agent.id, "day": MARCH, "kind": "training", "training_type": "initial"}
    good |= {"mode": "self-paced", "basis": "nominal", "source_kind": "module", "placement": None}
    asked = [Posting(**good, minutes=minutes, source_code=f"faulty:{minutes}") for minutes in (30, 0)]  # type: ignore[arg-type]  # words by name
    with pytest.raises(Invalid, match=r"hours\.minutes_positive"):
        commands.post_all(session, [(cast.agent.actor, each, NOW) for each in asked])
    assert ledger_sum(session) == 0


def test_an_entry_keeps_the_place_of_its_day(cast: Cast, session: Session) -> None:
    entry = post(session, cast)
    assert (entry.site_id, entry.programme_id, entry.job_id) == (cast.site_id, cast.programme_id, cast.job_id)
    assert post(session, cast, placement=None).site_id is None


@pytest.mark.parametrize("minutes", [0, -30])
def test_minutes_that_are_not_positive_are_refused(cast: Cast, session: Session, minutes: int) -> None:
    with pytest.raises(Invalid, match=r"hours\.minutes_positive"):
        post(session, cast, minutes=minutes)


def test_a_day_that_has_not_come_is_refused(cast: Cast, session: Session) -> None:
    with pytest.raises(Invalid, match=r"hours\.future_day"):
        post(session, cast, day=date(2026, 3, 18))


def test_correcting_writes_a_counter_entry_and_an_audit_row(cast: Cast, session: Session) -> None:
    entry = post(session, cast)
    counter = commands.correct(session, everywhere(cast), entry, minutes_delta=-15, reason=" left early ", now=LATER)
    assert (counter.corrects_id, counter.minutes, counter.reason) == (entry.id, -15, "left early")
    assert (counter.day, counter.site_id, counter.course_id) == (entry.day, entry.site_id, entry.course_id)
    assert ledger_sum(session) == 45
    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "hours.correct")).one()
    assert audited.subject_code == entry.code


@pytest.mark.parametrize(
    ("delta", "reason", "key"),
    [
        (-61, "too much", "hours.correction_below_zero"),
        (0, "nothing", "hours.correction_nothing"),
        (-5, " ", "hours.reason_missing"),
    ],
)
def test_a_senseless_correction_is_refused(cast: Cast, session: Session, delta: int, reason: str, key: str) -> None:
    entry = post(session, cast)
    with pytest.raises(Invalid) as refused:
        commands.correct(session, everywhere(cast), entry, minutes_delta=delta, reason=reason, now=LATER)
    assert refused.value.key == key
    assert ledger_sum(session) == 60


def test_corrections_count_together(cast: Cast, session: Session) -> None:
    entry, hr = post(session, cast), everywhere(cast)
    commands.correct(session, hr, entry, minutes_delta=-40, reason="first", now=LATER)
    with pytest.raises(Invalid, match=r"hours\.correction_below_zero"):
        commands.correct(session, hr, entry, minutes_delta=-30, reason="second", now=LATER)
    commands.correct(session, hr, entry, minutes_delta=-20, reason="never took place", now=LATER)
    assert ledger_sum(session) == 0


def test_a_form_sent_twice_corrects_once(cast: Cast, session: Session) -> None:
    entry, hr = post(session, cast), everywhere(cast)
    sent = {"minutes_delta": -10, "reason": "twice", "request_code": "the form's own code", "now": LATER}
    assert commands.correct(session, hr, entry, **sent).id == commands.correct(session, hr, entry, **sent).id  # type: ignore[arg-type]
    assert ledger_sum(session) == 50


def test_a_correction_is_not_corrected(cast: Cast, session: Session) -> None:
    counter = commands.correct(
        session, everywhere(cast), post(session, cast), minutes_delta=-10, reason="wrong", now=LATER
    )
    with pytest.raises(Conflict, match=r"hours\.correct_the_original"):
        commands.correct(session, everywhere(cast), counter, minutes_delta=10, reason="back", now=LATER)


@pytest.mark.parametrize("who", ["agent", "coordinator", "trainer", "auditor", "administrator", "other_coordinator"])
def test_invariant_13_only_hr_in_scope_corrects(cast: Cast, session: Session, who: str) -> None:
    entry = post(session, cast)
    with pytest.raises(NotFound):
        commands.correct(session, getattr(cast, who).actor, entry, minutes_delta=-1, reason="no", now=LATER)


def test_invariant_13_hr_of_a_site_does_not_reach_another(cast: Cast, session: Session) -> None:
    elsewhere = post(session, cast, person="stranger")
    with pytest.raises(NotFound):
        commands.correct(session, cast.hr.actor, elsewhere, minutes_delta=-1, reason="no", now=LATER)
    commands.correct(session, cast.hr.actor, post(session, cast), minutes_delta=-1, reason="own site", now=LATER)


def test_invariant_10_what_enters_a_closed_month_is_an_adjustment(cast: Cast, session: Session) -> None:
    hr = everywhere(cast)
    before = post(session, cast, day=FEBRUARY_9)
    close = commands.close_month(session, hr, month=FEBRUARY, now=NOW)
    late = post(session, cast, day=FEBRUARY_9, minutes=30, now=LATER)
    counter = commands.correct(session, hr, before, minutes_delta=-20, reason="left early", now=LATER)
    other = post(session, cast, day=date(2026, 1, 9), now=LATER)
    assert [item.adjustment for item in (before, late, counter, other)] == [False, True, True, False]
    assert close.minutes == 60
    assert queries.month_total_at_close(session, FEBRUARY) == 60
    shown = queries.month_totals(session, hr, first=FEBRUARY, last=FEBRUARY)[0]
    assert (shown.at_close, shown.adjustments, shown.now) == (60, 10, 70)


def test_invariant_10_a_post_that_waited_for_the_close_is_an_adjustment(cast: Cast, session: Session) -> None:
    """Its request began before the close, its turn came after: by its own clock it would seem to have been in time."""
    hr = everywhere(cast)
    post(session, cast, day=FEBRUARY_9)
    commands.close_month(session, hr, month=FEBRUARY, now=LATER)
    late = post(session, cast, day=FEBRUARY_9, minutes=30, now=NOW)
    assert late.adjustment
    shown = queries.month_totals(session, hr, first=FEBRUARY, last=FEBRUARY)[0]
    assert (shown.at_close, shown.adjustments) == (60, 30)


def test_invariant_10_closing_again_takes_in_what_came_before(cast: Cast, session: Session) -> None:
    hr = everywhere(cast)
    post(session, cast, day=FEBRUARY_9)
    for step in range(2):
        commands.close_month(session, hr, month=FEBRUARY, now=NOW)
        post(session, cast, day=FEBRUARY_9, minutes=10 + step, now=NOW)
        commands.reopen_month(session, hr, month=FEBRUARY, reason="late roster", now=NOW)
        post(session, cast, day=FEBRUARY_9, minutes=1, now=NOW)
    closed = commands.close_month(session, hr, month=FEBRUARY, now=NOW)
    assert closed.minutes == 60 + 10 + 1 + 11 + 1
    history = session.scalars(select(MonthClose).order_by(MonthClose.id)).all()
    assert [(step.closed, step.minutes) for step in history if step.closed] == [(True, 60), (True, 71), (True, 83)]
    shown = queries.month_totals(session, hr, first=FEBRUARY, last=FEBRUARY)[0]
    assert (shown.at_close, shown.adjustments) == (83, 0)


def test_a_month_closes_once_and_only_after_its_end(cast: Cast, session: Session) -> None:
    hr = everywhere(cast)
    with pytest.raises(Conflict, match=r"hours\.month_running"):
        commands.close_month(session, hr, month=MARCH, now=NOW)
    # 1 April in UTC is still 31 March where this HR is.
    with pytest.raises(Conflict, match=r"hours\.month_running"):
        commands.close_month(session, hr, month=MARCH, now=datetime(2026, 4, 1, 2, 59, tzinfo=UTC))
    # In Buenos Aires April has begun, in the site in Bogotá (UTC-5) it has not: hours of the 31st are yet to come.
    with pytest.raises(Conflict, match=r"hours\.month_running"):
        commands.close_month(session, hr, month=MARCH, now=datetime(2026, 4, 1, 4, 59, tzinfo=UTC))
    commands.close_month(session, hr, month=date(2026, 2, 17), now=NOW)
    with pytest.raises(Conflict, match=r"hours\.month_closed"):
        commands.close_month(session, hr, month=FEBRUARY, now=LATER)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_code == "2026-02")).all()
    assert actions == ["hours.close"]


def test_reopening_needs_a_closed_month_and_a_reason(cast: Cast, session: Session) -> None:
    hr = everywhere(cast)
    with pytest.raises(Conflict, match=r"hours\.month_open"):
        commands.reopen_month(session, hr, month=JANUARY, reason="why", now=NOW)
    commands.close_month(session, hr, month=JANUARY, now=NOW)
    with pytest.raises(Invalid, match=r"hours\.reason_missing"):
        commands.reopen_month(session, hr, month=JANUARY, reason=" ", now=NOW)
    commands.reopen_month(session, hr, month=JANUARY, reason="late roster", now=LATER)
    assert queries.month_total_at_close(session, JANUARY) is None
    assert not post(session, cast, day=date(2026, 1, 9), now=LATER).adjustment


@pytest.mark.parametrize("who", ["hr", "auditor", "administrator", "agent", "trainer"])
def test_invariant_13_a_month_is_closed_by_hr_of_the_whole_company(cast: Cast, session: Session, who: str) -> None:
    with pytest.raises(NotAllowed, match=r"hours\.close_everywhere"):
        commands.close_month(session, getattr(cast, who).actor, month=FEBRUARY, now=NOW)


@pytest.mark.parametrize("statement", ["UPDATE hours_entry SET minutes = 1", "DELETE FROM hours_entry"])
@pytest.mark.parametrize("table", ["hours_entry", "month_close"])
def test_invariant_07_the_database_itself_refuses_to_change_the_ledger(
    database: Database, cast: Cast, statement: str, table: str
) -> None:
    with database.writing() as session:
        post(session, cast, day=FEBRUARY_9)
        commands.close_month(session, SYSTEM, month=FEBRUARY, now=NOW)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(statement.replace("hours_entry", table)))
    with database.reading() as session:
        assert ledger_sum(session) == 60
        assert queries.month_total_at_close(session, FEBRUARY) == 60


@pytest.mark.parametrize("change", [{"minutes": 0}, {"minutes": -5}, {"corrects_id": 1, "reason": ""}])
def test_invariant_10_the_database_refuses_what_no_command_writes(
    cast: Cast, session: Session, change: dict[str, object]
) -> None:
    entry = post(session, cast)
    kept = {column.key: getattr(entry, column.key) for column in HoursEntry.__table__.columns if column.key != "id"}
    if "corrects_id" in change:
        change = {**change, "corrects_id": entry.id}
    with pytest.raises(DBAPIError):
        session.execute(HoursEntry.__table__.insert().values(kept | {"code": "x", "source_code": "x"} | change))


def test_every_refusal_of_the_ledger_has_its_words() -> None:
    from lms.hours.messages import MESSAGES

    for fault in ("hours.minutes_positive", "hours.word_unknown", "hours.correction_nothing", "hours.reason_missing"):
        assert fault in MESSAGES
    assert issubclass(Invalid, LmsError)
