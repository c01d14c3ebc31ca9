"""Hours added up: any cut is the ledger, a figure is its list, and a closed month keeps its figure, whatever happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.hours import commands, queries
from lms.hours.models import HoursEntry
from lms.hours.rules import NONE_KEY, Dimension, Selection
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid
from lms.kit.permissions import SYSTEM
from tests.cast import Cast
from tests.conftest import NOW
from tests.hours.samples import FEBRUARY, JANUARY, MARCH, everywhere, ledger_sum, post

CUTS = [[dimension] for dimension in Dimension] + [list(pair) for pair in itertools.permutations(Dimension, 2)]


def fill(session: Session, cast: Cast) -> None:
    """Entries that differ in everything."""
    post(session, cast, minutes=25)
    post(session, cast, minutes=50, day=date(2026, 2, 27), training_type="refresher")
    post(session, cast, minutes=40, person="stranger", mode="virtual", basis="attended")
    post(session, cast, minutes=30, kind="ojt", mode="ojt", basis="observed", course_id="", course_title="")
    post(session, cast, minutes=15, kind="coaching", mode="coaching", basis="observed", placement=None)
    entry = post(session, cast, minutes=90, day=date(2026, 1, 31))
    commands.correct(session, SYSTEM, entry, minutes_delta=-30, reason="left early", now=NOW)


def test_invariant_10_every_cut_adds_up_to_the_ledger(cast: Cast, session: Session) -> None:
    fill(session, cast)
    hr = everywhere(cast)
    for by in CUTS:
        pivot = queries.pivot(session, hr, first=JANUARY, last=MARCH, by=by)
        assert pivot.sum(None) == pivot.total.total == ledger_sum(session) == 220, by
        assert (pivot.total.training, pivot.total.ojt, pivot.total.coaching) == (175, 30, 15), by
        assert pivot.total.people == 2, by


def test_invariant_11_every_cell_is_the_sum_of_its_list(cast: Cast, session: Session) -> None:
    fill(session, cast)
    hr = everywhere(cast)
    for by in [*CUTS[: len(Dimension)], [Dimension.SITE, Dimension.MONTH]]:
        cells = queries.pivot(session, hr, first=JANUARY, last=MARCH, by=by).cells
        assert cells
        for cell in cells:
            keys = {dimension: key.key for dimension, key in zip(by, cell.keys, strict=True)}
            chosen = Selection(JANUARY, MARCH, keys)
            listed = queries.entries(session, hr, chosen, on=MARCH, limit=100)
            assert sum(row.entry.minutes for row in listed) == cell.total, by
            assert len(listed) == cell.entries, by
            assert queries.selection_total(session, hr, chosen, on=MARCH).total == cell.total, by


def test_pages_of_a_list_hold_each_entry_once(cast: Cast, session: Session) -> None:
    fill(session, cast)
    hr, chosen = everywhere(cast), Selection(JANUARY, MARCH)
    codes: list[str] = []
    while page := queries.entries(session, hr, chosen, on=MARCH, after=codes[-1] if codes else "", limit=2):
        codes += [row.entry.code for row in page]
    whole = [row.entry.code for row in queries.entries_stream(session, hr, chosen, on=MARCH)]
    assert codes == whole
    assert len(set(codes)) == 7


def test_what_has_no_place_is_a_cell_of_its_own(cast: Cast, session: Session) -> None:
    fill(session, cast)
    pivot = queries.pivot(session, everywhere(cast), first=JANUARY, last=MARCH, by=[Dimension.SITE])
    nowhere = pivot.at(NONE_KEY)
    assert nowhere is not None
    assert nowhere.total == 15
    assert pivot.rows()[-1].key == NONE_KEY


def test_invariant_08_a_transfer_leaves_hours_where_they_were_made(cast: Cast, session: Session) -> None:
    from lms.people.queries import placement_on

    post(session, cast, minutes=45)
    placement = placement_on(session, cast.agent.id, date(2026, 3, 9))
    assert placement is not None
    placement.site_id = cast.other_site_id
    session.flush()
    post(session, cast, minutes=10, day=date(2026, 3, 10))
    sites = queries.pivot(session, everywhere(cast), first=MARCH, last=MARCH, by=[Dimension.SITE])
    assert {key.label: sites.sum(None, row=key.key) for key in sites.rows()} == {"Norte": 45, "Sur": 10}
    north = queries.pivot(session, cast.hr.actor, first=MARCH, last=MARCH, by=[Dimension.PERSON])
    assert north.total.total == 45


def test_invariant_13_a_reader_sees_the_places_of_their_grant(cast: Cast, session: Session) -> None:
    fill(session, cast)
    shown = {
        who: queries.pivot(
            session, getattr(cast, who).actor, first=JANUARY, last=MARCH, by=[Dimension.PERSON]
        ).total.total
        for who in ("hr", "auditor", "agent", "coordinator", "trainer", "author", "administrator", "stranger")
    }
    assert shown == {"hr": 165, "auditor": 220} | dict.fromkeys(
        ("agent", "coordinator", "trainer", "author", "administrator", "stranger"), 0
    )


def test_one_sees_ones_own_hours_and_a_coordinator_the_teams(cast: Cast, session: Session) -> None:
    fill(session, cast)

    def seen(who: str) -> int:
        sums, _ = queries.person_hours(session, getattr(cast, who).actor, cast.agent.id, NOW.date(), limit=3)
        return sum(sums.values())

    assert {who: seen(who) for who in ("agent", "coordinator", "other_coordinator", "stranger", "hr", "auditor")} == {
        "agent": 180,
        "coordinator": 180,
        "other_coordinator": 0,
        "stranger": 0,
        "hr": 165,  # not the entry without a place
        "auditor": 180,
    }


def test_a_pivot_of_none_or_three_is_a_mistake_of_the_caller(cast: Cast, session: Session) -> None:
    for by in ([], [Dimension.SITE, Dimension.SITE], [Dimension.SITE, Dimension.JOB, Dimension.TYPE]):
        with pytest.raises(ValueError, match="one or two"):
            queries.pivot(session, SYSTEM, first=MARCH, last=MARCH, by=by)


def test_an_unknown_key_selects_nothing(cast: Cast, session: Session) -> None:
    fill(session, cast)
    for dimension in Dimension:
        pivot = queries.pivot(
            session, SYSTEM, first=JANUARY, last=MARCH, by=[Dimension.KIND], keys={dimension: "nobody's"}
        )
        assert pivot.cells == ()


def test_queries_do_not_grow_with_the_ledger(database: Database, cast: Cast, count_queries: Callable[[], Any]) -> None:
    counts = []
    for _ in range(2):
        with database.writing() as session:
            fill(session, cast)
        with database.reading() as session, count_queries() as counted:
            queries.pivot(session, SYSTEM, first=JANUARY, last=MARCH, by=[Dimension.PERSON, Dimension.MONTH])
            queries.month_totals(session, SYSTEM, first=JANUARY, last=MARCH)
            queries.choices(session, SYSTEM, on=MARCH)
            queries.entries(session, SYSTEM, Selection(JANUARY, MARCH), on=MARCH, limit=100)
        counts.append(counted.number)
    assert counts == [10, 10]


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from([1, 2, 3]), st.integers(1, 200), st.integers(0, 5)),
        st.tuples(st.just("correct"), st.integers(0, 20), st.integers(-250, 100)),
        st.tuples(st.sampled_from(["close", "reopen"]), st.sampled_from([1, 2])),
        st.just(("wait",)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_invariant_10_no_sequence_changes_a_closed_figure(database: Database, cast: Cast, acts: list[Any]) -> None:
    """Posts, corrections, closes and re-opens in any order, most at one and the same moment."""
    session = database.open(write=True)
    try:
        _play(session, cast, acts)
    finally:
        session.rollback()
        session.close()


def _play(session: Session, cast: Cast, acts: list[Any]) -> None:
    hr, now = everywhere(cast), NOW
    posted: list[HoursEntry] = []
    closed: dict[date, int] = {}
    for act in acts:
        try:
            match act:
                case ("post", month, minutes, source):
                    code = f"source {source} of {month}"
                    posted.append(
                        post(session, cast, day=date(2026, month, 9), minutes=minutes, source_code=code, now=now)
                    )
                case ("correct", which, delta) if posted:
                    entry = posted[which % len(posted)]
                    commands.correct(session, hr, entry, minutes_delta=delta, reason="why", now=now)
                case ("close", month):
                    closed[date(2026, month, 1)] = commands.close_month(
                        session, hr, month=date(2026, month, 1), now=now
                    ).minutes
                case ("reopen", month):
                    commands.reopen_month(session, hr, month=date(2026, month, 1), reason="why", now=now)
                    closed.pop(date(2026, month, 1))
                case ("wait",):
                    now += timedelta(seconds=1)
        except (Conflict, Invalid):
            pass
        whole = ledger_sum(session)
        assert queries.pivot(session, hr, first=JANUARY, last=MARCH, by=[Dimension.MONTH]).sum(None) == whole >= 0
        totals = {item.month: item for item in queries.month_totals(session, hr, first=JANUARY, last=MARCH)}
        assert {month: item.at_close for month, item in totals.items() if item.closed} == closed
        assert sum(item.now for item in totals.values()) == whole
        for month in (JANUARY, FEBRUARY):
            assert queries.month_total_at_close(session, month) == closed.get(month)
    by_site = queries.pivot(session, hr, first=JANUARY, last=MARCH, by=[Dimension.SITE, Dimension.TYPE])
    assert by_site.sum(None) == ledger_sum(session)
