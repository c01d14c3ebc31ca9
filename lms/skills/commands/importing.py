"""Verifications from before this site kept records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lms.skills.models import PriorVerification


def bring_verifications(session: Session, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Keep verifications made before, each a mapping of the table's columns from `code` to `job_id`.

    Who may import, and what a row has to say, was decided by the caller; the table refuses a false verdict and an evaluator
    who is the person. A failed one opens no action plan: what came of it then is not this site's record.
    """
    if rows:
        session.execute(insert(PriorVerification), [{**row, "recorded_at": now} for row in rows])
