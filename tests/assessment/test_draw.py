"""The draw: the same for ever, honours its plan, unseen first (invariants 1 and 2)."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.rules.draw import DrawImpossible, Drawn, UnknownAlgorithm, draw, draw_from, prepare
from lms.assessment.rules.plan import Candidate, Section
from lms.assessment.rules.stream import Stream

from .worlds import candidate, plan_of, small_worlds, valid_forms

SEED = bytes(range(32))


def ids(form: list[Drawn]) -> list[int]:
    return [drawn.question_id for drawn in form]


GOLDEN_PLAN = plan_of(Section("a", "easy", 3), Section("a", "hard", 2, points=3), Section("b", "any", 3))
GOLDEN_BANK = (
    [candidate(number) for number in range(1, 11)]
    + [candidate(number, "a", "hard", "twins" if number < 23 else None) for number in range(21, 26)]
    + [
        candidate(number, "b", "medium", "twins" if number == 31 else None, pool="both", size=0)
        for number in range(31, 37)
    ]
    + [candidate(99, "b", "easy", pool="practice")]
)


# Golden vectors: literals, never recomputed. Should one change, stored attempts could not be drawn again: what is
# wanted then is a new algorithm beside the old one.
GOLDEN_WORDS = [
    2031037588449739014,
    9211409529343061512,
    18277619404972699354,
    3953287312308587111,
    13371271054712489966,
]
GOLDEN_PERMUTATION = [1, 0, 6, 5, 7, 3, 2, 4]
GOLDEN_DICE = [3, 1, 3, 3, 1, 1, 2, 4, 2, 2, 1, 4]
GOLDEN_FIRST = [
    (33, ()),
    (23, (1, 2, 3, 0)),
    (6, (1, 3, 2, 0)),
    (9, (1, 3, 2, 0)),
    (10, (3, 1, 0, 2)),
    (21, (0, 2, 1, 3)),
    (32, ()),
    (36, ()),
]
GOLDEN_SECOND = [34, 25, 1, 3, 4, 24, 31, 35]
GOLDEN_OTHER_SEED = [25, 2, 10, 36, 33, 7, 32, 23]


def test_invariant_01_golden_vector_of_the_stream() -> None:
    stream = Stream(SEED, "umbral-1", "form")
    assert [stream.word() for _ in range(5)] == GOLDEN_WORDS
    block = hmac.new(SEED, b'umbral-1\0["form"]\0' + bytes(8), hashlib.sha256).digest()
    assert GOLDEN_WORDS[0] == int.from_bytes(block[:8], "big")  # as the docstring says it, computed another way
    assert list(Stream(SEED, "umbral-1", "options", 7).permuted(range(8))) == GOLDEN_PERMUTATION
    dice = Stream(SEED, "umbral-1", "dice")
    assert [dice.below(6) for _ in range(12)] == GOLDEN_DICE


def test_invariant_01_golden_vectors_of_the_draw() -> None:
    first = draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED)
    assert [(drawn.question_id, drawn.option_order) for drawn in first] == GOLDEN_FIRST
    seen = dict.fromkeys(ids(first), 1)
    assert ids(draw(GOLDEN_PLAN, GOLDEN_BANK, seen, SEED)) == GOLDEN_SECOND
    assert ids(draw(GOLDEN_PLAN, GOLDEN_BANK, {}, b"another seed of enough bytes")) == GOLDEN_OTHER_SEED


@given(st.randoms(use_true_random=False), st.binary(min_size=16, max_size=32))
@settings(max_examples=60, deadline=None)
def test_invariant_01_the_order_of_what_is_given_does_not_matter(shuffler, seed) -> None:
    bank, sections = list(GOLDEN_BANK), list(GOLDEN_PLAN.sections)
    shuffler.shuffle(bank)
    shuffler.shuffle(sections)
    seen = {3: 1, 22: 2, 31: 1}
    assert draw(plan_of(*sections), bank, seen, seed) == draw(GOLDEN_PLAN, GOLDEN_BANK, seen, seed)


def test_what_one_section_draws_does_not_move_another() -> None:
    larger = [*GOLDEN_BANK, *(candidate(number, "b", "easy", pool="both") for number in range(50, 60))]
    easy = {number for number in ids(draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED)) if number <= 10}
    assert easy == {number for number in ids(draw(GOLDEN_PLAN, larger, {}, SEED)) if number <= 10}


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(UnknownAlgorithm):
        draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED, "umbral-0")


def test_a_short_seed_two_versions_and_overlapping_sections_are_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        draw(GOLDEN_PLAN, GOLDEN_BANK, {}, b"short")
    with pytest.raises(ValueError, match="two versions"):
        draw(GOLDEN_PLAN, [*GOLDEN_BANK, Candidate(5, 1, "a", "easy", None, 4, "exam")], {}, SEED)
    with pytest.raises(DrawImpossible):
        draw(plan_of(Section("a", "easy", 1), Section("a", "any", 1)), GOLDEN_BANK, {}, SEED)


def test_below_rejects_the_words_that_would_favour_small_numbers(monkeypatch) -> None:
    words = iter([2**64 - 1, 2**64 - 1, 7])
    stream = Stream(SEED, "umbral-1")
    monkeypatch.setattr(stream, "word", lambda: next(words))
    assert stream.below(10) == 7  # 2**64 - 1 ends in 5, above the last whole multiple of 10
    with pytest.raises(ValueError, match="below 0"):
        stream.below(0)


def test_permuted_is_a_permutation_whatever_the_size() -> None:
    for size in range(40):
        assert sorted(Stream(SEED, "x", size).permuted(range(size))) == list(range(size))


def test_every_question_is_as_likely_as_any_other() -> None:
    """4,000 draws of 3 from 12: chi-square over 11 degrees of freedom stays under its 99.99% point, 38."""
    bank = [candidate(number) for number in range(12)]
    table = prepare(plan_of(Section("a", "easy", 3)), bank)
    times = Counter(number for turn in range(4000) for number in ids(draw_from(table, {}, turn.to_bytes(16, "big"))))
    expected = 4000 * 3 / 12
    assert sum((times[number] - expected) ** 2 / expected for number in range(12)) < 38


def test_every_order_of_the_form_comes_about_equally_often() -> None:
    """6 orders of 3 questions in 3,000 draws: chi-square over 5 degrees of freedom under its 99.99% point, 26."""
    table = prepare(plan_of(Section("a", "easy", 3)), [candidate(number) for number in range(3)])
    times = Counter(tuple(ids(draw_from(table, {}, turn.to_bytes(16, "big")))) for turn in range(3000))
    assert len(times) == 6
    assert sum((count - 500) ** 2 / 500 for count in times.values()) < 26


# --- against brute force ---------------------------------------------------------------------------------------------


def recency(numbers, seen: dict[int, int]) -> tuple[int, ...]:
    times = Counter(seen.get(number, 0) for number in numbers)
    return tuple(times[when] for when in range(5))


@given(small_worlds(), st.binary(min_size=16, max_size=16))
@settings(max_examples=800, deadline=None)
def test_invariant_02_finds_a_best_form_whenever_there_is_one(world, seed) -> None:
    plan, bank, seen = world
    forms = [frozenset(each.question_id for each in form) for form in valid_forms(plan, bank)]
    if not forms:
        with pytest.raises(DrawImpossible):
            draw(plan, bank, seen, seed)
        return
    drawn = ids(draw(plan, bank, seen, seed))
    assert frozenset(drawn) in forms  # counts, exclusive sets
    assert len(drawn) == len(set(drawn)) == plan.size  # no question twice
    assert recency(drawn, seen) == max(recency(form, seen) for form in forms)


def test_invariant_02_a_greedy_draw_would_fail_here() -> None:
    """Section b has only what shares x with a's question 1, so a must never take question 1, whatever the seed."""
    bank = [candidate(1, "a", exclusive="x"), candidate(2, "a"), candidate(3, "b", exclusive="x")]
    plan = plan_of(Section("a", "easy", 1), Section("b", "easy", 1))
    for turn in range(50):
        assert set(ids(draw(plan, bank, {}, turn.to_bytes(16, "big")))) == {2, 3}
        assert set(ids(draw(plan, bank, {2: 1}, turn.to_bytes(16, "big")))) == {2, 3}  # seen, yet there is no other


