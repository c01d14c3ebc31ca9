"""Reading targets. They bind the whole company, so they have no scope: who reads figures reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.metrics.models import Target
from lms.metrics.rules import Better, Goal
from lms.people.models import Person


def goal(row: Target) -> Goal:
    """A stored target as the rules see it; of two for the same day the one set later wins."""
    value = Fraction(row.value_num, row.value_den)
    return Goal(value, Better(row.direction), row.from_day, row.to_day, row.note, row.id)


def goals(session: Session) -> dict[str, list[Goal]]:
    """Every target by the key of its figure; one query."""
    found: dict[str, list[Goal]] = {}
    for row in session.scalars(select(Target).order_by(Target.id)):
        found.setdefault(row.figure, []).append(goal(row))
    return found


def targets_of(session: Session, figure: str) -> Sequence[Target]:
    """The targets of one figure, as they were set."""
    return session.scalars(select(Target).where(Target.figure == figure).order_by(Target.id)).all()


def target_rows(session: Session) -> list[tuple[Target, str]]:
    """Every target with the name of who set it (empty: the system), by figure, the latest days first."""
    rows = session.execute(
        select(Target, Person.given_name, Person.family_name)
        .outerjoin(Person, Person.id == Target.set_by)
        .order_by(Target.figure, Target.from_day.desc(), Target.id.desc())
    )
    return [(row, f"{given} {family}" if given else "") for row, given, family in rows]
