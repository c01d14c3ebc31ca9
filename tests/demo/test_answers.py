"""Answers of the demo: every question of the shipped bank can be answered right and wrong, in any order shown."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from sqlalchemy import select

from lms.assessment.models import BankVersion
from lms.assessment.queries.attempts import Item
from lms.assessment.queries.browsing import rows_of, shelf_of
from lms.demo.answers import raw_answer
from lms.demo.learning import outcomes
from tests.demo.conftest import Demo


def _items(demo: Demo) -> list[Item]:
    with demo.database.reading() as session:
        version = session.scalars(select(BankVersion)).one()
        found = [row.question for row in rows_of(session, shelf_of(session, version.id).entries, None)]
    chance, items = Random(1), []
    for number, question in enumerate(found, 1):
        order = list(range(question.kind.shuffle_size(question.body)))
        chance.shuffle(order)
        items.append(Item(number, number, tuple(order), 1, question))
    return items


def test_every_question_is_answered_fully_right_or_fully_wrong(demo: Demo) -> None:
    items = _items(demo)
    kinds = Counter(item.question.kind.name for item in items)
    assert len(items) > 70
    assert len(kinds) == 5, kinds
    for item in items:
        for right in (True, False):
            raw = raw_answer(item, right=right)
            answer = item.question.kind.parse_answer(raw, item.question.body, item.order)
            assert item.question.kind.is_answered(answer)
            assert item.question.kind.grade(item.question.body, answer) == Fraction(int(right))


@pytest.mark.parametrize("passes", [True, False])
def test_outcomes_depend_on_the_sections_and_not_on_the_questions_drawn(demo: Demo, passes: bool) -> None:
    items = _items(demo)
    drawn = items[:20]
    other = [Item(item.position, 10_000 + item.version_id, item.order, 1, item.question) for item in drawn]
    first = outcomes(drawn, 0.7, Random("one"), passes=passes)
    assert first == outcomes(list(reversed(other)), 0.7, Random("one"), passes=passes)
    assert (sum(first.values()) >= 16) is passes
