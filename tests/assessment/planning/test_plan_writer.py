"""Plans written as files: what is written reads as the plan that it was, and is written again the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.yaml_plan import read_plan_document
from lms.assessment.formats.yaml_plan_writer import document_of, mark_text, write_document, write_plan
from lms.assessment.rules.plan import (
    AFTER_FAILURE,
    ANY,
    DIFFICULTIES,
    NAVIGATIONS,
    ORDERS,
    Section,
    TestPlan,
    parse_pass_mark,
)
from lms.assessment.rules.showing import Review, Shown
from lms.kit.content import Report, parse_yaml
from tests.assessment.test_plan_files import WHOLE

SECOND = Section("fraude", "any", 3, Fraction(1, 2), Fraction(5, 6))
TOPICS = ("a", "fraude", "0x1", "no", "2026-03-01", "null", "1e3")
"""Some read as another kind of scalar where nobody quotes them."""

marks = st.one_of(
    st.builds(Fraction, st.integers(1, 100_000_000), st.just(100_000_000)),
    st.fractions(min_value=Fraction(1, 999), max_value=1, max_denominator=999).filter(bool),
)
points = st.one_of(
    st.builds(Fraction, st.integers(1, 100)),
    st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=999),
)
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    max_value=datetime(2190, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=45))]),
)
sections = st.lists(
    st.builds(
        Section,
        st.sampled_from(TOPICS),
        st.sampled_from((*DIFFICULTIES, ANY)),
        st.integers(1, 200),
        points,
        st.none() | marks,
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique=True,
).map(tuple)
words = st.text(min_size=1, max_size=60).map(str.strip).filter(bool)
printable = words.filter(lambda text: text.isprintable())
shown = st.builds(Shown, st.booleans(), st.booleans(), st.booleans())
plans = st.builds(
    TestPlan,
    id=st.sampled_from(["demo", "null", "true", "1", "2026-03-01", "0x10", "certificacion-copc"]),
    title=printable,
    pass_mark=marks,
    minutes=st.integers(1, 600),
    attempts=st.integers(1, 100),
    delay_hours=st.integers(0, 8_784),
    sections=sections,
    fixed=st.lists(printable, max_size=4, unique=True).map(tuple),
    fixed_points=points,
    order=st.sampled_from(ORDERS),
    navigation=st.sampled_from(NAVIGATIONS),
    per_page=st.integers(0, 200),
    opens=st.none() | moments,
    closes=st.none() | moments,
    room=st.booleans(),
    addresses=st.lists(st.sampled_from(["10.20.0.0/16", "2001:db8::/32", "127.0.0.1"]), unique=True).map(tuple),
    review=st.none() | st.builds(Review, shown, shown, shown, shown),
    after_failure=st.sampled_from(AFTER_FAILURE),
)


def read(text: str) -> TestPlan:
    """What a plan file says, whatever no bank can fill of it."""
    reader = parse_yaml(text, "plan.yaml", Report())
    assert reader is not None, text
    return read_plan_document(reader, TOPICS, [])


@given(plans)
def test_a_plan_that_was_written_reads_as_it_was_and_is_written_the_same(plan: TestPlan) -> None:
    text = write_plan(plan)
    again = read(text)
    assert again == plan
    assert again.content_hash() == plan.content_hash()
    assert write_plan(again) == text


@given(plans)
def test_a_moment_is_the_same_in_another_zone(plan: TestPlan) -> None:
    text = write_plan(plan, timezone(timedelta(hours=-5)))
    assert read(text) == plan
    assert write_plan(read(text), timezone(timedelta(hours=-5))) == text


@given(plans)
def test_a_document_of_typed_texts_is_written_as_that_of_its_plan(plan: TestPlan) -> None:
    typed = yaml.safe_load(yaml.safe_dump(document_of(plan)))
    for where in (typed, *typed["sections"]):
        for key, value in where.items():
            if type(value) is int:
                where[key] = str(value)
    assert write_document(typed) == write_plan(plan)


@given(marks)
def test_a_mark_is_told_so_that_it_reads_exactly(mark: Fraction) -> None:
    assert parse_pass_mark(mark_text(mark)) == mark


@pytest.mark.parametrize(
    ("mark", "text"),
    [(Fraction(4, 5), "80%"), (Fraction(33, 40), "82.5%"), (Fraction(5, 6), "5/6"), (Fraction(1), "100%")],
)
def test_marks_as_people_type_them(mark: Fraction, text: str) -> None:
    assert mark_text(mark) == text


def test_a_plan_with_everything_reads_as_an_author_would_write_it() -> None:
    reader = parse_yaml(WHOLE, "plan.yaml", Report())
    assert reader is not None
    plan = read_plan_document(reader, ["a", "b", "s"], [])
    assert write_plan(plan) == WHOLE.replace('"2001:db8::/32"', "'2001:db8::/32'")


def test_what_is_usual_is_not_written() -> None:
    plan = TestPlan("demo", "Prueba", Fraction(4, 5), 30, 3, 24, (Section("a", "easy", 2), SECOND))
    assert write_plan(plan) == (
        "id: demo\ntitle: Prueba\npass_mark: 80%\nminutes: 30\nattempts: 3\ndelay_hours: 24\nsections:\n"
        "  - {topic: a, difficulty: easy, count: 2}\n"
        "  - {topic: fraude, difficulty: any, count: 3, points: 1/2, pass_mark: 5/6}\n"
    )


def test_a_document_with_faults_is_written_with_them() -> None:
    faulty = {"id": "demo", "minutes": "media hora", "sections": [{"count": "2", "otra": "x"}], "zeta": 1}
    assert write_document(faulty) == ("id: demo\nminutes: media hora\nsections:\n  - {count: 2, otra: x}\nzeta: 1\n")
