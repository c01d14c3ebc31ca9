"""Surveys against a database: asked once, answered once, and nothing that leads from an answer to a person."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, NotFound
from lms.kit.permissions import SYSTEM
from lms.surveys import commands, queries
from lms.surveys.loader import LoadedSurvey
from lms.surveys.models import SurveyBuffer, SurveyParticipation, SurveyRelease, SurveyResponse
from lms.surveys.rules import BadResponse, QuestionKind, SurveyQuestion
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import complete, make_course, make_enrolment

TODAY = date(2026, 3, 16)
SURVEY = LoadedSurvey(
    id="encuesta",
    title="Encuesta",
    intro_html="<p>Hola</p>",
    anonymous=True,
    satisfaction="general",
    questions=(SurveyQuestion("general", QuestionKind.SCALE, "¿Qué tal?", True, "Mal", "Bien"),),
    content_hash="e" * 64,
)


def _asked(database: Database, cast: Cast, *names: str) -> list[str]:
    """Each of these people completed the course and is asked; their enrolments' codes."""
    with database.writing() as session:
        commands.publish_survey(session, SYSTEM, SURVEY, now=NOW)
        version = make_course(session, NOW, survey="encuesta")
        codes = []
        for name in names:
            enrolment = make_enrolment(session, cast, cast.members()[name], version, NOW)
            complete(session, enrolment, NOW)
            codes.append(enrolment.code)
    return codes


EVERYBODY = ("agent", "stranger", "trainer", "hr", "author", "auditor", "coordinator")


def test_publishing_the_same_again_makes_no_version(database: Database) -> None:
    with database.writing() as session:
        first = commands.publish_survey(session, SYSTEM, SURVEY, now=NOW)
        assert commands.publish_survey(session, SYSTEM, SURVEY, now=NOW).id == first.id


def test_answering_once(database: Database, cast: Cast) -> None:
    (code,) = _asked(database, cast, "agent")
    with database.writing() as session:
        commands.respond(session, cast.agent.actor, code, {"general": "4"})
    with database.writing() as session, pytest.raises(Conflict):
        commands.respond(session, cast.agent.actor, code, {"general": "1"})
    with database.reading() as session:
        assert [row.answers for row in session.scalars(select(SurveyBuffer))] == [{"general": 4}]


def test_somebody_elses_survey_is_not_there(database: Database, cast: Cast) -> None:
    (code,) = _asked(database, cast, "agent")
    with database.writing() as session, pytest.raises(NotFound):
        commands.respond(session, cast.stranger.actor, code, {"general": "4"})


@pytest.mark.parametrize("raw", [{}, {"general": "9"}, {"general": "4", "other": "x"}])
def test_a_faulty_answer_changes_nothing(database: Database, cast: Cast, raw: dict[str, str]) -> None:
    (code,) = _asked(database, cast, "agent")
    with pytest.raises(BadResponse), database.writing() as session:
        commands.respond(session, cast.agent.actor, code, raw)
    with database.reading() as session:
        assert queries.waiting_for(session, cast.agent.id)


def test_invariant_12_fewer_than_five_stay_hidden_under_new_keys(database: Database, cast: Cast) -> None:
    for code, name in zip(_asked(database, cast, *EVERYBODY[:4]), EVERYBODY, strict=False):
        with database.writing() as session:
            commands.respond(session, cast.members()[name].actor, code, {"general": "4"})
    with database.reading() as session:
        before = set(session.scalars(select(SurveyBuffer.key)))
    with database.writing() as session:
        assert commands.release(session, minimum=5, today=TODAY) == 0
    with database.reading() as session:
        after = set(session.scalars(select(SurveyBuffer.key)))
        assert len(after) == 4
        assert not before & after
        assert session.scalars(select(SurveyResponse)).all() == []
        assert queries.results(session, "encuesta", minimum=5).readable == 0
        assert queries.satisfaction_by_month(session, date(2026, 1, 1), date(2026, 12, 1)) == []


