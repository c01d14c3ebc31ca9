"""Pure decisions about people."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.people.rules import Line, employed_on, overlaps, supervisor_circle, valid_email

DAY = date(2026, 1, 1)
SPANS = st.tuples(st.integers(0, 12), st.none() | st.integers(0, 12)).map(
    lambda pair: (
        DAY + timedelta(days=pair[0]),
        None if pair[1] is None else DAY + timedelta(days=pair[0] + pair[1]),
    )
)
LINES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), SPANS).map(lambda each: Line(each[0], each[1], *each[2])),
    max_size=7,
)


def _holds(span: tuple[date, date | None], day: date) -> bool:
    return span[0] <= day and (span[1] is None or day <= span[1])


@given(SPANS, SPANS)
def test_overlaps_is_sharing_a_day(first: tuple[date, date | None], second: tuple[date, date | None]) -> None:
    days = [DAY + timedelta(days=number) for number in range(40)]
    shared = any(_holds(first, day) and _holds(second, day) for day in days)
    assert overlaps(first, second) == shared
    assert employed_on([first], second[0]) == _holds(first, second[0])


@given(LINES, st.tuples(st.integers(1, 5), st.integers(1, 5), SPANS))
def test_a_circle_is_found_on_exactly_the_days_it_closes(
    lines: list[Line], asked: tuple[int, int, tuple[date, date | None]]
) -> None:
    """Against following the chain day by day."""
    new = Line(asked[0], asked[1], *asked[2])

    def closes(day: date) -> bool:
        reached = {new.supervisor}
        while True:
            above = {
                line.supervisor
                for line in lines
                if line.person in reached and _holds((line.from_day, line.to_day), day)
            }
            if above <= reached:
                return new.person in reached
            reached |= above

    days = [DAY + timedelta(days=number) for number in range(40)]
    held = [day for day in days if _holds((new.from_day, new.to_day), day)]
    assert supervisor_circle(new, lines) == any(closes(day) for day in held)


def test_addresses() -> None:
    assert valid_email("ana.nunez@example.org")
    for wrong in ("ana", "ana@", "@example.org", "a b@example.org", "a@b", "a@b@c.org", "a@" + "b" * 260 + ".org"):
        assert not valid_email(wrong)
