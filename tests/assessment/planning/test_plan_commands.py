"""Plans begun, kept, published and carried over, on both databases."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import publish_bank
from lms.assessment.commands.planning import (
    MAX_DOCUMENT,
    begin_plan,
    carry_faults,
    carry_plan,
    fingerprint,
    give_up_plan,
    publish_draft,
    save_plan,
)
from lms.assessment.formats.plan_check import check_document
from lms.assessment.formats.yaml_plan_writer import document_of
from lms.assessment.models import PlanDraft, PlanVersion, Test
from lms.assessment.queries import content, plans
from lms.assessment.rules.plan import Section
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import bank, make_scene, plan, singles
from tests.conftest import NOW

PLAN = plan(Section("a", "any", 4), slug="banco")


@pytest.fixture
def scene(cast, session):
    return make_scene(session, cast, NOW, singles(12), PLAN)


def keep(session, who, document, **changes):
    facts = {"slug": "banco", "document": document, "version": None, "revision": 0, "now": NOW} | changes
    return save_plan(session, who.actor, **facts)


def seen_of(session, slug="banco"):
    desk = plans.plan_desk(session, slug)
    if desk.draft is None:
        return fingerprint(desk, desk.rules, desk.current)
    return fingerprint(desk, check_document(desk.draft.document, desk.titles(), []).plan, desk.target)


def publish(session, who, **changes):
    facts = {"slug": "banco", "revision": 1, "seen": seen_of(session), "now": NOW} | changes
    return publish_draft(session, who.actor, **facts)


def audits(session, action="plan.publish"):
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action))


def test_a_draft_is_kept_and_published_and_open_attempts_keep_their_plan(cast, session, scene):
    attempt = scene.start(session)
    before, old = audits(session), attempt.plan_version_id
    longer = replace(PLAN, minutes=45)
    draft = keep(session, cast.author, document_of(longer))
    assert (draft.revision, draft.changed_by_name, draft.base_plan_id) == (1, cast.author.actor.name, old)
    assert keep(session, cast.author, document_of(longer), revision=1).revision == 1  # it says the same
    version = publish(session, cast.author)
    assert (version.minutes, version.bank_version_id) == (45, scene.bank_version.id)
    assert content.test_plan(session, "banco")[1].id == version.id
    session.refresh(attempt)
    assert attempt.plan_version_id == old
    assert audits(session) == before + 1
    assert session.scalar(select(func.count()).select_from(PlanDraft)) == 0


def test_the_second_of_two_authors_is_told_and_the_first_one_keeps_what_was_saved(cast, session, scene):
    keep(session, cast.author, document_of(replace(PLAN, minutes=45)))
    for revision in (0, 2):
        with pytest.raises(Conflict, match=r"assessment\.plan_changed") as told:
            keep(session, cast.administrator, document_of(replace(PLAN, minutes=50)), revision=revision)
        assert told.value.params == {"by": cast.author.actor.name}
    assert plans.plan_desk(session, "banco").draft.document["minutes"] == 45
    assert keep(session, cast.administrator, document_of(replace(PLAN, minutes=50)), revision=1).revision == 2


def test_a_draft_that_was_published_meanwhile_is_gone(cast, session, scene):
    keep(session, cast.author, document_of(replace(PLAN, minutes=45)))
    seen = seen_of(session)
    publish(session, cast.author)
    with pytest.raises(Conflict, match=r"assessment\.plan_gone"):
        keep(session, cast.administrator, document_of(PLAN), revision=1)
    with pytest.raises(Conflict, match=r"assessment\.plan_gone"):
        publish(session, cast.administrator, seen=seen)
    with pytest.raises(Conflict, match=r"assessment\.plan_gone"):
        give_up_plan(session, cast.author.actor, slug="banco", revision=1)


def test_a_draft_with_faults_is_kept_and_not_published(cast, session, scene):
    document = document_of(replace(PLAN, sections=(Section("a", "any", 40),))) | {"minutes": "mucho"}
    keep(session, cast.author, document)
    before = audits(session)
    with pytest.raises(Invalid, match=r"assessment\.plan_faults") as told:
        publish(session, cast.author)
    assert "pide 40 y hay 12; faltan 28" in told.value.params["detail"]
    assert "mucho" in told.value.params["detail"]
    assert audits(session) == before
    assert plans.plan_desk(session, "banco").draft.document["minutes"] == "mucho"


def test_nothing_is_published_but_what_was_seen(cast, session, scene):
    keep(session, cast.author, document_of(replace(PLAN, minutes=45)))
    seen = seen_of(session)
    publish_bank(session, SYSTEM, bank(singles(20), None), now=NOW)
    with pytest.raises(Conflict, match=r"assessment\.plan_moved"):
        publish(session, cast.author, seen=seen)
    assert publish(session, cast.author).bank_version_id != scene.bank_version.id


def test_an_older_bank_version_can_be_chosen_and_one_that_is_not_there_cannot(cast, session, scene):
    publish_bank(session, SYSTEM, bank(singles(20), None), now=NOW)
    keep(session, cast.author, document_of(PLAN), version=1)
    assert plans.plan_desk(session, "banco").target.number == 1
    assert publish(session, cast.author).bank_version_id == scene.bank_version.id
    with pytest.raises(NotFound, match=r"assessment\.bank_version_not_found"):
        keep(session, cast.author, document_of(PLAN), version=9)


def test_the_same_plan_goes_over_a_newer_bank_and_a_draft_of_it_stays(cast, session, scene):
    keep(session, cast.author, document_of(replace(PLAN, minutes=45)))
    newer = publish_bank(session, SYSTEM, bank(singles(20), None), now=NOW)
    desk = plans.plan_desk(session, "banco")
    assert desk.is_behind
    seen = fingerprint(desk, desk.rules, desk.current)
    version = carry_plan(session, cast.author.actor, slug="banco", seen=seen, now=NOW)
    assert (version.bank_version_id, version.minutes) == (newer.id, 30)
    desk = plans.plan_desk(session, "banco")
    assert (desk.is_behind, desk.is_overtaken, desk.draft.document["minutes"]) == (False, False, 45)
    with pytest.raises(Conflict, match=r"assessment\.plan_moved"):
        carry_plan(session, cast.author.actor, slug="banco", seen=seen, now=NOW)


def test_a_plan_is_not_carried_over_a_bank_that_cannot_fill_it(cast, session, scene):
    publish_bank(session, SYSTEM, bank(singles(3), None), now=NOW)
    desk = plans.plan_desk(session, "banco")
    assert "pide 4 y hay 3; faltan 1" in carry_faults(session, desk)[0]
    with pytest.raises(Invalid, match=r"assessment\.plan_impossible"):
        carry_plan(session, cast.author.actor, slug="banco", seen=fingerprint(desk, desk.rules, desk.current), now=NOW)
    assert content.test_plan(session, "banco")[1].bank_version_id == scene.bank_version.id


def test_a_test_is_begun_and_published_with_a_name_of_its_own(cast, session, scene):
    draft = begin_plan(session, cast.author.actor, bank="banco", slug="repaso", title="Repaso", now=NOW)
    assert (draft.document["id"], draft.document["title"]) == ("repaso", "Repaso")
    assert session.scalar(select(Test).where(Test.slug == "repaso")) is None
    for taken in ("repaso", "banco", ""):
        with pytest.raises(Conflict, match=r"assessment\.plan_taken"):
            begin_plan(session, cast.author.actor, bank="banco", slug=taken, now=NOW)
    for wrong in ("Con Espacios", "é", "a_b", "x" * 61, "-a"):
        with pytest.raises(Invalid, match=r"assessment\.plan_name"):
            begin_plan(session, cast.author.actor, bank="banco", slug=wrong, now=NOW)
    with pytest.raises(Invalid, match=r"assessment\.plan_title"):
        begin_plan(session, cast.author.actor, bank="banco", slug="otra", title="x" * 201, now=NOW)
    with pytest.raises(NotFound):
        begin_plan(session, cast.author.actor, bank="ninguno", now=NOW)
    version = publish(session, cast.author, slug="repaso", seen=seen_of(session, "repaso"))
    assert (version.questions, version.pass_num, version.pass_den) == (10, 4, 5)
    assert content.test_plan(session, "repaso")[0].title == "Repaso"
    assert content.test_plan(session, "banco")[1].questions == 4


def test_a_test_that_was_only_begun_can_be_given_up(cast, session, scene):
    begin_plan(session, cast.author.actor, bank="banco", slug="repaso", now=NOW)
    with pytest.raises(Conflict, match=r"assessment\.plan_changed"):
        give_up_plan(session, cast.author.actor, slug="repaso", revision=2)
    give_up_plan(session, cast.author.actor, slug="repaso", revision=1)
    with pytest.raises(NotFound):
        plans.plan_desk(session, "repaso")
    with pytest.raises(Conflict, match=r"assessment\.plan_gone"):
        keep(session, cast.author, {}, slug="repaso", revision=1)


def test_a_document_of_any_size_is_refused(cast, session, scene):
    with pytest.raises(Invalid, match=r"assessment\.plan_too_large"):
        keep(session, cast.author, {"title": "x" * MAX_DOCUMENT})


@pytest.mark.parametrize("who", ["agent", "coordinator", "trainer", "hr", "auditor"])
def test_who_publishes_nothing_writes_no_plan(cast, session, scene, who):
    actor = getattr(cast, who).actor
    facts = {"slug": "banco", "now": NOW}
    for attempt in (
        lambda: begin_plan(session, actor, bank="banco", slug="otra", now=NOW),
        lambda: save_plan(session, actor, document={}, version=None, revision=0, **facts),
        lambda: publish_draft(session, actor, revision=1, seen="", **facts),
        lambda: carry_plan(session, actor, seen="", **facts),
        lambda: give_up_plan(session, actor, slug="banco", revision=1),
    ):
        with pytest.raises(NotAllowed, match=r"assessment\.not_allowed"):
            attempt()
    assert session.scalar(select(func.count()).select_from(PlanDraft)) == 0
    assert session.scalar(select(func.count()).select_from(PlanVersion)) == 1


def test_a_sample_is_a_form_of_the_plan_and_leaves_nothing(cast, session, scene):
    test = replace(PLAN, pass_mark=Fraction(1, 2))
    items = plans.sample(session, test, scene.bank_version.id, "abcd")
    assert [item.position for item in items] == [1, 2, 3, 4]
    assert len({item.version_id for item in items}) == 4
    again = plans.sample(session, test, scene.bank_version.id, "abcd")
    assert [(item.version_id, item.order) for item in again] == [(item.version_id, item.order) for item in items]
    others = {
        tuple(item.version_id for item in plans.sample(session, test, scene.bank_version.id, seed)) for seed in "xyz"
    }
    assert len(others) > 1
    assert not session.new
    assert not session.dirty


def test_the_list_holds_what_is_published_and_what_is_begun(cast, session, scene):
    begin_plan(session, cast.author.actor, bank="banco", slug="aparte", title="Aparte", now=NOW)
    publish_bank(session, SYSTEM, bank(singles(20), None), now=NOW)
    first, second = plans.plan_rows(session, limit=10)
    assert (first.slug, first.title, first.plan, first.newest, first.courses) == ("aparte", "Aparte", None, 2, ())
    assert (second.slug, second.number, second.newest, second.courses) == ("banco", 1, 2, ("Curso de prueba",))
    assert [row.slug for row in plans.plan_rows(session, after="aparte", limit=10)] == ["banco"]
    assert [row.slug for row in plans.plan_rows(session, limit=1)] == ["aparte"]
