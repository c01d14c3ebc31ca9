"""The draw over the shipped bank, for a crowd: minutes, not seconds, hence apart (`make test-long`)."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.rules.draw import draw_from, prepare
from lms.assessment.rules.plan import Candidate
from lms.assessment.types.registry import question_type

BANK = Path(__file__).resolve().parents[2] / "question_banks" / "certificacion-copc"
PEOPLE, ATTEMPTS = 10_000, 3


@pytest.mark.long
def test_invariant_02_ten_thousand_people_three_times_over() -> None:
    """Every form honours the plan; three attempts hardly ever repeat a question; no question is left out or favoured."""
    bank, report = load_bank(BANK, BANK.parent)
    assert report.ok
    assert bank is not None
    assert bank.plan is not None
    candidates = [
        Candidate(
            number,
            number,
            question.topic,
            question.difficulty,
            question.exclusive or None,
            question_type(question.type).shuffle_size(question.body),
            question.pool,
        )
        for number, question in enumerate(bank.questions, 1)
    ]
    by_id = {each.question_id: each for each in candidates}
    wanted = Counter({(section.topic, section.difficulty): section.count for section in bank.plan.sections})
    table = prepare(bank.plan, candidates)
    first, repeats = Counter[int](), 0
    for person in range(PEOPLE):
        seen: dict[int, int] = {}
        for attempt in range(1, ATTEMPTS + 1):
            seed = hashlib.sha256(f"{person}/{attempt}".encode()).digest()
            drawn = [by_id[item.question_id] for item in draw_from(table, seen, seed)]
            assert Counter((each.topic, each.difficulty) for each in drawn) == wanted
            assert len({each.question_id for each in drawn}) == len(drawn)
            sets = [each.exclusive for each in drawn if each.exclusive]
            assert len(sets) == len(set(sets))
            repeats += any(each.question_id in seen for each in drawn)
            if attempt == 1:
                first.update(each.question_id for each in drawn)
            seen |= {each.question_id: attempt for each in drawn}
    assert repeats <= PEOPLE // 1000, "three attempts repeat questions too often"
    exam = [each for each in candidates if each.pool != "practice"]
    assert set(first) == {each.question_id for each in exam}, "a question that is never drawn"
    for cell, count in wanted.items():
        share = [first[each.question_id] for each in exam if (each.topic, each.difficulty) == cell]
        fair = PEOPLE * count / len(share)
        # Exclusive sets share their chances: two fifths to twice of what would be fair without them.
        assert all(fair / 2.5 < got < fair * 2 for got in share), (cell, sorted(share), fair)
