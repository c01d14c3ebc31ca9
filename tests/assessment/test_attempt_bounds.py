"""An attempt takes so many steps and no more; a form that is sent again turns nothing back."""

from __future__ import annotations

import pytest

from lms.assessment.commands import Entry, answering, save, save_form, submit
from lms.assessment.queries import attempts as reading
from tests.assessment.scene import TAB, items_of, put, raw
from tests.conftest import NOW


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(answering, "MOST_STEPS", 6)


def test_beyond_the_bound_a_save_is_refused_and_what_was_saved_counts(cast, scene, session, few):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    entries = [Entry(item.position, TAB, seq, raw(item, right=seq == 6)) for seq in range(1, 9)]
    told = save(session, cast.agent.actor, attempt_code=attempt.code, entries=entries, now=NOW).outcomes
    assert [each.state for each in told] == ["saved"] * 6 + ["refused"] * 2
    assert {each.error for each in told[6:]} == {"assessment.answer.too_many_steps"}
    assert put(session, cast, attempt, 2, raw(items_of(session, attempt)[1]), seq=9).state == "refused"
    assert put(session, cast, attempt, 1, raw(item), seq=6).state == "replay", "what is stored is known again"
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert result.answered == 1
    assert result.score_num > 0


def test_beyond_the_bound_a_form_is_refused_too(cast, scene, session, few):
    attempt = scene.start(session)
    drawn = items_of(session, attempt)
    for seq in range(1, 7):
        put(session, cast, attempt, 1, raw(drawn[0], right=seq % 2 == 1), seq=seq)

    def send(changes, flag=None):
        return save_form(
            session,
            cast.agent.actor,
            attempt_code=attempt.code,
            read=lambda _items: changes,
            base=6,
            now=NOW,
            toggle_flag=flag,
        )

    got = send({2: raw(drawn[1])}, flag=3)
    assert (got.stored, dict(got.refused)) == (0, {2: "assessment.answer.too_many_steps"})
    assert len(reading.steps_of(session, attempt.id)) == 6


def test_invariant_05_a_form_that_is_sent_again_does_not_turn_the_flag_back(cast, scene, session):
    attempt = scene.start(session)

    def send(base):
        save_form(
            session,
            cast.agent.actor,
            attempt_code=attempt.code,
            read=lambda _items: {},
            base=base,
            now=NOW,
            toggle_flag=2,
        )
        return reading.standing(reading.steps_of(session, attempt.id)).flagged

    assert send(0) == {2}
    assert send(0) == {2}, "the page was loaded again, and its form with it"
    assert send(1) == frozenset()
    assert send(1) == frozenset()
    assert len(reading.steps_of(session, attempt.id)) == 2
