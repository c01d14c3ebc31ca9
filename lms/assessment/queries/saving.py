"""What saving an answer reads. This runs at every answer of everybody: as few statements as it can do with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, QuestionVersion
from lms.assessment.queries.attempts import ITEM_COLUMNS, Held, Item, items_from
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor

_ATTEMPT, _ITEM, _QUESTION = Attempt.__table__, AttemptItem.__table__, QuestionVersion.__table__
_COUNT = select(func.count()).where(AttemptStep.__table__.c.attempt_id == _ATTEMPT.c.id).scalar_subquery()
# What was drawn never changes, so it may be read in the statement that waits for the lock; steps may not: those of whoever
# held the lock before would be missing. Their number is only held against a bound far above what anybody needs.
_HOLD = (
    select(
        *(_ATTEMPT.c[name] for name in ("id", "deadline_at", "grace_seconds", "closed_at")),
        _COUNT.label("steps"),
        *ITEM_COLUMNS,
    )
    .select_from(
        _ATTEMPT.outerjoin(
            _ITEM,
            and_(_ITEM.c.attempt_id == _ATTEMPT.c.id, _ITEM.c.position.in_(bindparam("positions", expanding=True))),
        ).outerjoin(_QUESTION, _QUESTION.c.id == _ITEM.c.question_version_id)
    )
    .where(_ATTEMPT.c.code == bindparam("code"), _ATTEMPT.c.person_id == bindparam("person"))
    .with_for_update(of=_ATTEMPT)
)


def hold_own(session: Session, actor: Actor, code: str, positions: Iterable[int]) -> tuple[Held, list[Item]]:
    """One's own attempt, locked, with what was drawn at these positions, and no more of it than saving needs.

    Raises: NotFound.
    """
    person = -1 if actor.person_id is None else actor.person_id
    wanted = {"code": code, "person": person, "positions": sorted(set(positions))}
    rows: Sequence[Any] = session.execute(_HOLD, wanted).all()
    if not rows:
        raise NotFound("assessment.attempt_not_found")
    first = rows[0]
    held = Held(first.id, first.deadline_at, first.grace_seconds, first.closed_at, first.steps)
    return held, items_from(session, [row for row in rows if row.position is not None])
