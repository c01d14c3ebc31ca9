"""Regrades of many attempts: bounded work a portion, killed and begun again, two people at once, and what closes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, insert, select

import config
from lms.app import make_jobs
from lms.assessment import jobs as work
from lms.assessment.commands import regrading as commands
from lms.assessment.commands import submit
from lms.assessment.models import Attempt, AttemptItem, Regrade, Result
from lms.assessment.queries import regrading as reading
from lms.assessment.rules.regrade import Change, Made, RegradeKind
from lms.catalog.models import Completion, PartRecord
from lms.kit import jobs
from lms.kit.db import Database, insert_all, reserve_ids
from lms.kit.ids import new_code
from lms.kit.jobs import DONE, BackgroundJob, Runner
from lms.kit.outbox import Limits
from tests.assessment.regrading import (
    LATER,
    VOID_FULL,
    WHY,
    apply,
    finish_modules,
    five_questions,
    seen,
    sit,
    versions_of,
)
from tests.assessment.scene import Scene
from tests.assessment.test_attempt_races import at_once
from tests.cast import Cast
from tests.conftest import NOW

BAD = "a-easy-00000"
LIMITS = Limits(tries=3, base_seconds=10, cap_seconds=100, lease_seconds=60)
WEIGH = Change(RegradeKind.POINTS, points=Fraction(1, 2))


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as opened:
        return five_questions(opened, cast)


def many(database: Database, scene: Scene, count: int) -> None:
    """So many graded attempts of the stranger's: copies of one that got BAD wrong and passed."""
    with database.writing() as session:
        first = sit(session, scene, {BAD}, member=scene.cast.stranger)
        items = session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == first.id)).all()
        result = session.scalars(select(Result).where(Result.attempt_id == first.id)).one()
        names = {column.name for column in Attempt.__table__.c} - {"id", "code", "number"}
        kept = {name: getattr(first, name) for name in names}
        ids = reserve_ids(session, Attempt, count)
        rows = [Attempt(id=number, code=new_code(), number=at, **kept) for at, number in enumerate(ids, 2)]
        insert_all(session, Attempt, rows)
        columns = ("position", "question_version_id", "option_order", "points_num", "points_den", "section")
        for item in items:
            told = {name: getattr(item, name) for name in columns}
            session.execute(insert(AttemptItem), [{"attempt_id": number, **told} for number in ids])
        facts = {name: getattr(result, name) for name in {column.name for column in Result.__table__.c} - {"id"}}
        insert_all(session, Result, [Result(**(facts | {"attempt_id": number})) for number in ids])


def written(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Result.kind == "regrade")) or 0


def ask(database: Database, scene: Scene, change: Change, at_once: int = 0) -> str:
    """A regrade that is left to the worker; the code of its job."""
    with database.writing() as session:
        apply(session, scene.cast, BAD, change, at_once=at_once)
        return session.scalars(select(BackgroundJob.code)).one()


def runner(database: Database, settings: config.Settings, clock: Callable[[], Any] = lambda: LATER) -> Runner:
    return Runner(database, make_jobs(settings), LIMITS, clock, lambda _job: nullcontext())


