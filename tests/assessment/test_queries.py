"""Reading: scopes, what stands of the steps, what is kept in the process."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from lms.assessment.commands import submit
from lms.assessment.models import AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import browsing, content
from lms.assessment.rules.browsing import Filter, page_of
from lms.assessment.rules.plan import Section
from lms.assessment.views.presenting import answer_words, topic_lines
from lms.kit.errors import NotFound
from lms.kit.permissions import Permission
from tests.assessment.scene import MINUTE, answer_all, items_of, make_scene, plan, raw, singles
from tests.conftest import NOW

READ = Permission.READ_ATTEMPTS
TODAY = NOW.date()


def step(number, position=1, tab="a", seq=1, *, late=False, **payload):
    kind = "flag" if "flag" in payload else "answer"
    return AttemptStep(
        id=number, attempt_id=1, kind=kind, position=position, tab=tab, seq=seq, payload=payload, late=late, at=NOW
    )


def test_what_stands_of_steps():
    found = reading.standing(
        [
            step(1, answer=0),
            step(2, seq=3, answer=1),
            step(3, seq=2, answer=2),  # older in its tab
            step(4, position=2, tab="b", answer=[0, 1]),
            step(5, position=3, tab="b", seq=2, late=True, answer=0),
            step(6, position=2, tab="b", seq=3, flag=True),
            step(7, position=1, tab="b", seq=4, flag=True),
            step(8, position=1, tab="b", seq=5, flag=False),
        ]
    )
    assert found.answers == {1: 1, 2: [0, 1]}
    assert found.flagged == {2}
    assert found.answered() == {1, 2}


def test_invariant_13_attempts_are_read_by_the_place_they_were_made_in(cast, scene, session):
    attempt = scene.start(session)
    other = scene.start(session, cast.stranger)
    for row, member in ((attempt, cast.agent), (other, cast.stranger)):
        submit(session, member.actor, attempt_code=row.code, now=NOW)
    found, person = reading.attempt_for(session, cast.trainer.actor, attempt.code, READ, TODAY)
    assert (found.attempt.id, person.id, found.zone) == (
        attempt.id,
        cast.agent.id,
        "America/Argentina/Buenos_Aires",
    )
    with pytest.raises(NotFound):
        reading.attempt_for(session, cast.trainer.actor, other.code, READ, TODAY)
    for nobody in (cast.agent, cast.coordinator, cast.hr, cast.author, cast.administrator):
        with pytest.raises(NotFound):
            reading.attempt_for(session, nobody.actor, attempt.code, READ, TODAY)
    assert reading.attempt_for(session, cast.auditor.actor, other.code, READ, TODAY)[1].id == cast.stranger.id
    assert [
        each.attempt.id for each in reading.attempts_in_scope(session, cast.trainer.actor, cast.agent.id, TODAY)
    ] == [attempt.id]
    assert reading.attempts_in_scope(session, cast.trainer.actor, cast.stranger.id, TODAY) == []


def test_own_attempts_only(cast, scene, session):
    attempt = scene.start(session)
    assert reading.own_attempt(session, cast.agent.actor, attempt.code).attempt.id == attempt.id
    for name, member in cast.members().items():
        if name != "agent":
            with pytest.raises(NotFound):
                reading.own_attempt(session, member.actor, attempt.code)


def test_expired_takes_the_grace_of_each_attempt(cast, scene, session):
    attempt = scene.start(session)
    end = attempt.deadline_at + timedelta(seconds=60)
    assert reading.expired(session, end, 10) == []
    assert reading.expired(session, end + timedelta(seconds=1), 10) == [attempt.code]
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=end)
    assert reading.expired(session, end + MINUTE, 10) == []


def test_questions_are_read_once_in_a_process(cast, database, count_queries):
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(30), plan(Section("a", "any", 20)))
        attempt = scene.start(session)
    with database.reading() as session:
        first = items_of(session, attempt)
        with count_queries() as counted:
            again = items_of(session, attempt)
        assert counted.number == 1
        assert [item.question for item in again] == [item.question for item in first]
        assert all(one.question is two.question for one, two in zip(first, again, strict=True))


def test_a_start_reads_the_bank_once_in_a_process(cast, database, count_queries):
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(200), plan(Section("a", "any", 20)))
    with database.writing() as session:
        scene.start(session)
    with database.writing() as session, count_queries() as counted:
        scene.start(session, cast.stranger)
    assert not [each for each in counted.statements if "FROM question_version JOIN bank_version_question" in each]


def test_given_answers_come_back_in_the_order_shown(cast, scene, session):
    attempt = scene.start(session)
    for item in items_of(session, attempt):
        for right in (True, False):
            sent = raw(item, right=right)
            kind, body = item.question.kind, item.question.body
            answer = kind.parse_answer(sent, body, item.order)
            assert sorted(kind.given(body, answer, item.order)) == sorted(sent)
        assert kind.given(body, None, item.order) == ()


def test_answers_in_words_are_as_written(cast, scene, session):
    attempt = scene.start(session)
    answer_all(session, cast, attempt)
    standing = reading.standing(reading.steps_of(session, attempt.id))
    words = {
        item.question.key: answer_words(item.question, standing.answers[item.position])
        for item in items_of(session, attempt)
    }
    assert words == {
        "single-1": "Uno",
        "multiple-1": "Uno; Tres",
        "true-1": "Falso",
        "match-1": "L0 → R0; L1 → R1; L2 → R2",
        "order-1": "1 → Primero; 2 → Segundo; 3 → Tercero",
    }


def test_topics_of_a_result_are_exact():
    items = [
        {"topic": "a", "fraction": "1/1", "points": "2/1"},
        {"topic": "b", "fraction": "1/3", "points": "1/1"},
        {"topic": "a", "fraction": "0/1", "points": "1/1"},
    ]
    lines = topic_lines(items, {"a": "Tema A"})
    assert [(line.title, line.right, line.questions, line.score) for line in lines] == [
        ("Tema A", 1, 2, Fraction(2, 3)),
        ("b", 0, 1, Fraction(1, 3)),
    ]


def test_a_bank_page_follows_keys(cast, scene, session):
    shelf = browsing.shelf_of(session, scene.bank_version.id)
    page = page_of(shelf, Filter(), size=3)
    keys = [row.question.key for row in browsing.rows_of(session, page.entries, None)]
    assert (keys, page.more, page.total) == (["match-1", "multiple-1", "order-1"], True, 5)
    rest = page_of(shelf, Filter(), after=keys[-1], size=3)
    assert ([row.key for row in rest.entries], rest.more) == (["single-1", "true-1"], False)
    with pytest.raises(NotFound):
        content.bank_page(session, "otro")
