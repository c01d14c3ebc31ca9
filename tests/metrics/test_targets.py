"""Targets: ranges of days, replaced but never changed, set by those who may."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotFound
from lms.kit.permissions import SYSTEM
from lms.metrics import queries
from lms.metrics.commands import set_target
from lms.metrics.models import Target
from lms.metrics.rules import goal_on
from tests.cast import Cast
from tests.conftest import NOW

KEY = "passed-first-time"


def setting(session: Session, value: str, first: date, last: date | None = None, **facts: object) -> Target:
    given = {"figure_key": KEY, "source": "Ejemplo", "replace": False, **facts}
    return set_target(session, SYSTEM, value=value, from_day=first, to_day=last, now=NOW, **given)  # type: ignore[arg-type]  # facts of each test


def test_a_target_is_exact_dated_and_audited(session: Session) -> None:
    row = setting(session, "99,5", date(2026, 1, 1), date(2026, 6, 30))
    goal = queries.goals(session)[KEY][0]
    assert (goal.value, goal.first, goal.last, goal.source) == (
        Fraction(199, 200),
        date(2026, 1, 1),
        date(2026, 6, 30),
        "Ejemplo",
    )
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject_code == row.code)).one()
    assert entry.action == "target.set"


def test_ranges_may_touch_and_may_not_overlap(session: Session) -> None:
    setting(session, "80", date(2026, 1, 1), date(2026, 3, 31))
    setting(session, "85", date(2026, 4, 1))
    for first, last in (
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2025, 1, 1), date(2026, 1, 1)),
        (date(2030, 1, 1), None),
    ):
        with pytest.raises(Conflict) as refused:
            setting(session, "90", first, last)
        assert refused.value.key == "metrics.target_overlap"
    setting(session, "90", date(2026, 1, 1), figure_key="completed-on-time")  # another figure has its own days
    assert session.scalar(select(func.count()).select_from(Target)) == 3


def test_a_replacement_rules_on_its_own_days_and_the_older_one_stays(session: Session) -> None:
    setting(session, "80", date(2026, 1, 1))
    setting(session, "90", date(2026, 3, 1), date(2026, 3, 31), replace=True)
    goals = queries.goals(session)[KEY]
    values = [goal_on(goals, day) for day in (date(2026, 2, 28), date(2026, 3, 15), date(2026, 4, 1))]
    assert [goal.value if goal else None for goal in values] == [Fraction(4, 5), Fraction(9, 10), Fraction(4, 5)]
    assert len(queries.target_rows(session)) == 2


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"value": "101"}, "metrics.value_wrong"),
        ({"to_day": date(2025, 12, 31)}, "metrics.dates_wrong"),
        ({"source": "  "}, "metrics.source_missing"),
        ({"figure_key": "nada"}, "metrics.figure_not_found"),
    ],
)
def test_what_a_target_cannot_be(session: Session, facts: dict[str, object], key: str) -> None:
    given: dict[str, object] = {
        "figure_key": KEY,
        "value": "90",
        "from_day": date(2026, 1, 1),
        "to_day": None,
        "source": "Ejemplo",
        "replace": False,
        **facts,
    }
    with pytest.raises(LmsError) as refused:
        set_target(session, SYSTEM, now=NOW, **given)  # type: ignore[arg-type]  # the wrong facts are the point
    assert refused.value.key == key
    assert isinstance(refused.value, Invalid | NotFound)
    assert session.scalar(select(func.count()).select_from(Target)) == 0


def test_invariant_07_the_database_refuses_to_change_a_target(session: Session) -> None:
    setting(session, "80", date(2026, 1, 1))
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(update(Target).values(value_num=1))


def test_who_may_set_targets_and_who_may_read_them(app: Flask, cast: Cast, database: Database) -> None:
    form = {"figure": KEY, "value": "90", "from_day": "2026-01-01", "to_day": "", "source": "Ejemplo propio"}
    for name, member in cast.members().items():
        client = member.enter(app.test_client())
        reads = name in {"hr", "auditor", "administrator"}
        assert client.get("/categoria-c/objetivos").status_code == (200 if reads else 403), name
        if name not in {"hr", "administrator"}:
            assert client.post("/categoria-c/objetivos", data=form).status_code == 403, name
    assert app.test_client().post("/categoria-c/objetivos", data=form).status_code == 303  # to the sign-in page
    with database.reading() as opened:
        assert queries.target_rows(opened) == []
    assert cast.hr.enter(app.test_client()).post("/categoria-c/objetivos", data=form).status_code == 303
    page = cast.auditor.enter(app.test_client()).get("/categoria-c/objetivos").get_data(as_text=True)
    assert "al menos 90\N{NO-BREAK SPACE}%" in page
    assert "Ejemplo propio" in page
    assert "Fijar un objetivo" not in page


def test_a_refused_target_keeps_what_was_typed(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    form = {"figure": KEY, "value": "90", "from_day": "2026-01-01", "source": "Primero"}
    assert client.post("/categoria-c/objetivos", data=form).status_code == 303
    again = client.post("/categoria-c/objetivos", data={**form, "value": "95", "source": "El segundo"})
    page = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "Ya hay un objetivo para esa cifra en esos días (desde el 01/01/2026)" in page
    assert "El segundo" in page
    assert client.post("/categoria-c/objetivos", data={**form, "value": "mucho"}).status_code == 400
    assert client.post("/categoria-c/objetivos", data={**form, "from_day": "ayer"}).status_code == 400
    replaced = client.post("/categoria-c/objetivos", data={**form, "value": "95", "replace": "y"})
    assert replaced.status_code == 303
