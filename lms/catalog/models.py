"""Tables of courses: immutable versions, who is enrolled in which, how far they are, and what was completed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kit.db import AppendOnly, Base, code, day, json_doc, moment, pk


class Course(Base):
    """A course by its stable id (`slug`, the folder's name); `current_version_id` is what new enrolments get."""

    __tablename__ = "course"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("course_version.id", use_alter=True, name="fk_course_current_version_id")
    )

    current_version: Mapped[CourseVersion | None] = relationship(foreign_keys=[current_version_id], post_update=True)


class CourseVersion(AppendOnly, Base):
    """What was published: named by the hash of its content, never changed."""

    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "content_hash"), UniqueConstraint("course_id", "number"))

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    content_hash: Mapped[str]
    published_at: Mapped[moment]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    summary: Mapped[str]
    training_types: Mapped[json_doc]  # ["initial", ...]
    mode: Mapped[str]
    valid_months: Mapped[int | None]
    test: Mapped[str]  # the id of the course's test plan, "" where it has none
    survey: Mapped[str]  # the id of its survey, "" where it has none
    retrain: Mapped[str]  # none | refresher | verify
    about: Mapped[
        json_doc
    ]  # {"audience", "objectives": [], "method": [], "cover_html", "glossary": [{"id","term","definition_html"}]}


class CourseModule(AppendOnly, Base):
    """A module of a version, rendered and sanitised."""

    __tablename__ = "course_module"
    __table_args__ = (UniqueConstraint("version_id", "key"), UniqueConstraint("version_id", "position"))

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    key: Mapped[str]  # the module's stable id
    position: Mapped[int]  # from 1
    title: Mapped[str]
    summary: Mapped[str]
    minutes: Mapped[int]
    html: Mapped[str]
    about: Mapped[json_doc]  # {"objectives": [], "toc": [[level, anchor, title]]}


class Enrolment(Base):
    """A person takes a course in the version of that day, for a reason (training type), by a date where one is due."""

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("ix_enrolment_person", "person_id"),
        Index(
            "uq_enrolment_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    training_type: Mapped[str]
    assigned_at: Mapped[moment]
    assigned_on: Mapped[day]  # in the person's site
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))  # placement of the day of assignment
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    ended_at: Mapped[datetime | None]  # set when completed or withdrawn: then the course can be assigned anew
    withdrawn_reason: Mapped[str | None]

    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()


class PartRecord(AppendOnly, Base):
    """A step of a part of the course (a module, its test): what state it reached and when. The last one stands."""

    __tablename__ = "part_record"
    __table_args__ = (Index("ix_part_record_enrolment", "enrolment_id", "part"),)

    id: Mapped[pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    part: Mapped[str]  # "module:<key>" | "test"
    state: Mapped[str]  # in_progress | done | failed
    at: Mapped[moment]


class ReadingPosition(Base):
    """Where a learner left a module: the section's anchor. Convenience, no evidence."""

    __tablename__ = "reading_position"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    module_key: Mapped[str] = mapped_column(primary_key=True)
    anchor: Mapped[str]
    at: Mapped[moment]


class Completion(AppendOnly, Base):
    """A person completed a course: the fact with its day, version and place."""

    __tablename__ = "completion"
    __table_args__ = (Index("ix_completion_person", "person_id"),)

    id: Mapped[pk]
    code: Mapped[code]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    training_type: Mapped[str]
    completed_at: Mapped[moment]
    completed_on: Mapped[day]
    expires_on: Mapped[date | None]  # the last day on which it stands
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))


class CompletionRevocation(AppendOnly, Base):
    """That a completion stands no more, from which day on, by whom and why. The completion itself stays."""

    __tablename__ = "completion_revocation"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: Mapped[pk]
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), unique=True)
    revoked_at: Mapped[moment]
    revoked_on: Mapped[day]  # the first day on which it does not stand, in the person's site
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]


class PriorCertificate(AppendOnly, Base):
    """A course that a person passed before this site kept records, or elsewhere: imported, with its evidence and approver.

    It proves the knowledge of the course from `issued_on` to `expires_on`, and is no certificate of this site.
    """

    __tablename__ = "prior_certificate"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR expires_on > issued_on", name="order"),
        CheckConstraint("approver_id IS NULL OR approver_id <> person_id", name="own"),
        CheckConstraint("approver_name <> ''", name="approver"),
        Index("ix_prior_certificate_person", "person_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    row_key: Mapped[str] = mapped_column(ForeignKey("import_row.key"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    course_title: Mapped[str]
    training_type: Mapped[str]
    issued_on: Mapped[day]
    expires_on: Mapped[date | None]  # the last day on which it stands
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approver_name: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    recorded_at: Mapped[moment]


class SearchEntry(Base):
    """A section of a module as it is searched: plain text and the same folded. Made at publishing, no evidence."""

    __tablename__ = "search_entry"
    __table_args__ = (Index("ix_search_entry_version", "version_id"),)

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    module_key: Mapped[str]
    position: Mapped[int]  # in the version, from 1
    anchor: Mapped[str]  # the section's heading, "" for what stands before the first
    heading: Mapped[str]
    body: Mapped[str]
    folded: Mapped[str]  # heading and body, lower case, without accents
