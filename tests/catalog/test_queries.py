"""What versions serve is read once; lists run the same queries however long they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from lms.catalog import commands, queries
from lms.catalog.queries import versions as kept
from lms.catalog.rules import DueState
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.cast import Cast
from tests.catalog.samples import course, enrol, publish
from tests.conftest import NOW


def test_a_version_is_read_once(database: Database, count_queries: Callable[[], Any]) -> None:
    with database.writing() as session:
        version_id = publish(session).id
        queries.content(session, version_id)
    with database.reading() as session, count_queries() as cold:
        first = queries.content(session, version_id)
    with database.reading() as session, count_queries() as warm:
        again = queries.content(session, version_id)
    assert (cold.number, warm.number) == (2, 0), "what a writer saw is not kept: it might be rolled back"
    assert again is first


def test_what_was_rolled_back_is_not_served(database: Database) -> None:
    session = database.open(write=True)
    gone = publish(session, course(title="Nunca fue")).id
    queries.content(session, gone)
    session.rollback()
    session.close()
    with database.writing() as session:
        version_id = publish(session).id
    with database.reading() as session:
        assert queries.content(session, version_id).title == "Un curso"


def test_only_so_many_versions_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT_VERSIONS", 2)
    with database.writing() as session:
        ids = [publish(session, course(title=f"Título {number}")).id for number in range(3)]
    with database.reading() as session:
        for version_id in ids:
            assert queries.content(session, version_id).id == version_id
        assert len(kept._kept(session)._items) == 2
        assert set(queries.contents(session, ids)) == set(ids)


def test_queries_of_lists_do_not_grow(cast: Cast, database: Database, count_queries: Callable[[], Any]) -> None:
    counts = []
    for step in range(2):
        with database.writing() as session:
            for number in range(2 + step):
                slug = f"curso-{step}-{number}"
                publish(session, course(slug))
                made = enrol(session, cast, course_slug=slug)
                commands.finish_module(session, cast.agent.actor, made.code, "uno", NOW)
        with database.reading() as session:
            queries.enrolments_of(session, cast.agent.id)  # the versions are kept from here on
        with database.reading() as session, count_queries() as counted:
            assert len(queries.enrolments_of(session, cast.agent.id)) == 2 + 3 * step
            queries.course_rows(session)
        counts.append(counted.number)
    assert counts == [7, 7]


def test_how_an_enrolment_stands_against_its_date(cast: Cast, database: Database) -> None:
    with database.writing() as session:
        publish(session)
        publish(session, course("otro"))
        enrol(session, cast, due_on=date(2026, 3, 20))
        late = enrol(session, cast, course_slug="otro", due_on=date(2026, 3, 16))
        for key in ("uno", "dos"):
            commands.finish_module(session, cast.agent.actor, late.code, key, NOW + timedelta(days=2))
    with database.reading() as session:
        open_one, done = queries.enrolments_of(session, cast.agent.id)
    assert (open_one.due(date(2026, 3, 16)), open_one.due(date(2026, 3, 21))) == (DueState.SOON, DueState.OVERDUE)
    assert done.due(date(2026, 6, 1)) is DueState.DONE_LATE
    assert (open_one.minutes_left, done.minutes_left) == (60, 0)
    assert open_one.next_module is not None
    assert open_one.next_module.key == "uno"


def test_a_withdrawn_course_is_due_no_more(cast: Cast, database: Database) -> None:
    with database.writing() as session:
        publish(session)
        made = enrol(session, cast, due_on=date(2026, 3, 20))
        commands.withdraw(session, SYSTEM, enrolment_code=made.code, reason="by mistake", now=NOW)
    with database.reading() as session:
        (view,) = queries.enrolments_of(session, cast.agent.id)
    assert view.withdrawn
    assert view.due(date(2026, 4, 1)) is DueState.NO_DATE
