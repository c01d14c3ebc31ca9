"""Drafts on a database: kept with their faults, met by other drafts and publications, approved, published now or at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import publish_bank
from lms.assessment.models import Bank, BankVersion, PlanVersion, Test
from lms.assessment.queries import bank_content
from lms.assessment.rules.plan import Section
from lms.authoring.commands import (
    approve,
    discard,
    make_bank,
    publish,
    publish_due,
    rebase,
    save_draft,
    schedule,
    set_desk,
    withdraw,
)
from lms.authoring.commands.drafting import MAX_DOCUMENT
from lms.authoring.models import QuestionDraft, Release
from lms.authoring.queries import desk as reading
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM
from lms.notify.models import Notification
from lms.people.models import AccessGrant
from tests.assessment.scene import bank, plan, singles
from tests.conftest import NOW

HOUR = timedelta(hours=1)
NEW = {
    "id": "nueva", "type": "true_false", "topic": "a", "difficulty": "easy", "pool": "exam",
    "stem": "¿Es así?", "answer": True, "feedback": "No lo es.", "explanation": "Porque sí.", "review": "m1#s1",
}  # fmt: skip


@pytest.fixture
def published(cast, session):
    """A bank of six questions with its test, published."""
    return publish_bank(session, SYSTEM, bank(singles(6), plan(Section("a", "any", 4))), now=NOW)


def save(session, member, document, *, revision=0, key="", now=NOW):
    key = key or document["id"]
    return save_draft(session, member.actor, bank="banco", key=key, document=document, revision=revision, now=now)


def opened(session, key):
    """What the editor opens of a published question."""
    unit = reading.published_unit(session, reading.desk(session, "banco").version, key)
    return unit.document


def refused(kind, key, call, *args, **kwargs):
    with pytest.raises(kind) as caught:
        call(*args, **kwargs)
    assert caught.value.key == key
    return caught.value


def keys(session):
    return [question.key for question in bank_content.published(session, "banco").questions]


# --- drafts


def test_a_draft_is_kept_with_its_faults_and_publishes_nothing(published, cast, session):
    draft = save(session, cast.author, {"id": "x", "type": "single"})
    assert (draft.revision, draft.base_hash, draft.changed_by) == (1, "", cast.author.id)
    assert "stem" in " ".join(reading.desk(session, "banco").read(draft).texts)
    assert "x" not in keys(session)


def test_saving_the_same_again_changes_nothing(published, cast, session):
    save(session, cast.author, NEW)
    again = save(session, cast.administrator, dict(NEW), revision=1, now=NOW + HOUR)
    assert (again.revision, again.changed_by) == (1, cast.author.id)


def test_two_who_edit_at_once_are_told_and_nothing_is_lost(published, cast, session):
    save(session, cast.author, NEW)
    save(session, cast.administrator, NEW | {"stem": "¿Y así?"}, revision=1)
    error = refused(
        Conflict, "authoring.changed_meanwhile", save, session, cast.author, NEW | {"stem": "No"}, revision=1
    )
    assert error.params["by"] == cast.administrator.actor.name
    refused(Conflict, "authoring.changed_meanwhile", save, session, cast.author, NEW | {"stem": "No"})
    stands = reading.draft_of(session, published.bank_id, "question", "nueva")
    assert stands.document["stem"] == "¿Y así?"
    assert save(session, cast.author, NEW | {"stem": "No"}, revision=2).revision == 3


def test_a_draft_that_went_meanwhile_is_not_made_again_unasked(published, cast, session):
    draft = save(session, cast.author, NEW)
    discard(session, cast.author.actor, code=draft.code, revision=1)
    refused(Conflict, "authoring.draft_gone", save, session, cast.author, NEW, revision=1)
    refused(NotFound, "authoring.draft_gone", discard, session, cast.author.actor, code=draft.code, revision=1)


def test_a_draft_has_a_limit(published, cast, session):
    refused(Invalid, "authoring.too_large", save, session, cast.author, NEW | {"stem": "x" * MAX_DOCUMENT})


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "hr", "auditor", "stranger"])
def test_who_publishes_nothing_writes_nothing(name, published, cast, session):
    who = getattr(cast, name)
    draft = save(session, cast.author, NEW)
    refused(NotAllowed, "assessment.not_allowed", save, session, who, NEW | {"id": "otra"})
    for call in (discard, rebase):
        refused(NotAllowed, "assessment.not_allowed", call, session, who.actor, code=draft.code, revision=1)
    refused(NotAllowed, "assessment.not_allowed", approve, session, who.actor, code=draft.code, revision=1, now=NOW)
    chosen = {"bank": "banco", "codes": [draft.code], "carry": True, "now": NOW}
    refused(NotAllowed, "assessment.not_allowed", publish, session, who.actor, **chosen)
    refused(NotAllowed, "assessment.not_allowed", schedule, session, who.actor, **chosen, due_at=NOW + HOUR)
    refused(NotAllowed, "assessment.not_allowed", make_bank, session, who.actor, title="B", topic="T", now=NOW)
    settings = {"bank": "banco", "new_topics": [], "second_person": True, "now": NOW}
    refused(NotAllowed, "assessment.not_allowed", set_desk, session, who.actor, **settings)


# --- publishing


def go(session, member, *drafts, carry=True, now=NOW):
    codes = [draft.code for draft in drafts]
    return publish(session, member.actor, bank="banco", codes=codes, carry=carry, now=now)


def current_plan(session):
    return session.scalar(select(PlanVersion).join(Test, Test.current_plan_id == PlanVersion.id))


def test_drafts_become_one_version_and_the_tests_go_with_it(published, cast, session):
    changed = opened(session, "a-easy-00000") | {"stem": "¿Otra cosa?"}
    drafts = [save(session, cast.author, NEW), save(session, cast.author, changed)]
    version = go(session, cast.author, *drafts)
    assert (version.number, version.published_by) == (2, cast.author.id)
    assert len(keys(session)) == 7
    assert opened(session, "a-easy-00000")["stem"] == "¿Otra cosa?"
    assert current_plan(session).bank_version_id == version.id
    assert session.scalar(select(func.count()).select_from(QuestionDraft)) == 0


def test_tests_stay_where_they_are_if_asked_to(published, cast, session):
    go(session, cast.author, save(session, cast.author, NEW), carry=False)
    assert current_plan(session).bank_version_id == published.id


def test_a_bank_that_would_no_longer_do_for_its_test_is_not_published(published, cast, session):
    drafts = [save(session, cast.author, opened(session, key) | {"status": "retired"}) for key in keys(session)[:3]]
    with session.begin_nested() as point:
        refused(Invalid, "assessment.plan_impossible", go, session, cast.author, *drafts)
        point.rollback()
    assert reading.desk(session, "banco").version.id == published.id
    assert go(session, cast.author, *drafts, carry=False).number == 2


def test_what_has_a_fault_is_named_and_nothing_of_the_rest_is_published(published, cast, session):
    drafts = [save(session, cast.author, NEW), save(session, cast.author, {"id": "mala", "type": "single"})]
    error = refused(Invalid, "authoring.not_ready", go, session, cast.author, *drafts)
    assert error.params["keys"] == "mala"
    assert "nueva" not in keys(session)


def test_what_was_published_meanwhile_is_never_written_over_unseen(published, cast, session):
    before = opened(session, "a-easy-00001")
    draft = save(session, cast.author, before | {"stem": "De acá"})
    publish_bank(session, SYSTEM, bank([*singles(1), *singles(6)[2:], _other(before)], None), now=NOW)
    refused(Conflict, "authoring.published_meanwhile", go, session, cast.author, draft)
    rebase(session, cast.author.actor, code=draft.code, revision=1)
    go(session, cast.author, draft)
    assert opened(session, "a-easy-00001")["stem"] == "De acá"


def _other(document):
    from tests.assessment.documents import read

    question, faults = read(document | {"stem": "De afuera"}, strict=False)
    assert faults == []
    return question


def test_a_draft_that_says_what_was_published_meanwhile_goes_through(published, cast, session):
    before = opened(session, "a-easy-00001")
    draft = save(session, cast.author, before | {"stem": "De afuera"})
    publish_bank(session, SYSTEM, bank([*singles(1), *singles(6)[2:], _other(before)], None), now=NOW)
    go(session, cast.author, draft, carry=False)
    assert opened(session, "a-easy-00001")["stem"] == "De afuera"


def test_two_questions_cannot_have_one_key(published, cast, session):
    child = {"id": "a-easy-00000", "type": "true_false", "stem": "¿?", "answer": True, "feedback": "F"}
    scenario = {"id": "caso", "topic": "a", "difficulty": "easy", "pool": "exam", "stem": "S", "questions": [child]}
    draft = save(session, cast.author, scenario)
    refused(Conflict, "authoring.key_taken", go, session, cast.author, draft)


def test_a_scenario_is_published_whole_and_edited_whole(published, cast, session):
    children = [
        {"id": f"c-{number}", "type": "true_false", "stem": f"¿{number}?", "answer": True, "feedback": "F"}
        for number in (1, 2)
    ]
    scenario = {
        "id": "caso",
        "topic": "a",
        "difficulty": "easy",
        "pool": "exam",
        "stem": "Una llamada",
        "questions": children,
    }
    go(session, cast.author, save(session, cast.author, scenario))
    assert {"c-1", "c-2"} < set(keys(session))
    unit = reading.published_unit(session, reading.desk(session, "banco").version, "c-2")
    assert (unit.kind, unit.key, len(unit.document["questions"])) == ("scenario", "caso", 2)
    draft = save(session, cast.author, unit.document | {"questions": unit.document["questions"][:1]})
    assert draft.base_hash == unit.content
    go(session, cast.author, draft)
    assert "c-2" not in keys(session)


def test_a_bank_begins_with_its_first_question(cast, session):
    made = make_bank(session, cast.author.actor, title="Banco Nuevo", topic="Atención", now=NOW)
    assert made.slug == "banco-nuevo"
    refused(
        Conflict, "authoring.bank_taken", make_bank, session, cast.author.actor, title="banco nuevo", topic="x", now=NOW
    )
    refused(Invalid, "authoring.bank_unnamed", make_bank, session, cast.author.actor, title="¿?", topic="x", now=NOW)
    document = NEW | {"topic": "atencion"}
    draft = save_draft(
        session, cast.author.actor, bank="banco-nuevo", key="nueva", document=document, revision=0, now=NOW
    )
    version = publish(session, cast.author.actor, bank="banco-nuevo", codes=[draft.code], carry=True, now=NOW)
    assert (version.number, version.topics) == (1, [{"id": "atencion", "title": "Atención"}])


def test_new_topics_can_be_named_and_are_published_once_used(published, cast, session):
    settings = {"bank": "banco", "second_person": False, "now": NOW}
    set_desk(session, cast.author.actor, new_topics=["Fraude", "Tema A", " "], **settings)
    found = set_desk(session, cast.author.actor, new_topics=["Fraude"], **settings)
    assert [topic.id for topic in found.topics] == ["a", "b", "c", "fraude", "tema-a"]
    go(session, cast.author, save(session, cast.author, NEW | {"topic": "fraude"}))
    assert [each["id"] for each in reading.desk(session, "banco").version.topics] == ["a", "b", "c", "fraude"]
    refused(Invalid, "authoring.topics", set_desk, session, cast.author.actor, new_topics=["¿?"], **settings)


# --- a second person


def test_a_bank_may_ask_for_a_second_person(published, cast, session):
    set_desk(session, cast.author.actor, bank="banco", new_topics=[], second_person=True, now=NOW)
    draft = save(session, cast.author, NEW)
    refused(Conflict, "authoring.needs_second", go, session, cast.author, draft)
    refused(
        NotAllowed, "authoring.own_draft", approve, session, cast.author.actor, code=draft.code, revision=1, now=NOW
    )
    approve(session, cast.administrator.actor, code=draft.code, revision=1, now=NOW)
    save(session, cast.author, NEW | {"stem": "¿Cambiada?"}, revision=1)
    refused(Conflict, "authoring.needs_second", go, session, cast.author, draft)
    error = refused(
        Conflict,
        "authoring.changed_meanwhile",
        approve,
        session,
        cast.administrator.actor,
        code=draft.code,
        revision=1,
        now=NOW,
    )
    assert error.params["by"] == cast.author.actor.name
    approve(session, cast.administrator.actor, code=draft.code, revision=2, now=NOW)
    go(session, cast.author, draft)
    assert "nueva" in keys(session)
    actions = list(session.scalars(select(AuditEntry.action)))
    assert {"bank.second_person", "question.approve"} <= set(actions)


def test_what_is_not_drawn_needs_no_second_person(published, cast, session):
    set_desk(session, cast.author.actor, bank="banco", new_topics=[], second_person=True, now=NOW)
    retired = opened(session, "a-easy-00000") | {"status": "retired"}
    go(session, cast.author, save(session, cast.author, NEW | {"status": "draft"}), save(session, cast.author, retired))
    assert opened(session, "a-easy-00000")["status"] == "retired"


def test_what_has_faults_cannot_be_approved(published, cast, session):
    draft = save(session, cast.author, {"id": "x", "type": "single"})
    who = cast.administrator.actor
    refused(Invalid, "authoring.not_ready", approve, session, who, code=draft.code, revision=1, now=NOW)


# --- at a time


def test_a_publication_waits_for_its_hour_and_is_what_it_was_when_asked(database, cast):
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(6), plan(Section("a", "any", 4))), now=NOW)
        draft = save(session, cast.author, NEW)
        schedule(session, cast.author.actor, bank="banco", codes=[draft.code], carry=True, due_at=NOW + HOUR, now=NOW)
        save(session, cast.author, NEW | {"stem": "Después"}, revision=1)
    assert publish_due(database, NOW) == 0
    assert publish_due(database, NOW + HOUR) == 1
    assert publish_due(database, NOW + HOUR) == 0
    with database.reading() as session:
        assert opened(session, "nueva")["stem"] == "¿Es así?"
        left = reading.draft_of(session, session.scalar(select(Bank.id)), "question", "nueva")
        assert left.document["stem"] == "Después"
        hashes = reading.published_hashes(session, reading.desk(session, "banco").version, [("question", "nueva")])
        assert left.base_hash == hashes["question", "nueva"]
        told = session.scalars(select(Notification).where(Notification.kind == "authoring.released")).one()
        assert (told.person_id, told.params["done"], told.params["version"]) == (cast.author.id, True, 2)


def test_a_publication_that_cannot_be_is_told_and_does_not_stop_another(database, cast):
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(6), plan(Section("a", "any", 4))), now=NOW)
        stale = save(session, cast.author, opened(session, "a-easy-00001") | {"stem": "Vieja"})
        other = save(session, cast.author, NEW)
        for draft in (stale, other):
            schedule(
                session, cast.author.actor, bank="banco", codes=[draft.code], carry=False, due_at=NOW + HOUR, now=NOW
            )
        newer = save(session, cast.administrator, opened(session, "a-easy-00001") | {"stem": "Nueva"}, revision=1)
        go(session, cast.administrator, newer)
    assert publish_due(database, NOW + HOUR) == 1
    with database.reading() as session:
        states = dict(session.execute(select(Release.state, Release.fault)).all())
        assert states == {"failed": "authoring.published_meanwhile", "done": ""}
        assert opened(session, "a-easy-00001")["stem"] == "Nueva"


def test_who_may_no_longer_publish_publishes_nothing_later(database, cast):
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(6), plan(Section("a", "any", 4))), now=NOW)
        draft = save(session, cast.author, NEW)
        schedule(session, cast.author.actor, bank="banco", codes=[draft.code], carry=True, due_at=NOW + HOUR, now=NOW)
        for grant in session.scalars(select(AccessGrant).where(AccessGrant.person_id == cast.author.id)):
            grant.until = NOW
    assert publish_due(database, NOW + HOUR) == 0
    with database.reading() as session:
        assert session.scalars(select(Release.fault)).all() == ["assessment.not_allowed"]
        assert session.scalar(select(func.count()).select_from(BankVersion)) == 1


def test_a_publication_that_waits_can_be_withdrawn_once(published, cast, session):
    draft = save(session, cast.author, NEW)
    asked = {"bank": "banco", "codes": [draft.code], "carry": True, "now": NOW}
    for wrong in (NOW, NOW - HOUR, NOW + timedelta(days=400)):
        refused(Invalid, "authoring.due_at", schedule, session, cast.author.actor, **asked, due_at=wrong)
    row = schedule(session, cast.author.actor, **asked, due_at=NOW + HOUR)
    refused(NotAllowed, "assessment.not_allowed", withdraw, session, cast.agent.actor, code=row.code, now=NOW)
    withdraw(session, cast.author.actor, code=row.code, now=NOW)
    refused(Conflict, "authoring.release_over", withdraw, session, cast.author.actor, code=row.code, now=NOW)
    refused(NotFound, "authoring.release_gone", withdraw, session, cast.author.actor, code="nada", now=NOW)
    refused(Invalid, "authoring.nothing_chosen", go, session, cast.author)
