"""Everybody else in the company: who is hired when, into which team, and who leaves, comes back or changes programme.

Only chance of its own seed decides. Hires come in waves that start together on a Monday; there are more of them before
the high season than at the turn of the year. People leave most in their first ninety days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from lms.demo.ability import SPREAD
from lms.demo.company import StaffPlan
from lms.demo.names import Names
from lms.demo.story import working_day
from lms.demo.world import World
from lms.kit.permissions import Role

TEAM_SIZE = 15
_SHARES = {"rosario": 0.45, "bogota": 0.33, "mendoza": 0.22}
_SERVED = {
    "rosario": (("banca", "telefonico"), ("energia", "soporte"), ("seguros", "telefonico"), ("banca", "digital")),
    "bogota": (("tienda", "digital"), ("viajes", "telefonico"), ("salud", "telefonico"), ("viajes", "digital")),
    "mendoza": (("salud", "telefonico"), ("energia", "soporte"), ("banca", "telefonico"), ("seguros", "digital")),
}
"""What the teams of a site serve, one after the other."""
_BOSS = {"rosario": "esteban", "bogota": "rocio", "mendoza": "dario"}
_TRAINER = {"rosario": "paula", "bogota": "camilo", "mendoza": "celia"}
_WITNESS = {"rosario": "nadia", "bogota": "nadia", "mendoza": "ramon"}
_MONTHLY_EARLY, _MONTHLY_LATER = 0.078, 0.029
"""How many of a hundred leave in a month: in their first ninety days, and afterwards."""
_EARLY_DAYS, _WEEK, _MONTH_WEEKS = 90, timedelta(days=7), 4.35
_START_SHARE = 0.80
_SEASON = (0.5, 0.8, 1.3, 1.2, 1.0, 0.9, 0.9, 1.0, 1.3, 1.5, 1.2, 0.2)
"""How many of the open places are filled, by month: January to December."""
_REASONS = (
    ("Mejor oferta", True, 5),
    ("Estudios", True, 3),
    ("Mudanza", True, 2),
    ("Motivos personales", True, 3),
    ("Bajo desempeño", False, 2),
    ("Ausencias reiteradas", False, 2),
    ("Fin de contrato", False, 1),
)
_LARGEST_WAVE = 14
FAILED_TRAINING = "No aprobó la formación inicial"


@dataclass
class Team:
    """People who serve one programme under one coordinator. Keys are those of the world."""

    key: str
    site: str
    programme: str
    job: str
    evaluator: str
    witness: str
    manager: str
    size: int
    people: list[Worker] = field(default_factory=list)


@dataclass
class Worker:
    """Somebody of the crowd. `hired_on` before the company's first day: an old hand. Days are days of the site."""

    key: str
    number: str
    given: str
    family: str
    team: Team
    hired_on: date
    ability: float
    temporary: bool = False
    left: date | None = None
    reason: str = ""
    voluntary: bool = True
    back_on: date | None = None
    moves: tuple[date, Team] | None = None

    def leave(self, day: date, reason: str, *, voluntary: bool) -> None:
        self.left, self.reason, self.voluntary = day, reason, voluntary

    def there(self, day: date) -> bool:
        return self.hired_on <= day and (self.left is None or day <= self.left)


@dataclass(frozen=True)
class Crowd:
    """The coordinators and trainers that a company of this size needs, and its agents."""

    staff: tuple[StaffPlan, ...]
    workers: tuple[Worker, ...]


def gather(world: World, size: int) -> Crowd:
    """A crowd of about `size` agents today, with everybody who worked here in the meantime."""
    if size <= 0:
        return Crowd((), ())
    gathering = _Gathering(world)
    gathering.found(size)
    monday = world.first + timedelta(days=14 - world.first.weekday())
    week = 0
    while monday <= world.calendar.today:
        gathering.leave(monday)
        gathering.wave(monday, week)
        monday, week = monday + _WEEK, week + 1
    gathering.come_back_or_move()
    return Crowd(tuple(gathering.staff), tuple(gathering.workers))


