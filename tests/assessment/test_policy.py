"""Starting, deadlines and which save stands (invariants 4 and 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.policy import (
    GRACE,
    AttemptFacts,
    AttemptState,
    Save,
    Start,
    Step,
    Timing,
    classify,
    deadline,
    latest,
    may_start,
    next_attempt_at,
    state,
    timing,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = {"attempts": 3, "delay": DAY}


def attempt(started: datetime = NOON, submitted: datetime | None = None, passed: bool | None = None) -> AttemptFacts:
    graded = None if passed is None else submitted or started + HOUR
    return AttemptFacts(started, started + 30 * MINUTE, submitted, graded, passed)


FAILED = attempt(submitted=NOON + 20 * MINUTE, passed=False)


def test_the_deadline_counts_extra_time_exactly() -> None:
    assert deadline(NOON, 30) == NOON + 30 * MINUTE
    assert deadline(NOON, 30, Fraction(5, 4)) == NOON + timedelta(minutes=37, seconds=30)
    assert deadline(NOON, 10, Fraction(4, 3)) == NOON + timedelta(seconds=800)
    assert deadline(NOON, 1, Fraction(31, 30) + Fraction(1, 10**9)) == NOON + timedelta(seconds=63)  # up, never down


def test_the_deadline_is_the_same_length_where_clocks_change() -> None:
    """In Madrid, 2026-03-29 01:45 plus 30 minutes is 03:15: the clock jumps, the time to answer does not."""
    started = datetime(2026, 3, 29, 1, 45, tzinfo=ZoneInfo("Europe/Madrid"))
    assert deadline(started, 30) - started.astimezone(UTC) == 30 * MINUTE


@pytest.mark.parametrize(("minutes", "factor"), [(0, Fraction(1)), (-5, Fraction(1)), (30, Fraction(1, 2))])
def test_a_deadline_never_comes_early(minutes: int, factor: Fraction) -> None:
    with pytest.raises(ValueError, match="minutes"):
        deadline(NOON, minutes, factor)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        deadline(NOON.replace(tzinfo=None), 30)
    with pytest.raises(ValueError, match="zone"):
        timing(NOON.replace(tzinfo=None), NOON)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-HOUR, Timing.ON_TIME),
        (timedelta(0), Timing.ON_TIME),
        (timedelta(microseconds=1), Timing.IN_GRACE),
        (GRACE, Timing.IN_GRACE),
        (GRACE + timedelta(microseconds=1), Timing.LATE),
        (DAY, Timing.LATE),
    ],
)
def test_invariant_04_the_server_decides_when_an_answer_is_late(after: timedelta, expected: Timing) -> None:
    assert timing(NOON + after, NOON) is expected
    assert expected.counts == (after <= GRACE)


def test_the_grace_is_a_setting() -> None:
    assert timing(NOON + 2 * MINUTE, NOON, grace=3 * MINUTE) is Timing.IN_GRACE
    assert timing(NOON + timedelta(seconds=1), NOON, grace=timedelta(0)) is Timing.LATE


def test_the_state_follows_from_the_record_and_the_time() -> None:
    due = attempt().deadline
    assert state(attempt(), NOON) is AttemptState.OPEN
    assert state(attempt(), due + GRACE) is AttemptState.OPEN
    assert state(attempt(), due + GRACE + timedelta(seconds=1)) is AttemptState.AWAITING
    assert state(attempt(submitted=NOON + MINUTE), NOON + MINUTE) is AttemptState.PENDING
    assert state(FAILED, due + DAY) is AttemptState.GRADED


def test_an_attempt_ends_when_submitted_and_at_its_deadline_at_the_latest() -> None:
    assert FAILED.ended_at == NOON + 20 * MINUTE
    assert attempt().ended_at == NOON + 30 * MINUTE
    assert attempt(submitted=NOON + 30 * MINUTE + GRACE).ended_at == NOON + 30 * MINUTE


def test_a_first_attempt_starts() -> None:
    decision = may_start([], NOON, **RULES)
    assert (decision.start, decision.left, decision.next_at) == (Start.START, 3, None)
    assert next_attempt_at([], DAY) is None


def test_invariant_04_an_open_attempt_is_resumed_and_no_second_one_starts() -> None:
    assert may_start([attempt()], NOON + 29 * MINUTE, **RULES).start is Start.RESUME
    assert may_start([FAILED, FAILED, attempt(NOON + DAY)], NOON + DAY, **RULES).start is Start.RESUME
    passed_before = attempt(NOON - DAY, NOON - DAY, passed=True)
    assert may_start([passed_before, attempt()], NOON, **RULES).start is Start.RESUME


def test_an_expired_attempt_is_graded_before_anything_else() -> None:
    assert may_start([attempt()], NOON + 2 * DAY, **RULES).start is Start.GRADE_FIRST
    assert may_start([attempt(submitted=NOON + MINUTE)], NOON + MINUTE, **RULES).start is Start.REVIEW


def test_who_has_passed_takes_no_more() -> None:
    passed = attempt(submitted=NOON + MINUTE, passed=True)
    assert may_start([passed], NOON + 9 * DAY, **RULES).start is Start.PASSED
    later_failure = attempt(NOON + DAY, NOON + DAY + MINUTE, passed=False)
    assert may_start([passed, later_failure], NOON + 9 * DAY, **RULES).start is Start.PASSED


def test_attempts_run_out_and_one_more_can_be_given() -> None:
    history = [FAILED, FAILED, FAILED]
    assert may_start(history, NOON + 9 * DAY, **RULES).start is Start.NONE_LEFT
    decision = may_start(history, NOON + 9 * DAY, attempts=4, delay=DAY)
    assert (decision.start, decision.left) == (Start.START, 1)
    assert may_start(history, NOON + 9 * DAY, attempts=2, delay=DAY).left == 0  # a plan with fewer than were used


def test_the_delay_counts_from_the_end_of_the_last_attempt() -> None:
    free_at = NOON + 20 * MINUTE + DAY
    early = may_start([FAILED], free_at - timedelta(seconds=1), **RULES)
    assert (early.start, early.left, early.next_at) == (Start.WAIT, 2, free_at)
    assert may_start([FAILED], free_at, **RULES).start is Start.START
    older = attempt(NOON - 9 * DAY, NOON - 9 * DAY, passed=False)
    assert may_start([FAILED, older], NOON + HOUR, **RULES).next_at == free_at  # in whatever order they come
    assert may_start([FAILED], NOON + 20 * MINUTE, attempts=3, delay=timedelta(0)).start is Start.START


def test_a_clock_set_back_an_hour_neither_burns_an_attempt_nor_opens_one() -> None:
    assert state(attempt(), NOON - HOUR) is AttemptState.OPEN
    assert may_start([FAILED], NOON - HOUR, **RULES).start is Start.WAIT


# --- saves -----------------------------------------------------------------------------------------------------------


def test_invariant_05_an_older_save_of_the_same_tab_never_wins() -> None:
    steps = [Step(1, 7, "A", 1, 0), Step(2, 7, "A", 3, 2), Step(3, 7, "A", 2, 1)]
    assert latest(steps)[7].answer == 2


def test_invariant_05_between_tabs_the_server_order_decides() -> None:
    steps = [Step(1, 7, "A", 50, "a"), Step(2, 7, "B", 1, "b")]
    assert latest(steps)[7].answer == "b"


def test_invariant_05_an_old_save_that_arrives_late_does_not_refresh_its_tab() -> None:
    """A sent 3 before B spoke; A's save number 2 arrives after B's: B's answer stands, not A's 2 nor A's 3."""
    steps = [Step(1, 7, "A", 3, "a3"), Step(2, 7, "B", 1, "b"), Step(3, 7, "A", 2, "a2")]
    assert latest(steps)[7].answer == "b"


