"""Modules read in a batch: the rows that the commands write, and the same refusals."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lms.catalog import commands
from lms.catalog.commands import StudyBatch
from lms.catalog.models import Completion, PartRecord, ReadingPosition
from lms.hours.models import HoursEntry
from lms.kit.errors import Conflict, Invalid, NotFound
from tests.cast import Cast
from tests.catalog.samples import enrol, publish
from tests.conftest import NOW

MODELS = (PartRecord, ReadingPosition, HoursEntry, Completion)
MADE_UP = {"id", "code"}


def rows(session: Session) -> dict[str, list[str]]:
    session.flush()
    return {
        model.__tablename__: sorted(
            str([(name, getattr(row, name)) for name in inspect(model).column_attrs.keys() if name not in MADE_UP])  # noqa: SIM118 - an attribute collection
            for row in session.scalars(select(model))
        )
        for model in MODELS
    }


def acts(enrolment: str) -> list[tuple[str, str, str, datetime]]:
    """Open and finish, out of order and twice: what is said again changes nothing."""
    later = [NOW + timedelta(minutes=10 * number) for number in range(8)]
    return [
        ("open", "uno", "uno-uno", later[0]),
        ("open", "uno", "uno-dos", later[1]),
        ("finish", "uno", "", later[2]),
        ("open", "uno", "uno-uno", later[3]),
        ("open", "dos", "", later[3]),
        ("finish", "uno", "", later[4]),
        ("finish", "dos", "", later[5]),
    ]


def test_a_batch_writes_the_rows_that_the_commands_write(cast: Cast, session: Session) -> None:
    publish(session)
    code = enrol(session, cast).code
    learner, written = cast.agent.actor, []
    for together in (False, True):
        with session.begin_nested() as savepoint:
            batch = StudyBatch(session)
            batch.load({code})
            for what, key, anchor, at in acts(code):
                if what == "open" and together:
                    batch.save_position(learner, enrolment_code=code, module_key=key, anchor=anchor, now=at)
                elif what == "open":
                    commands.save_position(session, learner, enrolment_code=code, module_key=key, anchor=anchor, now=at)
                elif together:
                    batch.finish_module(learner, code, key, at)
                else:
                    commands.finish_module(session, learner, code, key, at)
            if together:
                batch.write()
            written.append(rows(session))
            savepoint.rollback()
    assert written[0] == written[1]
    assert written[0]["part_record"], "nothing was written"
    assert len(written[0]["hours_entry"]) == 2


def test_a_batch_moves_a_place_that_was_kept_before_and_refuses_a_heading_that_is_not_there(
    cast: Cast, session: Session
) -> None:
    publish(session)
    code, learner = enrol(session, cast).code, cast.agent.actor
    commands.save_position(session, learner, enrolment_code=code, module_key="uno", anchor="uno-uno", now=NOW)
    batch = StudyBatch(session)
    batch.load({code})
    with pytest.raises(Invalid, match=r"catalog\.anchor_unknown"):
        batch.save_position(learner, enrolment_code=code, module_key="uno", anchor="dos-uno", now=NOW)
    later = NOW + timedelta(hours=1)
    batch.save_position(learner, enrolment_code=code, module_key="uno", anchor="uno-dos", now=later)
    batch.write()
    session.flush()
    kept = session.scalars(select(ReadingPosition)).one()
    assert (kept.anchor, kept.at) == ("uno-dos", later)


def test_invariant_13_a_batch_serves_nobody_for_somebody_else(cast: Cast, session: Session) -> None:
    publish(session)
    code = enrol(session, cast).code
    batch = StudyBatch(session)
    batch.load({code})
    for who in (cast.stranger, cast.coordinator, cast.trainer):
        with pytest.raises(NotFound):
            batch.finish_module(who.actor, code, "uno", NOW)
    with pytest.raises(NotFound):
        batch.finish_module(cast.agent.actor, code, "tres", NOW)


def test_a_batch_refuses_an_enrolment_that_has_ended(cast: Cast, session: Session) -> None:
    publish(session)
    row = enrol(session, cast)
    commands.withdraw(session, cast.trainer.actor, enrolment_code=row.code, reason="Se fue", now=NOW)
    batch = StudyBatch(session)
    batch.load({row.code})
    with pytest.raises(Conflict, match=r"catalog\.enrolment_ended"):
        batch.finish_module(cast.agent.actor, row.code, "uno", NOW)
