"""The road to live contacts: profiles, pre-OJT, practice, skills, signatures by separate people, live-contact periods."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial

from sqlalchemy.orm import Session

from lms.demo.company import COURSE, JOBS, SKILLS, VERIFIERS, AgentPlan, Stage
from lms.demo.story import Act, Batch, shift
from lms.demo.world import Known, World
from lms.kit.clock import local_day
from lms.skills import commands
from lms.skills import queries as skills
from lms.skills.commands import Criterion, Observed, Period, Practice, RequirementInput
from lms.skills.messages import CRITERIA as OJT_CRITERIA
from lms.skills.rules import VerificationKind

OJT_DAYS, OJT_MINUTES = 3, 600
WITNESSED = "telefonico"
"""The job whose profile asks for a witness beside evaluator and manager."""
_PRE_OJT = Fraction(80, 100)
CRITERIA = OJT_CRITERIA[:3]


def found_profiles(world: World) -> None:
    """Plan the skills and what each job asks for, approved by the author on the first day."""

    def act(session: Session, now: datetime) -> None:
        author = world.actor(session, "tomas", now)
        for key, skill in SKILLS.items():
            kind = "knowledge" if skill.knowledge else "skill"
            row = commands.add_skill(
                session, author, name=skill.name, kind=kind, description=skill.description, now=now
            )
            world.skills[key] = Known(row.id, row.code)
        for key, job in JOBS.items():
            if job.skills:
                _publish(world, session, key, now)

    world.story.plan(world.calendar.at(world.first, 11, 40), act)


def _publish(world: World, session: Session, job: str, now: datetime) -> None:
    asked = [SKILLS[key] for key in JOBS[job].skills]
    requirements = [
        RequirementInput(world.skills[key].code, True, item.method, Fraction(item.percent, 100), item.valid_days)
        for key, item in zip(JOBS[job].skills, asked, strict=True)
    ]
    commands.publish_profile(
        session,
        world.actor(session, "tomas", now),
        job_code=world.jobs[job].code,
        from_day=world.first,
        courses=[COURSE],
        requirements=requirements,
        min_ojt_days=OJT_DAYS,
        min_ojt_minutes=OJT_MINUTES,
        pre_ojt_threshold=_PRE_OJT,
        witness=job == WITNESSED,
        now=now,
    )


class Road:
    """One person's road on one programme, until `last_day` (None: it goes on)."""

    def __init__(self, world: World, plan: AgentPlan, programme: str, last_day: date | None = None) -> None:
        self.world, self.person, self.programme, self.last_day = world, plan, programme, last_day
        self.evaluator, self.witness, self.manager = VERIFIERS[plan.team]
        self.zone = world.zone(plan.key)
        self.chance = world.chance(plan.key, programme, "road", plan.start)

    def plan(self, tested: int, stage: Stage) -> None:
        """Plan what comes after the passed test of `tested` working days ago, as far as `stage` goes.

        Two days after the test comes pre-OJT, then three days of practice, then the skills, then live contacts.
        """
        if stage < Stage.PRE_OJT_FAILED:
            return
        day = shift(self.world.calendar.ago(tested), 2)
        self._verify(day, None, passes=stage is not Stage.PRE_OJT_FAILED)
        if stage is Stage.PRE_OJT_FAILED:
            self._live(shift(day, 3), source="telephony")
            return
        practised = [shift(day, number) for number in range(1, 1 + (1 if stage is Stage.PRACTICE else OJT_DAYS))]
        for each in practised:
            self._practise(each)
        self._live(practised[0], None if stage is Stage.PRACTICE else practised[-1], under_ojt=True)
        if stage is Stage.PRACTICE:
            return
        ready = self._verify_skills(shift(practised[-1], 1), all_signed=stage is not Stage.SIGNING)
        if stage is Stage.LIVE:
            self._live(shift(ready, 1))

    def _verify_skills(self, day: date, *, all_signed: bool) -> date:
        """Every skill of the job, the third a day later; returns the day on which all of them stood."""
        keys = JOBS[self.person.job].skills
        days = {key: shift(day, number // 2) for number, key in enumerate(keys)}
        if self.person.ends_in is not None:
            days[keys[0]] = self.world.calendar.today + timedelta(days=self.person.ends_in - SKILLS[keys[0]].valid_days)
        if self.person.stumbles:
            days[self.person.stumbles] = self._stumble(days[self.person.stumbles], self.person.stumbles)
        for key, on in days.items():
            self._verify(on, key, passes=True, signed=all_signed or key != keys[-1])
        self._renew(days[keys[0]], keys[0])
        return max(days.values())

    def _stumble(self, day: date, key: str) -> date:
        """Failed first: an action plan, carried out before its day; then verified again."""
        self._verify(day, key, passes=False)
        again = shift(day, 4)
        self._at(shift(day, 3), 16, partial(self._close_plan, key), Batch.NONE)
        return again

    def _renew(self, verified: date, key: str) -> None:
        """Verify again before (or late, after) a verification runs out, where that day has come and the person is there."""
        if self.person.renews is None:
            return
        day = verified + timedelta(days=SKILLS[key].valid_days - self.person.renews)
        day = shift(shift(day, 1), -1)  # a weekend's turn is taken on the Friday before
        if day < self.world.calendar.today and (self.last_day is None or day <= self.last_day):
            self._verify(day, key, passes=True)

    def _at(self, day: date, hour: int, act: Act, batch: Batch = Batch.EVIDENCE) -> None:
        at = self.world.calendar.at(day, hour, self.chance.randrange(50), self.zone)
        self.world.story.plan(at, act, batch, self.person.key)

    def _verify(self, day: date, skill: str | None, *, passes: bool, signed: bool = True) -> None:
        """A verification with its signatures of the same day, each by its own person; the manager's may still wait."""
        asked = 80 if skill is None else SKILLS[skill].percent
        percent = self.chance.randrange(asked, 101) if passes else asked - self.chance.randrange(4, 15)
        codes: list[str] = []

        def record(session: Session, now: datetime) -> None:
            row = self.world.evidence.record_verification(
                self.world.actor(session, self.evaluator, now),
                person_code=self.world.people[self.person.key].code,
                programme_id=self.world.programmes[self.programme].id,
                kind=VerificationKind.PRE_OJT if skill is None else VerificationKind.SKILL,
                skill_code=None if skill is None else self.world.skills[skill].code,
                observed=Observed(Fraction(percent, 100), day, method="role_play"),
                now=now,
            )
            codes.append(row.code)

        self._at(day, 11, record)
        if self.person.job == WITNESSED:
            self._at(day, 12, partial(self._sign, codes, "witness", self.witness))
        if signed:
            self._at(day, 15, partial(self._sign, codes, "manager", self.manager))

    def _sign(self, codes: list[str], role: str, signer: str, session: Session, now: datetime) -> None:
        actor = self.world.actor(session, signer, now)
        person = self.world.people[self.person.key].code
        self.world.evidence.sign_off(actor, person_code=person, code=codes[0], role=role, now=now)

    def _close_plan(self, skill: str, session: Session, now: datetime) -> None:
        actor = self.world.actor(session, self.manager, now)
        open_plans = skills.plans_page(session, actor, local_day(now, self.zone), limit=50)
        mine = [
            row.plan
            for row in open_plans
            if row.plan.person_id == self.world.people[self.person.key].id
            and row.plan.verification.skill_id == self.world.skills[skill].id
        ]
        commands.close_action_plan(
            session, actor, code=mine[0].code, outcome="Practicó con acompañamiento y explicó cada paso.", now=now
        )

    def _practise(self, day: date) -> None:
        minutes, contacts = 210 + 15 * self.chance.randrange(4), self.chance.randrange(9, 22)
        met = [self.chance.random() < 0.85 for _ in CRITERIA]
        criteria = [Criterion(text, done) for text, done in zip(CRITERIA, met, strict=True)]

        def act(session: Session, now: datetime) -> None:
            self.world.evidence.record_ojt(
                self.world.actor(session, self.evaluator, now),
                person_code=self.world.people[self.person.key].code,
                programme_id=self.world.programmes[self.programme].id,
                practice=Practice(day, minutes, contacts, criteria, Fraction(sum(met), len(met))),
                now=now,
            )

        self._at(day, 17, act)

    def _live(
        self, from_day: date, to_day: date | None = None, *, source: str = "roster", under_ojt: bool = False
    ) -> None:
        """A period of live contacts; one that is still open when the person leaves ends with the last day."""
        manager, last_day = self.manager, self.last_day
        codes: list[str] = []

        def enter(session: Session, now: datetime) -> None:
            row = self.world.evidence.enter_live_period(
                self.world.actor(session, manager, now),
                person_code=self.world.people[self.person.key].code,
                programme_id=self.world.programmes[self.programme].id,
                period=Period(from_day, to_day, under_ojt),
                confirmed=True,  # what the telephone system reports has happened, whatever the gate says
                source=source,
                now=now,
            )
            codes.append(row.code)

        def end(session: Session, now: datetime) -> None:
            actor = self.world.actor(session, manager, now)
            commands.end_live_period(session, actor, code=codes[0], last_day=local_day(now, self.zone), now=now)

        self._at(to_day or from_day, 18, enter)
        if to_day is None and last_day is not None:
            self.world.story.plan(self.world.calendar.at(last_day, 17, 55, self.zone), end)
