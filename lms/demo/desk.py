"""What is done with one person of the crowd, act by act, through the same commands that people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

from sqlalchemy.orm import Session

from lms.assessment import commands as tests
from lms.assessment.queries.attempts import Item
from lms.catalog import commands as catalog
from lms.demo import ability, company
from lms.demo.ability import Hits
from lms.demo.answers import raw_answer
from lms.demo.company import COURSE, SKILLS
from lms.demo.crowd import Team, Worker
from lms.demo.learning import answer_survey, finish_module, open_module
from lms.demo.people import place
from lms.demo.road import CRITERIA, WITNESSED
from lms.demo.world import Known, World
from lms.kit.permissions import Actor
from lms.people.commands import records
from lms.people.commands.records import Details
from lms.skills import commands
from lms.skills import queries as skills
from lms.skills.commands import Criterion, Observed, Period, Practice
from lms.skills.models import Verification
from lms.skills.rules import VerificationKind

_TAB = "demo-tab"
_TAKEN_BACK = "Se asigna de nuevo"
_OUTCOMES = (
    "Practicó con acompañamiento y explicó cada paso.",
    "Escuchó dos contactos con su coordinación y repitió el procedimiento sin ayuda.",
    "Repasó el módulo y resolvió los casos de práctica.",
)


@dataclass
class Desk:
    """The acts of one person. Each takes the session and the moment last, as a story's acts do."""

    world: World
    key: str
    chance: Random

    @property
    def enrolment(self) -> str:
        """The code of the open enrolment, "" where there is none."""
        return self.world.enrolments.get(self.key, "")

    def actor(self, session: Session, now: datetime) -> Actor:
        return self.world.actor(session, self.key, now)

    @property
    def code(self) -> str:
        return self.world.people[self.key].code

    def hire(self, team: Team, worker: Worker, hired_on: date, session: Session, now: datetime) -> None:
        person = records.hire(
            session,
            self.world.actor(session, "ines", now),
            details=Details(worker.number, worker.given, worker.family),
            hired_on=hired_on,
            place=place(self.world, team.site, team.programme, team.job, team.manager),
            temporary=worker.temporary,
            now=now,
        )
        self.world.people[self.key] = Known(person.id, person.code)

    def transfer(self, team: Team, day: date, session: Session, now: datetime) -> None:
        there = place(self.world, team.site, team.programme, team.job, team.manager)
        hr = self.world.actor(session, "ines", now)
        records.transfer(session, hr, self.code, place=there, from_day=day, now=now)

    def leave(self, worker: Worker, session: Session, now: datetime) -> None:
        records.end_employment(
            session,
            self.world.actor(session, "ines", now),
            self.code,
            last_day=worker.left or now.date(),
            reason=worker.reason,
            voluntary=worker.voluntary,
            now=now,
        )

    def rehire(self, team: Team, day: date, session: Session, now: datetime) -> None:
        there = place(self.world, team.site, team.programme, team.job, team.manager)
        hr = self.world.actor(session, "ines", now)
        records.rehire(session, hr, self.code, hired_on=day, place=there, now=now)

    def enrol(self, by: str, training_type: str, due_on: date, session: Session, now: datetime) -> None:
        if self.enrolment:
            self.withdraw(by, session, now)
        row = catalog.enrol(
            session,
            self.world.actor(session, by, now),
            person_code=self.code,
            course_slug=COURSE,
            training_type=training_type,
            due_on=due_on,
            now=now,
        )
        self.world.enrolments[self.key] = row.code

    def withdraw(self, by: str, session: Session, now: datetime) -> None:
        actor = self.world.actor(session, by, now)
        catalog.withdraw(session, actor, enrolment_code=self.enrolment, reason=_TAKEN_BACK, now=now)
        del self.world.enrolments[self.key]

    def open_module(self, number: int, session: Session, now: datetime) -> None:
        open_module(self.world, self.key, number, session, now)

    def finish_module(self, number: int, session: Session, now: datetime) -> None:
        finish_module(self.world, self.key, number, session, now)

    def attempt(self, wanted: Hits, answers: bool, session: Session, now: datetime) -> None:
        """An attempt, one answer after the other; whoever passed may answer the survey, too."""
        actor, started = self.actor(session, now), now.isoformat()
        about, pace, opinion = (
            self.world.chance(what, self.key, started) for what in ("attempt", "pace", "opinion")
        )  # apart: how much chance the answers take depends on the questions drawn, which are a secret

        def answer(items: Sequence[Item]) -> tuple[list[tuple[datetime, tests.Entry]], datetime]:
            right = ability.pattern(items, wanted, self.world.seed, about)
            moment, timed = now, []
            for number, item in enumerate(items):
                moment += timedelta(seconds=min(75, 12 + pace.lognormvariate(3.4, 0.5)))
                raw = raw_answer(item, right=right[item.position], chance=about)
                timed.append((moment, tests.Entry(item.position, _TAB, number, raw)))
            return timed, moment + timedelta(seconds=40)

        def afterwards(passed: bool) -> None:
            if passed and answers:
                answer_survey(session, actor, self.enrolment, opinion)
            if passed:
                del self.world.enrolments[self.key]

        self.world.sittings.append((tests.Sitting(actor, self.enrolment, now, answer), afterwards))

    def roles(self, job: str) -> tuple[str, ...]:
        return ("evaluator", "witness", "manager") if job == WITNESSED else ("evaluator", "manager")

    def practise(self, team: Team, day: date, minutes: int, session: Session, now: datetime) -> None:
        about = self.world.chance("practice", self.key, day)
        met = [about.random() < 0.85 for _ in CRITERIA]
        criteria = [Criterion(text, done) for text, done in zip(CRITERIA, met, strict=True)]
        self.world.evidence.record_ojt(
            self.world.actor(session, team.evaluator, now),
            person_code=self.code,
            programme_id=self.world.programmes[team.programme].id,
            practice=Practice(day, minutes, about.randrange(9, 26), criteria, Fraction(sum(met), len(met))),
            now=now,
        )

    def live(self, team: Team, first: date, last: date, session: Session, now: datetime) -> None:
        """Live contacts under supervision, as practice."""
        self.enter(team, Period(first, last, under_ojt=True), session, now)

    def enter(self, team: Team, period: Period, session: Session, now: datetime) -> str:
        row = self.world.evidence.enter_live_period(
            self.world.actor(session, team.manager, now),
            person_code=self.code,
            programme_id=self.world.programmes[team.programme].id,
            period=period,
            confirmed=True,  # what the roster says has happened, whatever the gate says
            source="roster",
            now=now,
        )
        return row.code

    def open_period(self, team: Team, first: date) -> LivePeriod:
        return LivePeriod(self, team, first)

    def verification(self, team: Team, skill: str | None, day: date, *, passes: bool) -> Verifying:
        asked = 80 if skill is None else SKILLS[skill].percent
        low = asked + self.chance.triangular(0, 100 - asked) if passes else asked - self.chance.randrange(3, 16)
        return Verifying(self, team, skill, day, int(low))