class _Gathering:
    """The crowd as it comes together."""

    def __init__(self, world: World) -> None:
        self.world, self.chance = world, world.chance("crowd")
        self.names = Names(world.chance("names"))
        self.teams: list[Team] = []
        self.staff: list[StaffPlan] = []
        self.workers: list[Worker] = []

    def found(self, size: int) -> None:
        """Teams by site, each with its coordinator; every third team brings another trainer to its site."""
        for site, share in _SHARES.items():
            people = round(size * share)
            count = max(1, round(people / TEAM_SIZE))
            evaluators = [_TRAINER[site]]
            for number in range(count):
                programme, job = _SERVED[site][number % len(_SERVED[site])]
                if number % 3 == 2:
                    evaluators.append(self._employ("F", Role.TRAINER, site, programme))
                key = self._employ("C", Role.COORDINATOR, site, programme)
                part = people // count + (number < people % count)
                evaluator = evaluators[number % len(evaluators)]
                self.teams.append(Team(key, site, programme, job, evaluator, _WITNESS[site], key, part))
        for team in self.teams:  # those who were there when the records began
            for _ in range(round(team.size * _START_SHARE)):
                days = int(40 + 1400 * self.chance.random() ** 1.6)
                self._hire(team, self.world.first - timedelta(days=days))

    def _employ(self, letter: str, role: Role, site: str, programme: str) -> str:
        given, family = self.names.next()
        key = f"{letter}{101 + len(self.staff)}"
        job = "coordinacion" if role is Role.COORDINATOR else "formacion"
        bound = "" if role is Role.COORDINATOR else site
        years = self.chance.randrange(2, 9)
        plan = StaffPlan(key, key, given, family, job, site, programme, _BOSS[site], years, ((role, bound),))
        self.staff.append(plan)
        return key

    def _hire(self, team: Team, hired_on: date) -> None:
        given, family = self.names.next()
        number = 1001 + len(self.workers) * 3 + self.chance.randrange(3)
        key = f"L{number}"
        self.world.home[key] = team.site
        able, temporary = self.chance.gauss(0, SPREAD), self.chance.random() < 0.08
        worker = Worker(key, key, given, family, team, hired_on, able, temporary)
        team.people.append(worker)
        self.workers.append(worker)

    def leave(self, monday: date) -> None:
        """Decide who leaves at the end of this week."""
        chance = self.chance
        for worker in [each for each in self.workers if each.there(monday)]:
            early = (monday - worker.hired_on).days <= _EARLY_DAYS
            monthly = _MONTHLY_EARLY if early else _MONTHLY_LATER
            if chance.random() >= monthly / _MONTH_WEEKS:
                continue
            day = monday + timedelta(days=chance.choices((4, 3, 2), (5, 2, 1))[0])
            if day < self.world.calendar.today and day > worker.hired_on + timedelta(days=2):
                reason, own = chance.choices([each[:2] for each in _REASONS], [each[2] for each in _REASONS])[0]
                worker.leave(day, reason, voluntary=own)

    def wave(self, monday: date, week: int) -> None:
        """The people who start together this Monday: each site has its turn every other week."""
        first, today = self.world.first, self.world.calendar.today
        done = (monday - first).days / max(1, (today - first).days)
        for place, site in enumerate(_SHARES):
            if (week + place) % 2:
                continue
            mine = [team for team in self.teams if team.site == site]
            wanted = sum(team.size for team in mine) * (_START_SHARE + (1 - _START_SHARE) * done)
            present = {team.key: sum(each.there(monday) for each in team.people) for team in mine}
            lacking = (wanted - sum(present.values())) * _SEASON[monday.month - 1]
            for _ in range(min(_LARGEST_WAVE, round(lacking))):
                team = max(mine, key=lambda each: (each.size - present[each.key], each.key))
                present[team.key] += 1
                self._hire(team, monday)

    def come_back_or_move(self) -> None:
        """A few of those who left come back after more than the gap; a few of those who stay change programme."""
        today, chance = self.world.calendar.today, self.chance
        for worker in self.workers:
            here = worker.team
            others = [each for each in self.teams if each.site == here.site and each.programme != here.programme]
            luck, days = chance.random(), chance.randrange(100, 200)
            if worker.left is not None:
                back = working_day(worker.left + timedelta(days=days))
                if worker.voluntary and luck < 0.09 and back < today - timedelta(days=20):
                    worker.back_on = back - timedelta(days=back.weekday())
            elif luck < 0.05 and others:
                since = max(worker.hired_on, self.world.first) + timedelta(days=120)
                if (span := (today - since).days - 10) > 0:
                    day = working_day(since + timedelta(days=chance.randrange(span)))
                    worker.moves = (day, others[chance.randrange(len(others))])
