"""Responses against their definition, and what may be shown of them."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.surveys.rules import (
    MIN_GROUP,
    BadResponse,
    QuestionKind,
    SurveyQuestion,
    read_response,
    releasable,
    shuffled,
    summarise,
    summarise_cuts,
    visible_cuts,
)

CLEAR = SurveyQuestion("claridad", QuestionKind.SCALE, "¿Claro?", True, "Nada", "Mucho")
PACE = SurveyQuestion("ritmo", QuestionKind.CHOICE, "¿Ritmo?", False, options=("lento", "bien", "rápido"))
NOTE = SurveyQuestion("comentario", QuestionKind.TEXT, "¿Algo más?", False)
QUESTIONS = (CLEAR, PACE, NOTE)


def test_a_response_is_read() -> None:
    raw = {"claridad": "5", "ritmo": "2", "comentario": "  Muy bien  "}
    assert read_response(QUESTIONS, raw) == {"claridad": 5, "ritmo": 2, "comentario": "Muy bien"}
    assert read_response(QUESTIONS, {"claridad": "1", "ritmo": "", "comentario": " "}) == {"claridad": 1}


def test_every_wrong_answer_is_named() -> None:
    raw = {"claridad": "", "ritmo": "3", "comentario": "x" * 2001, "otra": "1"}
    with pytest.raises(BadResponse) as caught:
        read_response(QUESTIONS, raw)
    assert caught.value.errors == {
        "claridad": "surveys.answer.required",
        "ritmo": "surveys.answer.unknown",
        "comentario": "surveys.answer.too_long",
        "otra": "surveys.answer.no_question",
    }


@pytest.mark.parametrize("value", ["0", "6", "-1", "3.5", "٣", "tres", "1e0", "+3", "03"])
def test_a_scale_goes_from_one_to_five(value: str) -> None:
    with pytest.raises(BadResponse):
        read_response(QUESTIONS, {"claridad": value})


def test_invariant_12_answers_are_released_five_at_a_time() -> None:
    assert [releasable(count) for count in (0, 4, 5, 6)] == [False, False, True, True]
    assert not releasable(0, minimum=0)


def test_invariant_12_fewer_than_five_answers_show_nothing() -> None:
    responses = [{"claridad": value, "ritmo": 1} for value in (1, 2, 5, 5)]
    assert summarise(QUESTIONS, responses) == {"claridad": None, "ritmo": None, "comentario": None}
    responses.append({"claridad": 4})
    found = summarise(QUESTIONS, responses)
    assert found["claridad"] is not None
    assert found["claridad"].mean == Fraction(17, 5)
    assert found["claridad"].distribution == ((1, 1), (2, 1), (3, 0), (4, 1), (5, 2))
    assert found["ritmo"] is None, "four answered the optional question"


def test_invariant_12_texts_are_counted_never_shown() -> None:
    found = summarise(QUESTIONS, [{"claridad": 5, "comentario": f"soy la persona {number}"} for number in range(9)])
    assert found["comentario"] is not None
    assert (found["comentario"].answers, found["comentario"].distribution) == (9, ())
    assert "persona" not in repr(found)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 5, "b": 5}, {"a", "b"}),
        ({"a": 4, "b": 30}, set()),
        ({"a": 30}, set()),
        ({"a": 6, "b": 6, "c": 3}, {"b"}),
        ({"a": 6, "b": 6, "c": 3, "d": 2}, {"a", "b"}),
        ({"a": 6, "b": 0}, set()),
    ],
)
def test_invariant_12_a_cut_and_what_is_left_both_have_five(counts: dict[str, int], shown: set[str]) -> None:
    assert visible_cuts(counts) == shown


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 30), max_size=8))
def test_invariant_12_nothing_small_comes_out_by_subtraction(counts: dict[int, int]) -> None:
    shown = visible_cuts(counts)
    whole, told = sum(counts.values()), sum(counts[key] for key in shown)
    assert all(counts[key] >= MIN_GROUP for key in shown)
    assert all(whole - counts[key] >= MIN_GROUP for key in shown)
    assert not shown or whole - told == 0 or whole - told >= MIN_GROUP


def test_invariant_12_cuts_are_judged_question_by_question() -> None:
    full = [{"claridad": 3, "ritmo": 1}] * 6
    found = summarise_cuts(QUESTIONS, {"norte": full, "sur": full[:4] + [{"claridad": 3}] * 3})
    assert found["norte"]["claridad"] is not None
    assert found["sur"]["claridad"] is not None
    assert found["norte"]["ritmo"] is None, "its complement, four answers, would come out by subtraction"
    assert found["sur"]["ritmo"] is None


@given(st.lists(st.integers()), st.integers())
def test_shuffling_loses_nothing(items: list[int], seed: int) -> None:
    before = list(items)
    assert sorted(shuffled(items, random.Random(seed))) == sorted(items)
    assert items == before


def test_every_order_is_as_likely() -> None:
    source = random.Random(1)
    counts: dict[tuple[int, ...], int] = {}
    for _ in range(6000):
        order = tuple(shuffled((1, 2, 3), source))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(850 < count < 1150 for count in counts.values())
