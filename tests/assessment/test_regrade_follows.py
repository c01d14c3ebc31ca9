"""What a verdict that a regrade turned means for who was told, withdrawn or sent to a refresher, or was not and should be."""

from __future__ import annotations

from sqlalchemy import select

from lms.assessment.rules.plan import REFRESHER, Section
from lms.catalog.models import Enrolment
from lms.notify.models import Notification
from tests.assessment.regrading import VOID_DROP, VOID_FULL, apply, sit
from tests.assessment.scene import make_scene, plan, singles
from tests.conftest import NOW

WRONG, OTHER, RIGHT = (f"a-easy-0000{number}" for number in range(3))


def one_attempt(session, cast):
    return make_scene(session, cast, NOW, singles(5), plan(Section("a", "any", 5), attempts=1, after_failure=REFRESHER))


def told(session, kind):
    return list(session.scalars(select(Notification).where(Notification.kind == kind)))


def enrolments(session, cast):
    query = select(Enrolment).where(Enrolment.person_id == cast.agent.id)
    return session.scalars(query.order_by(Enrolment.id)).all()


def test_who_passes_after_the_course_was_withdrawn_is_a_persons_to_decide(cast, session):
    scene = one_attempt(session, cast)
    sit(session, scene, {WRONG, OTHER})
    assert [each.training_type for each in enrolments(session, cast)][1:] == ["refresher"]
    apply(session, cast, WRONG, VOID_FULL)
    (notice,) = told(session, "test.passed_late")
    assert notice.person_id == cast.coordinator.id
    assert notice.params["enrolment"] == scene.enrolment.code
    old, new = enrolments(session, cast)
    assert old.withdrawn_reason
    assert new.ended_at is None  # nothing is undone by itself
    apply(session, cast, OTHER, VOID_FULL)
    assert len(told(session, "test.passed_late")) == 1


def test_a_pass_taken_back_on_the_last_attempt_is_followed_as_a_failure(cast, session):
    sit(session, one_attempt(session, cast), {WRONG})
    assert told(session, "test.failed") == []
    apply(session, cast, RIGHT, VOID_DROP)
    (notice,) = told(session, "test.failed")
    assert (notice.person_id, notice.params["refresher"]) == (cast.coordinator.id, True)
    old, new = enrolments(session, cast)
    assert old.withdrawn_reason
    assert (new.training_type, new.ended_at) == ("refresher", None)


def test_a_pass_taken_back_with_attempts_left_is_just_told(cast, session):
    scene = make_scene(
        session, cast, NOW, singles(5), plan(Section("a", "any", 5), attempts=2, after_failure=REFRESHER)
    )
    sit(session, scene, {WRONG})
    apply(session, cast, RIGHT, VOID_DROP)
    assert told(session, "test.failed") == []
    assert [each.ended_at for each in enrolments(session, cast)] == [None]
