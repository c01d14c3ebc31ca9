"""Questions of a file enter a bank: all or the good ones, once, and nothing that was decided here is undone."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from lms.assessment.commands import publish_bank
from lms.assessment.commands.importing import Imported, import_questions
from lms.assessment.formats.exchange import Defaults
from lms.assessment.formats.registry import parse
from lms.assessment.models import Bank, BankMedia, BankVersion, BankVersionQuestion, Question, QuestionVersion
from lms.assessment.queries import bank_content
from lms.kit.audit import AuditEntry
from lms.kit.errors import NotAllowed
from lms.kit.files import make_store
from lms.kit.permissions import SYSTEM, Actor
from tests.assessment.media import png
from tests.assessment.scene import ALL_TYPES, ALL_TYPES_PLAN, bank
from tests.conftest import NOW

GIFT = "$CATEGORY: $course$/top/Norma\n\n::Uno::A{T}\n\n::Dos::B{=x ~y}\n\n// [id:tres]\nC{#1}\n"


def bring(session: Session, text: str, **changed: Any) -> Imported:
    given: dict[str, Any] = {
        "bank": "demo",
        "defaults": Defaults(status="draft"),
        "partial": False,
        "dry_run": False,
        "now": NOW,
    }
    parsed = parse(text.encode(), "x.gift", "gift")
    return import_questions(session, given.pop("actor", changed.pop("actor", SYSTEM)), parsed=parsed, **given | changed)


def held(session: Session, slug: str = "demo") -> dict[str, Any]:
    return {question.key: question for question in bank_content.published(session, slug).questions}


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_becomes_a_bank_of_drafts_with_its_topics(session: Session) -> None:
    found = bring(session, GIFT, title="De afuera")
    assert (found.new, found.changed, found.same, found.taken) == (3, 0, 0, True)
    assert found.report["imported"] == 3
    assert set(held(session)) == {"uno", "dos", "tres"}
    assert {question.status for question in held(session).values()} == {"draft"}
    assert {question.topic for question in held(session).values()} == {"norma"}
    made = session.scalars(select(Bank)).one()
    assert (made.slug, made.title) == ("demo", "De afuera")
    assert session.scalars(select(BankVersion)).one().topics == [{"id": "norma", "title": "Norma"}]
    assert count(session, AuditEntry) == 1


def test_a_second_import_changes_nothing(session: Session) -> None:
    bring(session, GIFT)
    before = [
        count(session, model) for model in (Question, QuestionVersion, BankVersion, BankVersionQuestion, AuditEntry)
    ]
    found = bring(session, GIFT)
    assert (found.new, found.changed, found.same) == (0, 0, 3)
    after = [
        count(session, model) for model in (Question, QuestionVersion, BankVersion, BankVersionQuestion, AuditEntry)
    ]
    assert after == before


def test_a_partly_bad_file_is_taken_only_by_choice(session: Session) -> None:
    text = GIFT + "\n::Mala::D{~x ~y}\n"
    found = bring(session, text)
    assert (found.taken, found.report["found"], found.report["imported"]) == (False, 4, 0)
    assert count(session, Bank) == 0
    found = bring(session, text, partial=True)
    assert (found.taken, found.report["imported"], found.new) == (True, 3, 3)
    assert [each["name"] for each in found.report["rejected"]] == ["Mala"]


def test_a_dry_run_writes_nothing_and_says_what_could_be_taken(session: Session) -> None:
    found = bring(session, GIFT + "\nD{~x ~y}\n", dry_run=True)
    assert (found.taken, found.report["found"], found.report["imported"], found.new) == (False, 4, 3, 3)
    assert (count(session, Bank), count(session, AuditEntry)) == (0, 0)


def test_what_the_bank_had_stays_and_what_was_decided_here_too(session: Session) -> None:
    publish_bank(session, SYSTEM, bank(ALL_TYPES, ALL_TYPES_PLAN), now=NOW)
    slug = session.scalars(select(Bank.slug)).one()
    before = held(session, slug)
    bring(session, GIFT, bank=slug)
    now = held(session, slug)
    assert {key: now[key].content_hash for key in before} == {key: each.content_hash for key, each in before.items()}
    assert len(now) == len(before) + 3
    # Somebody reviews one here; importing the file again, with another question changed, does not undo it.
    published = bank_content.published(session, slug)
    reviewed = parse(
        GIFT.replace("::Dos::", "// [tag:status:reviewed] [tag:difficulty:hard]\n::Dos::").encode(), "x", "gift"
    )
    import_questions(
        session, SYSTEM, bank=slug, parsed=reviewed, defaults=Defaults(), partial=False, dry_run=False, now=NOW
    )
    found = bring(session, GIFT.replace("C{#1}", "C{#2}"), bank=slug)
    assert (found.new, found.changed, found.same) == (0, 1, 2)
    assert (held(session, slug)["dos"].status, held(session, slug)["dos"].difficulty) == ("reviewed", "hard")
    assert bank_content.published(session, slug).title == published.title


def test_another_question_of_the_same_name_is_another_question(session: Session) -> None:
    bring(session, "::Pregunta 1::A{T}")
    other = "::Pregunta 1::Z{F}"
    assert (bring(session, other).new, bring(session, other).same) == (1, 1)
    assert sorted(question.stem for question in held(session).values()) == ["A", "Z"]
    found = bring(session, "::Pregunta 1::A{F}")  # the same text: its answer was mended
    assert (found.new, found.changed) == (0, 1)


def test_pictures_enter_with_the_questions(session: Session, tmp_path: Path) -> None:
    files = make_store(replace(config.load({}), instance_dir=str(tmp_path)))
    packed = base64.b64encode(png()).decode()
    shown = '&lt;img src="@@PLUGINFILE@@/a.png" alt="Un cuadro"&gt;'
    file = f'<file name="a.png" encoding="base64">{packed}</file>'
    stem = f'<questiontext format="html"><text>{shown}</text>{file}</questiontext>'
    text = f'<quiz><question type="essay"><name><text>N</text></name>{stem}</question></quiz>'
    for new in (1, 0):
        parsed = parse(text.encode(), "x.xml")
        found = import_questions(
            session,
            SYSTEM,
            bank="demo",
            parsed=parsed,
            defaults=Defaults(),
            partial=False,
            dry_run=False,
            now=NOW,
            files=files,
        )
        assert (found.new, found.report["rejected"]) == (new, [])
        assert count(session, BankMedia) == 1
    (name,) = session.scalars(select(BankMedia.name))
    assert held(session)["n"].stem == f"![Un cuadro](media/{name})"


def test_scenarios_enter_whole_or_not_at_all(session: Session) -> None:
    text = """scenarios:
- id: caso
  stem: S
  questions: [{id: a, type: true_false, stem: A, answer: true}, {id: b, type: short_text, stem: B, answers: [{text: x}]}]
- id: malo
  stem: S
  questions: [{id: c, type: true_false, stem: C, answer: true}, {id: d, type: single, stem: D, options: []}]
"""
    parsed = parse(text.encode(), "x.yaml")
    found = import_questions(
        session, SYSTEM, bank="demo", parsed=parsed, defaults=Defaults(), partial=True, dry_run=False, now=NOW
    )
    assert (found.report["found"], found.report["imported"], len(found.report["rejected"])) == (4, 2, 2)
    assert {key: (each.scenario, each.scenario_place) for key, each in held(session).items()} == {
        "a": ("caso", 1),
        "b": ("caso", 2),
    }


def test_only_who_may_publish_imports(session: Session) -> None:
    with pytest.raises(NotAllowed):
        bring(session, GIFT, actor=Actor(person_id=None, name=""))


def test_the_published_bank_is_read_in_three_queries(session: Session, count_queries: Any) -> None:
    bring(session, GIFT)
    with count_queries() as few:
        bank_content.published(session, "demo")
    bring(session, "\n\n".join(f"::N{number}::Texto {number}{{T}}" for number in range(40)))
    session.expire_all()
    with count_queries() as many:
        bank_content.published(session, "demo")
    assert (few.number, many.number) == (3, 3)


def test_where_a_second_person_is_asked_for_what_is_new_comes_in_as_a_draft(session: Session) -> None:
    bring(session, GIFT, defaults=Defaults(status="reviewed"))
    session.scalars(select(Bank)).one().second_person = True
    changed = GIFT.replace("A{T}", "A, mejor dicho{T}").replace("::Uno::", "// [id:uno]\n::Uno::") + "\n\nNueva{T}\n"
    found = bring(session, changed, defaults=Defaults(status="reviewed"))
    assert (found.new, found.changed, found.same) == (1, 1, 2)
    assert {key for key, each in held(session).items() if each.status == "draft"} == {"uno", "nueva"}
    assert "otra persona" in " ".join(found.report["warnings"])
    again = bring(session, changed, defaults=Defaults(status="reviewed"))
    assert (again.new, again.changed) == (0, 0)
