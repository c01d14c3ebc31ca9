"""What the acts of the demo share: who is who in the database, the calendar, and chance that repeats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

import config
from lms.assessment.commands import Sitting, sit_all
from lms.catalog.commands import StudyBatch
from lms.catalog.queries import ModuleContent, VersionContent
from lms.demo.ability import Section
from lms.demo.company import GO_LIVE, SITES
from lms.demo.story import Batch, Calendar, Story
from lms.kit.permissions import Actor
from lms.people import queries as people
from lms.people.models import Person
from lms.skills.commands import EvidenceBatch

WORKING_DAYS = 262
"""Of a year, Monday to Friday."""


@dataclass(frozen=True)
class Known:
    """A row of the database by both its names."""

    id: int
    code: str


@dataclass
class World:
    """The company as it comes to be. Keys are those of `company.py`."""

    settings: config.Settings
    seed: int
    calendar: Calendar
    story: Story
    sites: dict[str, Known] = field(default_factory=dict)
    programmes: dict[str, Known] = field(default_factory=dict)
    jobs: dict[str, Known] = field(default_factory=dict)
    skills: dict[str, Known] = field(default_factory=dict)
    people: dict[str, Known] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)  # the site of each person
    months: int = 12
    sections: tuple[Section, ...] = ()  # of the certification's test
    course: VersionContent | None = None  # the certification, as everybody here takes it
    enrolments: dict[str, str] = field(default_factory=dict)  # the code of each person's open one
    sittings: list[tuple[Sitting, Callable[[bool], None]]] = field(default_factory=list)
    """Attempts of the day, and what follows each when it is known whether it was passed."""
    _study: StudyBatch | None = None
    _evidence: EvidenceBatch | None = None
    _records: tuple[Session, EvidenceBatch] | None = None  # of the transaction
    _actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """The day on which the company began to keep its records here."""
        return self.calendar.ago(GO_LIVE if self.months <= 12 else WORKING_DAYS * self.months // 12)

    @contextmanager
    def batch(self, session: Session, batch: Batch, people_: Collection[str]) -> Iterator[None]:
        """Let the acts within write what they do of these people together."""
        if batch is Batch.STUDY:
            self._study = study = StudyBatch(session)
            study.load({self.enrolments[key] for key in people_})
            yield
            study.write()
        elif batch is Batch.TESTS:
            yield
            results = sit_all(session, [sitting for sitting, _ in self.sittings])
            for result, (_, afterwards) in zip(results, self.sittings, strict=True):
                afterwards(result.passed)
            self.sittings.clear()
        else:
            if self._records is None or self._records[0] is not session:
                self._records = (session, EvidenceBatch(session))
            self._evidence = evidence = self._records[1]
            evidence.load({self.people[key].id for key in people_})
            yield
            evidence.write()
        self._study = self._evidence = None

    @property
    def modules(self) -> tuple[ModuleContent, ...]:
        """Of the course, which was published on the first day."""
        return self.course.modules if self.course is not None else ()

    @property
    def study(self) -> StudyBatch:
        """The batch of modules that is open. Raises: LookupError where none is."""
        if self._study is None:
            raise LookupError("no batch is open")
        return self._study

    @property
    def evidence(self) -> EvidenceBatch:
        """The batch of evidence that is open. Raises: LookupError where none is."""
        if self._evidence is None:
            raise LookupError("no batch is open")
        return self._evidence

    def zone(self, person: str) -> str:
        """The time zone of a person's site."""
        return SITES[self.home[person]][1] if person in self.home else self.settings.zone

    def actor(self, session: Session, person: str, now: datetime) -> Actor:
        """Somebody as they act, with the grants they hold; read once, for nobody's grants change after the first day."""
        known = self._actors.get(person)
        if known is None:
            row = session.get_one(Person, self.people[person].id)
            known = self._actors[person] = people.actor_for_person(session, row, now, self.zone(person))
        return known

    def chance(self, *about: object) -> Random:
        """Chance about one thing: the same for the same seed, whatever was drawn before for other things."""
        return Random(f"{self.seed}:{':'.join(map(str, about))}")  # noqa: S311 - a story, no secret