def test_invariant_06_five_thousand_attempts_take_bounded_work_a_portion_and_finish(
    database: Database, scene: Scene, settings: config.Settings, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(database, scene, 4_999)
    code = ask(database, scene, WEIGH)
    assert written(database) == 0
    spent = []
    carry = commands.carry

    def counted(*args: Any, **more: Any) -> Any:
        with count_queries() as queries:
            found = carry(*args, **more)
        spent.append(queries.number)
        return found

    monkeypatch.setattr(commands, "carry", counted)
    assert runner(database, settings).run(code)
    assert written(database) == 5_000
    assert len(spent) == 5_000 // reading.BATCH + 1  # the last finds nothing
    assert max(spent) <= 8, spent  # nobody's verdict turned: no more statements than for one attempt
    assert len(set(spent[:-1])) == 1
    with database.reading() as session:
        job = session.scalars(select(BackgroundJob)).one()
        assert (job.state, job.done, job.total, job.result["rows"]) == (DONE, 5_000, 5_000, 5_000)
        scores = session.execute(
            select(Result.score_num, Result.score_den, func.count())
            .where(Result.kind == "regrade")
            .group_by(Result.score_num, Result.score_den)
        ).all()
        assert [tuple(row) for row in scores] == [(8, 9, 5_000)]


def test_invariant_06_killed_between_portions_it_goes_on_and_doubles_nothing(
    database: Database, scene: Scene, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", 10)
    monkeypatch.setattr(reading.Reader.touched, "__kwdefaults__", {"after": 0, "size": 10})
    many(database, scene, 39)
    code = ask(database, scene, WEIGH)
    carry, portions = commands.carry, []

    def dies(*args: Any, **more: Any) -> Any:
        if len(portions) == 2:
            raise KeyboardInterrupt  # what a worker that is killed looks like from inside
        portions.append(more["after"])
        return carry(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(commands, "carry", dies)
        with pytest.raises(KeyboardInterrupt):
            runner(database, settings).run(code)
    assert written(database) == 20  # two portions were committed, the third was not begun
    again = LATER + timedelta(minutes=5)
    assert jobs.sweep(database, LIMITS, lost_seconds=30, now=again) == [code]
    assert runner(database, settings, lambda: again).run(code)
    assert written(database) == 40
    with database.reading() as session:
        per_attempt = select(func.count()).where(Result.kind == "regrade").group_by(Result.attempt_id)
        assert set(session.scalars(per_attempt)) == {1}


def test_a_regrade_of_many_is_left_to_the_worker_and_one_of_few_is_not(database: Database, scene: Scene) -> None:
    many(database, scene, 9)
    with database.writing() as session:
        apply(session, scene.cast, BAD, WEIGH, at_once=10)
        assert session.scalars(select(BackgroundJob)).all() == []
        apply(session, scene.cast, BAD, VOID_FULL, at_once=9)
        assert session.scalars(select(BackgroundJob.name)).all() == [commands.JOB]
    assert written(database) == 10


def test_invariant_06_two_people_apply_the_same_regrade_at_once(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        sit(session, scene, {BAD})
        sit(session, scene, {BAD}, member=scene.cast.stranger)
        name, versions = seen(session, BAD, VOID_FULL), versions_of(session, BAD)

    def both(session: Any) -> str:
        made = commands.regrade(
            session,
            scene.cast.author.actor,
            slug="banco",
            key=BAD,
            change=VOID_FULL,
            versions=versions,
            reason=WHY,
            seen=name,
            now=LATER,
        )
        return made.code

    found = at_once(database, 3, both)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "Conflict", "str"]
    assert {each.key for each in found if not isinstance(each, str)} == {"assessment.regrade_changed"}
    assert written(database) == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Regrade)) == 1


def test_invariant_06_what_is_handed_in_while_a_regrade_is_applied_is_not_missed(
    database: Database, scene: Scene
) -> None:
    """Either the regrade sees the new result, and refuses for it is not what was previewed; or the attempt follows it."""
    with database.writing() as session:
        sit(session, scene, {BAD}, member=scene.cast.stranger)
        under_way = scene.start(session)
        name, versions = seen(session, BAD, VOID_FULL), versions_of(session, BAD)
    turn = iter((0, 1))
    lock = threading.Lock()

    def either(session: Any) -> Any:
        with lock:
            mine = next(turn)
        if mine:
            return submit(session, scene.cast.agent.actor, attempt_code=under_way.code, now=NOW + timedelta(minutes=1))
        return commands.regrade(
            session,
            scene.cast.author.actor,
            slug="banco",
            key=BAD,
            change=VOID_FULL,
            versions=versions,
            reason=WHY,
            seen=name,
            now=NOW + timedelta(minutes=1),
        )

    at_once(database, 2, either)
    with database.reading() as session:
        regrades = session.scalars(select(Regrade)).all()
        rows = session.scalars(select(Result).where(Result.attempt_id == under_way.id).order_by(Result.id)).all()
        assert [row.kind for row in rows] == (["original", "regrade"] if regrades else ["original"])


def test_a_first_result_that_a_regrade_turns_completes_nothing(database: Database, scene: Scene) -> None:
    """A pass by the question as it was written, and a failure by what is in force, is a failure: no certificate comes of it."""
    with database.writing() as session:
        sit(session, scene, {BAD}, member=scene.cast.stranger)
        apply(session, scene.cast, BAD, Change(RegradeKind.POINTS, points=Fraction(6)))
        finish_modules(session, scene)
        sit(session, scene, {BAD}, now=LATER)
        mine = select(PartRecord.state).where(PartRecord.enrolment_id == scene.enrolment.id, PartRecord.part == "test")
        assert session.scalars(mine.order_by(PartRecord.id)).all() == ["in_progress", "failed"]
        assert session.scalars(select(Completion)).all() == []


def test_reading_a_portion_takes_as_many_statements_whatever_it_holds(
    database: Database, scene: Scene, count_queries: Any
) -> None:
    def cost() -> tuple[int, int]:
        with database.reading() as session, count_queries() as counted:
            versions = versions_of(session, BAD)
            reader = reading.Reader(session, 1, [Made("x", VOID_FULL, frozenset(versions))])
            return len(reader.touched(versions)), counted.number

    many(database, scene, 10)
    (few, first) = cost()
    with database.writing() as session:
        sit(session, scene, {BAD})
    assert cost() == (few + 1, first)


def test_the_job_is_the_one_that_is_registered(settings: config.Settings) -> None:
    kind = make_jobs(settings).get(commands.JOB)
    assert kind is not None
    assert kind.work is work.regrade
