"""Completion, the next part and due dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalog.rules import (
    DueState,
    Part,
    PartKind,
    PartState,
    completion,
    due_state,
    is_slug,
    next_part,
    progress,
)

ONE, TWO = Part(PartKind.MODULE, "uno"), Part(PartKind.MODULE, "dos")
TEST, SURVEY = Part(PartKind.TEST, "prueba"), Part(PartKind.SURVEY, "encuesta")
PARTS = (ONE, TWO, TEST, SURVEY)
DONE = PartState.DONE


def test_the_keys_of_parts() -> None:
    assert [part.key for part in PARTS] == ["module:uno", "module:dos", "test", "survey"]


def test_the_road_through_a_course() -> None:
    states: dict[str, PartState] = {}
    for part, percent in ((ONE, 0), (TWO, 33), (TEST, 66), (SURVEY, 100)):
        found = progress(PARTS, states)
        assert (found.next, found.percent, found.complete) == (part, percent, part is SURVEY)
        states[part.key] = DONE
    assert next_part(PARTS, states) is None


def test_a_failed_test_is_the_next_part_again() -> None:
    states = {"module:uno": DONE, "module:dos": DONE, "test": PartState.FAILED}
    assert next_part(PARTS, states) == TEST
    assert not completion(PARTS, states)


def test_the_survey_is_never_a_condition() -> None:
    states = {"module:uno": DONE, "module:dos": DONE, "test": DONE}
    assert completion(PARTS, states)
    assert not completion(PARTS, {"survey": DONE})


def test_a_course_of_nothing_is_never_complete() -> None:
    assert not completion((), {})
    assert not completion((SURVEY,), {"survey": DONE})
    assert progress((), {}).percent == 0


@given(st.dictionaries(st.sampled_from([part.key for part in PARTS]), st.sampled_from(PartState)))
def test_complete_only_with_everything_that_counts(states: dict[str, PartState]) -> None:
    needed = all(states.get(part.key) is DONE for part in (ONE, TWO, TEST))
    found = progress(PARTS, states)
    assert found.complete == completion(PARTS, states) == needed == (found.percent == 100)


@pytest.mark.parametrize(
    ("today", "done", "state"),
    [
        (date(2026, 5, 2), None, DueState.ON_TIME),
        (date(2026, 5, 3), None, DueState.SOON),
        (date(2026, 5, 10), None, DueState.SOON),
        (date(2026, 5, 11), None, DueState.OVERDUE),
        (date(2026, 6, 1), date(2026, 5, 10), DueState.DONE),
        (date(2026, 6, 1), date(2026, 5, 11), DueState.DONE_LATE),
    ],
)
def test_due(today: date, done: date | None, state: DueState) -> None:
    assert due_state(date(2026, 5, 10), today, done) is state


def test_without_a_due_date() -> None:
    assert due_state(None, date(2026, 5, 10)) is DueState.NO_DATE
    assert due_state(None, date(2026, 5, 10), date(2026, 5, 9)) is DueState.DONE


@pytest.mark.parametrize(
    ("text", "good"),
    [("a", True), ("pre-ojt-2", True), ("", False), ("-a", False), ("a--b", False), ("Ñ", False), ("a\n", False),
     ("a" * 64, True), ("a" * 65, False)],
)  # fmt: skip
def test_slugs(text: str, good: bool) -> None:
    assert is_slug(text) is good
