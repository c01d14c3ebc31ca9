"""Certificates from before this site kept records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lms.catalog.models import PriorCertificate


def bring_certificates(session: Session, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Keep certificates of prior training, each a mapping of the table's columns from `code` to `job_id`.

    Who may import, and what a row has to say, was decided by the caller; the table refuses an approver who is the person.
    """
    if rows:
        session.execute(insert(PriorCertificate), [{**row, "recorded_at": now} for row in rows])
