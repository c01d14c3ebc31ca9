"""What becomes of one of the crowd: hired, trained, tested, verified, on live contacts, verified anew, gone.

Everything is planned from the first day on; what would lie after the build or after the person's last day does not take
place. So the company's today is full of things that are halfway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from lms.catalog.commands import expiry
from lms.demo import ability, company
from lms.demo.company import JOBS, SKILLS
from lms.demo.crowd import FAILED_TRAINING, Team, Worker
from lms.demo.desk import Desk
from lms.demo.story import Act, Batch, shift, working_day
from lms.demo.world import World

_VALID_MONTHS = 12
_COURSE_DAYS, _REFRESHER_DAYS = 10, 21
_TRIES = 3
_EXPERIENCED = 0.5
"""What a year of work adds to an ability."""


@dataclass(frozen=True)
class Stay:
    """A stretch of work in one team, and how the training that it begins with is called."""

    team: Team
    first: date
    last: date | None
    training_type: str


class Life:
    """Plans one worker's story."""

    def __init__(self, world: World, worker: Worker) -> None:
        self.world, self.worker = world, worker
        self.chance = world.chance("life", worker.key)
        self.desk = Desk(world, worker.key, self.chance)
        self.zone = company.SITES[worker.team.site][1]
        self.last: date | None = worker.left
        self.known: list[tuple[date, date]] = []
        """The days, first and last, on which a certificate stands."""

    def plan(self) -> None:
        """Plan everything."""
        worker = self.worker
        entered = max(self.world.first, worker.hired_on)
        old_hand = worker.hired_on < self.world.first
        self.at(entered, 12 if old_hand else 9, partial(self.desk.hire, worker.team, worker, worker.hired_on))
        begins = shift(entered, 1 + self.chance.randrange(15)) if old_hand else entered
        moved, back = worker.moves, worker.back_on
        until = shift(moved[0], -1) if moved else worker.left
        self._stay(Stay(worker.team, begins, until, "refresher" if old_hand else "initial"))
        if moved:
            self.last = worker.left
            self.at(moved[0], 9, partial(self.desk.transfer, moved[1], moved[0]))
            self._stay(Stay(moved[1], moved[0], worker.left, "transfer"))
        if worker.left is not None:
            self.last = worker.left
            self.at(worker.left, 18, partial(self.desk.leave, worker))
        if back is not None:
            self.last = None
            self.at(back, 9, partial(self.desk.rehire, worker.team, back))
            self._stay(Stay(worker.team, back, None, "re-entry"))

    def at(
        self, day: date, hour: int, act: Act, *, minute: int | None = None, lasts: int = 0, batch: Batch = Batch.NONE
    ) -> bool:
        """Let it happen at an hour of the site, unless it would not be over by now or the person has gone; says whether.

        `lasts`: how many minutes it takes.
        """
        moment = datetime.combine(
            day, time(hour, self.chance.randrange(55) if minute is None else minute), ZoneInfo(self.zone)
        )
        if moment + timedelta(minutes=lasts) >= self.world.calendar.now or (self.last is not None and day > self.last):
            return False
        self.world.story.plan(moment, act, batch, self.worker.key)
        return True

    def _stay(self, stay: Stay) -> None:
        self.last = stay.last
        passed = self._learn(stay.first, stay.training_type, _COURSE_DAYS, stay)
        if passed is None:
            return
        Walk(self, stay).plan(passed)

    def _learn(self, day: date, training_type: str, due_days: int, stay: Stay, extra: float = 0.0) -> date | None:
        """A course from its assignment to its certificate; returns the day it was passed, None where it was not."""
        chance, desk = self.chance, self.desk
        self.at(day, 10, partial(desk.enrol, stay.team.evaluator, training_type, day + timedelta(days=due_days)))
        slow = chance.random() < 0.09
        day = shift(day, chance.randrange(5, 12)) if slow else day
        for number in range(len(self.world.modules)):
            day = shift(day, chance.randrange(2)) if number else working_day(day)
            hour = 11 + 2 * number if training_type == "initial" else 11 + chance.randrange(6)
            self._study(day, hour, number)
        person = self.worker.ability + extra
        for attempt in range(_TRIES):
            day = shift(day, (2 if attempt else 1) + chance.randrange(2))
            wanted = ability.hits(self.world.sections, person + ability.LEARNED * attempt, chance)
            passed = ability.passes(wanted, self.world.sections)
            answers = chance.random() < 0.82
            self.at(
                day,
                9 + chance.randrange(8),
                partial(desk.attempt, wanted, passed and answers),
                lasts=35,
                batch=Batch.TESTS,
            )
            if passed:
                self.known.append((day, expiry(day, _VALID_MONTHS) or date.max))
                return day
        return self._failed(day, training_type, stay, extra)

    def _study(self, day: date, hour: int, number: int) -> None:
        """A module, opened and finished a while later; who is in the middle of it now has only opened it."""
        minutes = 25 + self.chance.randrange(50)
        start = self.chance.randrange(50)
        self.at(day, hour, partial(self.desk.open_module, number), minute=start, batch=Batch.STUDY)
        self.at(
            day,
            hour + (start + minutes) // 60,
            partial(self.desk.finish_module, number),
            minute=(start + minutes) % 60,
            batch=Batch.STUDY,
        )

    def knowing(self, day: date) -> date | None:
        """The first day from `day` on on which a certificate stands; None where none does any more."""
        days = [max(day, first) for first, last in self.known if last >= day]
        return working_day(min(days)) if days else None

    def _failed(self, day: date, training_type: str, stay: Stay, extra: float) -> date | None:
        """Three attempts without success: who is new has to go; for the others it is assigned anew, with help."""
        worker = self.worker
        if training_type == "initial":
            gone = shift(day, 2 + self.chance.randrange(5))
            if gone < self.world.calendar.today and (worker.left is None or gone < worker.left):
                worker.leave(gone, FAILED_TRAINING, voluntary=False)
                worker.back_on = worker.moves = None
            return None
        day = shift(day, 2)
        self.at(day, 9, partial(self.desk.withdraw, stay.team.evaluator))
        return self._learn(day, training_type, _REFRESHER_DAYS, stay, extra + 1.2)

    def refresh(self, stay: Stay) -> None:
        """Every year again, before the certificate runs out; some are late."""
        while self.known:
            day = working_day(self.known[-1][1] - timedelta(days=18 + self.chance.randrange(16)))
            if not self._is_there(day):
                return
            if self._learn(day, "refresher", _REFRESHER_DAYS, stay, _EXPERIENCED) is None:
                return

    def _is_there(self, day: date) -> bool:
        return day <= self.world.calendar.today and (self.last is None or day <= self.last)


