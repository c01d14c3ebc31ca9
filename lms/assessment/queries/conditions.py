"""Under what conditions one person takes a test: what was granted to them, and the rooms that are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import Accommodation, ExamRoom, PlanVersion, Test
from lms.assessment.rules.asking import NOTHING_GRANTED, Granted
from lms.kit.errors import NotFound
from lms.people.models import Person

_BACK = aliased(Accommodation)
_STANDS = and_(
    Accommodation.corrects_id.is_(None),
    ~select(_BACK.id).where(_BACK.corrects_id == Accommodation.id).exists(),
)
_COLUMNS = Accommodation.__table__.c
_OF_PERSON = select(*(_COLUMNS[name] for name in ("person_id", "test_id", "time_num", "time_den", "attempts"))).where(
    _STANDS
)
_GRANTED = _OF_PERSON.where(Accommodation.person_id == bindparam("person"), Accommodation.test_id == bindparam("test"))


def granted(session: Session, person_id: int, test_id: int) -> Granted:
    """What stands for a person at a test."""
    found = NOTHING_GRANTED
    for row in session.execute(_GRANTED, {"person": person_id, "test": test_id}):
        found = Granted(max(found.time, Fraction(row.time_num, row.time_den)), found.attempts + row.attempts)
    return found


_PLAN = (
    select(Test, PlanVersion, _COLUMNS.time_num, _COLUMNS.time_den, _COLUMNS.attempts)
    .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
    .outerjoin(
        Accommodation,
        and_(Accommodation.test_id == Test.id, Accommodation.person_id == bindparam("person"), _STANDS),
    )
)
_PLAN_BY_SLUG = _PLAN.where(Test.slug.in_(bindparam("slugs", expanding=True)))
_PLAN_BY_ID = _PLAN.where(Test.id == bindparam("test"))
Asked = tuple[Test, PlanVersion, Granted]
"""A test, the plan that new attempts follow, and what stands for a person there."""


def plans_for(session: Session, person_id: int, slugs: Collection[str]) -> dict[str, Asked]:
    """Tests by their slugs, as they are for a person, in one query; without those of which nothing was published."""
    return _asked(session.execute(_PLAN_BY_SLUG, {"slugs": sorted(slugs), "person": person_id}).all())


def plan_for(session: Session, person_id: int, slug: str) -> Asked | None:
    """One of them."""
    return plans_for(session, person_id, [slug]).get(slug)


def _asked(rows: Sequence[Row[Test, PlanVersion, int, int, int]]) -> dict[str, Asked]:
    found: dict[str, Asked] = {}
    for test, plan, num, den, attempts in rows:
        before = found[test.slug][2] if test.slug in found else NOTHING_GRANTED
        if num is not None:
            before = Granted(max(before.time, Fraction(num, den)), before.attempts + attempts)
        found[test.slug] = test, plan, before
    return found


def plan_of(session: Session, person_id: int, test_id: int) -> Asked:
    """The same of a test that the person took: it has a plan. Raises: NotFound("assessment.no_test")."""
    found = _asked(session.execute(_PLAN_BY_ID, {"test": test_id, "person": person_id}).all())
    if not found:
        raise NotFound("assessment.no_test")
    return next(iter(found.values()))


def granted_to_many(session: Session, person_ids: Collection[int]) -> dict[tuple[int, int], Granted]:
    """`granted` of several people, by person and test; who has nothing has `NOTHING_GRANTED`."""
    found: dict[tuple[int, int], Granted] = defaultdict(Granted)
    for row in session.execute(_OF_PERSON.where(Accommodation.person_id.in_(person_ids))):
        before = found[row.person_id, row.test_id]
        time = max(before.time, Fraction(row.time_num, row.time_den))
        found[row.person_id, row.test_id] = Granted(time, before.attempts + row.attempts)
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """A row of a person's accommodations: by whom it was given, and the row that took it back (None: it stands)."""

    row: Accommodation
    test: Test
    by: Person
    back: Accommodation | None

    @property
    def time(self) -> Fraction:
        return Fraction(self.row.time_num, self.row.time_den)


def _accommodations() -> Select[Accommodation, Test, Person, Accommodation]:
    return (
        select(Accommodation, Test, Person, _BACK)
        .join(Test, Test.id == Accommodation.test_id)
        .join(Person, Person.id == Accommodation.given_by)
        .outerjoin(_BACK, _BACK.corrects_id == Accommodation.id)
        .where(Accommodation.corrects_id.is_(None))
    )


def accommodations_of(session: Session, person_id: int) -> list[Given]:
    """Everything that a person was ever given, the newest first."""
    query = _accommodations().where(Accommodation.person_id == person_id).order_by(Accommodation.id.desc())
    return [Given(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def accommodation(session: Session, code: str) -> Given:
    """One, by its code. The caller judges whether the person is in reach.

    Raises: NotFound("assessment.accommodation_not_found"), for a row that takes one back too.
    """
    row = session.execute(_accommodations().where(Accommodation.code == code)).one_or_none()
    if row is None:
        raise NotFound("assessment.accommodation_not_found")
    return Given(row[0], row[1], row[2], row[3])


def tests(session: Session) -> Sequence[Test]:
    """Every test that has a plan, by title."""
    return session.scalars(select(Test).where(Test.current_plan_id.is_not(None)).order_by(Test.title, Test.id)).all()


def test_by_slug(session: Session, slug: str) -> Test:
    """Raises: NotFound("assessment.test_not_found")."""
    found = session.scalar(select(Test).where(Test.slug == slug, Test.current_plan_id.is_not(None)))
    if found is None:
        raise NotFound("assessment.test_not_found")
    return found


def room_by_pin(session: Session, pin: str, test_id: int, now: datetime) -> ExamRoom | None:
    """The room that these signs open for a test at a moment."""
    return session.scalar(
        select(ExamRoom).where(
            ExamRoom.pin == pin,
            ExamRoom.test_id == test_id,
            ExamRoom.closed_at.is_(None),
            ExamRoom.opens_at <= now,
            ExamRoom.closes_at > now,
        )
    )
