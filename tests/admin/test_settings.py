"""Settings that change over time: the value of the day, ranges that do not meet, the past that stays."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import config
from lms.admin.commands import add_setting, end_setting, withdraw_setting
from lms.admin.words import SETTINGS
from lms.kit import dated
from lms.kit.audit import AuditEntry
from lms.kit.dated import REGISTRY, DatedSetting, setting_on
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM, Actor, Grant, Role
from lms.people.models import Site
from tests.cast import Cast
from tests.conftest import NOW

TODAY = NOW.date()


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def add(
    session: Session,
    value: int,
    first: int,
    last: int | None = None,
    *,
    site: str = "",
    key: str = "gap_days",
    actor: Actor = SYSTEM,
) -> DatedSetting:
    return add_setting(
        session,
        actor,
        key=key,
        value=value,
        from_day=day(first),
        to_day=None if last is None else day(last),
        site_code=site,
        note="Acta 7",
        now=NOW,
    )


def test_every_setting_has_words_and_an_environment() -> None:
    names = {name for name in vars(config.Settings()) if not name.startswith("_")}
    assert set(REGISTRY) == set(SETTINGS)
    assert set(REGISTRY) <= names


def test_the_value_of_the_day(cast: Cast, session: Session, settings: config.Settings) -> None:
    site = session.get_one(Site, cast.site_id).code
    assert setting_on(session, "gap_days", TODAY) == settings.gap_days
    add(session, 60, 5, 9)
    add(session, 50, 10)
    add(session, 30, 7, 20, site=site)
    expected = {4: (90, 90), 5: (60, 60), 7: (60, 30), 9: (60, 30), 10: (50, 30), 20: (50, 30), 21: (50, 50)}
    for number, (everywhere, here) in expected.items():
        assert setting_on(session, "gap_days", day(number)) == everywhere
        assert setting_on(session, "gap_days", day(number), cast.site_id) == here
        assert setting_on(session, "gap_days", day(number), cast.other_site_id) == everywhere
    assert setting_on(session, "action_plan_days", day(5)) == settings.action_plan_days


@pytest.mark.parametrize(("first", "last"), [(0, 5), (5, 9), (9, None), (0, None), (6, 7), (5, 5)])
def test_ranges_that_meet_are_refused_by_name(session: Session, first: int, last: int | None) -> None:
    add(session, 60, 5, 9)
    with pytest.raises(Conflict) as refused:
        add(session, 70, first, last)
    assert refused.value.key == "admin.setting_overlap"
    assert (refused.value.params["first"], refused.value.params["last"]) == ("21/03/2026", "25/03/2026")
    add(session, 70, first, last, key="action_plan_days")


def test_neighbours_and_an_open_range(session: Session) -> None:
    add(session, 60, 5, 9)
    add(session, 61, 0, 4)
    add(session, 62, 10)
    with pytest.raises(Conflict) as refused:
        add(session, 63, 500, 600)
    assert refused.value.key == "admin.setting_overlap_open"


RANGE = st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
)


@given(RANGE, RANGE)
def test_meeting_is_sharing_a_day(one: tuple[int, int | None], other: tuple[int, int | None]) -> None:
    def row(span: tuple[int, int | None]) -> DatedSetting:
        return DatedSetting(from_day=day(span[0]), to_day=None if span[1] is None else day(span[1]))

    shared = any(row(one).holds_on(day(number)) and row(other).holds_on(day(number)) for number in range(90))
    assert row(one).meets(row(other).from_day, row(other).to_day) == shared


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"key": "survey_minimum"}, "admin.setting_unknown"),
        ({"value": 0}, "admin.setting_range"),
        ({"value": 4000}, "admin.setting_range"),
        ({"from_day": day(-1)}, "admin.setting_past"),
        ({"from_day": day(3), "to_day": day(2)}, "admin.setting_dates"),
        ({"note": " "}, "admin.setting_note"),
    ],
)
def test_what_is_refused(session: Session, change: dict[str, object], key: str) -> None:
    asked: dict[str, object] = {"key": "gap_days", "value": 60, "from_day": day(0), "to_day": None, "note": "x"}
    with pytest.raises(Invalid) as refused:
        add_setting(session, SYSTEM, **(asked | change), now=NOW)  # type: ignore[arg-type]
    assert refused.value.key == key


def test_the_past_stays(session: Session) -> None:
    row = add(session, 60, 0)
    later = NOW + timedelta(days=10)
    for last, key in ((8, "admin.setting_end_past"), (-3, "admin.setting_end_past")):
        with pytest.raises(Invalid) as refused:
            end_setting(session, SYSTEM, code=row.code, last_day=day(last), now=later)
        assert refused.value.key == key
    ended = end_setting(session, SYSTEM, code=row.code, last_day=day(9), now=later)
    assert ended.corrects_id == row.id
    assert [setting_on(session, "gap_days", day(number)) for number in (0, 9, 10)] == [60, 60, 90]
    with pytest.raises(Conflict, match="corrected"):
        end_setting(session, SYSTEM, code=row.code, last_day=day(12), now=later)
    with pytest.raises(Invalid, match="end_later"):
        end_setting(session, SYSTEM, code=ended.code, last_day=day(12), now=later)
    with pytest.raises(Conflict, match="begun"):
        withdraw_setting(session, SYSTEM, code=ended.code, now=later)
    add_setting(
        session, SYSTEM, key="gap_days", value=40, from_day=day(10), to_day=None, site_code="", note="x", now=later
    )
    assert setting_on(session, "gap_days", day(10)) == 40
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "setting")).all()
    assert acts == ["setting.add", "setting.end", "setting.add"]


def test_what_has_not_begun_can_be_taken_back(session: Session) -> None:
    row = add(session, 60, 1)
    withdraw_setting(session, SYSTEM, code=row.code, now=NOW)
    assert setting_on(session, "gap_days", day(1)) == 90
    add(session, 61, 1)
    with pytest.raises(NotFound):
        withdraw_setting(session, SYSTEM, code="nothing", now=NOW)


def test_rows_are_never_changed(session: Session) -> None:
    add(session, 60, 1)
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(DatedSetting.__table__.update().values(note="x"))


def test_an_administrator_of_one_site_sets_for_that_site_only(cast: Cast, session: Session) -> None:
    own = session.get_one(Site, cast.site_id).code
    other = session.get_one(Site, cast.other_site_id).code
    local = Actor(cast.trainer.id, "Local", grants=(Grant(Role.ADMINISTRATOR, site_id=cast.site_id),))
    row = add(session, 30, 1, site=own, actor=local)
    with pytest.raises(NotAllowed):
        add(session, 30, 1, actor=local)
    with pytest.raises(NotFound):
        add(session, 30, 1, site=other, actor=local)
    everywhere = add(session, 60, 1)
    with pytest.raises(NotAllowed):
        withdraw_setting(session, local, code=everywhere.code, now=NOW)
    withdraw_setting(session, local, code=row.code, now=NOW)


def test_two_at_once_do_not_both_get_in(database: Database, cast: Cast) -> None:
    """Two nodes, the same range at the same moment: whoever comes second sees the first and is refused."""
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def act() -> None:
        start.wait()
        try:
            with database.writing() as session:
                dated.rows_in_force(session)  # read before the lock, as a page does
                add(session, 60, 1)
            outcomes.append("in")
        except LmsError as refused:
            outcomes.append(refused.key)

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["admin.setting_overlap_open", "in"]


def test_the_page(app: Flask, database: Database, cast: Cast) -> None:
    client = cast.administrator.enter(app.test_client())
    first = datetime.now(UTC).date() + timedelta(days=2)
    form = {"key": "gap_days", "value": "45", "site": "", "from_day": first.isoformat(), "to_day": "", "note": "Acta 9"}
    assert "Días de ausencia" in client.get("/ajustes").text
    assert client.post("/ajustes", data=form).status_code == 303
    page = client.get("/ajustes").text
    assert "Acta 9" in page
    assert "Todavía no rige" in page
    again = client.post("/ajustes", data=form | {"note": "Otra vez"})
    assert again.status_code == 409
    assert "desde el " + first.strftime("%d/%m/%Y") in again.text
    assert "Otra vez" in again.text
    assert client.post("/ajustes", data=form | {"value": "x"}).status_code == 400
    with database.reading() as session:
        code = session.scalars(select(DatedSetting.code)).one()
    assert client.post("/ajustes/terminar", data={"code": code, "last_day": "x"}).status_code == 400
    assert client.post("/ajustes/terminar", data={"code": "zzz", "last_day": first.isoformat()}).status_code == 404
    assert client.post("/ajustes/terminar", data={"code": code, "last_day": first.isoformat()}).status_code == 303
    with database.reading() as session:
        newest = session.scalars(select(DatedSetting.code).order_by(DatedSetting.id.desc())).first()
    assert client.post("/ajustes/retirar", data={"code": newest}).status_code == 303
    assert "Retirado antes de empezar" in client.get("/ajustes").text


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "hr", "author", "auditor"])
def test_others_do_not_set(app: Flask, cast: Cast, name: str) -> None:
    client = cast.members()[name].enter(app.test_client())
    assert client.get("/ajustes").status_code == 403
    for url in ("/ajustes", "/ajustes/terminar", "/ajustes/retirar"):
        assert client.post(url, data={}).status_code == 403


def test_no_past_day_of_a_site_that_is_ahead_changes(cast: Cast, session: Session) -> None:
    """Where it is tomorrow already, the administrator's today has ended: its gates and figures stand."""
    ahead = session.get_one(Site, cast.site_id)
    ahead.zone = "Pacific/Auckland"
    session.flush()
    late = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)  # the fifth of May in Auckland
    facts = {"key": "gap_days", "value": 40, "to_day": None, "note": "Acta 7", "now": late}
    for site in (ahead.code, ""):
        with pytest.raises(Invalid, match=r"admin\.setting_past"):
            add_setting(session, SYSTEM, from_day=date(2026, 5, 4), site_code=site, **facts)
    row = add_setting(session, SYSTEM, from_day=date(2026, 5, 5), site_code=ahead.code, **facts)
    with pytest.raises(Conflict, match=r"admin\.setting_begun"):
        withdraw_setting(session, SYSTEM, code=row.code, now=late)
    with pytest.raises(Invalid, match=r"admin\.setting_end_past"):
        end_setting(session, SYSTEM, code=row.code, last_day=date(2026, 5, 3), now=late)
