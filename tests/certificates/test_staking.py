"""Certificates at stake: a regrade takes a pass away, nothing is revoked by itself, a person decides, once at a time."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.rules.regrade import Change, RegradeKind
from lms.catalog.models import CompletionRevocation
from lms.certificates import commands
from lms.certificates.models import (
    Certificate,
    CertificateDecision,
    CertificateQuestion,
    CertificateRevocation,
)
from lms.certificates.queries import staking
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.notify.models import Notification
from tests.assessment.regrading import LATER, apply, finish_modules, five_questions, sit
from tests.assessment.scene import Scene
from tests.assessment.test_attempt_races import at_once
from tests.cast import Cast

BAD = "a-easy-00000"
HEAVY = Change(RegradeKind.POINTS, points=Fraction(6))
AFTER = LATER + timedelta(hours=1)
DAY = LATER.date()


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    """The agent holds a certificate that stands on four right answers of five."""
    with database.writing() as opened:
        made = five_questions(opened, cast)
        finish_modules(opened, made)
        sit(opened, made, {BAD})
        return made


def stake(session: Session, scene: Scene) -> CertificateQuestion:
    apply(session, scene.cast, BAD, HEAVY)
    return session.scalars(select(CertificateQuestion)).one()


def decide(session: Session, scene: Scene, code: str, decision: str, reason: str = "Visto.") -> CertificateDecision:
    return commands.decide(session, scene.cast.hr.actor, code, decision=decision, reason=reason, now=AFTER)


def test_invariant_06_a_pass_that_fails_asks_and_revokes_nothing(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    certificate = session.scalars(select(Certificate)).one()
    assert asked.certificate_id == certificate.id
    for table in (CertificateRevocation, CompletionRevocation, CertificateDecision):
        assert session.scalars(select(table)).all() == []
    (row,) = staking.questions(session, scene.cast.hr.actor, DAY, waiting=True, limit=9)
    assert row.waits
    told = session.scalars(select(Notification.person_id).where(Notification.kind == "certificate.question")).all()
    assert told == [scene.cast.hr.id]
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "certificate.question")).all()


def test_kept_it_stands_and_the_decision_says_who_and_why(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    row = decide(session, scene, asked.code, "keep", "La persona lo sabe.")
    assert (row.decided_by, row.reason, row.corrects_id) == (scene.cast.hr.id, "La persona lo sabe.", None)
    assert session.scalars(select(CertificateRevocation)).all() == []
    assert staking.questions(session, scene.cast.hr.actor, DAY, waiting=True, limit=9) == []
    (settled,) = staking.questions(session, scene.cast.hr.actor, DAY, waiting=False, limit=9)
    assert settled.decision is row


def test_revoked_it_takes_the_completion_with_it(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    decide(session, scene, asked.code, "revoke")
    assert session.scalar(select(func.count()).select_from(CertificateRevocation)) == 1
    assert session.scalar(select(func.count()).select_from(CompletionRevocation)) == 1
    with pytest.raises(Conflict) as fault:
        decide(session, scene, asked.code, "keep")
    assert fault.value.key == "certificates.decided"
    with pytest.raises(Conflict) as fault:
        commands.reopen(session, scene.cast.hr.actor, asked.code, reason="x", now=AFTER)
    assert fault.value.key == "certificates.not_kept"


def test_invariant_07_a_decision_is_withdrawn_by_a_row_that_refers_to_it(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    kept = decide(session, scene, asked.code, "keep")
    back = commands.reopen(session, scene.cast.hr.actor, asked.code, reason="Faltaba mirar algo.", now=AFTER)
    assert (back.decision, back.corrects_id) == ("reopen", kept.id)
    (row,) = staking.questions(session, scene.cast.hr.actor, DAY, waiting=True, limit=9)
    assert row.decision is back
    last = decide(session, scene, asked.code, "revoke")
    assert last.corrects_id == back.id
    assert [each.decision for each, _ in staking.decisions(session, asked.id)] == ["keep", "reopen", "revoke"]


def test_invariant_07_neither_question_nor_decision_can_be_changed(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    decide(session, scene, asked.code, "keep")
    for change in (
        update(CertificateQuestion).values(code="x"),
        update(CertificateDecision).values(decision="revoke"),
        delete(CertificateDecision),
        delete(CertificateQuestion),
    ):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(change)
    for wrong in (
        {"decision": "nada"},
        {"reason": ""},
        {"decision": "reopen"},
        {},
    ):  # the last: a second first decision
        facts = {
            "question_id": asked.id,
            "decision": "keep",
            "reason": "x",
            "decided_by": 1,
            "decided_at": AFTER,
        } | wrong
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(CertificateDecision), [facts])


def test_two_who_decide_at_once_leave_one_decision(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        code = stake(session, scene).code
    turns = iter(("keep", "revoke"))
    found = at_once(database, 2, lambda session: decide(session, scene, code, next(turns)).decision)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "str"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CertificateDecision)) == 1
        revoked = session.scalar(select(func.count()).select_from(CertificateRevocation))
        assert revoked == ("revoke" in found)


def test_who_decides_may_revoke_in_that_place_and_says_why(scene: Scene, session: Session) -> None:
    asked, cast = stake(session, scene), scene.cast
    for who in (cast.trainer, cast.coordinator, cast.author, cast.auditor, cast.administrator, cast.agent):
        assert staking.questions(session, who.actor, DAY, waiting=True, limit=9) == []
        with pytest.raises(NotFound):
            commands.decide(session, who.actor, asked.code, decision="keep", reason="x", now=AFTER)
    for decision, reason in (("keep", " "), ("keep", "x" * 501), ("nada", "x"), ("reopen", "x")):
        with pytest.raises(Invalid):
            decide(session, scene, asked.code, decision, reason)
    with pytest.raises(NotFound):
        decide(session, scene, "nada", "keep")


def test_one_question_at_a_time_and_another_after_it_was_settled(scene: Scene, session: Session) -> None:
    asked = stake(session, scene)
    apply(session, scene.cast, BAD, Change(RegradeKind.POINTS, points=Fraction(1)), now=AFTER)  # it passes again
    apply(session, scene.cast, BAD, HEAVY, now=AFTER)  # and fails again: the question that waits covers it
    assert session.scalar(select(func.count()).select_from(CertificateQuestion)) == 1
    decide(session, scene, asked.code, "keep")
    apply(session, scene.cast, BAD, Change(RegradeKind.POINTS, points=Fraction(1)), now=AFTER)
    apply(session, scene.cast, BAD, HEAVY, now=AFTER)  # what was decided was decided on what stood then
    assert session.scalar(select(func.count()).select_from(CertificateQuestion)) == 2


def test_a_revoked_certificate_and_one_who_never_passed_ask_nothing(scene: Scene, session: Session) -> None:
    code = session.scalars(select(Certificate.code)).one()
    commands.revoke(session, scene.cast.hr.actor, code, reason="Antes.", today=DAY, now=LATER)
    sit(session, scene, {BAD, "a-easy-00001"}, member=scene.cast.stranger)
    apply(session, scene.cast, BAD, HEAVY, now=AFTER)
    assert session.scalars(select(CertificateQuestion)).all() == []


def test_the_queue_takes_one_statement(database: Database, scene: Scene, count_queries) -> None:
    with database.writing() as session:
        stake(session, scene)
    with database.reading() as session, count_queries() as counted:
        assert len(staking.questions(session, scene.cast.hr.actor, DAY, waiting=True, limit=9)) == 1
    assert counted.number == 1
