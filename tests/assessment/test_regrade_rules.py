"""Regrades without a database: what replaying does, what is in force, what a preview is called."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.regrade import (
    Change,
    Effect,
    Made,
    NothingLeft,
    RegradeKind,
    fingerprint,
    in_force,
    replayed,
    summary,
    total,
)

HALF, MARK = Fraction(1, 2), Fraction(4, 5)
DROP, FULL = Change(RegradeKind.VOID_DROP), Change(RegradeKind.VOID_FULL)


def row(position: int, fraction: str = "0/1", points: str = "1/1", **more) -> dict:
    return {"position": position, "fraction": fraction, "points": points, "topic": "a", **more}


def made(code: str, change: Change, *versions: int) -> Made:
    return Made(code, change, frozenset(versions))


ROWS = [row(1, "1/1"), row(2), row(3, "1/2")]
DRAWN = {1: 11, 2: 12, 3: 13}


def replay(*changes: Made, given_: dict[int, str] | None = None) -> list[dict]:
    return [dict(each) for each in replayed(ROWS, "x", DRAWN, in_force(changes), given_ or {})]


def test_each_kind_touches_its_question_alone() -> None:
    assert replay(made("a", DROP, 12)) == [ROWS[0], {**ROWS[1], "void": True}, ROWS[2]]
    assert replay(made("a", FULL, 12)) == [ROWS[0], row(2, "1/1"), ROWS[2]]
    assert replay(made("a", Change(RegradeKind.POINTS, points=HALF), 13))[2] == row(3, "1/2", "1/2")
    accepting = made("a", Change(RegradeKind.ACCEPT, frozenset({"too"})), 12, 13)
    assert replay(accepting, given_={2: "too", 3: "other"}) == [ROWS[0], row(2, "1/1"), ROWS[2]]
    assert replay(accepting) == ROWS  # nothing was answered


def test_a_version_that_is_not_named_keeps_what_it_earned() -> None:
    assert replay(made("a", FULL, 99)) == ROWS


def test_a_mark_is_corrected_in_one_attempt() -> None:
    change = Change(RegradeKind.MARK, grade=Fraction(2, 3), attempt="x", criteria=(("causa", 1),))
    assert replay(made("a", change, 12))[1]["fraction"] == "2/3"
    assert replay(made("a", replace(change, attempt="y"), 12)) == ROWS


def test_changes_compose_in_the_order_in_which_they_were_made() -> None:
    weigh, more = Change(RegradeKind.POINTS, points=HALF), Change(RegradeKind.POINTS, points=Fraction(3))
    assert replay(made("a", weigh, 12), made("b", more, 12))[1]["points"] == "3/1"
    assert "void" not in replay(made("a", DROP, 12), made("b", FULL, 12))[1]  # it counts again, for everybody
    assert replay(made("a", FULL, 12), made("b", DROP, 12))[1] == {**row(2, "1/1"), "void": True}


def test_one_that_is_only_previewed_has_no_code_and_counts() -> None:
    assert in_force([made("a", DROP, 12), made("", FULL, 12)]) == [made("a", DROP, 12), made("", FULL, 12)]


def test_what_was_withdrawn_never_was() -> None:
    back = made("b", Change(RegradeKind.WITHDRAW, withdraws="a"))
    assert replay(made("a", FULL, 12), back) == ROWS
    assert in_force([made("a", FULL, 12), made("c", DROP, 12), back]) == [made("c", DROP, 12)]


kinds = st.sampled_from([DROP, FULL, Change(RegradeKind.POINTS, points=Fraction(2))])
regrades = st.lists(st.tuples(kinds, st.sampled_from([11, 12, 13])), max_size=6)


@given(regrades, st.data())
def test_withdrawing_gives_the_rows_that_were_without(changes, data) -> None:
    some = [made(f"r{number}", change, version) for number, (change, version) in enumerate(changes)]
    if not some:
        return
    gone = data.draw(st.sampled_from(some))
    back = made("w", Change(RegradeKind.WITHDRAW, withdraws=gone.code))
    assert replay(*some, back) == replay(*(each for each in some if each is not gone))


@given(regrades)
def test_the_original_rows_are_never_touched(changes) -> None:
    before = [dict(each) for each in ROWS]
    replay(*(made(f"r{number}", change, version) for number, (change, version) in enumerate(changes)))
    assert before == ROWS


@given(regrades)
def test_the_score_stays_a_share_of_the_points_that_count(changes) -> None:
    rows = replay(*(made(f"r{number}", change, version) for number, (change, version) in enumerate(changes)))
    if all(each.get("void") for each in rows):
        with pytest.raises(NothingLeft):
            total(rows, MARK, {})
        return
    found = total(rows, MARK, {})
    assert 0 <= found.score <= 1
    assert found.total.possible == sum(Fraction(each["points"]) for each in rows if not each.get("void"))


def test_sections_have_their_marks_after_a_regrade_too() -> None:
    rows = [row(1, "1/1", section=0), row(2, section=1), row(3, "1/1", section=1)]
    assert not total(rows, HALF, {1: Fraction(1)}).passed
    assert total([*rows[:1], {**rows[1], "void": True}, rows[2]], HALF, {1: Fraction(1)}).passed


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Change(RegradeKind.ACCEPT),
        lambda: Change(RegradeKind.VOID_DROP, frozenset({"x"})),
        lambda: Change(RegradeKind.POINTS),
        lambda: Change(RegradeKind.POINTS, points=Fraction(0)),
        lambda: Change(RegradeKind.POINTS, points=Fraction(101)),
        lambda: Change(RegradeKind.VOID_FULL, points=Fraction(1)),
        lambda: Change(RegradeKind.MARK, grade=Fraction(1)),
        lambda: Change(RegradeKind.MARK, grade=Fraction(2), attempt="x"),
        lambda: Change(RegradeKind.WITHDRAW),
        lambda: Change(RegradeKind.VOID_DROP, withdraws="a"),
    ],
)
def test_a_change_without_sense_cannot_be_made(wrong) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says its own
        wrong()


@pytest.mark.parametrize(
    "change",
    [
        DROP,
        FULL,
        Change(RegradeKind.ACCEPT, frozenset({"b", "a"})),
        Change(RegradeKind.POINTS, points=Fraction(3, 7)),
        Change(RegradeKind.MARK, grade=Fraction(1, 3), attempt="x", criteria=(("a", 0), ("b", 2))),
        Change(RegradeKind.WITHDRAW, withdraws="code"),
    ],
)
def test_what_a_record_keeps_reads_as_the_same_change(change: Change) -> None:
    assert Change.stored(change.kind.value, change.payload()) == change


def effect(number: int, before: Fraction, after: Fraction) -> Effect:
    return Effect(number, before, after, before >= MARK, after >= MARK)


def test_a_summary_counts_who_goes_where() -> None:
    one, four = Fraction(1), Fraction(3, 5)
    found = summary([effect(1, four, one), effect(2, one, four), effect(3, HALF, four)])
    assert found.as_dict() == {"attempts": 3, "up": 2, "down": 1, "passed": 1, "failed": 1}


def test_a_preview_is_called_by_all_that_it_shows_and_by_no_order() -> None:
    one, two = effect(1, HALF, MARK), effect(2, HALF, HALF)
    name = fingerprint(DROP, [one, two])
    assert name == fingerprint(DROP, [two, one])
    others = [
        fingerprint(FULL, [one, two]),
        fingerprint(DROP, [one]),
        fingerprint(DROP, [replace(one, after=Fraction(1)), two]),
        fingerprint(DROP, [replace(one, attempt_id=3), two]),
    ]
    assert len({name, *others}) == 5
