"""The result that stands: of an attempt's gradings, the last (invariant 6). Whoever reads results asks here which one counts.

`of_attempts` reads them; the conditions are for queries that join `Result` for a reason of their own.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import Attempt, Result

_later = aliased(Result)
IS_STANDING: ColumnElement[bool] = ~exists().where(_later.attempt_id == Result.attempt_id, _later.id > Result.id)
"""That a row of `Result` is the last of its attempt."""

LAST_OF_ATTEMPT = (
    select(func.max(Result.id)).where(Result.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
)
"""The key of the standing result of the row of `Attempt` in the query outside."""


def of_attempts(session: Session, attempt_ids: Collection[int]) -> dict[int, Result]:
    """The standing result of each attempt that has one. One query."""
    if not attempt_ids:
        return {}
    rows = session.scalars(select(Result).where(Result.attempt_id.in_(attempt_ids), IS_STANDING))
    return {row.attempt_id: row for row in rows}


def last_passed(session: Session, enrolment_id: int) -> Result | None:
    """Of the results of an enrolment that stand, the last that passed: what its completion rests on."""
    return session.scalar(
        select(Result)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(Attempt.enrolment_id == enrolment_id, Result.passed, IS_STANDING)
        .order_by(Result.id.desc())
        .limit(1)
    )
