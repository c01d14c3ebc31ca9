"""Reading the attempts of many people at once, for what is written of them in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, AttemptItem, QuestionVersion, Result
from lms.assessment.queries.attempts import Past


def histories(session: Session, person_ids: Collection[int]) -> dict[tuple[int, int], list[Past]]:
    """`history` of several people, by person and test; who has none has an empty list."""
    rows = session.execute(
        select(Attempt, Result)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.person_id.in_(person_ids))
        .order_by(Attempt.id, Result.id)
    )
    last: dict[int, Past] = {}
    for attempt, result in rows:
        last[attempt.id] = Past(attempt, result)
    found: dict[tuple[int, int], list[Past]] = defaultdict(list)
    for past in last.values():
        found[past.attempt.person_id, past.attempt.test_id].append(past)
    return found


def seen_by_many(session: Session, person_ids: Collection[int]) -> dict[tuple[int, int], dict[int, int]]:
    """`seen_by` of several people, by person and test; who has seen nothing has an empty one."""
    rows = session.execute(
        select(Attempt.person_id, Attempt.test_id, QuestionVersion.question_id, func.max(Attempt.id))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(Attempt.person_id.in_(person_ids))
        .group_by(Attempt.person_id, Attempt.test_id, QuestionVersion.question_id)
        .order_by(QuestionVersion.question_id)
    )
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for person_id, test_id, question_id, order in rows:
        found[person_id, test_id][question_id] = order
    return found
