"""Publishing banks and plans: identity, versions, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from lms.assessment.commands import publish_bank, publish_plan
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.models import BankVersion, BankVersionQuestion, PlanVersion, Question, QuestionVersion, Test
from lms.assessment.queries import content
from lms.assessment.rules.draw import draw_from
from lms.assessment.rules.plan import Section
from lms.kit.audit import AuditEntry
from lms.kit.errors import Invalid, NotAllowed
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import ALL_TYPES, ALL_TYPES_PLAN, bank, plan, question, singles
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_an_unchanged_bank_makes_no_new_version(session):
    first = publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    again = publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW + timedelta(days=1))
    assert again.id == first.id
    assert (count(session, BankVersion), count(session, PlanVersion), count(session, QuestionVersion)) == (1, 1, 5)
    assert count(session, AuditEntry) == 2  # one publication of the bank, one of the plan


def test_a_changed_question_keeps_its_identity_and_gets_one_new_version(session):
    first = publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    changed = [question("single-1", stem="Otro enunciado"), *ALL_TYPES[1:]]
    second = publish_bank(session, SYSTEM, bank(changed, ALL_TYPES_PLAN), now=NOW)
    assert (second.number, first.number) == (2, 1)
    assert (count(session, Question), count(session, QuestionVersion)) == (5, 6)
    stems = session.scalars(
        select(QuestionVersion.stem)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
        .where(BankVersionQuestion.bank_version_id == second.id, QuestionVersion.topic == "a")
    ).all()
    assert "Otro enunciado" in stems
    assert "Enunciado de single-1" not in stems
    assert session.scalar(select(Test)).current_plan_id == session.scalar(
        select(PlanVersion.id).where(PlanVersion.bank_version_id == second.id)
    )


def test_going_back_to_an_old_content_makes_its_old_version_current(session):
    first = publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    changed = [question("single-1", stem="Otro enunciado"), *ALL_TYPES[1:]]
    publish_bank(session, SYSTEM, bank(changed, ALL_TYPES_PLAN), now=NOW)
    back = publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    assert back.id == first.id
    assert content.bank_page(session, "banco")[1].id == first.id
    assert content.test_plan(session, "banco")[1].bank_version_id == first.id


def test_a_new_pass_mark_is_a_new_plan_over_the_same_bank(session):
    publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    publish_bank(session, SYSTEM, bank(ALL_TYPES, replace(ALL_TYPES_PLAN, pass_mark=Fraction(9, 10))), now=NOW)
    assert (count(session, BankVersion), count(session, PlanVersion)) == (1, 2)
    _, current = content.test_plan(session, "banco")
    assert (current.pass_num, current.pass_den) == (9, 10)


def test_a_plan_that_the_bank_cannot_fill_is_refused_saying_what_lacks(session):
    with pytest.raises(Invalid) as refused:
        publish_bank(session, SYSTEM, bank(singles(3), plan(Section("a", "any", 4))), now=NOW)
    assert refused.value.key == "assessment.plan_impossible"
    assert "pide 4 y hay 3" in str(refused.value.params["detail"])
    session.rollback()
    assert content.test_plan(session, "banco") is None


def test_practice_questions_do_not_fill_a_plan(session):
    questions = [question("x1"), question("x2", pool="practice")]
    with pytest.raises(Invalid):
        publish_bank(session, SYSTEM, bank(questions, plan(Section("a", "any", 2))), now=NOW)


def test_an_empty_bank_is_refused(session):
    with pytest.raises(Invalid) as refused:
        publish_bank(session, SYSTEM, bank([], None), now=NOW)
    assert refused.value.key == "assessment.bank_empty"


def test_only_who_may_publish_publishes(cast, session):
    for name, member in cast.members().items():
        if name in {"author", "administrator"}:
            continue
        with pytest.raises(NotAllowed):
            publish_bank(session, member.actor, bank(ALL_TYPES, None), now=NOW)
    version = publish_bank(session, cast.author.actor, bank(ALL_TYPES, None), now=NOW)
    with pytest.raises(NotAllowed):
        publish_plan(session, cast.agent.actor, ALL_TYPES_PLAN, bank_version=version, now=NOW)
    assert version.published_by == cast.author.id


def test_what_was_published_cannot_be_changed_in_the_database(session):
    publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    for table in ("bank_version", "question", "question_version", "bank_version_question", "plan_version"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE plan_version SET pass_num = 1"))


def test_nothing_is_kept_of_a_publication_that_was_rolled_back(database, session):
    """Ids of a publication that failed come again with another content."""
    version = publish_bank(session, SYSTEM, bank(singles(4), plan(Section("a", "any", 2))), now=NOW)
    _, current = content.test_plan(session, "banco")
    content.draw_table(session, current)
    assert len(content.practice_questions(session, version.id, "m1")) == 0
    session.rollback()
    session.close()
    with database.writing() as other:
        questions = [question(f"b{n}", topic="b", pool="both") for n in range(3)]
        again = publish_bank(other, SYSTEM, bank(questions, plan(Section("b", "any", 2))), now=NOW)
    with database.reading() as reading:
        _, current = content.test_plan(reading, "banco")
        drawn = draw_from(content.draw_table(reading, current), {}, b"s" * 32)
        assert [each.topic for each in drawn] == ["b"] * 2
        assert len(content.practice_questions(reading, again.id, "m1")) == 3


def test_the_flagship_bank_can_be_published_and_drawn(session):
    loaded, report = load_bank(ROOT / "question_banks" / "certificacion-copc", ROOT)
    assert report.ok
    publish_bank(session, SYSTEM, loaded, now=NOW)
    test, current = content.test_plan(session, "certificacion-copc")
    assert test.title == loaded.plan.title
    assert current.questions == loaded.plan.size == 20


@pytest.mark.parametrize(
    "source",
    [
        "¿Qué mide la norma?",
        "Se aprueba con 80%, nada menos.",
        "Dos cosas: una (la primera), y otra.",
        "«Entre comillas», dice.",
        "Un *énfasis* y `código`",
        "- lista",
        "1. lista",
        "a_b_c",
        "<b>no</b>",
        "dos\n\npárrafos",
        "A & B",
        "x" * 500,
    ],
)
def test_the_short_way_of_a_plain_text_gives_what_markdown_gives(source):
    from lms.kit.markup import render

    whole = render(source).strip()
    shown = str(content.snippet(source))
    assert shown in (whole, whole.removeprefix("<p>").removesuffix("</p>"))
