"""Evidence recorded in a batch: the rows that the commands write, and the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lms.hours.models import HoursEntry
from lms.kit import audit
from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.errors import Conflict, LmsError
from lms.notify.models import Notification
from lms.skills import commands
from lms.skills.commands import EvidenceBatch, Observed, Period, Practice
from lms.skills.models import ActionPlan, LiveContactPeriod, OjtRecord, SignOff, Skill, Verification
from lms.skills.rules import GateState, VerificationKind
from tests.cast import Member
from tests.skills.worlds import World, at, on

MODELS = (
    Verification,
    OjtRecord,
    SignOff,
    ActionPlan,
    LiveContactPeriod,
    HoursEntry,
    AuditEntry,
    AuditPayload,
    Notification,
)
MADE_UP = {
    "id",
    "code",
    "entry_id",
    "salt",
    "digest",
    "subject_code",
    "source_code",
    "verification_id",
    "ojt_id",
    "key",
    "params",
}
"""What is random, or numbered in the order of writing."""


def rows(session: Session) -> dict[str, list[str]]:
    """Every row of the capability, as it can be compared: what a signature stands under is told by its record's facts."""
    records: dict[Any, str] = {}
    for model, name in ((Verification, "verification"), (OjtRecord, "ojt")):
        for row in session.scalars(select(model)):
            records[name, row.id] = f"{name} {row.recorded_at} {row.person_id}"
    found: dict[str, list[str]] = {}
    for model in MODELS:
        lines = []
        for row in session.scalars(select(model)):
            facts = {name: getattr(row, name) for name in inspect(model).column_attrs.keys() if name not in MADE_UP}  # noqa: SIM118 - an attribute collection
            if isinstance(row, SignOff | ActionPlan):
                facts["under"] = records["verification", row.verification_id] if row.verification_id else ""
            if isinstance(row, SignOff):
                facts["beside"] = records["ojt", row.ojt_id] if row.ojt_id else ""
            if isinstance(row, AuditPayload):
                after = row.payload["after"]
                facts["payload"] = {**row.payload, "after": {**after, "verification": "x"}}
            lines.append(str(sorted((key, str(value)) for key, value in facts.items())))
        found[model.__tablename__] = sorted(lines)
    return found


class Plainly:
    """Acts through the commands."""

    def __init__(self, world: World) -> None:
        self.world = world

    def verify(self, day: int, skill: Skill | None, score: str) -> Verification:
        return self.world.verify(day, skill, score)

    def sign(self, row: Verification, day: int, by: Member) -> None:
        self.world.sign(row, day, by)

    def practise(self, day: int) -> None:
        self.world.practise(day, 240)

    def live(self, first: int, last: int | None, *, confirmed: bool = True) -> None:
        commands.enter_live_period(
            self.world.session,
            self.world.cast.coordinator.actor,
            person_code=self.world.cast.agent.code,
            programme_id=self.world.cast.programme_id,
            period=Period(on(first), None if last is None else on(last), under_ojt=last is not None),
            confirmed=confirmed,
            now=at(last or first, 17),
        )


