"""Ten thousand draws: how often each question comes, retakes, and how alike forms are in difficulty.

The statistic: in a section whose questions nothing tells apart (alone, all in pairs that exclude each other, or all in
scenarios of one size), a question comes in a first attempt with probability n/N, so that in D draws its
exposure is binomial (D, n/N). Every question's z = (exposure - D n/N) / sqrt(D n/N (1 - n/N)) must lie within the two-sided
normal bound for a chance of one in ten thousand that any of them lies outside it (Bonferroni over all questions). The seeds
are fixed, so that the test says the same every time.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from statistics import NormalDist, fmean, pvariance

import pytest

from lms.assessment.rules.draw import Drawn, draw_from, prepare
from lms.assessment.rules.plan import Candidate, Section

from .test_draw_whole import scenario
from .worlds import candidate, plan_of

DRAWS = 10_000
ALPHA = 1e-4

SECTIONS = {
    "easy": Section("a", "easy", 6),
    "medium": Section("a", "medium", 4),
    "hard": Section("a", "hard", 2),
    "any": Section("b", "any", 3),
    "pairs": Section("c", "easy", 3),
    "scenarios": Section("s", "hard", 4, scenarios=True),
}
BANK: dict[str, list[Candidate]] = {
    "easy": [candidate(number, "a", "easy", size=0) for number in range(100, 130)],
    "medium": [candidate(number, "a", "medium", size=0) for number in range(200, 221)],
    "hard": [candidate(number, "a", "hard", size=0) for number in range(300, 307)],
    "any": [candidate(number, "b", ("easy", "medium", "hard")[number % 3], size=0) for number in range(400, 440)],
    "pairs": [candidate(number, "c", "easy", f"pair-{number // 2}", size=0) for number in range(500, 520)],
    "scenarios": [replace(each, shuffle_size=0) for number in range(600, 720, 10) for each in scenario(number, 2)],
}
PLAN = plan_of(*SECTIONS.values())
EVERY = [each for some in BANK.values() for each in some]


def seed(*label: object) -> bytes:
    return hashlib.sha256(repr(label).encode()).digest()


@pytest.fixture(scope="module")
def forms() -> list[list[Drawn]]:
    """First attempts of ten thousand people."""
    table = prepare(PLAN, EVERY)
    return [draw_from(table, {}, seed(turn)) for turn in range(DRAWS)]


def test_every_question_comes_as_often_as_it_should(forms) -> None:
    exposure = Counter(drawn.question_id for form in forms for drawn in form)
    bound = NormalDist().inv_cdf(1 - ALPHA / (2 * len(EVERY)))
    for name, bank in BANK.items():
        share = SECTIONS[name].count / len(bank)
        mean, deviation = DRAWS * share, (DRAWS * share * (1 - share)) ** 0.5
        scores = {each.question_id: (exposure[each.question_id] - mean) / deviation for each in bank}
        assert all(abs(score) < bound for score in scores.values()), (name, bound, scores)


def test_the_exposures_of_a_section_together_look_like_chance(forms) -> None:
    """Per section of single questions, the sum of (exposure - expected)^2 / (expected (1 - n/N)) times (N - 1)/N is
    chi-square with N - 1 degrees of freedom (a draw takes exactly n: the exposures add up). Beyond four and a half
    deviations by the cube root approximation of Wilson and Hilferty is a chance under 1 in 100,000."""
    exposure = Counter(drawn.question_id for form in forms for drawn in form)
    for name in ("easy", "medium", "hard", "any"):
        size, count = len(BANK[name]), SECTIONS[name].count
        expected = DRAWS * count / size
        spread = expected * (1 - count / size) * size / (size - 1)
        chi = sum((exposure[each.question_id] - expected) ** 2 for each in BANK[name]) / spread
        freedom = size - 1
        score = ((chi / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** 0.5
        assert abs(score) < 4.5, (name, chi, score)


def test_every_place_of_the_form_comes_to_every_section(forms) -> None:
    """A single question of each section is in the first place as often as its share of the units (binomial, as above)."""
    units = sum(section.count for section in PLAN.sections) - 2  # two scenarios of two questions are two units
    for name, section in SECTIONS.items():
        count = section.count // 2 if section.scenarios else section.count
        number = PLAN.filed.index(section)
        first = sum(form[0].section == number for form in forms)
        mean = DRAWS * count / units
        assert abs(first - mean) < 4.5 * (mean * (1 - count / units)) ** 0.5, name


@pytest.mark.parametrize("attempts", [3])
def test_invariant_02_retakes_of_a_thousand_people_see_nothing_twice_while_something_is_new(attempts) -> None:
    table = prepare(PLAN, EVERY)
    for person in range(1000):
        seen: dict[int, int] = {}
        for attempt in range(1, attempts + 1):
            drawn = draw_from(table, seen, seed("retake", person, attempt))
            for name, bank in BANK.items():
                new = [each for each in bank if each.question_id not in seen]
                number = PLAN.filed.index(SECTIONS[name])
                mine = [each.question_id for each in drawn if each.section == number]
                if name == "pairs":  # at most one of each pair: ten new pairs, then their other halves
                    new = list({each.exclusive: each for each in new}.values())
                assert sum(each not in seen for each in mine) == min(len(new), SECTIONS[name].count), (name, attempt)
            seen |= {each.question_id: attempt for each in drawn}


def test_forms_differ_less_in_difficulty_than_with_a_plain_random_draw(forms) -> None:
    """Each question gets a facility: its band's, plus noise as wide as half the way to the next band. The variance of the
    mean facility between forms is at most a fifth of that of as many questions drawn from all without sections."""
    chance = random.Random(4)
    band = {"easy": 0.9, "medium": 0.7, "hard": 0.5}
    facility = {
        each.question_id: band[each.difficulty] + chance.uniform(-0.1, 0.1) for each in EVERY if each.topic == "a"
    }
    by_plan = [fmean(facility[each.question_id] for each in form if each.question_id in facility) for form in forms]
    size = sum(SECTIONS[name].count for name in ("easy", "medium", "hard"))
    plain = [fmean(facility[each] for each in chance.sample(sorted(facility), size)) for _ in range(DRAWS)]
    assert pvariance(by_plan) < pvariance(plain) / 5
