"""What the types with choices of their own earn and say: weights, pairs in order, numbers, texts, gaps, open answers."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.rules.canonical import canonical_json
from lms.assessment.types.base import BadAnswer, NeedsPerson, remarks
from lms.assessment.types.gaps.places import rendered, split
from lms.assessment.types.open.rules import count_words, rubric_of, rubric_share
from lms.assessment.types.registry import TYPES, question_type
from lms.assessment.types.short_text.rules import misses
from lms.kit.markup import render

from .documents import OWN, documents, read
from .samples import BODIES, SOURCES, load

HALF = Fraction(1, 2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["0", "1", "2", ""]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=8,
)


def loaded(kind: str, text: str) -> dict[str, Any]:
    body, faults = load(kind, text)
    assert faults == []
    return body


@pytest.mark.parametrize("kind", sorted(OWN))
@settings(max_examples=60)
@given(data=st.data())
def test_every_body_grades_exactly_and_gives_nothing_away(kind: str, data: Any) -> None:
    """Whatever its author wrote and whatever is sent: an exact share or a refusal, the same when it is sent again."""
    question, _ = read(data.draw(documents(kind)))
    assert question is not None
    each, body = TYPES[kind], question.body
    order = tuple(data.draw(st.permutations(range(each.shuffle_size(body)))))
    presented = each.present(body, order)
    fields = len(presented.gaps or presented.prompts) or 1
    raw = data.draw(JSON | st.lists(st.sampled_from(["0", "1", "2", "3", ""]) | st.text(max_size=9), max_size=fields))
    try:
        answer = each.parse_answer(raw, body, order)
    except BadAnswer:
        return
    assert json.loads(canonical_json(answer)) == answer
    assert each.parse_answer(list(each.given(body, answer, order)), body, order) == answer
    if each.by_person:
        with pytest.raises(NeedsPerson):
            each.grade(body, answer)
    else:
        grade = each.grade(body, answer)
        assert isinstance(grade, Fraction)
        assert 0 <= grade <= 1
        assert each.review(body, answer, order).grade == grade
        assert each.grade(each.map_texts(body, render), answer) == grade
    assert set(each.responses(body, answer)) <= {(one.part, one.key) for one in each.bins(body)}


@pytest.mark.parametrize("kind", sorted(OWN))
@settings(max_examples=40)
@given(data=st.data())
def test_invariant_01_no_part_of_a_key_is_presented(kind: str, data: Any) -> None:
    """Every grade, right value, feedback, remark and model is marked; none of the marks reaches what the browser may have."""
    question, _ = read(data.draw(documents(kind)))
    assert question is not None
    each = TYPES[kind]
    marked = _marked(question.body)
    order = range(each.shuffle_size(marked))
    assert "KEY" not in repr(each.present(marked, order))


SECRET = {
    "feedback",
    "model",
    "value",
    "tolerance",
    "low",
    "high",
    "grade",
    "general",
    "when_right",
    "when_partial",
    "when_wrong",
}


def _marked(node: Any, key: str = "") -> Any:
    if isinstance(node, dict):
        hidden = {"answers"} & set(node)
        return {name: _hide(value) if name in hidden else _marked(value, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_marked(each, key) for each in node]
    return "KEY" if key in SECRET else node


def _hide(answers: Any) -> Any:
    return [dict.fromkeys(answer, "KEY") for answer in answers]


# --- choices


def test_single_by_weights_earns_what_the_option_is_worth() -> None:
    body = loaded(
        "single",
        "scoring: weights\noptions:\n  - {text: a, grade: 1}\n  - {text: b, grade: 33.33333%, feedback: F}\n"
        "  - {text: c, grade: -1/2, feedback: G}\n  - {text: d, feedback: H}\n",
    )
    each = question_type("single")
    assert [each.grade(body, answer) for answer in (None, 0, 1, 2, 3)] == [0, 1, Fraction(1, 3), 0, 0]
    lines = each.review(body, 1, (3, 2, 1, 0)).choices
    assert [(line.text, line.chosen, line.correct, line.feedback, line.share) for line in lines] == [
        ("d", False, False, "", 0),
        ("c", False, False, "", -HALF),
        ("b", True, False, "F", Fraction(1, 3)),
        ("a", False, True, "", 1),
    ]


def test_multiple_by_weights_sums_and_never_falls_below_nothing() -> None:
    body = loaded(
        "multiple",
        "scoring: weights\noptions:\n  - {text: a, grade: 66.66667%}\n  - {text: b, grade: 33.33333%}\n"
        "  - {text: c, grade: -50%, feedback: F}\n  - {text: d, feedback: F}\n",
    )
    each = question_type("multiple")
    for answer, earned in [
        ([0, 1], 1),
        ([0], "2/3"),
        ([0, 2], "1/6"),
        ([2], 0),
        ([1, 2], 0),
        ([0, 1, 2, 3], "1/2"),
        (None, 0),
    ]:
        assert each.grade(body, answer) == Fraction(earned), answer


def test_a_right_side_may_serve_two_left_ones() -> None:
    body = loaded(
        "matching",
        "pairs:\n  - {left: perro, right: animal, feedback: F}\n  - {left: rosa, right: planta, feedback: F}\n"
        "  - {left: gato, right: animal, feedback: F}\ndistractors: [piedra]\n",
    )
    each = question_type("matching")
    assert [choice.text for choice in each.present(body, (2, 1, 0)).choices] == ["piedra", "planta", "animal"]
    answer = each.parse_answer(["2", "1", "2"], body, (2, 1, 0))
    assert answer == [0, 1, 0]
    assert each.grade(body, answer) == 1
    assert each.grade(body, [0, 0, 2]) == Fraction(1, 3)
    _, faults = load("matching", "pairs:\n  - {left: a, right: X, feedback: F}\n  - {left: b, right: x, feedback: F}\n")
    assert [line for line, _ in faults] == [4]  # it reads alike and is another one: which is which could not be seen


def test_ordering_by_pairs_counts_the_pairs_that_stand_right() -> None:
    body = {**BODIES["ordering"], "scoring": "pairs"}
    each = question_type("ordering")
    for answer, earned in [
        ([0, 1, 2], 1),
        ([1, 0, 2], "2/3"),
        ([2, 1, 0], 0),
        ([0, None, 2], "1/3"),
        ([None, 2, 0], 0),
        (None, 0),
    ]:
        assert each.grade(body, answer) == Fraction(earned), answer


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "ordering", "gaps"])
def test_the_written_order_can_be_kept(kind: str) -> None:
    body = loaded(kind, SOURCES[kind] + "shuffle: false\n")
    each = question_type(kind)
    assert body["shuffle"] is False
    assert each.shuffle_size(body) == 0
    kept, usual = each.present(body, ()), each.present(BODIES[kind], range(each.elements(body)))
    assert (kept.choices, kept.gaps) == (usual.choices, usual.gaps)
    with pytest.raises(ValueError, match="not an order"):
        each.present(body, range(each.elements(body)))
    assert "shuffle" not in loaded(kind, SOURCES[kind] + "shuffle: true\n")


# --- typed


def test_numbers_earn_by_the_first_answer_that_holds_them() -> None:
    each, body = question_type("numeric"), BODIES["numeric"]
    for text, earned, key in [
        ("90", 1, "0"),
        ("88", 1, "0"),
        ("92 s", 1, "0"),
        ("1,5 min", 1, "0"),
        ("87,999", HALF, "1"),
        ("120", HALF, "1"),
        ("120,0001", 0, "other"),
        ("90 h", 0, "unread"),
        ("noventa", 0, "unread"),
    ]:
        assert each.grade(body, text) == earned, text
        assert each.responses(body, text) == (("", key),)
    assert [each.note(body, text) for text in ("90", "120 h", "x")] == ["", "unknown_unit", "no_number"]
    (line,) = each.review(body, "60", ()).slots
    assert (line.given, line.expected, line.correct, line.feedback, line.share) == (
        "60",
        "90 ± 2 s",
        False,
        "F-cerca",
        HALF,
    )
    assert each.review(body, "7", ()).slots[0].feedback == "F-lejos"
    assert each.review(body, "90", ()).slots[0].feedback == "F-bien"
    percent = loaded("numeric", 'answers: [{value: "-200", tolerance: 5%}]\nfeedback: F\n')
    assert [each.grade(percent, text) for text in ("-190", "-210", "-211")] == [1, 1, 0]


def test_texts_earn_by_the_first_answer_that_reads_alike() -> None:
    each, body = question_type("short_text"), BODIES["short_text"]
    assert [each.grade(body, text) for text in ("NIVEL DE SERVICIO", "el servicio", "otra", None)] == [1, HALF, 0, 0]
    (line,) = each.review(body, "otra", ()).slots
    assert (line.expected, line.feedback) == ("nivel de servicio", "F-otra")
    found = misses(body, [("nivel de serbicio", 4), ("x", 9), ("nivel de servicio", 3)])
    assert [(miss.text, miss.times) for miss in found] == [("nivel de serbicio", 4)]
    judged = {**body, "answers": [*body["answers"], {"text": "nivel de serbicio", "grade": "0", "feedback": ""}]}
    assert misses(judged, [("nivel de serbicio", 4)]) == []


def test_gaps_weigh_and_show_their_options_through_one_permutation() -> None:
    each, body = question_type("gaps"), BODIES["gaps"]
    assert each.shuffle_size(body) == 3
    shown = each.present(body, (2, 0, 1))
    assert shown.pieces == ("La ", " mide la ", " en ", " segundos.")
    assert [choice.text for choice in shown.gaps[1].choices] == ["hora", "calidad", "cantidad"]
    answer = each.parse_answer([" Encuesta ", "1", ""], body, (2, 0, 1))
    assert answer == ["Encuesta", 0, None]
    assert each.grade(body, answer) == Fraction(3, 4)
    assert each.grade(body, ["no", 1, "20,5"]) == Fraction(1, 4)
    lines = each.review(body, ["no", 1, "veinte"], (2, 0, 1)).slots
    assert [(line.prompt, line.given, line.expected, line.correct, line.feedback) for line in lines] == [
        ("1", "no", "encuesta", False, "F-a"),
        ("2", "cantidad", "calidad", False, "F-b"),
        ("3", "veinte", "20 ± 1", False, "F-c"),
    ]
    assert each.note(body, ["no", 1, "veinte"]) == "gap_unread"
    assert each.note(body, ["no", 1, None]) == ""


def test_two_chosen_gaps_share_the_permutation() -> None:
    body = loaded(
        "gaps",
        "text: '{{b}} y {{a}}'\ngaps:\n"
        "  - {id: a, kind: chosen, options: [{text: a0, correct: true}, {text: a1}]}\n"
        "  - {id: b, kind: chosen, options: [{text: b0, correct: true}, {text: b1, grade: 1/2}]}\n",
    )
    assert [gap["id"] for gap in body["gaps"]] == ["b", "a"]  # in the order of the text
    each = question_type("gaps")
    shown = each.present(body, (3, 1, 2, 0))
    assert [[choice.text for choice in gap.choices] for gap in shown.gaps] == [["b1", "b0"], ["a1", "a0"]]
    assert each.parse_answer(["0", "1"], body, (3, 1, 2, 0)) == [1, 0]
    assert each.grade(body, [1, 0]) == Fraction(3, 4)


def test_gaps_stand_in_the_text_whatever_markdown_is_around_them() -> None:
    for text, pieces in [
        ("**{{a}}** y {{b}}", 3),
        ("- {{a}}\n- {{ b }}", 3),
        ("| x | y |\n|---|---|\n| {{a}} | {{b}} |", 3),
        ("`{{a}}` {{b}}", 3),
        ("Uno{: #x } {{a}}{{b}}", 3),
        ("[x](http://e.org/{{a}}) {{b}}", 2),
        ('![{{a}}](media/a.png "{{b}}")', 1),
        ("{{A}} {{a b}} {a}", 1),
    ]:
        assert len(split(rendered(text, render))) == pieces, text


def test_open_answers_wait_for_a_person() -> None:
    each, body = question_type("open"), BODIES["open"]
    assert each.by_person
    assert [kind for kind, one in TYPES.items() if one.by_person] == ["open"]
    with pytest.raises(NeedsPerson):
        each.grade(body, None)
    review = each.review(body, "Uno\ndos", ())
    assert (review.grade, review.answered, review.written) == (None, True, "Uno\ndos")
    assert "F-modelo" not in repr(each.present(body, ()))
    assert each.present(body, ()).entry.criteria[0].levels[2] == (2, "Sí")
    assert [each.note(body, text) for text in ("uno dos", "uno dos tres", "x " * 51)] == ["few_words", "", "many_words"]
    assert count_words("Dos-tres, 3,14 y «l'eau» e\u0301l — fin.") == 6


def test_levels_of_a_rubric_become_an_exact_share() -> None:
    body = loaded(
        "open",
        "rubric:\n  - {id: a, title: A, levels: [{points: 0, text: no}, {points: 2, text: s}]}\n"
        "  - {id: b, title: B, levels: [{points: 1, text: no}, {points: 5, text: s}]}\n",
    )
    assert rubric_share(body, {"a": 2, "b": 5}) == 1
    assert rubric_share(body, {"a": 0, "b": 1}) == Fraction(1, 7)
    for points in ({}, {"a": 2}, {"a": 2, "b": 5, "c": 1}, {"a": 1, "b": 5}):
        with pytest.raises(ValueError, match=r"criteria|level"):
            rubric_share(body, points)
    bare = {**body, "rubric": []}
    assert rubric_share(bare, {rubric_of(bare)[0]["id"]: 5}) == HALF


def test_remarks_follow_what_was_earned() -> None:
    body = loaded("true_false", SOURCES["true_false"] + "general: G\nwhen_right: R\nwhen_partial: P\nwhen_wrong: W\n")
    assert remarks(body, Fraction(1)) == ("G", "R")
    assert remarks(body, HALF) == ("G", "P")
    assert remarks(body, Fraction(0)) == ("G", "W")
    assert remarks(body, None) == ("G",)
    assert remarks(BODIES["true_false"], Fraction(1)) == ()
    assert question_type("true_false").map_texts(body, "<{}>".format)["when_wrong"] == "<W>"
