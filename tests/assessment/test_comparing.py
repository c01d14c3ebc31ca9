"""Pure rules over what questions say: which are alike, what changed between two versions, what came near the key."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules.differences import GONE, NEW, SAME, changes, pieces_of
from lms.assessment.rules.likeness import LEAST, MOST_PAIRS, alike
from lms.assessment.rules.misses import Miss, misses_of
from lms.assessment.rules.texts import said, words

WORDS = [f"palabra{number}" for number in range(4000)]


def test_likeness_finds_what_the_plain_comparison_finds() -> None:
    chance = random.Random(7)
    texts = {at: " ".join(chance.sample(WORDS, 12)) for at in range(150)}
    for at in range(150, 200):  # each like one of the others by one, two or three words
        held = texts[chance.randrange(150)].split()
        held[: at % 4] = chance.sample(WORDS, at % 4)
        texts[at] = " ".join(held)
    found = {(pair.one, pair.other): pair.share for pair in alike(texts, texts)}
    expected = {}
    for (one, text), (other, other_text) in combinations(texts.items(), 2):
        here, there = set(text.split()), set(other_text.split())
        share = len(here & there) / len(here | there)
        if share >= LEAST:
            expected[one, other] = 1000 if text == other_text else int(share * 1000)
    assert expected
    assert found == {pair: share if share == 1000 else min(share, 999) for pair, share in expected.items()}


def test_only_what_is_new_is_held_against_the_rest() -> None:
    texts = {1: "a b c d", 2: "a b c d", 3: "a b c d e", 4: "x y z"}
    assert [(pair.one, pair.other) for pair in alike(texts, {3})] == [(1, 3), (2, 3)]
    assert alike(texts, {4}) == []
    assert alike({}, set()) == []
    assert alike({1: "", 2: ""}, {1, 2}) == []


def test_a_bank_of_look_alikes_stays_bounded() -> None:
    texts = {at: f"lo mismo siempre con otro número al final de la pregunta {at}" for at in range(3000)}
    pairs = alike(texts, texts)
    assert 0 < len(pairs) <= 3000 * MOST_PAIRS


def test_what_is_said_leaves_keys_and_remarks_aside() -> None:
    body = {
        "stem": "¿Qué **es**?",
        "options": [{"text": "Sí", "feedback": "F", "grade": "1"}],
        "general": "G",
        "scoring": "weights",
    }
    assert said(body, "Un caso") == "un caso si que es"
    assert words("Ñandú, 3,5 %") == "nandu 3 5"


TEXT = st.text(st.sampled_from("ab ñ.,\n"), max_size=30)


@given(TEXT, TEXT)
def test_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = list(pieces_of(before, after))
    assert "".join(piece.text for piece in pieces if piece.kind in {SAME, GONE}) == before
    assert "".join(piece.text for piece in pieces if piece.kind in {SAME, NEW}) == after


DOCUMENTS = st.recursive(
    st.booleans() | st.integers(0, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), DOCUMENTS, max_size=3))
def test_what_did_not_change_is_not_told(document: dict[str, Any]) -> None:
    assert changes(document, document) == []


@given(*[st.dictionaries(st.sampled_from("abc"), TEXT.filter(bool), max_size=3)] * 2)
def test_every_text_that_changed_is_told(before: dict[str, str], after: dict[str, str]) -> None:
    told = {change.path[0] for change in changes(before, after)}
    assert told == {key for key in "abc" if before.get(key) != after.get(key)}


def test_an_option_put_in_first_is_the_one_change() -> None:
    before = {"options": [{"text": "Uno", "correct": True}, {"text": "Dos"}]}
    after = {"options": [{"text": "Cero"}, {"text": "Uno", "correct": True}, {"text": "Dos"}]}
    (found,) = changes(before, after)
    assert (found.path, found.pieces[0].kind, found.pieces[0].text) == (("options", "1", "text"), NEW, "Cero")
    (gone,) = changes(after, before)
    assert gone.pieces[0].kind == GONE


def number(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"answers": [{"grade": "1", "feedback": "", **each} for each in answers], "feedback": "", **more}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("90", False),  # it is right
        ("92", False),
        ("94", True),  # within twice the tolerance
        ("95", False),
        ("900", True),
        ("9", True),
        ("-90", True),
        ("0,09", True),
        ("nada", False),
        ("1234", False),
    ],
)
def test_numbers_that_came_near(text: str, near: bool) -> None:
    body = number({"value": "90", "tolerance": "2"})
    assert bool(misses_of("numeric", body, [(text, 3)])) == near


def test_a_number_without_its_unit_came_near() -> None:
    body = number(
        {"value": "90", "tolerance": ""},
        unit="required",
        units=[{"name": "s", "factor": "1"}, {"name": "min", "factor": "60"}],
    )
    found = misses_of("numeric", body, [("90", 2), ("90 kg", 1), ("80 kg", 1), ("90 s", 5)])
    assert found == [Miss("", "90", 2, "90 s"), Miss("", "90 kg", 1, "90 s")]
    assert misses_of("numeric", number({"value": "0", "tolerance": ""}), [("5", 1), ("-0,5", 1)]) == []
    assert misses_of("numeric", number({"value": "5", "tolerance": "", "grade": "0"}), [("50", 1)]) == []


def test_gaps_are_looked_at_one_by_one() -> None:
    typed = {
        "answers": [{"text": "servicio", "grade": "1", "feedback": ""}],
        "case": False,
        "accents": False,
        "feedback": "",
    }
    body = {
        "gaps": [
            {"id": "a", "kind": "typed", **typed},
            {"id": "b", "kind": "numeric", **number({"value": "80", "tolerance": ""})},
            {"id": "c", "kind": "chosen", "options": []},
        ]
    }
    given_answers = [(["serbicio", "8", 0], 2), (["SERVICIO", None, 1], 3), (None, 1), (["serbicio", "80", 0], 1)]
    assert misses_of("gaps", body, given_answers) == [Miss("a", "serbicio", 3, "servicio"), Miss("b", "8", 2, "80")]
    assert misses_of("single", {}, [(0, 1)]) == []
