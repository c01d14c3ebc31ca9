"""A course, a profile of the agents' job and shortcuts to walk its road, for the tests of skills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalog.models import Completion, Course, CourseVersion, Enrolment
from lms.kit.errors import LmsError
from lms.kit.ids import new_code
from lms.people.models import Job
from lms.skills import commands
from lms.skills.commands import Observed, Practice, RequirementInput
from lms.skills.models import JobProfileVersion, OjtRecord, Skill, Verification
from lms.skills.queries import gate_of
from lms.skills.rules import Gate, VerificationKind
from tests.cast import Cast, Member

START = date(2026, 3, 2)
"""Day 0 of the road; everybody of the cast was hired before."""


def at(day: int, hour: int = 15) -> datetime:
    """A moment of the n-th day, at noon in the site of the cast."""
    return datetime(START.year, START.month, START.day, hour, tzinfo=UTC) + timedelta(days=day)


def on(day: int) -> date:
    return START + timedelta(days=day)


@dataclass
class World:
    """What the tests act on: `phone` (80 %, for 60 days) and `system` (90 %, for good) are required, `extra` is not asked."""

    session: Session
    cast: Cast
    course: Course
    job: Job
    phone: Skill
    system: Skill
    extra: Skill
    profile: JobProfileVersion

    def gate(self, day: int, member: Member | None = None) -> Gate:
        return gate_of(self.session, (member or self.cast.agent).id, self.cast.programme_id, on(day))

    def know(self, day: int, member: Member | None = None, expires: int | None = None) -> None:
        """The course completed on a day; the knowledge test passed."""
        complete(self.session, self.course, (member or self.cast.agent).id, on(day), on(expires) if expires else None)

    def verify(
        self,
        day: int,
        skill: Skill | None = None,
        score: str = "9/10",
        *,
        by: Member | None = None,
        of: Member | None = None,
        recorded: int | None = None,
    ) -> Verification:
        """A verification by the trainer (pre-OJT without a skill), recorded on the day itself unless told."""
        return commands.record_verification(
            self.session,
            (by or self.cast.trainer).actor,
            person_code=(of or self.cast.agent).code,
            programme_id=self.cast.programme_id,
            kind=VerificationKind.PRE_OJT if skill is None else VerificationKind.SKILL,
            skill_code=None if skill is None else skill.code,
            observed=Observed(Fraction(score), on(day)),
            now=at(day if recorded is None else recorded),
        )

    def practise(
        self, day: int, minutes: int = 240, recorded: int | None = None, by: Member | None = None
    ) -> OjtRecord:
        return commands.record_ojt(
            self.session,
            (by or self.cast.trainer).actor,
            person_code=self.cast.agent.code,
            programme_id=self.cast.programme_id,
            practice=Practice(on(day), minutes, 12),
            now=at(day if recorded is None else recorded),
        )

    def sign(self, record: Verification | OjtRecord, day: int, by: Member | None = None, role: str = "manager") -> None:
        commands.sign_off(
            self.session,
            (by or self.cast.coordinator).actor,
            code=record.code,
            ojt=isinstance(record, OjtRecord),
            role=role,
            now=at(day, 16),
        )

    def supervised(self) -> None:
        """Knowledge on day 0, pre-OJT passed and signed on day 1."""
        self.know(0)
        self.sign(self.verify(1), 1)

    def practised(self) -> None:
        """And OJT on days 2 and 3."""
        self.supervised()
        self.practise(2)
        self.practise(3)

    def opened(self) -> None:
        """And both skills verified and signed on day 3."""
        self.practised()
        for skill in (self.phone, self.system):
            self.sign(self.verify(3, skill), 3)


def complete(session: Session, course: Course, person_id: int, day: date, expires: date | None) -> None:
    """Write down that somebody completed a course."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    version_id = course.current_version_id
    enrolment = Enrolment(
        code=new_code(),
        person_id=person_id,
        course_id=course.id,
        version_id=version_id,
        training_type="re-entry",
        assigned_at=moment,
        assigned_on=day,
        ended_at=moment,
    )
    session.add(enrolment)
    session.flush()
    session.add(
        Completion(
            code=new_code(),
            enrolment_id=enrolment.id,
            person_id=person_id,
            course_id=course.id,
            version_id=version_id,
            training_type="re-entry",
            completed_at=moment,
            completed_on=day,
            expires_on=expires,
        )
    )
    session.flush()


def make_course(session: Session) -> Course:
    """A published course with nothing in it."""
    course = Course(slug="certificacion", title="Certificación")
    session.add(course)
    session.flush()
    version = CourseVersion(
        course_id=course.id,
        number=1,
        content_hash="0" * 64,
        published_at=at(-60),
        title="Certificación",
        summary="",
        training_types=["initial"],
        mode="self-paced",
        valid_months=12,
        test="",
        survey="",
        retrain="none",
        about={"audience": "", "objectives": [], "method": [], "cover_html": "", "glossary": []},
    )
    session.add(version)
    session.flush()
    course.current_version_id = version.id
    session.flush()
    return course


def make_world(session: Session, cast: Cast) -> World:
    """The course, three skills and the first version of the profile, in force since before everybody was hired."""
    course = make_course(session)
    job = session.get_one(Job, cast.job_id)
    author = cast.author.actor
    phone, system, extra = (
        commands.add_skill(session, author, name=name, kind="skill", description="", now=at(-60))
        for name in ("Atención telefónica", "Sistema de gestión", "Escritura")
    )
    profile = commands.publish_profile(
        session,
        author,
        job_code=job.code,
        from_day=on(-90),
        courses=[course.slug],
        requirements=[
            RequirementInput(phone.code, True, "observation", Fraction(4, 5), 60),
            RequirementInput(system.code, True, "test", Fraction(9, 10), None),
        ],
        min_ojt_days=2,
        min_ojt_minutes=480,
        pre_ojt_threshold=Fraction(4, 5),
        now=at(-60),
    )
    return World(session, cast, course, job, phone, system, extra, profile)


def count(session: Session, model: type[Verification] | type[OjtRecord]) -> int:
    return len(session.scalars(select(model.id)).all())


def refused(kind: type[LmsError], key: str, act: Callable[[], object]) -> LmsError:
    """That a command refuses, with this key."""
    with pytest.raises(kind) as caught:
        act()
    assert caught.value.key == key
    return caught.value
