"""Attempts recorded in a batch: the rows that the commands write, and the same refusals."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lms.assessment.commands import Entry, Sitting, save_series, sit_all, start, submit
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Item
from lms.catalog.models import Completion, PartRecord
from lms.kit.errors import Conflict, LmsError, NotFound
from lms.kit.permissions import Actor
from tests.assessment.scene import Scene, make_scene, raw
from tests.cast import Cast
from tests.conftest import NOW

MODELS = (Attempt, AttemptItem, AttemptStep, Result, PartRecord, Completion)
MADE_UP = {"id", "code", "attempt_id", "seen"}
"""What is random or numbered in the order of writing; `seen` holds such numbers."""
TAB = "tab-of-the-batch"


@pytest.fixture
def scene(cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(secrets, "token_bytes", lambda size: b"7" * size)  # the same draw both times
    return make_scene(session, cast, NOW)


def rows(session: Session) -> dict[str, list[str]]:
    session.flush()
    return {
        model.__tablename__: sorted(
            str([(name, getattr(row, name)) for name in inspect(model).column_attrs.keys() if name not in MADE_UP])  # noqa: SIM118 - an attribute collection
            for row in session.scalars(select(model))
        )
        for model in MODELS
    }


Answer = Callable[[Sequence[Item]], tuple[list[tuple[datetime, Entry]], datetime]]


def answering(at: datetime, wrong: int) -> Answer:
    def answer(items: Sequence[Item]) -> tuple[list[tuple[datetime, Entry]], datetime]:
        timed = [
            (at + timedelta(minutes=number), Entry(item.position, TAB, number, raw(item, right=number >= wrong)))
            for number, item in enumerate(items)
        ]
        return timed, at + timedelta(minutes=20)

    return answer


def one_by_one(session: Session, actor: Actor, enrolment: str, at: datetime, wrong: int) -> None:
    attempt = start(session, actor, enrolment_code=enrolment, now=at)
    timed, ended = answering(at, wrong)(reading.items_of(session, attempt.id))
    save_series(session, actor, attempt_code=attempt.code, timed=timed)
    submit(session, actor, attempt_code=attempt.code, now=ended)


def together(session: Session, actor: Actor, enrolment: str, at: datetime, wrong: int) -> None:
    sit_all(session, [Sitting(actor, enrolment, at, answering(at, wrong))])


def test_a_batch_writes_the_rows_that_the_commands_write(cast: Cast, scene: Scene, session: Session) -> None:
    written = []
    for sit in (one_by_one, together):
        with session.begin_nested() as savepoint:
            for number, wrong in enumerate((3, 0)):  # failed, then passed
                sit(session, cast.agent.actor, scene.enrolment.code, NOW + timedelta(days=number), wrong)
            written.append(rows(session))
            savepoint.rollback()
        session.expire_all()
    assert written[0] == written[1]
    assert len(written[0]["attempt"]) == len(written[0]["result"]) == 2
    assert "('passed', True)" in "".join(written[0]["result"])


def test_invariant_04_a_batch_refuses_what_start_refuses(cast: Cast, scene: Scene, session: Session) -> None:
    code = scene.enrolment.code
    with pytest.raises(NotFound):
        together(session, cast.stranger.actor, code, NOW, 0)
    under_way = start(session, cast.agent.actor, enrolment_code=code, now=NOW)
    with pytest.raises(Conflict, match=r"assessment\.busy"):
        together(session, cast.agent.actor, code, NOW, 0)
    submit(session, cast.agent.actor, attempt_code=under_way.code, now=NOW + timedelta(minutes=1))
    together(session, cast.agent.actor, code, NOW + timedelta(days=1), 0)
    said = []
    for sit in (one_by_one, together):
        with pytest.raises(LmsError) as refused:
            sit(session, cast.agent.actor, code, NOW + timedelta(days=2), 0)
        said.append(refused.value.key)
    assert said[0] == said[1] == "assessment.passed_already"
