"""Item statistics over stored attempts: what is gathered, how it is kept, who sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment.commands import save, start, submit
from lms.assessment.commands.answering import Entry
from lms.assessment.commands.statistics import JOB, measured
from lms.assessment.jobs import measure_outdated, measure_test
from lms.assessment.models import ItemStatistic, StatisticsRun, Test
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import statistics as queries
from lms.assessment.rules.plan import Section
from lms.kit.db import Database
from lms.kit.jobs import BackgroundJob, Run
from tests.assessment.scene import Scene, make_scene, plan, singles
from tests.cast import Cast
from tests.conftest import NOW

FORM = plan(Section("a", "easy", 4), attempts=6)
PAGE = "/contenido/banco/banco/estadisticas"
ALL = f"{PAGE}?intentos=todos"


def sit(session: Session, cast: Cast, scene: Scene, right: int, *, hours: int = 0) -> None:
    """An attempt of the agent with so many of its four questions right."""
    now = NOW + timedelta(hours=hours)
    attempt = start(session, cast.agent.actor, enrolment_code=scene.enrolment.code, now=now)
    entries = []
    for item in reading.items_of(session, attempt.id):
        wanted = 0 if item.position <= right else 1
        shown = str(item.order.index(wanted))
        entries.append(Entry(item.position, "tab-00001", item.position, [shown]))
    save(session, cast.agent.actor, attempt_code=attempt.code, entries=entries, now=now)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=now)


@pytest.fixture
def scene(cast: Cast, session: Session) -> Scene:
    return make_scene(session, cast, NOW, singles(4), FORM)


def only_test(session: Session) -> int:
    return session.scalars(select(Test.id)).one()


def keep(session: Session, *, first_only: bool = True) -> StatisticsRun:
    return measured(session, only_test(session), first_only=first_only, now=NOW)(session)


def test_figures_of_stored_attempts_are_the_plain_ones(cast: Cast, session: Session, scene: Scene) -> None:
    sit(session, cast, scene, 3)
    run = keep(session)
    assert (run.attempts, run.figures["n"], run.figures["mean"]) == (1, 1, 3.0)
    rows = session.scalars(select(ItemStatistic)).all()
    assert sum(row.figures["facility"] for row in rows) == 3.0
    assert all(row.n == 1 for row in rows)
    table = {
        (each["key"], each["right"]): each["lower"] + each["middle"] + each["upper"]
        for row in rows
        for each in row.responses
    }
    assert table.keys() == {("0", True), ("1", False), ("2", False)}


def test_only_first_attempts_count_unless_all_are_asked_for(cast: Cast, session: Session, scene: Scene) -> None:
    sit(session, cast, scene, 1)
    sit(session, cast, scene, 2, hours=1)
    assert keep(session).figures["mean"] == 1.0
    assert keep(session, first_only=False).figures["mean"] == 1.5


def test_a_run_replaces_the_one_before(cast: Cast, session: Session, scene: Scene) -> None:
    sit(session, cast, scene, 1)
    first = keep(session).code
    second = keep(session).code
    assert first != second
    assert session.scalar(select(func.count()).select_from(StatisticsRun)) == 1
    assert session.scalar(select(func.count()).select_from(ItemStatistic)) == 4


def test_the_queries_do_not_grow_with_the_attempts(
    cast: Cast, session: Session, scene: Scene, count_queries: Callable[[], Any]
) -> None:
    sit(session, cast, scene, 1)
    with count_queries() as few:
        queries.measure(session, only_test(session), first_only=False)
    sit(session, cast, scene, 2, hours=1)
    with count_queries() as many:
        queries.measure(session, only_test(session), first_only=False)
    assert many.number == few.number


def test_the_night_gathers_what_was_graded_since(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(4), FORM)
        sit(session, cast, scene, 4)
    assert measure_outdated(database, NOW) == 2
    assert measure_outdated(database, NOW) == 0


def test_a_job_gathers_them_too(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(4), FORM)
        sit(session, cast, scene, 4)
        test = only_test(session)
    seen: list[tuple[int, int]] = []
    job = BackgroundJob(code="j", name=JOB, params={"test_id": test, "first_only": True}, asked_by=None)
    finish = measure_test(Run(database, job, lambda done, total: seen.append((done, total)), NOW))
    with database.writing() as session:
        assert finish(session) == {"attempts": 1}
    assert seen == [(0, 1)]


def test_pages_say_it_in_words(app: Flask, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(4), FORM)
        for number, right in enumerate([3, 2, 1, 0, 3]):
            sit(session, cast, scene, right, hours=number)
    author = cast.author.enter(app.test_client())
    page = author.get(ALL).text
    assert "Todavía no se calcularon" in page
    answer = author.post(f"{PAGE}/calcular?intentos=todos", follow_redirects=True)
    assert "Estadísticas al día" in answer.text
    assert "Sobre 5 intentos calificados" in answer.text
    assert "Alfa sobre los lugares del plan" in answer.text
    item = author.get(f"{PAGE}/a-easy-00000?intentos=todos").text
    assert "Tercio alto" in item
    assert "Índice de discriminación" in item
    regrade = "/contenido/banco/banco/a-easy-00000/recalificar"
    assert regrade in item
    reader = cast.trainer.enter(app.test_client()).get(f"{PAGE}/a-easy-00000?intentos=todos")
    assert (reader.status_code, regrade in reader.text) == (200, False)  # who only reads is not led there
    assert "Ninguna pregunta tiene esa señal" in author.get(f"{ALL}&senal=easy").text
    assert author.get(f"{PAGE}/no-hay?intentos=todos").status_code == 404
    assert author.get("/contenido/banco/no-hay/estadisticas").status_code == 404


def test_few_people_are_noise(app: Flask, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(4), FORM)
        sit(session, cast, scene, 2)
    author = cast.author.enter(app.test_client())
    author.post(f"{PAGE}/calcular")
    page = author.get(PAGE).text
    assert "las figuras son ruido" in page
    assert "Alfa" not in page
    assert "Índice de discriminación" not in author.get(f"{PAGE}/a-easy-00000").text


def test_a_learner_sees_none_of_it(app: Flask, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        make_scene(session, cast, NOW, singles(4), FORM)
    learner = cast.agent.enter(app.test_client())
    assert learner.get(PAGE).status_code in {403, 404}
    assert learner.post(f"{PAGE}/calcular").status_code in {403, 404}


def test_guessing_a_single_choice_earns_its_share(cast: Cast, session: Session, scene: Scene) -> None:
    sit(session, cast, scene, 2)
    keep(session)
    row = session.scalars(select(ItemStatistic).limit(1)).one()
    assert row.figures["random_guess"] == pytest.approx(float(Fraction(1, 3)))