class Walk:
    """The road to live contacts on one programme, from the passed test on."""

    def __init__(self, life: Life, stay: Stay) -> None:
        self.life, self.stay, self.chance, self.desk = life, stay, life.chance, life.desk
        self.team, self.at = stay.team, life.at

    def plan(self, passed: date) -> None:
        """Pre-OJT, practice, the skills, live contacts, and every skill anew before its time."""
        signed = self._verified(shift(passed, 1 + self.chance.randrange(3)), None, odds=0.88)
        days = [shift(signed, 1 + number) for number in range(3 + (self.chance.random() < 0.3))]
        for day in days:
            self.at(
                day,
                17,
                partial(self.desk.practise, self.team, day, 205 + 15 * self.chance.randrange(6)),
                batch=Batch.EVIDENCE,
            )
        self.at(days[-1], 18, partial(self.desk.live, self.team, days[0], days[-1]), batch=Batch.EVIDENCE)
        stands: dict[str, date] = {}
        ready = day = days[-1]
        for number, skill in enumerate(JOBS[self.team.job].skills):
            day = shift(day, 1 if number % 2 == 0 else 0)
            signed = self._verified(day, skill, odds=0.87)
            stands[skill], ready = signed, max(ready, signed)
        early = self.chance.random() < 0.015
        begins = shift(days[-1], 1) if early else shift(ready, 1)
        period = self.desk.open_period(self.team, begins)
        if self.stay.last is None or begins < self.stay.last:
            entered = self.at(begins, 18, period.enter, batch=Batch.EVIDENCE)
            if entered and self.stay.last is not None:
                self.at(self.stay.last, 17, period.end)
        self.life.refresh(self.stay)
        for skill, day in stands.items():
            self._renew(skill, day)

    def _renew(self, skill: str, day: date) -> None:
        """Verify again before (a few: after) the verification runs out, as long as the person is there."""
        while True:
            luck = self.chance.random()
            if luck < 0.012:
                return  # forgotten: it runs out
            margin = -self.chance.randrange(1, 9) if luck < 0.06 else self.chance.randrange(4, 26)
            again = working_day(day + timedelta(days=SKILLS[skill].valid_days - margin))
            if again > self.life.world.calendar.today or (self.stay.last is not None and again > self.stay.last):
                return
            known = self.life.knowing(again)
            if known is None:
                return
            day = self._verified(known, skill, odds=0.95)

    def _verified(self, day: date, skill: str | None, *, odds: float) -> date:
        """Verify until it is passed, with an action plan after each failure; returns the day of the last signature."""
        while True:
            passes = self.chance.random() < odds
            record = self.desk.verification(self.team, skill, day, passes=passes)
            self.at(day, 10 + self.chance.randrange(3), record.verify, batch=Batch.EVIDENCE)
            if "witness" in self.desk.roles(self.team.job):
                self.at(day, 14, record.witness, batch=Batch.EVIDENCE)
            late = self.chance.choices((0, 1, 2), (7, 2, 1))[0]
            signed = shift(day, late) if late else day
            self.at(signed, 15 + self.chance.randrange(3), record.manage, batch=Batch.EVIDENCE)
            if passes:
                return signed
            closed = shift(signed, self.chance.choices((3, 5, 8, 13), (5, 4, 2, 1))[0])
            self.at(closed, 16, record.close_plan)
            day, odds = shift(closed, 1), 0.93
