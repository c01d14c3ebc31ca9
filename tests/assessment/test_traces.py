"""Traces of how an attempt is taken: the same queue as answers, bounded, and never in the way of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment import forms
from lms.assessment.commands import Entry, save, submit
from lms.assessment.commands.answering import MAX_TRACES
from lms.assessment.models import Attempt, AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.neighbours import events, neighbours
from lms.assessment.rules.hints import traces
from lms.kit.db import Database
from lms.kit.permissions import Grant, Role
from tests.assessment.regrading import five_questions, sit
from tests.assessment.scene import END, MINUTE, Scene, items_of, raw
from tests.cast import Cast
from tests.conftest import NOW

TAB = "tab-one-1"


def send(session: Session, cast: Cast, attempt: Attempt, *entries: Entry, now=NOW) -> list[str]:
    saved = save(session, cast.agent.actor, attempt_code=attempt.code, entries=list(entries), now=now)
    return [outcome.state for outcome in saved.outcomes]


def test_traces_are_steps_beside_the_answers(scene: Scene, cast: Cast, session: Session) -> None:
    attempt = scene.start(session)
    first = items_of(session, attempt)[0]
    left, pasted = Entry(1, TAB, 1, left=12), Entry(1, TAB, 2, paste=80)
    states = send(session, cast, attempt, left, pasted, Entry(first.position, TAB, 3, raw(first)))
    assert states == ["saved", "saved", "saved"]
    assert send(session, cast, attempt, left, pasted) == ["replay", "replay"]
    assert send(session, cast, attempt, Entry(1, TAB, 1, left=13)) == ["refused"]  # the same number with other content
    steps = reading.steps_of(session, attempt.id)
    assert [(step.kind, step.payload) for step in steps[:2]] == [("left", {"seconds": 12}), ("paste", {"length": 80})]
    assert set(reading.standing(steps).answers) == {first.position}
    found = traces(events(steps))
    assert (found.left_times, found.left_seconds, found.pasted) == (1, 12, ((1, 80),))


def test_invariant_04_traces_never_change_what_counts(scene: Scene, cast: Cast, session: Session) -> None:
    attempt = scene.start(session)
    answers = [Entry(item.position, TAB, item.position, raw(item)) for item in items_of(session, attempt)]
    noise = [Entry(1, TAB, 100 + number, left=number) for number in range(50)]
    send(session, cast, attempt, *noise[:25], *answers, *noise[25:])
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + MINUTE)
    assert result is not None
    assert (result.score_num, result.score_den, result.answered) == (1, 1, 5)


def test_they_are_bounded_and_answers_still_go_through(scene: Scene, cast: Cast, session: Session) -> None:
    attempt = scene.start(session)
    first = items_of(session, attempt)[0]
    many = [Entry(1, TAB, number, left=1) for number in range(1, MAX_TRACES + 1)]
    assert set(send(session, cast, attempt, *many)) == {"saved"}
    more = [Entry(1, TAB, 1000, left=1), Entry(1, TAB, 1001, paste=1), Entry(first.position, TAB, 1002, raw(first))]
    assert send(session, cast, attempt, *more) == ["dropped", "dropped", "saved"]
    kept = select(func.count()).where(AttemptStep.attempt_id == attempt.id, AttemptStep.kind == "left")
    assert session.scalar(kept) == MAX_TRACES


@pytest.mark.parametrize("amount", [-1, 86_401, 1.5, "3", True, [1]])
def test_forged_amounts_are_refused(scene: Scene, cast: Cast, session: Session, amount: object) -> None:
    attempt = scene.start(session)
    for entry in (Entry(1, TAB, 1, left=amount), Entry(1, TAB, 2, paste=amount), Entry(9, TAB, 3, left=1)):
        assert send(session, cast, attempt, entry) == ["refused"]


@pytest.mark.parametrize(
    "save_",
    [
        {"left": None},
        {"paste": None},
        {"left": 1, "answer": ["0"]},
        {"left": 1, "paste": 1},
        {"flag": True, "left": 1},
        {"flag": None},
        {},
    ],
)
def test_a_save_says_one_thing(save_: dict) -> None:
    (entry,) = forms.entries({"saves": [{"position": 1, "tab": TAB, "seq": 1, **save_}]})
    assert not entry.shaped  # the command refuses it, and it alone


def test_a_late_trace_is_kept_as_late(scene: Scene, cast: Cast, session: Session) -> None:
    attempt = scene.start(session)
    assert send(session, cast, attempt, Entry(1, TAB, 1, left=5), now=END + 2 * MINUTE) == ["late"]


# --- neighbours


WRONG = {"a-easy-00000", "a-easy-00001", "a-easy-00002"}


def test_neighbours_are_those_at_the_same_time_within_reach(database: Database, cast: Cast, session: Session) -> None:
    session.rollback()
    with database.writing() as opened:
        scene = five_questions(opened, cast)
    with database.writing() as opened:
        mine, other = scene.start(opened), None
        other = sit(opened, scene, WRONG, member=cast.stranger)
        for item in items_of(opened, mine):
            answer = raw(item, right=item.question.key not in WRONG)
            send(opened, cast, mine, Entry(item.position, TAB, item.position, answer))
        submit(opened, cast.agent.actor, attempt_code=mine.code, now=NOW + 9 * MINUTE)
        later = sit(opened, scene, WRONG, member=cast.stranger, now=NOW + timedelta(days=1))
        other.site_id = mine.site_id
        opened.flush()
        everywhere = replace(cast.trainer.actor, grants=(Grant(Role.TRAINER),))
        (found,) = neighbours(opened, everywhere, mine, NOW.date())
        assert found.attempt.id == other.id != later.id
        assert (found.likeness.shared, found.likeness.both_wrong, found.likeness.alike) == (5, 3, 3)
        assert found.likeness.chance == Fraction(1, 8)
        assert neighbours(opened, cast.hr.actor, mine, NOW.date()) == []
        assert neighbours(opened, cast.other_coordinator.actor, mine, NOW.date()) == []


def test_neighbours_take_a_fixed_number_of_statements(database: Database, cast: Cast, count_queries) -> None:
    with database.writing() as session:
        scene = five_questions(session, cast)
        mine = scene.start(session)
        submit(session, cast.agent.actor, attempt_code=mine.code, now=NOW + 9 * MINUTE)

    def cost() -> int:
        with database.reading() as session, count_queries() as counted:
            neighbours(session, cast.auditor.actor, session.get_one(Attempt, mine.id), NOW.date())
        return counted.number

    with database.writing() as session:
        sit(session, scene, WRONG, member=cast.stranger).site_id = mine.site_id
    one = cost()
    with database.writing() as session:
        sit(session, scene, WRONG, member=cast.stranger, now=NOW + 2 * MINUTE).site_id = mine.site_id
    assert cost() == one <= 4
