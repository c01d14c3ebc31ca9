"""A bank goes out as files and comes back as the same version, and the files are the same bytes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lms.assessment.commands import publish_bank
from lms.assessment.export_cli import write_folder
from lms.assessment.formats.bank import Base, LoadedBank, LoadedQuestion, Topic
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.formats.yaml_plan import read_plan_document
from lms.assessment.formats.yaml_plan_writer import document_of, write_plan
from lms.assessment.formats.yaml_question import read_question, read_scenario
from lms.assessment.formats.yaml_writer import bank_files, shown_in
from lms.assessment.models import BankMedia, BankVersion, PlanVersion, QuestionVersion
from lms.assessment.queries import bank_content
from lms.assessment.rules.plan import FORWARD, PLAN_ORDER, REFRESHER, Section, TestPlan
from lms.assessment.rules.showing import Review, Shown
from lms.kit.content import MAX_FILE_BYTES, Report, parse_yaml, reader_of
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.kit.permissions import SYSTEM
from tests.assessment.formats import documents as made
from tests.assessment.formats.test_moodle import KINDS
from tests.assessment.media import png
from tests.conftest import NOW

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "question_banks" / "certificacion-copc"
BASE = Base("a" * 64, "b" * 64)
TOPICS = {"norma": "Norma", "fraude": "Fraude"}


def loaded_of(documents: list[dict[str, Any]], *, case: bool) -> list[LoadedQuestion]:
    """The questions of some documents, in a scenario all but the first where `case`."""
    report, alone = Report(), documents[:1] if case else documents
    found = [read_question(reader_of(document, "x", 1, report), TOPICS)[1] for document in alone]
    if case and documents[1:]:
        placed = {"topic": "norma", "difficulty": "easy", "pool": "exam"}
        inner = [{key: value for key, value in each.items() if key not in _PLACED} for each in documents[1:]]
        whole = {"id": "s", **placed, "stem": "Un\n\ncaso", "questions": inner}
        found += [each for _, each in read_scenario(reader_of(whole, "x", 1, report), TOPICS)[1]]
    assert report.ok, report.errors
    return [each for each in found if each is not None]


_PLACED = {"topic", "difficulty", "pool", "status", "exclusive", "title"}


def filled(document: dict[str, Any]) -> dict[str, Any]:
    return {"difficulty": "medium", "pool": "both"} | document


@given(made.bank(KINDS), st.booleans())
def test_what_was_written_is_read_as_the_same_and_written_as_the_same_bytes(
    documents: list[dict[str, Any]], case: bool
) -> None:
    questions = loaded_of([filled(each) for each in documents], case=case)
    bank = LoadedBank(
        "demo", "Un: banco", "", tuple(Topic(*each) for each in TOPICS.items()), tuple(questions), None, ""
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        files = bank_files(bank, BASE)
        write_folder(folder, files)
        again, report = load_bank(folder, Path(place))
        assert report.errors == []
        assert again is not None
        assert {each.key: each.content_hash for each in again.questions} == {
            each.key: each.content_hash for each in questions
        }
        assert (again.title, again.topics, again.base) == (bank.title, bank.topics, BASE)
        assert bank_files(again, BASE) == files
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_a_topic_of_a_reserved_name_and_one_too_long_for_a_file_are_read_again(tmp_path: Path) -> None:
    report = Report()
    topics = {"bank": "Banco", "plan": "Plan"}
    body = {"type": "true_false", "answer": True, "difficulty": "easy", "pool": "both", "explanation": "x" * 1900}
    documents = [
        {**body, "id": f"q-{at:04d}", "topic": "bank" if at else "plan", "stem": f"{at} " + "y" * 3000}
        for at in range(1000)
    ]
    questions = [read_question(reader_of(each, "x", 1, report), topics)[1] for each in documents]
    assert report.ok
    bank = LoadedBank(
        "demo", "Largo", "", tuple(Topic(*each) for each in topics.items()), tuple(filter(None, questions)), None, ""
    )
    files = bank_files(bank, BASE)
    assert {"bank_.yaml", "bank__2.yaml", "plan_.yaml"} < set(files)
    assert all(len(data) <= MAX_FILE_BYTES for data in files.values())
    write_folder(tmp_path / "demo", files)
    again, found = load_bank(tmp_path / "demo", tmp_path)
    assert again is not None
    assert found.errors == []
    assert [each.content_hash for each in again.questions] == [each.content_hash for each in bank.questions]


PLANS = [
    TestPlan("demo", "Prueba", Fraction(4, 5), 30, 3, 24, (Section("norma", "easy", 2),)),
    TestPlan(
        "demo",
        "Otra",
        Fraction(2, 3),
        30,
        3,
        0,
        (
            Section("norma", "any", 2, Fraction(1, 2), Fraction(1)),
            Section("fraude", "hard", 4, scenarios=True),
        ),
        fixed=("007", "q-1"),
        fixed_points=Fraction(3, 2),
        order=PLAN_ORDER,
        navigation=FORWARD,
        per_page=2,
        opens=datetime(2026, 3, 1, 11, tzinfo=UTC),
        closes=datetime(2026, 3, 31, 23, tzinfo=UTC),
        room=True,
        addresses=("10.20.0.0/16", "2001:db8::/32"),
        review=Review(during=Shown(feedback=True), closed=Shown(marks=True, right=True)),
        after_failure=REFRESHER,
    ),
]


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_is_read_again_as_the_same(plan: TestPlan) -> None:
    reader = parse_yaml(write_plan(plan), "plan.yaml", Report())
    assert reader is not None
    again = read_plan_document(reader, TOPICS, [])
    assert again.content_hash() == plan.content_hash()
    assert document_of(again)["sections"] == [*document_of(plan)["sections"]]


def published(session: Session, folder: Path, files: Any = None) -> tuple[LoadedBank, BankVersion]:
    loaded, report = load_bank(folder, folder.parent)
    assert report.errors == []
    assert loaded is not None
    return loaded, publish_bank(session, SYSTEM, loaded, now=NOW, files=files)


def exported(session: Session, slug: str) -> dict[str, bytes]:
    return bank_files(*bank_content.current(session, slug))


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_shipped_bank_comes_back_as_the_version_that_it_is(session: Session, tmp_path: Path) -> None:
    published(session, SHIPPED)
    files = exported(session, "certificacion-copc")
    folder = tmp_path / "certificacion-copc"
    write_folder(folder, files)
    before = [count(session, model) for model in (BankVersion, PlanVersion, QuestionVersion)]
    loaded, version = published(session, folder)
    assert [count(session, model) for model in (BankVersion, PlanVersion, QuestionVersion)] == before
    assert loaded.base is not None
    assert loaded.base.version == version.content_hash
    assert exported(session, "certificacion-copc") == files
    assert loaded.course == "certificacion-copc"


def test_the_course_of_a_version_from_before_it_was_kept_is_found(database: Database, tmp_path: Path) -> None:
    from tests.courses import make_course

    with database.writing() as session:
        make_course(session, NOW, test="certificacion-copc")
        loaded, _ = load_bank(SHIPPED, SHIPPED.parent)
        assert loaded is not None
        course = session.execute(text("SELECT slug FROM course")).scalar_one()
        publish_bank(session, SYSTEM, replace(loaded, course=course), now=NOW)
    with database.writing() as session:
        _allow_changes(session)
        session.execute(text("UPDATE bank_version SET course = NULL"))
    with database.reading() as session:
        assert bank_content.published(session, "certificacion-copc").course == course


def _allow_changes(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER bank_version_no_update"))
    else:
        session.execute(text("ALTER TABLE bank_version DISABLE TRIGGER USER"))


def test_pictures_go_out_by_their_content_and_come_back(session: Session, settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "foto.png").write_bytes(png())
    (folder / "bank.yaml").write_text("id: demo\ntitle: Demo\ntopics: [{id: a, title: A}]\n", "utf-8")
    (folder / "a.yaml").write_text(
        "questions:\n- {id: q, type: true_false, topic: a, difficulty: easy, pool: both, answer: true,"
        " stem: '![Una foto](media/foto.png) ¿Sí?', explanation: Sí., review: m#s, feedback: No.}\n",
        "utf-8",
    )
    store = make_store(settings)
    published(session, folder, store)
    files = exported(session, "demo")
    (name,) = shown_in(files)
    assert count(session, BankMedia) == 1
    kept = bank_content.files_shown(session, "demo")[name]
    with store.open(kept) as stream:
        files[f"media/{name}"] = stream.read()
    assert files[f"media/{name}"] == png()
    done = write_folder(folder, files)
    assert done["removed"] == ["media/foto.png"]
    _, version = published(session, folder, store)
    assert (version.number, count(session, BankMedia)) == (1, 1)
    assert write_folder(folder, files) == {"written": [], "removed": []}
