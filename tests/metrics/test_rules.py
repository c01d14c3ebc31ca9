"""The arithmetic of figures for any records: the value is what its lists add up to, and nothing else."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.permissions import SYSTEM
from lms.metrics.rules import (
    Arithmetic,
    Ask,
    Better,
    Dimension,
    Gathered,
    Goal,
    Kind,
    Record,
    Status,
    Unit,
    goal_on,
    months_up_to,
    read_value,
    split,
    status,
)

MONTHS = (date(2026, 2, 1), date(2026, 3, 1))
DAY = date(2026, 3, 31)

records = st.lists(
    st.builds(
        Record,
        month=st.sampled_from(MONTHS),
        day=st.just(DAY),
        person_id=st.integers(1, 4),
        what=st.just(""),
        site_id=st.sampled_from([None, 1, 2]),
        amount=st.integers(-50, 500),
        met=st.booleans(),
    ),
    max_size=25,
)


@given(records, records, st.sampled_from([1, 2, 60]), st.sampled_from([1, 2]))
def test_invariant_11_a_mean_is_its_two_lists(
    numerator: list[Record], denominator: list[Record], over_per: int, under_per: int
) -> None:
    arithmetic = Arithmetic(Kind.MEAN, numerator_per=over_per, denominator_per=under_per)
    found = arithmetic.evidence(Gathered(denominator, numerator), MONTHS[1:])
    assert found.over == Fraction(sum(record.amount for record in found.numerator), over_per)
    assert found.under == Fraction(sum(record.amount for record in found.denominator), under_per)
    assert {record.month for record in (*found.numerator, *found.denominator)} <= {MONTHS[1]}
    assert found.value == (found.over / found.under if found.under else None)


@given(records, st.sampled_from([Kind.SHARE, Kind.COUNT]), st.booleans())
def test_invariant_11_the_numerator_of_a_share_is_a_part_of_its_denominator(
    denominator: list[Record], kind: Kind, per_person: bool
) -> None:
    counted = [Record(r.month, r.day, r.person_id, "", r.site_id, met=r.met) for r in denominator]
    found = Arithmetic(kind, per_person=per_person).evidence(Gathered(counted), MONTHS[:1])
    assert set(map(id, found.numerator)) <= set(map(id, found.denominator))
    assert (found.over, found.under) == (len(found.numerator), len(found.denominator))
    if kind is Kind.SHARE:
        assert found.value is None or 0 <= found.value <= 1
    if per_person:
        assert len({record.person_id for record in found.denominator}) == len(found.denominator)
        mine = {record.person_id: [r.met for r in counted if r.month == MONTHS[0]] for record in found.denominator}
        for record in found.denominator:
            mine[record.person_id] = [
                r.met for r in counted if r.month == MONTHS[0] and r.person_id == record.person_id
            ]
            assert record.met is (any if kind is Kind.COUNT else all)(mine[record.person_id])


@given(records)
def test_the_cells_of_a_breakdown_hold_every_record_once(denominator: list[Record]) -> None:
    cells = split(Gathered(denominator, denominator), Dimension.SITE)
    assert sum(len(part.denominator) for part in cells.values()) == len(denominator)
    assert sum(record.amount for part in cells.values() for record in part.numerator or ()) == sum(
        record.amount for record in denominator
    )


def test_people_are_counted_in_the_cell_and_never_summed() -> None:
    twice = [Record(MONTHS[0], DAY, 1, "", site, met=True) for site in (1, 2)]
    arithmetic = Arithmetic(Kind.SHARE, per_person=True)
    parts = split(Gathered(twice), Dimension.SITE)
    assert [arithmetic.evidence(part, MONTHS).under for part in parts.values()] == [1, 1]
    assert arithmetic.evidence(Gathered(twice), MONTHS).under == 1


def test_the_months_of_a_trend_and_what_is_over() -> None:
    months = months_up_to(date(2026, 3, 1))
    assert (len(months), months[0], months[-1]) == (13, date(2025, 3, 1), date(2026, 3, 1))
    ask = Ask(SYSTEM, months, date(2026, 3, 16))
    assert (ask.last, ask.over) == (date(2026, 3, 16), date(2026, 3, 15))
    assert ask.snapshots[date(2026, 2, 1)] == date(2026, 2, 28)
    assert ask.is_running(date(2026, 3, 1))
    assert not ask.is_running(date(2026, 2, 1))
    assert not Ask(SYSTEM, months, date(2026, 4, 1)).is_running(date(2026, 3, 1))
    assert Ask(SYSTEM, months, date(2026, 3, 31)).is_running(date(2026, 3, 1))  # its last day is still going on


def test_exactly_the_target_meets_it_and_the_next_fraction_does_not() -> None:
    high = Goal(Fraction(4, 5), Better.HIGH, date(2026, 1, 1), None)
    low = Goal(Fraction(0), Better.LOW, date(2026, 1, 1), None)
    assert status(Fraction(4, 5), high) is Status.MEETS
    assert status(Fraction(4, 5) - Fraction(1, 10**9), high) is Status.MISSES
    assert status(Fraction(0), low) is Status.MEETS
    assert status(Fraction(1), low) is Status.MISSES
    assert status(None, high) is Status.NO_DATA
    assert status(Fraction(1), None) is Status.NO_TARGET


def test_of_two_targets_for_a_day_the_one_set_later_holds() -> None:
    old = Goal(Fraction(1), Better.HIGH, date(2026, 1, 1), None, order=1)
    march = Goal(Fraction(2), Better.HIGH, date(2026, 3, 1), date(2026, 3, 31), order=2)
    assert goal_on([march, old], date(2026, 2, 28)) is old
    assert goal_on([march, old], date(2026, 3, 1)) is march
    assert goal_on([march, old], date(2026, 3, 31)) is march
    assert goal_on([march, old], date(2026, 4, 1)) is old
    assert goal_on([march, old], date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("90", Unit.PERCENT, Fraction(9, 10)),
        ("99,5 %", Unit.PERCENT, Fraction(199, 200)),
        ("0", Unit.PERCENT, Fraction(0)),
        ("100", Unit.PERCENT, Fraction(1)),
        ("4.2", Unit.POINTS, Fraction(21, 5)),
        ("2,5", Unit.HOURS, Fraction(5, 2)),
        ("0", Unit.PEOPLE, Fraction(0)),
        ("100,1", Unit.PERCENT, None),
        ("-1", Unit.HOURS, None),
        ("0,5", Unit.PEOPLE, None),
        ("5,1", Unit.POINTS, None),
        ("0,9", Unit.POINTS, None),
        ("noventa", Unit.PERCENT, None),
        ("", Unit.PERCENT, None),
        ("NaN", Unit.HOURS, None),
        ("Infinity", Unit.HOURS, None),
        ("1e3", Unit.HOURS, Fraction(1000)),
        ("1e9", Unit.HOURS, None),
        ("1,23456", Unit.HOURS, None),
        ("1e-999999", Unit.HOURS, None),
    ],
)
def test_targets_as_people_type_them(text: str, unit: Unit, value: Fraction | None) -> None:
    assert read_value(text, unit) == value