def test_invariant_02_unseen_first_weighs_the_whole_form() -> None:
    """Taking unseen question 1 would cost section b its unseen one: the draw takes 2 and 3, both unseen."""
    bank = [candidate(1, "a", exclusive="x"), candidate(2, "a"), candidate(3, "b", exclusive="x"), candidate(4, "b")]
    plan = plan_of(Section("a", "easy", 1), Section("b", "easy", 1))
    for turn in range(50):
        assert set(ids(draw(plan, bank, {4: 1}, turn.to_bytes(16, "big")))) == {2, 3}


def test_invariant_02_a_chain_of_exchanges_is_followed_to_its_end() -> None:
    """a can only give way to b by x, b only to c by y, c only to its own: whatever comes first, all three are filled."""
    chain = [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z"), ("c", "z"), ("c", "x"), ("d", "x")]
    bank = [candidate(number, topic, exclusive=name) for number, (topic, name) in enumerate(chain)]
    three = plan_of(*(Section(topic, "easy", 1) for topic in "abd"))
    for turn in range(50):
        assert 6 in ids(draw(three, bank, {}, turn.to_bytes(16, "big")))
        with pytest.raises(DrawImpossible):  # four sections, three sets
            draw(plan_of(*(Section(topic, "easy", 1) for topic in "abcd")), bank, {}, turn.to_bytes(16, "big"))


def test_invariant_02_two_seen_long_ago_are_worse_than_one_unseen_and_one_seen_just_now() -> None:
    """Unseen first weighs more than any difference of age: {1 unseen, 4 just seen} beats {2, 3} seen long ago."""
    bank = [
        candidate(1, "a", exclusive="x"),
        candidate(2, "a", exclusive="y"),
        candidate(3, "b", exclusive="x"),
        candidate(4, "b", exclusive="y"),
    ]
    plan = plan_of(Section("a", "easy", 1), Section("b", "easy", 1))
    for turn in range(20):
        assert set(ids(draw(plan, bank, {2: 1, 3: 1, 4: 9}, turn.to_bytes(16, "big")))) == {1, 4}
        assert set(ids(draw(plan, bank, {1: 1, 2: 2, 3: 2, 4: 9}, turn.to_bytes(16, "big")))) == {1, 4}


def test_invariant_02_retakes_go_through_the_bank_before_they_repeat() -> None:
    bank = [candidate(number) for number in range(10)]
    plan = plan_of(Section("a", "easy", 4))
    seen: dict[int, int] = {}
    history = []
    for attempt in range(1, 5):
        form = set(ids(draw(plan, bank, seen, attempt.to_bytes(16, "big"))))
        history.append(form)
        seen |= dict.fromkeys(form, attempt)
    first, second, third, _ = history
    assert not first & second
    assert set(range(10)) - first - second <= third  # the two unseen ones come first
    assert third & second == set()  # and then the least recently seen


def test_invariant_02_only_the_pool_of_the_exam_is_drawn() -> None:
    bank = [candidate(1, pool="practice"), candidate(2, pool="both"), candidate(3, pool="exam")]
    assert set(ids(draw(plan_of(Section("a", "easy", 2)), bank, {}, SEED))) == {2, 3}
    with pytest.raises(DrawImpossible):
        draw(plan_of(Section("a", "easy", 3)), bank, {}, SEED)


def test_drawn_questions_carry_their_version_order_and_points() -> None:
    form = draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED)
    assert all(drawn.version_id == 1000 + drawn.question_id for drawn in form)
    assert all(sorted(drawn.option_order) == list(range(4 if drawn.topic == "a" else 0)) for drawn in form)
    assert Counter(drawn.points for drawn in form) == {1: 6, 3: 2}


def test_a_large_bank_costs_a_draw_no_more_random_numbers_than_a_small_one(monkeypatch) -> None:
    """20 of 10,000 takes as many words as 20 of 100: the permutation is made only as far as it is needed."""
    plan = plan_of(Section("a", "easy", 20))
    words = Counter()
    original = Stream.word

    def counted(self: Stream) -> int:
        words[size] += 1
        return original(self)

    monkeypatch.setattr(Stream, "word", counted)
    for size in (100, 10_000):
        draw(plan, [candidate(number, size=0) for number in range(size)], {}, SEED)
    assert words[10_000] <= words[100] + 2  # a rejected word or two