def test_invariant_12_five_are_released_together(database: Database, cast: Cast) -> None:
    for code, name in zip(_asked(database, cast, *EVERYBODY[:5]), EVERYBODY, strict=False):
        with database.writing() as session:
            commands.respond(session, cast.members()[name].actor, code, {"general": "5" if name == "agent" else "3"})
    with database.writing() as session:
        assert commands.release(session, minimum=5, today=TODAY) == 5
    with database.reading() as session:
        assert session.scalars(select(SurveyBuffer)).all() == []
        assert session.scalars(select(SurveyRelease)).one().responses == 5
        summary = queries.results(session, "encuesta", minimum=5).summaries["general"]
        assert summary is not None
        assert dict(summary.distribution) == {1: 0, 2: 0, 3: 4, 4: 0, 5: 1}
    # Two more answers wait for three others: nobody can subtract yesterday's result from today's.
    for code, name in zip(_more(database, cast, *EVERYBODY[5:]), EVERYBODY[5:], strict=True):
        with database.writing() as session:
            commands.respond(session, cast.members()[name].actor, code, {"general": "1"})
    with database.writing() as session:
        assert commands.release(session, minimum=5, today=TODAY) == 0
    with database.reading() as session:
        assert queries.results(session, "encuesta", minimum=5).readable == 5


def _more(database: Database, cast: Cast, *names: str) -> list[str]:
    from lms.catalog.models import CourseVersion

    with database.writing() as session:
        version = session.scalars(select(CourseVersion)).one()
        codes = []
        for name in names:
            enrolment = make_enrolment(session, cast, cast.members()[name], version, NOW)
            complete(session, enrolment, NOW)
            codes.append(enrolment.code)
    return codes


def test_invariant_12_nothing_joins_an_answer_to_a_person(database: Database, cast: Cast) -> None:
    """No column of an answer's table, no audit row and no time leads anywhere but to the survey."""
    (code,) = _asked(database, cast, "agent")
    with database.reading() as session:
        audited = len(session.scalars(select(AuditEntry)).all())
    with database.writing() as session:
        commands.respond(session, cast.agent.actor, code, {"general": "4"})
    with database.reading() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == audited
    columns = inspect(database.engine)
    assert {column["name"] for column in columns.get_columns("survey_buffer")} == {"key", "version_id", "answers"}
    assert {column["name"] for column in columns.get_columns("survey_response")} == {
        "key",
        "release_id",
        "version_id",
        "answers",
    }
    assert {column["name"] for column in columns.get_columns("survey_participation")} == {
        "id",
        "survey_id",
        "version_id",
        "enrolment_id",
        "person_id",
        "asked_month",
        "answered",
    }


def test_invariant_12_the_buffer_keeps_no_order_of_arrival(database: Database, cast: Cast) -> None:
    """Read in the table's own order, answers come by their random key, not by when they came."""
    for code, name in zip(_asked(database, cast, *EVERYBODY), EVERYBODY, strict=True):
        with database.writing() as session:
            commands.respond(session, cast.members()[name].actor, code, {"general": "4"})
    with database.writing() as session:
        commands.release(session, minimum=100, today=TODAY)
    with database.reading() as session:
        keys = list(session.scalars(select(SurveyBuffer.key)))
        assert len(keys) == len(EVERYBODY)
        assert session.scalars(select(SurveyParticipation.answered)).all() == [True] * len(EVERYBODY)


def test_pages(app: Flask, database: Database, cast: Cast) -> None:
    (code,) = _asked(database, cast, "agent")
    client = cast.agent.enter(app.test_client())
    assert "¿Qué tal?" in client.get(f"/encuesta/{code}").text
    assert client.post(f"/encuesta/{code}", data={}).status_code == 400
    assert client.post(f"/encuesta/{code}", data={"q-general": "4"}).status_code == 303
    assert "no se puede ver" in client.get(f"/encuesta/{code}").text
    assert cast.stranger.enter(app.test_client()).get(f"/encuesta/{code}").status_code == 404
    assert cast.agent.enter(app.test_client()).get("/encuestas").status_code == 403
    reader = cast.auditor.enter(app.test_client())
    assert reader.get("/encuestas").status_code == 200
    assert "son pocas" in reader.get("/encuestas/encuesta").text


def test_shares_are_written_in_the_reader_s_own_way(app: Flask, database: Database, cast: Cast) -> None:
    for code, name in zip(_asked(database, cast, *EVERYBODY), EVERYBODY, strict=True):
        with database.writing() as session:
            commands.respond(session, cast.members()[name].actor, code, {"general": "5" if name == "agent" else "3"})
    with database.writing() as session:
        assert commands.release(session, minimum=5, today=TODAY) == len(EVERYBODY)
    page = cast.auditor.enter(app.test_client()).get("/encuestas/encuesta").text
    assert "14,3\N{NO-BREAK SPACE}%" in page  # one of seven
    assert "14.3" not in page
