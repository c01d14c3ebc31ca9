"""Open answers on a database: pending, marked, graded; two reviewers who see nothing of each other; corrections beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.assessment.commands import marking as commands
from lms.assessment.commands import submit
from lms.assessment.models import Attempt, Mark, Regrade, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import marking as queue
from lms.assessment.rules.marking import Turn
from lms.catalog.models import Completion
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import Grant, Role
from lms.notify.models import Notification
from tests.assessment.regrading import LATER, VOID_FULL, apply, finish_modules, results, scores, sit, with_open
from tests.assessment.scene import Scene, items_of
from tests.assessment.test_attempt_races import at_once
from tests.cast import Cast, Member


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as opened:
        return with_open(opened, cast)


@pytest.fixture
def paired(database: Database, cast: Cast) -> Scene:
    with database.writing() as opened:
        return with_open(opened, cast, reviewers=2)


def trainers(cast: Cast) -> list[Member]:
    """Four who may mark at the first site: the trainer, and three others whose grants are made up."""
    also = Grant(Role.TRAINER, cast.site_id)
    others = (cast.coordinator, cast.author, cast.hr)
    return [cast.trainer, *(replace(who, actor=replace(who.actor, grants=(*who.actor.grants, also))) for who in others)]


def place(session: Session, attempt: Attempt) -> int:
    return next(item.position for item in items_of(session, attempt) if item.question.kind.by_person)


def mark(session: Session, who: Member, attempt: Attempt, level: int, **more: Any) -> Result | None:
    facts = {"position": place(session, attempt), "levels": {"causa": level}, "comment": "Bien.", "now": LATER}
    return commands.mark(session, who.actor, attempt_code=attempt.code, **(facts | more))


def key(error: pytest.ExceptionInfo) -> str:
    return error.value.key


def test_an_attempt_with_an_open_answer_is_pending_until_it_is_marked(scene: Scene, session: Session) -> None:
    finish_modules(session, scene)
    attempt = sit(session, scene)
    assert results(session, attempt) == []
    with pytest.raises(Conflict) as fault:
        scene.start(session, now=LATER)
    assert key(fault) == "assessment.pending"
    result = mark(session, scene.cast.trainer, attempt, 1)
    assert result is not None
    assert (result.kind, result.graded_by, result.passed) == ("original", None, True)
    assert scores(session, attempt) == ["9/10"]  # four right, and one of two points
    assert session.scalar(select(func.count()).select_from(Completion)) == 1
    kinds = set(session.scalars(select(Notification.kind).where(Notification.person_id == scene.cast.agent.id)))
    assert {"assessment.graded", "certificate.issued"} <= kinds
    told = session.scalars(select(Notification.person_id).where(Notification.kind == "assessment.to_mark")).all()
    assert told == [scene.cast.trainer.id]


def test_an_open_question_left_empty_needs_nobody(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, written=None)
    assert scores(session, attempt) == ["4/5"]
    assert queue.queue(session, scene.cast.trainer.actor, LATER.date(), limit=9) == ([], None)


def test_of_two_open_questions_the_empty_one_waits_for_nobody(database: Database, cast: Cast, session: Session) -> None:
    session.rollback()
    with database.writing() as opened:
        scene = with_open(opened, cast, opens=2)
    with database.writing() as opened:
        attempt = sit(opened, scene, empty=frozenset({"open-1"}))
        waiting, _ = queue.queue(opened, cast.trainer.actor, LATER.date(), limit=9)
        assert [each.position for each in waiting] == [
            item.position for item in items_of(opened, attempt) if item.question.key == "open-0"
        ]
        for item in items_of(opened, attempt):
            if item.question.key == "open-1":
                with pytest.raises(NotFound):
                    mark(opened, cast.trainer, attempt, 1, position=item.position)
        assert mark(opened, cast.trainer, attempt, 2, position=waiting[0].position) is not None
        assert scores(opened, attempt) == ["5/6"]


def test_invariant_06_marks_cannot_be_changed_nor_taken_away(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    mark(session, scene.cast.trainer, attempt, 1)
    for change in (update(Mark).values(comment="x"), delete(Mark)):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(change)


def test_nobody_marks_their_own(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    also = Grant(Role.TRAINER, scene.cast.site_id)
    agent = replace(scene.cast.agent.actor, grants=(*scene.cast.agent.actor.grants, also))
    assert queue.queue(session, agent, LATER.date(), limit=9) == ([], None)
    own = replace(scene.cast.agent, actor=agent)
    with pytest.raises(NotAllowed) as fault:
        mark(session, own, attempt, 2)
    assert key(fault) == "assessment.mark_own"
    mark(session, scene.cast.trainer, attempt, 0)
    with pytest.raises(NotAllowed):
        remark(session, own, attempt, 2)
    assert scores(session, attempt) == ["4/5"]


def test_who_may_not_mark_finds_nothing(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    cast = scene.cast
    elsewhere = replace(cast.stranger.actor, grants=(Grant(Role.TRAINER, cast.other_site_id),))
    for actor in (cast.coordinator.actor, cast.auditor.actor, cast.author.actor, cast.hr.actor, elsewhere):
        assert queue.queue(session, actor, LATER.date(), limit=9) == ([], None)
        with pytest.raises(NotFound):
            mark(session, replace(cast.trainer, actor=actor), attempt, 1)
    assert session.scalars(select(Mark)).all() == []


@pytest.mark.parametrize(
    "levels",
    [{}, {"causa": 3}, {"causa": -1}, {"otra": 1}, {"causa": 1, "otra": 0}],
)
def test_forged_levels_are_refused(scene: Scene, session: Session, levels: dict[str, int]) -> None:
    attempt = sit(session, scene)
    with pytest.raises(Invalid) as fault:
        mark(session, scene.cast.trainer, attempt, 0, levels=levels)
    assert key(fault) == "assessment.mark_levels"


def test_a_mark_for_what_is_no_open_answer_is_refused(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    closed = next(item.position for item in items_of(session, attempt) if not item.question.kind.by_person)
    for position in (closed, 0, -1, 99, 10**9):
        with pytest.raises(NotFound):
            mark(session, scene.cast.trainer, attempt, 1, position=position)
    under_way = scene.start(session, scene.cast.stranger)
    with pytest.raises(NotFound):  # nor before it is handed in
        mark(session, scene.cast.trainer, under_way, 1)
    with pytest.raises(Invalid):
        mark(session, scene.cast.trainer, attempt, 1, comment="x" * 4_001)


def test_one_person_marks_once_and_not_after_the_result(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    mark(session, scene.cast.trainer, attempt, 1)
    for who in trainers(scene.cast)[:2]:
        with pytest.raises(Conflict) as fault:
            mark(session, who, attempt, 2)
        assert key(fault) == "assessment.mark_graded"


# --- two reviewers


def test_two_reviewers_do_not_see_each_other(paired: Scene, session: Session) -> None:
    attempt = sit(session, paired)
    first, second, third, _ = trainers(paired.cast)
    day = LATER.date()
    assert mark(session, first, attempt, 2) is None
    assert queue.queue(session, first.actor, day, limit=9) == ([], None)  # theirs is done
    ((waiting,), _) = queue.queue(session, second.actor, day, limit=9)
    assert waiting.turn is Turn.SECOND
    assert not hasattr(waiting, "marks")
    with pytest.raises(Conflict) as fault:
        mark(session, first, attempt, 2)
    assert key(fault) == "assessment.mark_twice"
    assert mark(session, second, attempt, 2) is not None
    assert scores(session, attempt) == ["1/1"]
    assert queue.queue(session, third.actor, day, limit=9) == ([], None)


def test_two_who_are_far_apart_are_decided_by_a_third(paired: Scene, session: Session) -> None:
    attempt = sit(session, paired)
    first, second, third, fourth = trainers(paired.cast)
    assert mark(session, first, attempt, 2) is None
    assert mark(session, second, attempt, 0) is None
    assert results(session, attempt) == []
    ((waiting,), _) = queue.queue(session, third.actor, LATER.date(), limit=9)
    assert waiting.turn is Turn.DECIDES
    assert mark(session, third, attempt, 1) is not None
    assert scores(session, attempt) == ["9/10"]
    with pytest.raises(Conflict):
        mark(session, fourth, attempt, 2)


def test_near_marks_give_their_mean(paired: Scene, session: Session) -> None:
    attempt = sit(session, paired)
    first, second, *_ = trainers(paired.cast)
    mark(session, first, attempt, 2, gap=Fraction(1, 2))
    mark(session, second, attempt, 1, gap=Fraction(1, 2))
    assert scores(session, attempt) == ["19/20"]  # three quarters of a question of five


def test_invariant_06_three_who_mark_at_once_make_one_result(database: Database, paired: Scene) -> None:
    with database.writing() as session:
        attempt = sit(session, paired)
    people = iter(trainers(paired.cast)[:3])
    found = at_once(database, 3, lambda session: mark(session, next(people), attempt, 2))
    refused = [each for each in found if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [Conflict]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 1
        assert session.scalar(select(func.count()).select_from(Mark)) == 2


# --- afterwards


def remark(session: Session, who: Member, attempt: Attempt, level: int, reason: str = "Leí mal.") -> Regrade:
    return commands.remark(
        session,
        who.actor,
        attempt_code=attempt.code,
        position=place(session, attempt),
        levels={"causa": level},
        reason=reason,
        now=LATER + timedelta(hours=1),
    )


def test_invariant_06_a_mark_is_corrected_by_a_result_beside_the_old(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    other = sit(session, scene, member=scene.cast.stranger)
    mark(session, scene.cast.trainer, attempt, 2)
    wide = replace(scene.cast.trainer.actor, grants=(Grant(Role.TRAINER),))
    with pytest.raises(Conflict) as fault:
        remark(session, replace(scene.cast.trainer, actor=wide), other, 1)
    assert key(fault) == "assessment.not_graded"
    made = remark(session, scene.cast.trainer, attempt, 0)
    old, new = results(session, attempt)
    assert (new.kind, new.regrade_id, new.graded_by, new.reason) == (
        "regrade",
        made.id,
        scene.cast.trainer.id,
        "Leí mal.",
    )
    assert [old.passed, new.passed] == [True, True]
    assert scores(session, attempt) == ["1/1", "4/5"]
    assert session.scalar(select(func.count()).select_from(Mark)) == 1  # what was given stays
    for level, reason, wanted in ((0, "otra", "assessment.regrade_nothing"), (1, " ", "assessment.regrade_reason")):
        with pytest.raises((Conflict, Invalid)) as refused:
            remark(session, scene.cast.trainer, attempt, level, reason)
        assert key(refused) == wanted
    actions = select(AuditEntry.actor_id).where(AuditEntry.action == "question.regrade")
    assert session.scalars(actions).all() == [scene.cast.trainer.id]


def test_marks_and_regrades_of_other_questions_compose(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {"a-easy-00000"})
    mark(session, scene.cast.trainer, attempt, 1)
    apply(session, scene.cast, "a-easy-00000", VOID_FULL, now=LATER + timedelta(minutes=1))
    remark(session, scene.cast.trainer, attempt, 2)
    assert scores(session, attempt) == ["7/10", "9/10", "1/1"]


def test_what_is_marked_follows_the_regrades_that_were_made_meanwhile(scene: Scene, session: Session) -> None:
    done = sit(session, scene, {"a-easy-00000"}, member=scene.cast.stranger, written=None)
    attempt = sit(session, scene, {"a-easy-00000"})
    apply(session, scene.cast, "a-easy-00000", VOID_FULL)
    mark(session, scene.cast.trainer, attempt, 2)
    assert scores(session, done) == ["3/5", "4/5"]
    assert scores(session, attempt) == ["4/5", "1/1"]


def test_handing_in_again_while_it_is_pending_changes_nothing(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene)
    assert submit(session, scene.cast.agent.actor, attempt_code=attempt.code, now=LATER) is None
    assert len([step for step in reading.steps_of(session, attempt.id) if step.kind == "submit"]) == 1


def test_the_queue_is_paged_by_key_and_takes_three_statements(
    database: Database, scene: Scene, count_queries: Any
) -> None:
    with database.writing() as session:
        sit(session, scene)
    trainer = replace(scene.cast.trainer.actor, grants=(Grant(Role.TRAINER),))

    def page(after: tuple[int, int] = (0, 0)) -> Any:
        with database.reading() as session, count_queries() as counted:
            rows, more = queue.queue(session, trainer, LATER.date(), after=after, limit=1)
        assert counted.number == 3
        return [row.attempt.id for row in rows], more

    first, more = page()
    assert (len(first), more) == (1, None)
    with database.writing() as session:
        sit(session, scene, member=scene.cast.stranger)
    again, more = page()
    assert again == first
    second, end = page(more)
    assert (len(second), end) == (1, None)
    assert second != first
