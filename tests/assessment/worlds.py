"""Plans and candidates for the tests of draws and plans, and every form they allow, found by trying."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from hypothesis import strategies as st

from lms.assessment.rules.plan import Candidate, Section, TestPlan, parse_pass_mark


def plan_of(*sections: Section) -> TestPlan:
    return TestPlan("t", "T", parse_pass_mark("80%"), 30, 3, 24, sections)


def candidate(
    number: int,
    topic: str = "a",
    difficulty: str = "easy",
    exclusive: str | None = None,
    *,
    pool: str = "exam",
    size: int = 4,
) -> Candidate:
    return Candidate(1000 + number, number, topic, difficulty, exclusive, size, pool)


TOPICS = ("a", "b", "c")


@st.composite
def small_worlds(take):
    """A plan of up to 3 sections, up to 9 candidates of which many share an exclusive name, and what was seen when.

    Returns the plan, the candidates and a mapping of question id to a time from 1 to 4.
    """
    names = take(st.sampled_from([[None, "w"], [None, "w", "x", "y"], ["w", "x", "y", "z"], ["v", "w", "x", "y", "z"]]))
    sections = [Section(topic, "any", take(st.integers(1, 2))) for topic in TOPICS[: take(st.integers(1, 3))]]
    topics = [*(section.topic for section in sections), TOPICS[0]]
    bank = [
        candidate(number, take(st.sampled_from(topics)), "easy", take(st.sampled_from(names)))
        for number in range(take(st.integers(4, 9)))
    ]
    seen = {each.question_id: when for each in bank if (when := take(st.sampled_from([None, 1, 2, 3, 4])))}
    return plan_of(*sections), bank, seen


def valid_forms(plan: TestPlan, bank: list[Candidate]) -> Iterator[list[Candidate]]:
    per_section = [
        combinations([each for each in bank if each.topic == section.topic], section.count) for section in plan.sections
    ]
    for parts in product(*map(list, per_section)):
        form = [each for part in parts for each in part]
        names = [each.exclusive for each in form if each.exclusive]
        if len(names) == len(set(names)):
            yield form
