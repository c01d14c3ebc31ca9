"""Plans while they are written, without a database: forms and documents, faults by field, supplies, differences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from lms.assessment.formats.plan_check import check_document
from lms.assessment.formats.yaml_plan_writer import document_of
from lms.assessment.rules.plan import FORWARD, PLAN_ORDER, REFRESHER, Section, TestPlan
from lms.assessment.rules.plan_changes import SECTION, SECTION_ORDER, changes
from lms.assessment.rules.plan_document import (
    MAX_SECTIONS,
    changed,
    from_form,
    local_moment,
    new_document,
    sections_of,
    tidy,
)
from lms.assessment.rules.showing import Review, Shown
from tests.assessment.test_draw_whole import scenario
from tests.assessment.worlds import candidate

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
BANK = [
    *(replace(candidate(number), key=f"a-{number}") for number in range(1, 10)),
    replace(candidate(10), key="a-borrador", status="draft"),
    replace(candidate(11), key="a-practica", pool="practice"),
    *(candidate(number, "b") for number in (21, 22)),
    *(each for number in range(30, 80, 10) for each in scenario(number, 2)),
]
TOPICS = ("a", "b", "s")
PLAN = TestPlan("demo", "Prueba", Fraction(4, 5), 30, 3, 24, (Section("a", "easy", 3), Section("b", "any", 2)))
FORM = {
    "title": " Prueba ",
    "pass_mark": "80%",
    "minutes": "30",
    "attempts": "2",
    "delay_hours": "24",
    "sections-4-topic": "b",
    "sections-4-difficulty": "any",
    "sections-4-count": "2",
    "sections-4-pass_mark": "100%",
    "sections-0-topic": "a",
    "sections-0-difficulty": "easy",
    "sections-0-count": "3",
    "sections-0-points": "1",
    "sections-7-topic": "s",
    "sections-7-difficulty": "hard",
    "sections-7-count": "4",
    "sections-7-scenarios": "1",
    "fixed": "a-1, a-2\r\na-3",
    "fixed_points": "1/2",
    "order": "plan",
    "navigation": "forward",
    "per_page": "2",
    "opens": "2026-03-01T08:00",
    "closes": "2026-03-31T20:00",
    "room": "1",
    "addresses": "10.20.0.0/16\n2001:db8::/32",
    "own_review": "1",
    "review-during-feedback": "1",
    "review-closed-right": "1",
    "after_failure": "refresher",
}


def without(document, *keys):
    return {key: value for key, value in document.items() if key not in keys}


def test_a_form_says_everything_that_a_plan_can_say() -> None:
    document = from_form(FORM, "demo", ZONE)
    checked = check_document(document, TOPICS, BANK)
    assert checked.faults == {}
    assert checked.plan == TestPlan(
        "demo",
        "Prueba",
        Fraction(4, 5),
        30,
        2,
        24,
        (
            Section("a", "easy", 3),
            Section("b", "any", 2, pass_mark=Fraction(1)),
            Section("s", "hard", 4, scenarios=True),
        ),
        fixed=("a-1", "a-2", "a-3"),
        fixed_points=Fraction(1, 2),
        order=PLAN_ORDER,
        navigation=FORWARD,
        per_page=2,
        opens=datetime(2026, 3, 1, 11, tzinfo=UTC),
        closes=datetime(2026, 3, 31, 23, tzinfo=UTC),
        room=True,
        addresses=("10.20.0.0/16", "2001:db8::/32"),
        review=Review(during=Shown(feedback=True), closed=Shown(right=True)),
        after_failure=REFRESHER,
    )
    again = document_of(checked.plan, ZONE)
    assert check_document(tidy(again), TOPICS, BANK).plan == checked.plan
    assert local_moment(again["opens"], ZONE) == FORM["opens"]


def test_what_is_usual_is_left_out_of_the_document() -> None:
    plain = from_form(
        FORM
        | dict.fromkeys(("fixed", "addresses", "room", "own_review", "opens", "closes"), "")
        | {"fixed_points": "1", "per_page": "0", "order": "random", "navigation": "free", "after_failure": "tell"},
        "demo",
        ZONE,
    )
    assert list(plain) == ["id", "title", "pass_mark", "minutes", "attempts", "delay_hours", "sections"]
    assert tidy(document_of(PLAN)) == document_of(PLAN)


def test_rows_come_in_their_order_and_only_so_many() -> None:
    sent = {f"sections-{number}-topic": f"t{number}" for number in (3, 1, 2000)}
    assert [row["topic"] for row in from_form(sent, "demo", ZONE)["sections"]] == ["t1", "t3", "t2000"]
    many = {f"sections-{number}-topic": "a" for number in range(1_000)}
    assert len(from_form(many, "demo", ZONE)["sections"]) == MAX_SECTIONS


@pytest.mark.parametrize("typed", ["mañana", "2026-13-40T99:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-01"])
def test_a_moment_that_is_none_is_kept_and_told(typed: str) -> None:
    document = from_form(FORM | {"opens": typed}, "demo", ZONE)
    assert local_moment(document["opens"], ZONE) == typed
    checked = check_document(document, TOPICS, BANK)
    assert ("opens",) in checked.faults
    assert checked.plan.opens is None


def test_rows_are_added_dropped_and_moved() -> None:
    rows = [{"topic": name} for name in "abc"]

    def names(operation: str) -> str:
        return "".join(row.get("topic", "+") for row in changed({"sections": rows}, operation)["sections"])

    assert [names(each) for each in ("add", "drop-1", "up-2", "down-0", "up-0", "down-2")] == [
        "abc+",
        "ac",
        "acb",
        "bac",
        "abc",
        "abc",
    ]
    for nothing in ("", "drop-3", "drop-", "drop--1", "up-x", "otro-1", "drop-²", "drop-99999999999"):
        assert names(nothing) == "abc"
    full = {"sections": [{}] * MAX_SECTIONS}
    assert changed(full, "add") == full


@pytest.mark.parametrize(
    ("field", "typed", "path"),
    [
        ("title", "", ("title",)),
        ("pass_mark", "80", ("pass_mark",)),
        ("minutes", "media hora", ("minutes",)),
        ("attempts", "0", ("attempts",)),
        ("delay_hours", "-1", ("delay_hours",)),
        ("sections-0-topic", "zz", ("sections", 0, "topic")),
        ("sections-4-count", "", ("sections", 1, "count")),
        ("sections-4-pass_mark", "101%", ("sections", 1, "pass_mark")),
        ("sections-7-points", "0", ("sections", 2, "points")),
        ("fixed", "nadie", ("fixed",)),
        ("fixed_points", "x", ("fixed_points",)),
        ("order", "otro", ("order",)),
        ("per_page", "12", ("per_page",)),
        ("closes", "2026-02-01T08:00", ("closes",)),
        ("addresses", "10.20.0.1/16", ("addresses",)),
        ("after_failure", "castigo", ("after_failure",)),
    ],
)
def test_a_fault_stands_at_its_field(field: str, typed: str, path: tuple[str | int, ...]) -> None:
    document = from_form(FORM | {"fixed": "a-1"} | {field: typed}, "demo", ZONE)
    assert path in check_document(document, TOPICS, BANK).faults


def test_what_a_bank_lacks_stands_at_the_section_and_is_told_in_figures() -> None:
    document = document_of(replace(PLAN, sections=(Section("a", "easy", 12), Section("b", "any", 2))))
    checked = check_document(document, TOPICS, BANK)
    (path, (message,)) = next(iter(checked.faults.items()))
    assert path == ("sections", 0, "topic")
    assert "pide 12 y hay 9; faltan 3" in message
    assert [(each.supply.available, each.supply.forms, each.idle) for each in checked.found if each] == [
        (9, 0, 2),
        (2, 1, 0),
    ]
    assert checked.unseen is None


def test_sections_find_what_there_is_also_while_one_of_them_is_not_chosen_yet() -> None:
    document = changed(document_of(PLAN), "add")
    checked = check_document(document, TOPICS, BANK)
    assert ("sections", 2, "topic") in checked.faults
    assert [each and each.supply.available for each in checked.found] == [9, 2, None]
    document["sections"][0]["count"] = "muchas"
    assert check_document(document, TOPICS, BANK).found[0].supply.available == 9


def test_unseen_attempts_are_told_and_where_they_are_too_few() -> None:
    checked = check_document(document_of(PLAN), TOPICS, BANK)
    assert (checked.ok, checked.unseen) == (True, 1)
    assert "para 1 intentos" in checked.warnings["attempts",][0]
    enough = check_document(document_of(replace(PLAN, sections=(Section("a", "easy", 3),))), TOPICS, BANK)
    assert (enough.unseen, enough.warnings) == (3, {})


def test_sections_that_overlap_or_repeat_are_told_at_the_later_one() -> None:
    for later in (Section("a", "any", 1), Section("a", "easy", 1)):
        document = document_of(replace(PLAN, sections=(Section("a", "easy", 3), later)))
        document["sections"][1]["count"] = 3
        assert list(check_document(document, TOPICS, BANK).faults) == [("sections", 1, "topic")]


def test_an_empty_plan_says_what_is_missing_and_nothing_breaks() -> None:
    for document in ({}, {"id": "demo"}, {"id": "demo", "sections": "x"}, {"id": "demo", "sections": [1]}):
        checked = check_document(document, TOPICS, BANK)
        assert {("title",), ("minutes",), ("attempts",), ("pass_mark",)} <= set(checked.faults)


def test_a_plan_to_begin_from_can_be_drawn_where_its_bank_is_large_enough() -> None:
    document = new_document("demo", "Prueba", "a")
    assert len(sections_of(document)) == 1
    many = [replace(candidate(number), key=f"k{number}") for number in range(1, 40)]
    assert check_document(document, TOPICS, many).ok


def test_what_one_plan_says_otherwise_than_another() -> None:
    other = replace(
        PLAN,
        minutes=45,
        closes=datetime(2026, 4, 1, tzinfo=UTC),
        sections=(Section("b", "any", 3), Section("s", "hard", 4, scenarios=True)),
    )
    told = {(change.key, change.before, change.after) for change in changes(PLAN, other)}
    assert told == {
        ("minutes", 30, 45),
        ("closes", None, other.closes),
        (SECTION, Section("b", "any", 2), Section("b", "any", 3)),
        (SECTION, Section("a", "easy", 3), None),
        (SECTION, None, Section("s", "hard", 4, scenarios=True)),
    }
    assert changes(PLAN, PLAN) == []
    assert changes(PLAN, replace(PLAN, sections=PLAN.sections[::-1])) == []  # the order does not count here
    ordered = replace(PLAN, order=PLAN_ORDER)
    assert [each.key for each in changes(ordered, replace(ordered, sections=PLAN.sections[::-1]))] == [SECTION_ORDER]
    moved = replace(PLAN, opens=datetime(2026, 1, 1, tzinfo=UTC))
    assert changes(moved, replace(moved, opens=moved.opens.astimezone(ZONE))) == []
    assert changes(moved, replace(moved, opens=moved.opens + timedelta(minutes=1)))
