"""Regrading on a database: old and new results stand, everybody downstream reads the last, nothing is revoked by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.assessment.commands import regrading as commands
from lms.assessment.commands import submit
from lms.assessment.forms import change_of
from lms.assessment.models import Bank, Regrade, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import regrading, standing
from lms.assessment.rules.regrade import Change, RegradeKind
from lms.catalog.models import Completion
from lms.catalog.queries import part_states, view_of
from lms.certificates.models import Certificate
from lms.home.queries.learner import learner_desk
from lms.kit.audit import AuditEntry
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM, Permission
from lms.metrics.queries.training import first_attempts
from lms.metrics.rules import Ask, Cell
from lms.notify.models import Notification
from lms.reports.queries import graded
from tests.assessment.regrading import (
    LATER,
    VOID_DROP,
    VOID_FULL,
    WHY,
    apply,
    finish_modules,
    five_questions,
    results,
    scores,
    seen,
    sit,
    versions_of,
)
from tests.assessment.scene import Scene, items_of
from tests.cast import Cast
from tests.conftest import NOW

BAD, WORSE = "a-easy-00000", "a-easy-00001"


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as opened:
        return five_questions(opened, cast)


def part(session: Session, scene: Scene) -> str:
    return part_states(session, [scene.enrolment.id])[scene.enrolment.id]["test"].value


def test_invariant_06_a_new_result_stands_beside_the_old_with_who_and_why(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD, WORSE})
    before = results(session, attempt)[0]
    kept = (before.score_num, before.score_den, before.passed, list(before.items), before.graded_at)
    made = apply(session, scene.cast, BAD, VOID_FULL)
    old, new = results(session, attempt)
    assert (old.score_num, old.score_den, old.passed, list(old.items), old.graded_at) == kept
    assert (old.kind, old.graded_by, old.reason, old.regrade_id) == ("original", None, "", None)
    assert (new.kind, new.graded_by, new.reason) == ("regrade", scene.cast.author.id, WHY)
    assert (new.regrade_id, new.graded_at) == (made.id, LATER)
    assert scores(session, attempt) == ["3/5", "4/5"]
    assert [old.passed, new.passed] == [False, True]
    assert made.changed == {"attempts": 1, "up": 1, "down": 0, "passed": 1, "failed": 0}


def test_invariant_06_neither_results_nor_regrades_can_be_changed(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD})
    apply(session, scene.cast, BAD, VOID_FULL)
    for change in (update(Result).values(passed=True), update(Regrade).values(reason="x")):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(change)


def test_invariant_06_who_drew_another_version_is_not_touched(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD})
    other = sit(session, scene, {WORSE}, member=scene.cast.stranger)
    apply(session, scene.cast, BAD, VOID_FULL)
    assert scores(session, attempt) == ["4/5", "1/1"]
    assert scores(session, other) == ["4/5"]  # it drew the question too, and had all its points


@pytest.mark.parametrize(
    ("change", "score"),
    [
        (VOID_DROP, "1/1"),
        (VOID_FULL, "1/1"),
        (Change(RegradeKind.POINTS, points=Fraction(1, 2)), "8/9"),
        (Change(RegradeKind.POINTS, points=Fraction(6)), "2/5"),
        (Change(RegradeKind.ACCEPT, frozenset({"1"})), "1/1"),
    ],
)
def test_each_kind_gives_the_score_that_the_answers_earn(
    scene: Scene, session: Session, change: Change, score: str
) -> None:
    attempt = sit(session, scene, {BAD})  # the wrong answer is option 1
    apply(session, scene.cast, BAD, change)
    assert scores(session, attempt) == ["4/5", score]


def test_accepting_what_nobody_gave_changes_nothing(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD})
    with pytest.raises(Conflict) as fault:
        apply(session, scene.cast, BAD, Change(RegradeKind.ACCEPT, frozenset({"2"})))
    assert fault.value.key == "assessment.regrade_nothing"
    assert scores(session, attempt) == ["4/5"]
    assert session.scalars(select(Regrade)).all() == []


def test_invariant_06_several_regrades_compose_and_one_can_be_withdrawn(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD, WORSE})
    first = apply(session, scene.cast, BAD, VOID_FULL)
    apply(session, scene.cast, WORSE, VOID_DROP)
    apply(session, scene.cast, BAD, Change(RegradeKind.POINTS, points=Fraction(2)))
    assert scores(session, attempt) == ["3/5", "4/5", "1/1", "1/1"]
    back = Change(RegradeKind.WITHDRAW, withdraws=first.code)
    made = apply(session, scene.cast, BAD, back)
    assert scores(session, attempt)[-1] == "3/5"  # the two points of BAD are lost again, WORSE stays out
    assert made.changed["failed"] == 1
    with pytest.raises(Conflict) as fault:
        apply(session, scene.cast, BAD, back)
    assert fault.value.key == "assessment.regrade_withdrawn"
    with pytest.raises(Invalid):  # what withdraws is not withdrawn: the regrade is made anew
        apply(session, scene.cast, BAD, Change(RegradeKind.WITHDRAW, withdraws=made.code), seen="")
    with pytest.raises(Invalid):  # nor what is about another question
        apply(session, scene.cast, WORSE, Change(RegradeKind.WITHDRAW, withdraws=made.code), seen="")


def test_invariant_06_what_was_previewed_is_what_is_applied(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD})
    name = seen(session, BAD, VOID_FULL)
    late = sit(session, scene, {BAD}, member=scene.cast.stranger)  # graded after the preview
    with pytest.raises(Conflict) as fault:
        apply(session, scene.cast, BAD, VOID_FULL, seen=name)
    assert fault.value.key == "assessment.regrade_changed"
    for other in (VOID_DROP, Change(RegradeKind.POINTS, points=Fraction(2))):
        with pytest.raises(Conflict):  # the name of one regrade does not apply another
            apply(session, scene.cast, BAD, other, seen=seen(session, BAD, VOID_FULL))
    assert scores(session, late) == ["4/5"]
    apply(session, scene.cast, BAD, VOID_FULL)
    with pytest.raises(Conflict) as fault:
        apply(session, scene.cast, BAD, VOID_FULL)
    assert fault.value.key == "assessment.regrade_nothing"


def test_invariant_06_an_attempt_that_is_graded_later_follows_at_once(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD}, member=scene.cast.stranger)
    under_way = scene.start(session)
    apply(session, scene.cast, BAD, VOID_FULL)
    submit(session, scene.cast.agent.actor, attempt_code=under_way.code, now=NOW + timedelta(minutes=2))
    assert scores(session, under_way) == ["0/1", "1/5"]
    assert part(session, scene) == "failed"


def test_the_one_question_of_an_attempt_cannot_be_left_out(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD})
    keys = [item.question.key for item in items_of(session, attempt)]
    for key in keys[:-1]:
        apply(session, scene.cast, key, VOID_DROP)
    with pytest.raises(Conflict) as fault:
        apply(session, scene.cast, keys[-1], VOID_DROP)
    assert fault.value.key == "assessment.regrade_nothing_left"
    assert len(scores(session, attempt)) == 5


def test_who_regrades_says_why_and_which_versions_and_may_publish(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD})
    cast = scene.cast
    for reason in ("", "  ", "x" * 1_001):
        with pytest.raises(Invalid) as fault:
            apply(session, cast, BAD, VOID_FULL, reason=reason)
        assert fault.value.key == "assessment.regrade_reason"
    for versions in ([], [10**9], versions_of(session, WORSE)):
        with pytest.raises(Invalid):
            apply(session, cast, BAD, VOID_FULL, versions=versions)
    told = {"slug": "banco", "key": BAD, "change": VOID_FULL, "versions": [1], "reason": WHY, "seen": "", "now": LATER}
    for who in (cast.trainer, cast.agent, cast.coordinator, cast.auditor, cast.hr):
        with pytest.raises(NotAllowed):
            commands.regrade(session, who.actor, **told)
    for slug, key in (("banco", "nada"), ("nada", BAD)):
        with pytest.raises(NotFound):
            commands.regrade(session, cast.author.actor, **(told | {"slug": slug, "key": key}))
    change = Change(RegradeKind.MARK, grade=Fraction(1), attempt="x")
    with pytest.raises(NotAllowed):  # a mark is corrected by who marks
        commands.regrade(session, cast.author.actor, **(told | {"change": change}))


# --- what follows


def test_a_fail_that_passes_completes_the_course_and_issues_the_certificate(scene: Scene, session: Session) -> None:
    finish_modules(session, scene)
    sit(session, scene, {BAD, WORSE})
    assert session.scalars(select(Completion)).all() == []
    apply(session, scene.cast, BAD, VOID_FULL)
    assert part(session, scene) == "done"
    completion = session.scalars(select(Completion)).one()
    certificate = session.scalars(select(Certificate)).one()
    assert certificate.completion_id == completion.id
    assert certificate.facts["score"] == "4/5"
    kinds = set(session.scalars(select(Notification.kind).where(Notification.person_id == scene.cast.agent.id)))
    assert {"assessment.regraded", "certificate.issued"} <= kinds


def test_a_pass_that_fails_takes_the_part_back_where_the_course_is_not_complete(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD})
    assert part(session, scene) == "done"
    apply(session, scene.cast, BAD, Change(RegradeKind.POINTS, points=Fraction(6)))
    assert part(session, scene) == "failed"
    finish_modules(session, scene)  # the modules alone complete nothing
    assert session.scalars(select(Completion)).all() == []


def test_everybody_downstream_reads_the_result_that_stands(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD, WORSE})
    apply(session, scene.cast, BAD, VOID_FULL)
    session.flush()
    person, enrolment = scene.cast.agent.id, scene.enrolment.id
    last = results(session, attempt)[-1]
    assert standing.of_attempts(session, [attempt.id]) == {attempt.id: last}
    assert standing.last_passed(session, enrolment) is last
    assert reading.history(session, person, attempt.test_id)[0].result is last
    assert [each.passed for each in graded(session, [enrolment])[enrolment]] == [True]
    assert view_of(session, scene.enrolment).states["test"].value == "done"
    desk = learner_desk(session, person, today=LATER.date(), now=LATER)
    assert desk.step.kind.value == "module"  # the test is behind them


def test_the_first_attempts_of_category_c_take_the_result_of_their_day(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD, WORSE})
    apply(session, scene.cast, BAD, VOID_FULL)
    session.flush()
    month = (NOW.date().replace(day=1),)
    asks = [Ask(SYSTEM, month, day, Cell(), "UTC") for day in (NOW.date(), LATER.date())]
    met = [[record.met for record in first_attempts(session, ask).denominator] for ask in asks]
    assert met == [[False], [True]]


def test_a_regrade_leaves_its_audit_rows(scene: Scene, session: Session) -> None:
    sit(session, scene, {BAD, WORSE})
    apply(session, scene.cast, BAD, VOID_FULL)
    query = select(AuditEntry.actor_id, AuditEntry.action).where(AuditEntry.action.like("%regrade"))
    rows = {(row[0], row[1]) for row in session.execute(query)}
    assert rows == {(scene.cast.author.id, "question.regrade"), (None, "attempt.regrade")}


def test_names_of_a_preview_are_within_reach_only(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD, WORSE})
    bank = session.scalars(select(Bank)).one()
    preview = commands.preview(session, bank, VOID_FULL, versions_of(session, BAD))
    ids = [each.attempt_id for each in preview.effects]

    def named(member) -> set[int]:
        here = reading.reached(member.actor, Permission.READ_ATTEMPTS, NOW.date())
        return set(regrading.names(session, ids, here))

    assert named(scene.cast.trainer) == named(scene.cast.auditor) == {attempt.id}
    assert named(scene.cast.author) == named(scene.cast.hr) == named(scene.cast.other_coordinator) == set()


def test_an_attempt_of_which_regrades_leave_nothing_is_graded_all_the_same(
    scene: Scene, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit(session, scene, {BAD})
    apply(session, scene.cast, BAD, VOID_FULL)

    def refuse(*_: object) -> None:
        raise Conflict("assessment.regrade_nothing_left")

    monkeypatch.setattr(commands, "outcomes", refuse)
    later = sit(session, scene, {BAD, WORSE}, member=scene.cast.stranger)
    assert scores(session, later) == ["3/5"]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "attempt.regrade")).all()[-1]
    assert entry.subject_code == later.code


@pytest.mark.parametrize("points", ["1e999999999", "1e9", "-1", "0", "1/0", "101", "x", "1.2.3", "1/9999"])
def test_points_that_are_none_are_refused_at_once(points: str) -> None:
    with pytest.raises(Invalid, match="regrade_points"):
        change_of(MultiDict({"kind": "points", "points": points}), {})


def test_nobody_regrades_a_question_of_an_attempt_of_their_own(scene: Scene, session: Session) -> None:
    attempt = sit(session, scene, {BAD})
    both = replace(scene.cast.author.actor, person_id=scene.cast.agent.id)
    with pytest.raises(NotAllowed, match="regrade_own"):
        commands.regrade(
            session,
            both,
            slug="banco",
            key=BAD,
            change=VOID_FULL,
            versions=versions_of(session, BAD),
            reason=WHY,
            seen=seen(session, BAD, VOID_FULL),
            now=LATER,
        )
    assert scores(session, attempt) == ["4/5"]
