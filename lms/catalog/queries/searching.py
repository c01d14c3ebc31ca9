"""Looking through the text of courses: which versions a reader may read, and the sections that hold the words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalog.models import Course, Enrolment, SearchEntry
from lms.kit.permissions import Actor, Permission


def is_indexed(session: Session, version_id: int) -> bool:
    """Whether the text of a version can be searched."""
    return session.scalar(select(SearchEntry.id).where(SearchEntry.version_id == version_id).limit(1)) is not None


def readable_versions(session: Session, actor: Actor) -> dict[int, str]:
    """The versions that the actor may read, each with the code of their enrolment ("": as an author). Two queries.

    A learner reads what they are or were enrolled in and did not have withdrawn; who reads content, what is current.
    """
    found: dict[int, str] = {}
    if actor.can(Permission.READ_CONTENT):
        for version_id in session.scalars(select(Course.current_version_id)):
            if version_id is not None:
                found[version_id] = ""
    if actor.person_id is not None and actor.can(Permission.LEARN):
        rows = session.execute(
            select(Enrolment.version_id, Enrolment.code)
            .where(Enrolment.person_id == actor.person_id, Enrolment.withdrawn_reason.is_(None))
            .order_by(Enrolment.id)
        )
        found |= {row.version_id: row.code for row in rows}
    return found


def sections_with(
    session: Session, version_ids: Collection[int], patterns: Sequence[str], *, phrase: str, limit: int
) -> Sequence[SearchEntry]:
    """Sections of these versions that hold every pattern (for LIKE, folded), those with the whole `phrase` first, then in
    reading order. One query.
    """
    query = select(SearchEntry).where(SearchEntry.version_id.in_(version_ids))
    for pattern in patterns:
        query = query.where(SearchEntry.folded.like(pattern, escape="\\"))
    whole = SearchEntry.folded.like(phrase, escape="\\")
    order = (whole.desc(), SearchEntry.version_id.desc(), SearchEntry.position)
    return session.scalars(query.order_by(*order).limit(limit)).all()
