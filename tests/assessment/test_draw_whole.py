"""Algorithm "umbral-2": fixed questions, whole scenarios, an order (invariants 1 and 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.rules import scenarios
from lms.assessment.rules.draw import ALGORITHM, ALGORITHM_WHOLE, DrawImpossible, Drawn, draw, draw_from, prepare
from lms.assessment.rules.filling import (
    FixedKind,
    LackKind,
    feasibility,
    fixed_faults,
    supplies,
    unseen_attempts,
)
from lms.assessment.rules.plan import PLAN_ORDER, Candidate, Section, TestPlan
from lms.assessment.rules.stream import Stream

from .worlds import candidate, plan_of

SEED = bytes(range(32))


def ids(form: list[Drawn]) -> list[int]:
    return [drawn.question_id for drawn in form]


def scenario(number: int, size: int, *, topic: str = "s", name: str | None = None, **facts: str) -> list[Candidate]:
    """A scenario of `size` questions with ids from `number` on, written into the bank from the last to the first."""
    return [
        replace(candidate(number + place, topic, "hard", name), scenario=f"esc-{number}", place=place + 1, **facts)
        for place in reversed(range(size))
    ]


GOLDEN_PLAN = replace(
    plan_of(
        Section("a", "easy", 2),
        Section("s", "hard", 5, Fraction(1, 2), scenarios=True),
        Section("s", "hard", 1),
    ),
    fixed=("key-3", "key-1"),
    fixed_points=Fraction(3),
)
GOLDEN_BANK = [
    *(
        replace(candidate(number, exclusive="x" if number in {3, 4} else None), key=f"key-{number}")
        for number in range(1, 9)
    ),
    *scenario(100, 2),
    *scenario(200, 3),
    *scenario(300, 3, name="y"),
    *scenario(400, 2, name="y"),
    *scenario(500, 1),
    *scenario(600, 4, status="draft"),
    candidate(700, "s", "hard"),
]

# Golden vectors: literals, never recomputed (see `test_draw.py`).
GOLDEN_FIRST = [700, 1, 2, 3, 200, 201, 202, 100, 101, 6]
GOLDEN_ORDERS = [(1, 2, 3, 0), (2, 1, 3, 0)]
GOLDEN_SECOND = [1, 700, 400, 401, 7, 100, 101, 8, 500, 3]
GOLDEN_PLAN_ORDER = [3, 1, 6, 2, 100, 101, 200, 201, 202, 700]


def test_invariant_01_golden_vectors_of_whole_plans() -> None:
    first = draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED)
    assert ids(first) == GOLDEN_FIRST
    assert [drawn.option_order for drawn in first[:2]] == GOLDEN_ORDERS
    assert ids(draw(GOLDEN_PLAN, GOLDEN_BANK, dict.fromkeys(ids(first), 1), SEED)) == GOLDEN_SECOND
    assert ids(draw(replace(GOLDEN_PLAN, order=PLAN_ORDER), GOLDEN_BANK, {}, SEED)) == GOLDEN_PLAN_ORDER


@given(st.randoms(use_true_random=False), st.binary(min_size=16, max_size=32))
@settings(max_examples=60, deadline=None)
def test_invariant_01_the_order_of_what_is_given_does_not_matter(shuffler, seed) -> None:
    bank, sections = list(GOLDEN_BANK), list(GOLDEN_PLAN.sections)
    shuffler.shuffle(bank)
    shuffler.shuffle(sections)
    seen = {3: 1, 100: 2, 101: 1, 500: 1}
    turned = draw(replace(GOLDEN_PLAN, sections=tuple(sections)), bank, seen, seed)
    assert turned == draw(GOLDEN_PLAN, GOLDEN_BANK, seen, seed)


def test_every_question_says_where_it_comes_from_and_what_it_is_worth() -> None:
    form = {drawn.question_id: drawn for drawn in draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED)}
    assert (form[1].section, form[1].points, form[1].scenario) == (None, 3, "")
    assert (form[6].section, form[6].points) == (0, 1)
    assert (form[700].section, form[700].points, form[700].scenario) == (1, 1, "")
    assert (form[200].section, form[200].points, form[200].scenario) == (2, Fraction(1, 2), "esc-200")


def test_plans_without_whole_things_stay_with_the_first_algorithm() -> None:
    plain = plan_of(Section("a", "easy", 2))
    assert prepare(plain, GOLDEN_BANK).algorithm == ALGORITHM
    assert prepare(GOLDEN_PLAN, GOLDEN_BANK).algorithm == ALGORITHM_WHOLE
    assert prepare(replace(plain, order=PLAN_ORDER), GOLDEN_BANK).algorithm == ALGORITHM_WHOLE
    with pytest.raises(DrawImpossible, match="umbral-1"):
        draw(GOLDEN_PLAN, GOLDEN_BANK, {}, SEED, ALGORITHM)


def test_a_plain_section_takes_nothing_of_a_scenario_and_nothing_that_is_not_reviewed() -> None:
    bank = [
        *scenario(1, 3, topic="a"),
        candidate(9, "a", "hard"),
        replace(candidate(10, "a", "hard"), status="retired"),
    ]
    plan = plan_of(Section("a", "hard", 1))
    for turn in range(30):
        assert ids(draw(plan, bank, {}, turn.to_bytes(16, "big"))) == [9]
    with pytest.raises(DrawImpossible):
        draw(plan_of(Section("a", "hard", 2)), bank, {}, SEED)


def test_what_excludes_a_fixed_question_is_never_drawn() -> None:
    for turn in range(60):
        drawn = ids(draw(GOLDEN_PLAN, GOLDEN_BANK, {}, turn.to_bytes(16, "big")))
        assert {1, 3} <= set(drawn)
        assert 4 not in drawn  # the same set as 3
    bank = [replace(candidate(1, exclusive="x"), key="one"), *scenario(10, 2, name="x"), *scenario(20, 2)]
    plan = replace(plan_of(Section("s", "hard", 2, scenarios=True)), fixed=("one",))
    assert sorted(ids(draw(plan, bank, {}, SEED))) == [1, 20, 21]


def test_in_the_order_of_the_plan_fixed_ones_come_first_and_sections_follow() -> None:
    plan = replace(GOLDEN_PLAN, order=PLAN_ORDER, sections=GOLDEN_PLAN.sections[::-1])
    seen_orders = set()
    for turn in range(40):
        form = draw(plan, GOLDEN_BANK, {}, turn.to_bytes(16, "big"))
        assert ids(form)[:2] == [3, 1]
        assert [drawn.section for drawn in form] == [None, None, 0, 1, 1, 1, 1, 1, 2, 2]
        seen_orders.add(tuple(ids(form)[-2:]))
    assert len(seen_orders) > 10  # shuffled within a section


def test_fixed_questions_that_cannot_be_are_told() -> None:
    bank = [
        replace(candidate(1, exclusive="x"), key="a"),
        replace(candidate(2, exclusive="x"), key="b"),
        replace(candidate(3, pool="practice"), key="c"),
        replace(candidate(4), key="d", status="retired"),
        *(replace(each, key="e") for each in scenario(5, 1)),
        candidate(6),
    ]
    plan = replace(plan_of(Section("a", "easy", 1)), fixed=("a", "b", "c", "d", "e", "z"))
    assert [(fault.kind, fault.key, fault.other) for fault in fixed_faults(plan, bank)] == [
        (FixedKind.EXCLUSIVE, "b", "a"),
        (FixedKind.POOL, "c", ""),
        (FixedKind.STATUS, "d", ""),
        (FixedKind.SCENARIO, "e", ""),
        (FixedKind.UNKNOWN, "z", ""),
    ]
    with pytest.raises(DrawImpossible):
        draw(plan, bank, {}, SEED)


def test_a_fill_that_whole_scenarios_cannot_make_is_told_with_its_numbers() -> None:
    bank = [*scenario(10, 3), *scenario(20, 5), *scenario(30, 2, name="x"), *scenario(40, 3, name="x")]
    for count, found in ((3, None), (4, (3, 5)), (5, None), (9, (8, 10)), (12, (11, None))):
        lacks = feasibility(plan_of(Section("s", "hard", count, scenarios=True)), bank)
        assert [(lack.kind, lack.needed, lack.available, lack.above) for lack in lacks] == (
            [] if found is None else [(LackKind.UNEVEN, count, *found)]
        )


def test_a_name_that_scenarios_share_with_another_section_is_refused() -> None:
    bank = [*scenario(10, 2, name="x"), *scenario(20, 2), candidate(1, exclusive="x"), candidate(2)]
    plan = plan_of(Section("s", "hard", 2, scenarios=True), Section("a", "easy", 1))
    (lack,) = feasibility(plan, bank)
    assert (lack.kind, lack.name, len(lack.sections)) == (LackKind.SHARED, "x", 2)
    with pytest.raises(DrawImpossible):
        draw(plan, bank, {}, SEED)
    between_plain = plan_of(Section("a", "easy", 1), Section("b", "easy", 1))
    assert (
        feasibility(between_plain, [candidate(1, exclusive="x"), candidate(2, "b"), candidate(3, "b", exclusive="x")])
        == []
    )


# --- against brute force ---------------------------------------------------------------------------------------------


@st.composite
def scenario_worlds(take):
    """A section of scenarios beside a plain one and perhaps a fixed question; up to 7 scenarios of 1 to 4 questions."""
    bank, seen = [], {}
    for number in range(take(st.integers(1, 7))):
        name = take(st.sampled_from([None, None, "w", "x"]))
        made = scenario(10 * (number + 1), take(st.integers(1, 4)), name=name)
        when = take(st.sampled_from([None, None, 1, 2, 3]))
        for each in made:
            last = take(st.sampled_from([when, when, when, None, 4]))  # a question that joined the scenario later
            if last:
                seen[each.question_id] = last
        bank += made
    bank += [replace(candidate(number), key=f"k{number}") for number in (1, 2, 3)]
    plan = plan_of(Section("s", "hard", take(st.integers(1, 8)), scenarios=True), Section("a", "easy", 1))
    return replace(plan, fixed=("k2",) if take(st.booleans()) else ()), bank, seen


def valid_fills(plan: TestPlan, bank: list[Candidate]) -> Iterator[frozenset[int]]:
    """The questions of every exact fill of the scenario section, found by trying."""
    there = scenarios.gather(each for each in bank if each.scenario)
    for many in range(1, len(there) + 1):
        for some in combinations(there, many):
            names = [each.name for each in some if each.name]
            if sum(each.size for each in some) == plan.sections[0].count and len(names) == len(set(names)):
                yield frozenset(question.question_id for each in some for question in each.questions)


def recency(numbers, seen: dict[int, int]) -> tuple[int, ...]:
    times = Counter(seen.get(number, 0) for number in numbers)
    return tuple(times[when] for when in range(5))


@given(scenario_worlds(), st.binary(min_size=16, max_size=16))
@settings(max_examples=600, deadline=None)
def test_invariant_02_fills_with_a_best_choice_of_scenarios_whenever_there_is_one(world, seed) -> None:
    plan, bank, seen = world
    fills = list(valid_fills(plan, bank))
    assert bool(feasibility(plan, bank)) == (not fills)
    if not fills:
        with pytest.raises(DrawImpossible):
            draw(plan, bank, seen, seed)
        return
    form = draw(plan, bank, seen, seed)
    drawn = frozenset(each.question_id for each in form if each.scenario)
    assert drawn in fills
    assert recency(drawn, seen) == max(recency(fill, seen) for fill in fills)
    assert len(form) == len(set(ids(form))) == plan.size
    # The questions of a scenario stand together, in their order.
    for key in {each.scenario for each in form if each.scenario}:
        places = [place for place, each in enumerate(form) if each.scenario == key]
        assert places == list(range(places[0], places[0] + len(places)))
        assert ids(form)[places[0] : places[-1] + 1] == sorted(ids(form)[places[0] : places[-1] + 1])


@given(scenario_worlds())
@settings(max_examples=200, deadline=None)
def test_the_number_of_disjoint_fills_is_the_most_there_are(world) -> None:
    plan, bank, _ = world
    fills = list(valid_fills(plan, bank))

    def most(left: list[frozenset[int]]) -> int:
        return max(
            (1 + most([each for each in left[place:] if not each & fill]) for place, fill in enumerate(left)), default=0
        )

    pool = [each for each in bank if each.scenario]
    assert scenarios.disjoint(scenarios.gather(pool), plan.sections[0].count) == most(fills)
    free = 2 if plan.fixed else 3  # the plain section wants one of these an attempt
    assert unseen_attempts(plan, bank) == min(most(fills), free)
    assert [supply.forms for supply in supplies(plan, bank)] == [most(fills), free]


def test_the_search_for_disjoint_fills_gives_up_in_time_and_tells_what_it_found() -> None:
    there = scenarios.gather(each for number in range(120) for each in scenario(100 * number, 1 + number % 19))
    assert 30 < scenarios.disjoint(there, 20) <= sum(each.size for each in there) // 20


def test_invariant_02_retakes_go_through_the_scenarios_before_they_repeat() -> None:
    bank = [each for number in range(6) for each in scenario(10 * (number + 1), 2)]
    plan = plan_of(Section("s", "hard", 4, scenarios=True))
    seen: dict[int, int] = {}
    forms = []
    for attempt in range(1, 5):
        forms.append(set(ids(draw(plan, bank, seen, attempt.to_bytes(16, "big")))))
        seen |= dict.fromkeys(forms[-1], attempt)
    assert len(set.union(*forms[:3])) == 12
    assert forms[3] == forms[0]  # the least recently seen


def test_scenarios_of_one_size_are_as_likely_as_each_other() -> None:
    """4,000 draws of two scenarios out of ten: chi-square over 9 degrees of freedom under its 99.99% point, 34."""
    bank = [each for number in range(10) for each in scenario(10 * (number + 1), 2)]
    table = prepare(plan_of(Section("s", "hard", 4, scenarios=True)), bank)
    times = Counter(
        each.scenario for turn in range(4000) for each in draw_from(table, {}, turn.to_bytes(16, "big")) if each
    )
    assert sum((count / 2 - 800) ** 2 / 800 for count in times.values()) < 34


def test_a_large_bank_costs_a_draw_of_scenarios_no_more_random_numbers_than_a_small_one(monkeypatch) -> None:
    words: list[int] = []
    original = Stream.word

    def counted(self: Stream) -> int:
        words[-1] += 1
        return original(self)

    plan = plan_of(Section("s", "hard", 20, scenarios=True))
    tables = [
        prepare(plan, [each for number in range(size) for each in scenario(10 * number, 2 + number % 4)])
        for size in (50, 5_000)
    ]
    monkeypatch.setattr(Stream, "word", counted)
    for table in tables:
        words.append(0)
        draw_from(table, {}, SEED)
    assert words[1] <= 1.5 * words[0]
