"""What is shown when, who is let in from where, and which questions share a page: pure."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.grading import Graded, result
from lms.assessment.rules.networks import is_allowed
from lms.assessment.rules.pages import Locks, Page, locks, pages
from lms.assessment.rules.pins import LENGTH, SIGNS, new_pin, shown_pin, typed_pin
from lms.assessment.rules.policy import Step, Window, deadline, may_start
from lms.assessment.rules.showing import NOTHING_SHOWN, Phase, Review, Shown, phase, shown
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
EVERYTHING = Shown(marks=True, right=True, feedback=True)
POLICY = Review(Shown(feedback=True), Shown(marks=True), Shown(marks=True, feedback=True), EVERYTHING)


@pytest.mark.parametrize(
    ("closed", "closes", "done", "expected"),
    [
        (None, None, False, Phase.DURING),
        (None, NOW - MINUTE, True, Phase.DURING),  # an open attempt is open, whatever else
        (NOW, None, False, Phase.AFTER),
        (NOW - 2 * MINUTE + timedelta(seconds=1), None, False, Phase.AFTER),
        (NOW - 2 * MINUTE, None, False, Phase.LATER),
        (NOW, None, True, Phase.CLOSED),
        (NOW - MINUTE, NOW + MINUTE, True, Phase.AFTER),  # others may still meet the same questions
        (NOW - 5 * MINUTE, NOW + MINUTE, True, Phase.LATER),
        (NOW - 5 * MINUTE, NOW, False, Phase.CLOSED),
    ],
)
def test_where_an_attempt_stands(closed, closes, done, expected) -> None:
    assert phase(NOW, closed_at=closed, closes=closes, done=done) is expected


def test_a_policy_shows_what_it_names_and_the_house_what_it_always_did() -> None:
    assert [shown(POLICY, each, done=True) for each in Phase] == [
        POLICY.during,
        POLICY.after,
        POLICY.later,
        POLICY.closed,
    ]
    assert shown(Review(), Phase.CLOSED, done=True) == NOTHING_SHOWN
    assert shown(None, Phase.DURING, done=True) == NOTHING_SHOWN
    for each in (Phase.AFTER, Phase.LATER):
        assert shown(None, each, done=False) == Shown(marks=True, feedback=True)
        assert shown(None, each, done=True) == EVERYTHING
    assert shown(None, Phase.CLOSED, done=False) == EVERYTHING


def test_a_policy_survives_storage() -> None:
    assert Review.from_dict(POLICY.as_dict()) == POLICY
    assert Review.from_dict({"closed": ["right"]}) == Review(closed=Shown(right=True))


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.20.0.1", True),
        ("10.21.0.1", False),
        ("::ffff:10.20.9.9", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("10.20.0.1.evil", False),
    ],
)
def test_networks(address, inside) -> None:
    assert is_allowed(address, ["10.20.0.0/16", "2001:db8::/32"]) is inside
    assert is_allowed(address, [])


@given(st.lists(st.sampled_from(["", "", "e1", "e2"]), min_size=1, max_size=25), st.integers(0, 7))
def test_pages_hold_every_question_once_and_never_split_a_scenario(drawn, per_page) -> None:
    found = pages(drawn, per_page)
    assert [position for page in found for position in page.positions] == list(range(1, len(drawn) + 1))
    assert [page.number for page in found] == list(range(1, len(found) + 1))
    if not per_page:
        assert len(found) == 1
        return
    for page in found:
        inside = [drawn[position - 1] for position in page.positions]
        assert len(inside) <= per_page or (len(set(inside)) == 1 and inside[0])
        if page.last < len(drawn):
            assert not drawn[page.last] or drawn[page.last] != drawn[page.last - 1]


def test_locks_follow_the_last_page_and_what_was_checked() -> None:
    steps = [
        Step(1, 0, "page", 1, Page(1, 1, 2).as_dict()),
        Step(2, 1, "some-tab-x", 1, {"answer": 0}),
        Step(4, 0, "page", 2, Page(2, 3, 4).as_dict()),
        Step(3, 4, "check", 4, {}),
    ]
    found = locks(steps)
    assert found == Locks(Page(2, 3, 4), frozenset({4}))
    assert [found.refusal(position) for position in (1, 3, 4, 5)] == [
        "answer.page_left", "", "answer.checked", "answer.page_to_come",
    ]  # fmt: skip
    assert found.refusal(4, answer=False) == ""
    assert locks([]).refusal(9) == ""


def test_pins_are_read_as_they_are_typed() -> None:
    for _ in range(50):
        pin = new_pin()
        assert len(pin) == LENGTH
        assert set(pin) <= set(SIGNS)
        assert typed_pin(shown_pin(pin).lower()) == pin
    assert typed_pin("<script>" * 100) == "SCRIPTSCRIPT"


def test_a_deadline_never_passes_the_end_of_the_plan() -> None:
    assert deadline(NOW, 30, Fraction(3, 2), NOW + 40 * MINUTE) == NOW + 40 * MINUTE
    assert deadline(NOW, 30, Fraction(3, 2), NOW + 50 * MINUTE) == NOW + 45 * MINUTE
    assert deadline(NOW, 30) == NOW + 30 * MINUTE


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_a_window_is_open_from_its_first_moment_to_before_its_last(first, last) -> None:
    window = Window(NOW + first * MINUTE, NOW + last * MINUTE)
    decision = may_start([], NOW, attempts=1, delay=timedelta(0), window=window).start
    assert decision == ("over" if last <= 0 else "not_yet" if first > 0 else "start")


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.fractions(Fraction(1, 9), 9), st.fractions(0, 1, max_denominator=9)), min_size=1
    ),
    st.dictionaries(st.integers(0, 2), st.fractions(Fraction(1, 9), 1, max_denominator=9)),
)
def test_invariant_03_passing_takes_the_whole_and_every_section_with_a_mark(rows, marks) -> None:
    graded = [Graded("a", points, grade, section=section) for section, points, grade in rows]
    found = result(graded, Fraction(1, 2), marks)

    def share(some):
        return sum(each.points * each.grade for each in some) / sum(each.points for each in some)

    parts = {number: [each for each in graded if each.section == number] for number in marks}
    reached = {number: share(some) >= marks[number] for number, some in parts.items() if some}
    assert {each.section: each.passed for each in found.sections} == reached
    assert found.passed == (share(graded) >= Fraction(1, 2) and all(reached.values()))