@dataclass
class LivePeriod:
    """A period of live contacts that lasts until somebody ends it."""

    desk: Desk
    team: Team
    first: date
    code: str = ""

    def enter(self, session: Session, now: datetime) -> None:
        self.code = self.desk.enter(self.team, Period(self.first), session, now)

    def end(self, session: Session, now: datetime) -> None:
        manager = self.desk.world.actor(session, self.team.manager, now)
        last = now.astimezone(company.zone_of(self.team.site)).date()
        commands.end_live_period(session, manager, code=self.code, last_day=last, now=now)


@dataclass
class Verifying:
    """A verification with its signatures, each an act of its own person; and its action plan, where it failed."""

    desk: Desk
    team: Team
    skill: str | None
    day: date
    percent: int
    row: Verification | None = None

    def verify(self, session: Session, now: datetime) -> None:
        world = self.desk.world
        row = world.evidence.record_verification(
            world.actor(session, self.team.evaluator, now),
            person_code=self.desk.code,
            programme_id=world.programmes[self.team.programme].id,
            kind=VerificationKind.PRE_OJT if self.skill is None else VerificationKind.SKILL,
            skill_code=None if self.skill is None else world.skills[self.skill].code,
            observed=Observed(Fraction(self.percent, 100), self.day, method="role_play"),
            now=now,
        )
        self.row = row

    @property
    def written(self) -> Verification:
        if self.row is None:
            raise LookupError(f"{self.desk.key} has not been verified yet")
        return self.row

    def witness(self, session: Session, now: datetime) -> None:
        self._sign("witness", self.team.witness, session, now)

    def manage(self, session: Session, now: datetime) -> None:
        self._sign("manager", self.team.manager, session, now)

    def _sign(self, role: str, signer: str, session: Session, now: datetime) -> None:
        actor = self.desk.world.actor(session, signer, now)
        batch, code = self.desk.world.evidence, self.written.code
        batch.sign_off(actor, person_code=self.desk.code, code=code, role=role, now=now)

    def close_plan(self, session: Session, now: datetime) -> None:
        plan = skills.plan_of(session, self.written.id)
        if plan is None:
            raise LookupError(f"the verification {self.written.code} of {self.desk.key} opened no plan")
        manager = self.desk.world.actor(session, self.team.manager, now)
        outcome = _OUTCOMES[self.percent % len(_OUTCOMES)]
        commands.close_action_plan(session, manager, code=plan.plan.code, outcome=outcome, now=now)
