"""Question types: what loads, what the browser may see, what it may send, what it earns."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.canonical import canonical_json, content_hash
from lms.assessment.types.base import BadAnswer
from lms.assessment.types.registry import TYPES, question_type

from .samples import BODIES, SOURCES, load

RIGHT = {
    "single": 0,
    "multiple": [0, 2],
    "true_false": False,
    "matching": [0, 1, 2],
    "ordering": [0, 1, 2],
    "numeric": "1,5 min",
    "short_text": "Nivel  de SERVICIO",
    "gaps": ["encuesta", 0, "20"],
}
ORDERS = {
    "single": (2, 0, 1),
    "multiple": (3, 2, 1, 0),
    "true_false": (),
    "matching": (3, 1, 0, 2),
    "ordering": (2, 0, 1),
    "numeric": (),
    "short_text": (),
    "gaps": (2, 0, 1),
    "open": (),
}
GRADED = sorted(RIGHT)
"""The types that are graded by rule."""


def test_every_type_is_registered_under_its_name() -> None:
    assert sorted(TYPES) == sorted(SOURCES)
    assert all(each.name == name for name, each in TYPES.items())
    with pytest.raises(KeyError):
        question_type("essay")


@pytest.mark.parametrize("kind", SOURCES)
def test_a_good_question_loads_without_a_fault_and_stores_as_json(kind: str) -> None:
    body, faults = load(kind, SOURCES[kind])
    assert faults == []
    assert body["stem"] == "¿Qué?"
    assert json.loads(canonical_json(body)) == body


@pytest.mark.parametrize("kind", SOURCES)
def test_invariant_01_what_the_browser_gets_holds_no_key(kind: str) -> None:
    """Neither feedback nor correctness, and nothing that differs when the key does."""
    each, body = question_type(kind), BODIES[kind]
    presented = asdict(each.present(body, ORDERS[kind]))
    text = canonical_json(presented)
    assert "F-" not in text
    assert "correct" not in text
    assert presented["stem"] == "¿Qué?"
    assert [choice["id"] for choice in presented["choices"]] == [str(n) for n in range(len(presented["choices"]))]
    other_key = json.loads(canonical_json(body))
    if "options" in other_key:
        for option in other_key["options"]:
            option["correct"] = not option["correct"]
    if "answer" in other_key:
        other_key["answer"] = not other_key["answer"]
    assert asdict(each.present(other_key, ORDERS[kind])) == presented


def test_invariant_01_matching_and_ordering_show_only_the_order_drawn() -> None:
    """The right sides and the items stand in shown order: turning body and order together changes nothing shown."""
    shown = question_type("ordering").present(BODIES["ordering"], (2, 0, 1))
    assert [choice.text for choice in shown.choices] == ["Tercero", "Primero", "Segundo"]
    turned = {**BODIES["ordering"], "items": ["Tercero", "Primero", "Segundo"]}
    assert question_type("ordering").present(turned, (0, 1, 2)) == shown
    shown = question_type("matching").present(BODIES["matching"], (3, 1, 0, 2))
    assert [choice.text for choice in shown.choices] == ["D0", "R1", "R0", "R2"]
    assert shown.prompts == ("L0", "L1", "L2")


@pytest.mark.parametrize("kind", GRADED)
def test_the_right_answer_earns_everything_in_every_order(kind: str) -> None:
    each, body = question_type(kind), BODIES[kind]
    for order in permutations(range(each.shuffle_size(body))):
        presented = each.present(body, order)
        choices = presented.choices or [choice for gap in presented.gaps for choice in gap.choices]
        texts = {choice.text: choice.id for choice in choices}
        raw = [texts.get(text, text) for text in RIGHT_TEXTS[kind]]
        answer = each.parse_answer(raw, body, order)
        assert answer == RIGHT[kind]
        assert each.grade(body, answer) == 1
        assert each.is_answered(answer)
        assert each.review(body, answer, order).grade == 1


RIGHT_TEXTS = {
    "single": ["Uno"],
    "multiple": ["Uno", "Tres"],
    "true_false": ["Falso"],
    "matching": ["R0", "R1", "R2"],
    "ordering": ["Primero", "Segundo", "Tercero"],
    "numeric": ["1,5 min"],
    "short_text": ["Nivel  de SERVICIO"],
    "gaps": ["encuesta", "calidad", "20"],
}


@pytest.mark.parametrize("kind", SOURCES)
def test_no_answer_is_an_answer_that_earns_nothing(kind: str) -> None:
    each, body = question_type(kind), BODIES[kind]
    answer = each.parse_answer([], body, ORDERS[kind])
    assert answer is None
    assert not each.is_answered(answer)
    assert each.by_person or each.grade(body, answer) == 0
    assert each.given(body, answer, ORDERS[kind]) == ()
    assert each.note(body, answer) == ""
    assert each.responses(body, answer) == ()
    review = each.review(body, answer, ORDERS[kind])
    assert not review.answered
    assert not any(line.chosen for line in review.choices)
    assert all(line.given == "" for line in review.slots)


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(
    "raw",
    [
        None,
        "0",
        0,
        True,
        {"0": "1"},
        [0],
        [True],
        [None],
        [["0"]],
        ["0"] * 50,
        ["0" * 50_000],
    ],
)
def test_answers_of_the_wrong_shape_are_refused(kind: str, raw: object) -> None:
    with pytest.raises(BadAnswer) as fault:
        question_type(kind).parse_answer(raw, BODIES[kind], ORDERS[kind])
    assert fault.value.key.startswith("answer.")


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "matching", "ordering", "gaps"])
@pytest.mark.parametrize(
    "raw", [["9"], ["-1"], ["+1"], ["01"], ["1.0"], [" 1"], ["٠"], ["x"], ["0" * 5000], ["", "9", ""], ["", "x", ""]]
)
def test_forged_choices_are_refused(kind: str, raw: object) -> None:
    with pytest.raises(BadAnswer) as fault:
        question_type(kind).parse_answer(raw, BODIES[kind], ORDERS[kind])
    assert fault.value.key.startswith("answer.")


@pytest.mark.parametrize(
    ("kind", "raw", "key"),
    [
        ("single", ["0", "1"], "answer.too_long"),
        ("single", [""], "answer.unknown_choice"),
        ("multiple", ["0", "0"], "answer.repeated"),
        ("multiple", [""], "answer.unknown_choice"),
        ("true_false", ["2"], "answer.unknown_choice"),
        ("true_false", ["0", "1"], "answer.too_long"),
        ("matching", ["0", "1"], "answer.shape"),
        ("matching", ["0", "1", "2", "3"], "answer.too_long"),
        ("ordering", ["0", "1"], "answer.shape"),
        ("ordering", ["0", "0", "1"], "answer.repeated"),
        ("numeric", ["1", "2"], "answer.too_long"),
        ("numeric", ["1" * 501], "answer.long_text"),
        ("short_text", ["a" * 501], "answer.long_text"),
        ("open", ["a" * 20_001], "answer.long_text"),
        ("gaps", ["a", "0"], "answer.shape"),
        ("gaps", ["a", "0", "1", "1"], "answer.too_long"),
        ("gaps", ["a", "calidad", "1"], "answer.unknown_choice"),
        ("gaps", ["a" * 501, "0", "1"], "answer.long_text"),
    ],
)
def test_each_type_refuses_what_its_page_cannot_send(kind: str, raw: list[str], key: str) -> None:
    with pytest.raises(BadAnswer) as fault:
        question_type(kind).parse_answer(raw, BODIES[kind], ORDERS[kind])
    assert fault.value.key == key


NOTES = {"", "no_number", "no_unit", "unknown_unit", "gap_unread", "few_words", "many_words"}


@given(
    st.sampled_from(sorted(SOURCES)),
    st.lists(st.text(max_size=30), max_size=3)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from("0123"),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=8,
    ),
)
def test_whatever_is_sent_is_refused_or_becomes_an_answer_that_grades(kind: str, raw: object) -> None:
    each, body = question_type(kind), BODIES[kind]
    try:
        answer = each.parse_answer(raw, body, ORDERS[kind])
    except BadAnswer:
        return
    assert json.loads(canonical_json(answer)) == answer
    assert each.by_person or 0 <= each.grade(body, answer) <= 1
    each.review(body, answer, ORDERS[kind])
    # What the page shows of it, sent again, is the same answer.
    assert each.parse_answer(list(each.given(body, answer, ORDERS[kind])), body, ORDERS[kind]) == answer
    assert set(each.responses(body, answer)) <= {(one.part, one.key) for one in each.bins(body)}
    assert each.note(body, answer) in NOTES


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "ordering", "gaps"])
@pytest.mark.parametrize("order", [(), (0, 1), (0, 0, 1), (0, 1, 1, 2), (0, 1, 2, 3, 4), (-1, 0, 1)])
def test_an_order_of_another_question_is_refused(kind: str, order: tuple[int, ...]) -> None:
    each, body = question_type(kind), BODIES[kind]
    for use in (each.present, lambda b, o: each.parse_answer([], b, o), lambda b, o: each.review(b, None, o)):
        with pytest.raises(ValueError, match="not an order"):
            use(body, order)


# --- grades and reviews ----------------------------------------------------------------------------------------------


def test_multiple_all_or_nothing_and_partial() -> None:
    each, body = question_type("multiple"), BODIES["multiple"]
    partial = {**body, "scoring": "partial"}
    for answer, whole, part in [
        ([0, 2], 1, Fraction(1)),
        ([0], 0, Fraction(1, 2)),
        ([0, 1], 0, Fraction(0)),
        ([0, 1, 2], 0, Fraction(1, 2)),
        ([0, 1, 2, 3], 0, Fraction(0)),
        ([1, 3], 0, Fraction(0)),
        ([1], 0, Fraction(0)),
    ]:
        assert each.grade(body, answer) == whole
        assert each.grade(partial, answer) == part


def test_matching_counts_each_pair() -> None:
    each, body = question_type("matching"), BODIES["matching"]
    assert each.grade(body, [0, 2, 1]) == Fraction(1, 3)
    assert each.grade(body, [0, None, 2]) == Fraction(2, 3)
    assert each.grade(body, [3, 3, 3]) == 0
    assert each.grade(body, [1, 1, 1]) == Fraction(1, 3)


def test_a_right_side_given_twice_is_saved() -> None:
    each, body = question_type("matching"), BODIES["matching"]
    assert each.parse_answer(["1", "1", ""], body, (3, 1, 0, 2)) == [1, 1, None]


def test_ordering_is_all_or_nothing_and_places_can_be_empty() -> None:
    each, body = question_type("ordering"), BODIES["ordering"]
    assert each.grade(body, [0, 2, 1]) == 0
    assert each.parse_answer(["", "2", ""], body, (2, 0, 1)) == [None, 1, None]
    assert each.parse_answer(["", "", ""], body, (2, 0, 1)) is None
    assert each.grade(body, [0, 1, None]) == 0


def test_true_is_not_one() -> None:
    each, body = question_type("true_false"), BODIES["true_false"]
    assert each.parse_answer(["0"], body, ()) is True
    assert each.parse_answer(["1"], body, ()) is False
    assert each.grade(body, True) == 0
    assert each.grade(body, False) == 1


def test_the_review_of_options_is_in_shown_order_with_feedback_where_it_was_wrong() -> None:
    review = question_type("multiple").review(BODIES["multiple"], [0, 1], (3, 2, 1, 0))
    assert [(line.text, line.chosen, line.correct, line.feedback) for line in review.choices] == [
        ("Cuatro", False, False, ""),
        ("Tres", False, True, ""),
        ("Dos", True, False, "F-dos"),
        ("Uno", True, True, ""),
    ]
    assert (review.grade, review.answered) == (0, True)
    single = question_type("single").review(BODIES["single"], 2, (2, 0, 1))
    assert [line.feedback for line in single.choices] == ["F-tres", "", ""]


def test_the_review_of_true_or_false() -> None:
    wrong = question_type("true_false").review(BODIES["true_false"], True, ())
    assert [(line.text, line.chosen, line.correct, line.feedback) for line in wrong.choices] == [
        ("Verdadero", True, False, "F-verdadero"),
        ("Falso", False, True, ""),
    ]
    right = question_type("true_false").review(BODIES["true_false"], False, ())
    assert (right.grade, [line.feedback for line in right.choices]) == (1, ["", ""])


def test_the_review_of_pairs_and_places() -> None:
    review = question_type("matching").review(BODIES["matching"], [0, 3, None], (3, 1, 0, 2))
    assert [(line.prompt, line.given, line.expected, line.correct, line.feedback) for line in review.slots] == [
        ("L0", "R0", "R0", True, ""),
        ("L1", "D0", "R1", False, "F-1"),
        ("L2", "", "R2", False, "F-2"),
    ]
    order = question_type("ordering").review(BODIES["ordering"], [1, 0, 2], (2, 0, 1))
    assert [(line.prompt, line.given, line.expected, line.correct) for line in order.slots] == [
        ("1", "Segundo", "Primero", False),
        ("2", "Primero", "Segundo", False),
        ("3", "Tercero", "Tercero", True),
    ]
    assert order.feedback == "F-orden"
    assert question_type("ordering").review(BODIES["ordering"], [0, 1, 2], (2, 0, 1)).feedback == ""


@pytest.mark.parametrize("kind", SOURCES)
def test_rendering_reaches_every_markdown_text_and_nothing_else(kind: str) -> None:
    each, body = question_type(kind), BODIES[kind]
    rendered = each.map_texts(body, lambda text: f"<{text}>")
    assert rendered["stem"] == "<¿Qué?>"
    assert BODIES[kind]["stem"] == "¿Qué?"  # a copy
    plain = canonical_json(rendered).replace("<", "").replace(">", "")
    assert plain == canonical_json(body)
    assert all(
        f"<{word}>" in canonical_json(rendered) for word in canonical_json(body).split('"') if word.startswith("F-")
    )
    assert each.by_person or each.grade(rendered, RIGHT[kind]) == 1


def test_right_sides_and_items_stay_plain_because_they_stand_in_lists_of_choices() -> None:
    render = "<{}>".format
    assert question_type("matching").map_texts(BODIES["matching"], render)["pairs"][0] == {
        "left": "<L0>",
        "right": "R0",
        "feedback": "<F-0>",
    }
    assert question_type("ordering").map_texts(BODIES["ordering"], render)["items"] == BODIES["ordering"]["items"]
    options = question_type("single").map_texts(BODIES["single"], render)["options"]
    assert options[0] == {"text": "<Uno>", "correct": True, "feedback": ""}


def test_equal_contents_hash_alike_and_different_ones_do_not() -> None:
    assert content_hash({"b": 1, "a": [1, 2]}) == content_hash({"a": [1, 2], "b": 1})
    assert content_hash({"a": [2, 1]}) != content_hash({"a": [1, 2]})
    assert content_hash({"a": "ñ"}) == "76e14502279b35541eec926ce039cda8e561b779909cc0cafe4ccbd84f3ddaf7"
    with pytest.raises(ValueError, match="JSON"):
        content_hash(float("nan"))