class Together(Plainly):
    """The same acts in a batch."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.batch = EvidenceBatch(world.session)
        self.batch.load({world.cast.agent.id})

    def verify(self, day: int, skill: Skill | None, score: str) -> Verification:
        return self.batch.record_verification(
            self.world.cast.trainer.actor,
            person_code=self.world.cast.agent.code,
            programme_id=self.world.cast.programme_id,
            kind=VerificationKind.PRE_OJT if skill is None else VerificationKind.SKILL,
            skill_code=None if skill is None else skill.code,
            observed=Observed(Fraction(score), on(day)),
            now=at(day),
        )

    def sign(self, row: Verification, day: int, by: Member) -> None:
        person = self.world.cast.agent.code
        self.batch.sign_off(by.actor, person_code=person, code=row.code, role="manager", now=at(day, 16))

    def practise(self, day: int) -> None:
        self.batch.record_ojt(
            self.world.cast.trainer.actor,
            person_code=self.world.cast.agent.code,
            programme_id=self.world.cast.programme_id,
            practice=Practice(on(day), 240, 12),
            now=at(day),
        )

    def live(self, first: int, last: int | None, *, confirmed: bool = True) -> None:
        self.batch.enter_live_period(
            self.world.cast.coordinator.actor,
            person_code=self.world.cast.agent.code,
            programme_id=self.world.cast.programme_id,
            period=Period(on(first), None if last is None else on(last), under_ojt=last is not None),
            confirmed=confirmed,
            now=at(last or first, 17),
        )


def road(acts: Plainly) -> None:
    """From a failed pre-OJT verification to live contacts."""
    manager = acts.world.cast.coordinator
    acts.sign(acts.verify(1, None, "1/2"), 1, manager)
    acts.sign(acts.verify(2, None, "9/10"), 2, manager)
    acts.practise(3)
    acts.practise(4)
    acts.live(3, 4)
    for skill in (acts.world.phone, acts.world.system):
        acts.sign(acts.verify(5, skill, "19/20"), 5, manager)
    acts.live(6, None)


def test_a_batch_writes_the_rows_that_the_commands_write(world: World) -> None:
    world.know(0)
    written = []
    for kind in (Plainly, Together):
        with world.session.begin_nested() as savepoint:
            with audit.gathered(world.session):
                acts = kind(world)
                road(acts)
                if isinstance(acts, Together):
                    acts.batch.write()
            written.append(rows(world.session))
            assert world.gate(6).state is GateState.OPEN
            savepoint.rollback()
    plainly, together = written
    assert {name: len(lines) for name, lines in plainly.items()} == {
        name: len(lines) for name, lines in together.items()
    }
    assert plainly == together
    assert all(plainly.values()), "a table that the road never wrote to"


def test_what_was_loaded_before_is_signed_and_counted_too(world: World) -> None:
    world.know(0)
    pre = world.verify(1)
    acts = Together(world)
    acts.sign(pre, 1, world.cast.coordinator)
    acts.practise(2)
    acts.batch.write()
    assert world.gate(2).state is GateState.SUPERVISED
    assert len(world.session.scalars(select(SignOff).where(SignOff.verification_id == pre.id)).all()) == 2
    acts.batch.load({world.cast.agent.id})
    acts.practise(3)
    acts.batch.write()
    world.session.expire_all()
    world.verify(3, world.phone)  # the commands go on where the batch ended


REFUSED: list[tuple[str, Callable[[Plainly], object]]] = [
    ("pre-OJT before the knowledge", lambda acts: acts.verify(1, None, "9/10")),
    ("OJT before pre-OJT", lambda acts: acts.practise(1)),
    ("a skill before OJT", lambda acts: (acts.world.know(0), acts.verify(1, acts.world.phone, "9/10"))),
    ("a day that has not come", lambda acts: acts.live(3, 2)),
    ("contacts against the gate, unconfirmed", lambda acts: acts.live(1, None, confirmed=False)),
]


@pytest.mark.parametrize(("what", "act"), REFUSED, ids=[what for what, _ in REFUSED])
def test_a_batch_refuses_what_the_commands_refuse(world: World, what: str, act: Callable[[Plainly], object]) -> None:
    said = []
    for kind in (Plainly, Together):
        with pytest.raises(LmsError) as refused:
            act(kind(world))
        said.append((type(refused.value), refused.value.key))
    assert said[0] == said[1]


def test_invariant_09_in_a_batch_too_nobody_signs_twice_or_for_themselves_or_for_strangers(world: World) -> None:
    world.know(0)
    acts = Together(world)
    row = acts.verify(1, None, "9/10")
    acts.sign(row, 1, world.cast.coordinator)
    for who in (world.cast.coordinator, world.cast.trainer, world.cast.agent, world.cast.other_coordinator):
        with pytest.raises(LmsError):
            acts.sign(row, 1, who)
    with pytest.raises(Conflict):
        acts.batch.sign_off(
            world.cast.coordinator.actor,
            person_code=world.cast.agent.code,
            code=row.code,
            role="witness",
            now=at(1, 17),
        )
    acts.batch.write()
    assert len(world.session.scalars(select(SignOff)).all()) == 2
