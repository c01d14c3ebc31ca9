"""Handing in: exact scores, one grading, results that never change (invariants 3, 5 and 6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.commands import Entry, closing, save, submit
from lms.assessment.events import AttemptGraded
from lms.assessment.models import Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Opened
from lms.assessment.rules.plan import Section
from lms.catalog.models import Completion
from lms.catalog.queries import part_states
from lms.kit.db import fraction
from lms.kit.events import EventBus, attach
from lms.kit.permissions import SYSTEM, Actor
from tests.assessment.scene import (
    ALL_TYPES,
    END,
    MINUTE,
    TAB,
    answer_all,
    items_of,
    make_scene,
    plan,
    question,
    raw,
    singles,
)
from tests.cast import Cast
from tests.conftest import NOW


@pytest.mark.parametrize(("right", "passed"), [(16, True), (15, False), (20, True), (0, False)])
def test_invariant_03_sixteen_of_twenty_pass_and_fifteen_do_not(cast, session, right, passed):
    scene = make_scene(session, cast, NOW, singles(25), plan(Section("a", "any", 20)))
    attempt = scene.start(session)
    answer_all(session, cast, attempt, wrong=20 - right)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert fraction(result.score_num, result.score_den) == Fraction(right, 20)
    assert (fraction(result.pass_num, result.pass_den), result.passed) == (Fraction(4, 5), passed)


def test_invariant_03_fifteen_and_two_thirds_of_twenty_fail(cast, session):
    questions = [*singles(19), question("match", "matching", topic="b")]
    scene = make_scene(session, cast, NOW, questions, plan(Section("a", "any", 19), Section("b", "any", 1)))
    attempt = scene.start(session)
    match = next(item for item in items_of(session, attempt) if item.question.topic == "b")
    others = [item for item in items_of(session, attempt) if item is not match and item.question.topic == "a"]
    entries = [Entry(item.position, TAB, item.position, raw(item, right=n < 15)) for n, item in enumerate(others)]
    shown = {index: str(place) for place, index in enumerate(match.order)}
    entries.append(Entry(match.position, TAB, 99, [shown[0], shown[1], ""]))
    save(session, cast.agent.actor, attempt_code=attempt.code, entries=entries, now=NOW)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert fraction(result.score_num, result.score_den) == Fraction(47, 60)
    assert not result.passed


def test_the_mark_then_in_force_stays_with_the_attempt(cast, scene, session):
    from lms.assessment.commands import publish_bank
    from tests.assessment.scene import ALL_TYPES_PLAN, bank

    attempt = scene.start(session)
    answer_all(session, cast, attempt, wrong=1)
    harder = plan(*ALL_TYPES_PLAN.sections, pass_mark=Fraction(1))
    publish_bank(session, SYSTEM, bank(ALL_TYPES, harder), now=NOW)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert (fraction(result.pass_num, result.pass_den), result.passed) == (Fraction(4, 5), True)


def test_invariant_05_handing_in_twice_grades_once(cast, scene, session):
    attempt = scene.start(session)
    first = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    second = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + MINUTE)
    assert first.id == second.id
    assert session.scalar(select(func.count()).select_from(Result)) == 1


def test_invariant_06_a_result_is_never_changed_nor_made_twice(cast, scene, session):
    attempt = scene.start(session)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    session.flush()
    for statement in ("UPDATE result SET passed = NOT passed", "DELETE FROM result"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(statement))
    row = {column.key: getattr(result, column.key) for column in Result.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Result).values(**row))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Result).values(**{**row, "kind": "regrade", "reason": ""}))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(Result).values(**{**row, "kind": "regrade", "reason": "x", "score_num": 9, "score_den": 8})
        )


def test_a_regrade_stands_beside_and_is_the_one_that_counts(cast, scene, session):
    attempt = scene.start(session)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    row = {column.key: getattr(result, column.key) for column in Result.__table__.columns if column.key != "id"}
    session.execute(
        insert(Result).values(
            **{**row, "kind": "regrade", "reason": "clave mal", "passed": True, "score_num": 1, "score_den": 1}
        )
    )
    (past,) = reading.history(session, cast.agent.id, attempt.test_id)
    assert past.result.kind == "regrade"
    assert len(reading.results_of(session, attempt.id)) == 2


def test_the_grading_is_told_and_recorded(cast, scene, session):
    heard: list[AttemptGraded] = []
    bus = EventBus()
    bus.subscribe(AttemptGraded, lambda _session, event: heard.append(event))
    attach(session, bus)
    attempt = scene.start(session)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert heard == [AttemptGraded(attempt.id, result.id, cast.agent.id, scene.enrolment.id, False)]
    assert part_states(session, [scene.enrolment.id])[scene.enrolment.id]["test"] == "failed"
    assert session.scalar(select(func.count()).select_from(Completion)) == 0


def test_one_attempt_that_cannot_be_graded_does_not_keep_the_others(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene = make_scene(session, cast, NOW)
    first, second = scene.start(session), scene.start(session, cast.stranger)
    whole = closing.close

    def close(opened_in: Session, actor: Actor, opened: Opened, *, now: datetime) -> Result | None:
        if opened.attempt.code == first.code:
            raise ArithmeticError
        return whole(opened_in, actor, opened, now=now)

    monkeypatch.setattr(closing, "close", close)
    failed: set[str] = set()
    late = END + timedelta(hours=1)
    assert closing.sweep(session, now=late, failed=failed) == 1
    assert closing.sweep(session, now=late, failed=failed) == 0
    assert failed == {first.code}
    assert first.code in caplog.text
    assert (first.closed_at, second.closed_at) == (None, late)
