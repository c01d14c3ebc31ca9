"""Tables of surveys. Nothing in them leads from a response to a person (invariant 12).

Who was asked and who answered stands in `survey_participation`, without a time. An answer goes to `survey_buffer` under a random
key; the nightly job takes it out in shuffled order. It becomes a `survey_response` only together with others, as a release of at
least the minimum; until then the job rewrites the buffer under new keys, so that no order of arrival remains.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, day, json_doc, moment, pk


class Survey(Base):
    """A survey by its stable id."""

    __tablename__ = "survey"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_version.id", use_alter=True, name="fk_survey_current_version_id")
    )


class SurveyVersion(AppendOnly, Base):
    """A definition as published."""

    __tablename__ = "survey_version"
    __table_args__ = (UniqueConstraint("survey_id", "content_hash"),)

    id: Mapped[pk]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    content_hash: Mapped[str]
    title: Mapped[str]
    intro_html: Mapped[str]
    anonymous: Mapped[bool]
    satisfaction: Mapped[str]  # the id of the scale question that the satisfaction figure reads
    questions: Mapped[json_doc]
    published_at: Mapped[moment]


class SurveyParticipation(Base):
    """That a person was asked after a course, and whether they answered: no time, no link to what they said."""

    __tablename__ = "survey_participation"
    __table_args__ = (UniqueConstraint("enrolment_id", "survey_id"),)

    id: Mapped[pk]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_month: Mapped[day]  # first day of the month in which it was offered
    answered: Mapped[bool] = mapped_column(default=False)


class SurveyBuffer(Base):
    """Answers that wait for their release, under random keys."""

    __tablename__ = "survey_buffer"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it; without a rowid no order of arrival is kept

    key: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    answers: Mapped[json_doc]


class SurveyRelease(AppendOnly, Base):
    """A group of answers that became readable together."""

    __tablename__ = "survey_release"

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    month: Mapped[day]
    responses: Mapped[int]


class SurveyResponse(AppendOnly, Base):
    """An answer that can be read with the others of its release."""

    __tablename__ = "survey_response"
    __table_args__ = (
        Index("ix_survey_response_release", "release_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("survey_release.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    answers: Mapped[json_doc]
