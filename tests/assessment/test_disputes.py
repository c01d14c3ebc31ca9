"""Disputes: said once, where the question is shown, answered once, and never with a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.assessment.commands import disputing as commands
from lms.assessment.models import Attempt, Dispute
from lms.assessment.queries import disputes as reading
from lms.assessment.rules.showing import Review, Shown
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from lms.kit.permissions import Grant, Role
from lms.notify.models import Notification
from tests.assessment.regrading import LATER, five_questions, sit
from tests.assessment.scene import Scene
from tests.assessment.test_attempt_races import at_once
from tests.cast import Cast, Member
from tests.conftest import NOW

SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as opened:
        return five_questions(opened, cast)


def dispute(
    session: Session, who: Member, attempt: Attempt, position: int = 1, said: str = "Hay dos.", **more
) -> Dispute:
    told = {"attempt_code": attempt.code, "position": position, "said": said, "now": SOON} | more
    return commands.dispute(session, who.actor, **told)


def refusal(work) -> str:
    with pytest.raises(LmsError) as fault:
        work()
    return fault.value.key


def test_a_dispute_is_said_answered_and_told(scene: Scene, session: Session) -> None:
    cast = scene.cast
    attempt = sit(session, scene, {"a-easy-00000"})
    row = dispute(session, cast.agent, attempt)
    assert reading.of_attempt(session, attempt.id) == [(row, None)]
    (waiting,) = reading.listing(session, open_ones=True, limit=9)
    assert (waiting.dispute, waiting.bank) == (row, "banco")
    answered = commands.answer(session, cast.author.actor, row.code, upheld=True, said="Sí.", now=LATER)
    assert reading.of_attempt(session, attempt.id) == [(row, answered)]
    assert reading.listing(session, open_ones=True, limit=9) == []
    assert [each.answer for each in reading.listing(session, open_ones=False, limit=9)] == [answered]
    told = session.execute(
        select(Notification.person_id, Notification.kind).where(Notification.kind.like("dispute%"))
    ).all()
    assert (cast.agent.id, "dispute.answered") in told
    assert {row[0] for row in told if row[1] == "dispute.new"} == {cast.author.id, cast.administrator.id}
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%dispute%"))).all()
    assert actions == ["question.dispute", "dispute.answer"]


def test_invariant_06_what_was_said_and_answered_stays(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    row = dispute(session, scene.cast.agent, attempt)
    commands.answer(session, scene.cast.author.actor, row.code, upheld=False, said="No.", now=LATER)
    for change in (update(Dispute).values(said="x"), delete(Dispute)):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(change)
    again = lambda: commands.answer(session, scene.cast.author.actor, row.code, upheld=True, said="Sí.", now=LATER)  # noqa: E731
    assert refusal(again) == "assessment.dispute_answered"
    assert refusal(lambda: dispute(session, scene.cast.agent, attempt)) == "assessment.dispute_twice"


def test_a_question_is_disputed_where_the_review_shows_it(scene: Scene, session: Session) -> None:
    agent = scene.cast.agent
    under_way = scene.start(session)
    assert refusal(lambda: dispute(session, agent, under_way)) == "assessment.dispute_hidden"
    session.rollback()
    attempt = sit(session, scene, {"a-easy-00000", "a-easy-00001"})
    scene.start(session, now=SOON)
    assert refusal(lambda: dispute(session, agent, attempt)) == "assessment.dispute_hidden"


def test_a_plan_that_shows_nothing_takes_no_dispute(database: Database, cast: Cast) -> None:
    hidden = Review(later=Shown(), closed=Shown(marks=True))
    with database.writing() as session:
        scene = five_questions(session, cast, review=hidden)
        attempt = sit(session, scene, {"a-easy-00000", "a-easy-00001"})
        assert refusal(lambda: dispute(session, cast.agent, attempt)) == "assessment.dispute_hidden"


def test_who_disputes_says_something_of_their_own_attempt(scene: Scene, session: Session) -> None:
    agent, attempt = scene.cast.agent, sit(session, scene)
    for said in ("", "   ", "x" * 2_001):
        with pytest.raises(Invalid):
            dispute(session, agent, attempt, said=said)
    for position in (0, -1, 6, 10**12):
        with pytest.raises(Invalid):
            dispute(session, agent, attempt, position)
    for who in (scene.cast.stranger, scene.cast.trainer, scene.cast.author):
        with pytest.raises(NotFound):
            dispute(session, who, attempt)
    late = SOON + timedelta(days=91)
    assert refusal(lambda: dispute(session, agent, attempt, now=late)) == "assessment.dispute_over"
    assert session.scalars(select(Dispute)).all() == []


def test_who_answers_may_publish_and_is_somebody_else(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    row = dispute(session, scene.cast.agent, attempt)
    also = Grant(Role.AUTHOR)
    own = replace(scene.cast.agent.actor, grants=(*scene.cast.agent.actor.grants, also))
    for actor in (scene.cast.trainer.actor, scene.cast.auditor.actor, own):
        with pytest.raises(NotAllowed):
            commands.answer(session, actor, row.code, upheld=True, said="Sí.", now=LATER)
    with pytest.raises(NotFound):
        commands.answer(session, scene.cast.author.actor, "nada", upheld=True, said="Sí.", now=LATER)
    with pytest.raises(Invalid):
        commands.answer(session, scene.cast.author.actor, row.code, upheld=True, said=" ", now=LATER)


def test_two_who_answer_at_once_and_two_clicks_leave_one_row(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        attempt = sit(session, scene)
    found = at_once(database, 2, lambda session: dispute(session, scene.cast.agent, attempt).code)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "str"]
    code = next(each for each in found if isinstance(each, str))
    answers = at_once(
        database,
        2,
        lambda session: (
            commands.answer(session, scene.cast.author.actor, code, upheld=True, said="Sí.", now=LATER).upheld
        ),
    )
    assert sorted(type(each).__name__ for each in answers) == ["Conflict", "bool"]
    assert all(each.key == "assessment.dispute_answered" for each in answers if isinstance(each, Conflict))