def test_invariant_05_of_one_save_stored_twice_the_first_stands() -> None:
    """The database keeps (tab, number) unique; should a second one ever be there, it neither wins nor refreshes."""
    steps = [Step(1, 7, "A", 1, "first"), Step(2, 7, "B", 1, "b"), Step(3, 7, "A", 1, "again")]
    assert latest(steps)[7].answer == "b"
    assert latest(steps[::2])[7].answer == "first"


def test_invariant_04_late_steps_do_not_count_and_do_not_hide_what_counts() -> None:
    steps = [Step(1, 7, "A", 1, "in time"), Step(2, 7, "A", 2, "late", late=True), Step(3, 8, "A", 3, 1, late=True)]
    standing = latest(steps)
    assert standing[7].answer == "in time"
    assert 8 not in standing


def test_a_cleared_answer_stands_as_cleared() -> None:
    assert latest([Step(1, 7, "A", 1, [0, 1]), Step(2, 7, "A", 2, None)])[7].answer is None


@st.composite
def logs(take):
    """Steps of up to 3 items and 3 tabs; the server's ids follow arrival, the clients' numbers need not."""
    rows = take(
        st.lists(st.tuples(st.integers(1, 3), st.sampled_from("ABC"), st.integers(1, 9), st.booleans()), max_size=14)
    )
    unique = {(tab, seq): (item, late) for item, tab, seq, late in rows}
    return [Step(n, item, tab, seq, f"{tab}{seq}", late) for n, ((tab, seq), (item, late)) in enumerate(unique.items())]


@given(logs(), st.randoms(use_true_random=False))
def test_invariant_05_the_outcome_does_not_depend_on_the_order_of_reading(steps, shuffler) -> None:
    standing = latest(steps)
    shuffled = list(steps)
    shuffler.shuffle(shuffled)
    assert latest(shuffled) == standing


@given(logs())
def test_invariant_05_what_stands_was_overtaken_by_nothing(steps) -> None:
    standing = latest(steps)
    timely = [step for step in steps if not step.late]
    assert set(standing) == {step.item for step in timely}
    for item, step in standing.items():
        of_item = [other for other in timely if other.item == item]
        assert all(other.seq <= step.seq for other in of_item if other.tab == step.tab)
        for tab in {other.tab for other in of_item} - {step.tab}:
            newest = max((other for other in of_item if other.tab == tab), key=lambda other: other.seq)
            assert newest.id < step.id


@given(st.permutations(range(1, 7)))
def test_invariant_05_one_tab_ends_with_its_last_save_however_the_network_reorders(arrival) -> None:
    steps = [Step(number, 7, "A", seq, seq) for number, seq in enumerate(arrival)]
    assert latest(steps)[7].answer == 6


def test_invariant_05_saving_again_is_recognised_and_a_forged_number_refused() -> None:
    steps = [Step(1, 7, "A", 1, [0, 2]), Step(2, 8, "A", 2, True)]
    assert classify(steps, item=7, tab="A", seq=1, answer=[0, 2]) is Save.REPLAY
    assert classify(steps, item=7, tab="A", seq=3, answer=[0, 2]) is Save.NEW
    assert classify(steps, item=7, tab="B", seq=1, answer=[1]) is Save.NEW
    assert classify(steps, item=7, tab="A", seq=1, answer=[0, 1]) is Save.CONFLICT
    assert classify(steps, item=8, tab="A", seq=1, answer=[0, 2]) is Save.CONFLICT
    assert classify(steps, item=8, tab="A", seq=2, answer=1) is Save.CONFLICT  # 1 == True in Python, not as an answer
