"""A completion that was revoked proves nothing from that day on, and no past day changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.catalog import commands as catalog
from lms.catalog.models import Completion, CompletionRevocation, Enrolment
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.skills.rules import GateState, StepKind, StepState
from tests.skills.worlds import World, at, complete, on, refused


def revoke(world: World, day: int, reason: str = "Rindió otra persona") -> CompletionRevocation:
    done = world.session.scalars(select(Completion).order_by(Completion.id)).first()
    assert done is not None
    return catalog.revoke_completion(world.session, world.cast.hr.actor, done.id, reason=reason, now=at(day))


def test_invariant_09_revoking_the_knowledge_closes_the_gate_and_leaves_the_past_alone(world: World) -> None:
    world.opened()
    before = world.gate(4)
    revoke(world, 5)
    assert world.gate(5).state is GateState.CLOSED
    assert world.gate(4) == before, "nobody knew on the day before"
    assert [step.kind for step in world.gate(5).steps if step.state is StepState.CURRENT] == [StepKind.KNOWLEDGE]
    assert [item.course_id for item in world.gate(5).missing if item.course_id] == ["certificacion"]
    complete(world.session, world.course, world.cast.agent.id, on(6), None)
    assert world.gate(5).state is GateState.CLOSED
    assert world.gate(6).state is GateState.OPEN


def test_invariant_09_nothing_is_verified_on_revoked_knowledge(world: World) -> None:
    world.know(0)
    revoke(world, 1)
    refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(1))
    refused(Conflict, "skills.order.knowledge_first", lambda: world.verify(2))


def test_an_older_completion_stands_by_itself(world: World) -> None:
    world.opened()
    complete(world.session, world.course, world.cast.agent.id, on(4), None)
    revoke(world, 5)
    assert world.gate(5).state is GateState.OPEN


def test_revoking_keeps_who_when_and_why_once(world: World) -> None:
    world.know(0)
    row = revoke(world, 3, reason="  Copió  ")
    assert (row.revoked_on, row.revoked_by, row.reason) == (on(3), world.cast.hr.id, "Copió")
    assert world.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "completion.revoke")).one()
    refused(Conflict, "catalog.completion_revoked", lambda: revoke(world, 4))
    assert len(world.session.scalars(select(CompletionRevocation)).all()) == 1


def test_revoking_is_refused_without_reason_to_strangers_and_backwards(world: World) -> None:
    world.know(0)
    done = world.session.scalars(select(Completion)).one()

    def act(name: str, reason: str = "x", **more: object) -> object:
        actor = world.cast.members()[name].actor
        return catalog.revoke_completion(world.session, actor, done.id, reason=reason, now=at(3), **more)  # type: ignore[arg-type]

    refused(Invalid, "catalog.reason_missing", lambda: act("hr", " "))
    refused(Invalid, "catalog.revoke_day", lambda: act("hr", on=on(2)))
    for name in ("agent", "coordinator", "trainer", "auditor", "stranger", "administrator"):
        refused(NotFound, "catalog.completion_not_found", lambda name=name: act(name))  # type: ignore[misc]


def test_nobody_revokes_their_own(world: World) -> None:
    world.know(0, member=world.cast.hr)
    refused(NotAllowed, "catalog.revoke_own", lambda: revoke(world, 3))


def test_the_day_of_the_revocation_is_that_of_the_site(world: World) -> None:
    """Two in the morning in UTC is still the day before in the site, and the day of the reader's own zone is not asked."""
    world.know(0)
    done = world.session.scalars(select(Completion)).one()
    row = catalog.revoke_completion(
        world.session, world.cast.hr.actor, done.id, reason="x", now=datetime(2026, 3, 6, 2, tzinfo=UTC)
    )
    assert row.revoked_on == on(3)


def test_the_course_can_be_assigned_again(world: World) -> None:
    world.know(0)
    revoke(world, 1)
    again = catalog.enrol(
        world.session,
        world.cast.trainer.actor,
        person_code=world.cast.agent.code,
        course_slug="certificacion",
        training_type="initial",
        due_on=None,
        now=at(1),
    )
    assert again.ended_at is None
    assert len(world.session.scalars(select(Enrolment)).all()) == 2


def test_invariant_07_a_revocation_is_never_changed(world: World, session: Session) -> None:
    world.know(0)
    revoke(world, 1)
    for statement in ("UPDATE completion_revocation SET reason = 'x'", "DELETE FROM completion_revocation"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))
