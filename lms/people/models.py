"""Tables of people: who they are, where they work, what they may do, and how they sign in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kit.db import AppendOnly, Base, code, day, moment, pk


class Site(Base):
    """A place of work, with the time zone that its days and months follow."""

    __tablename__ = "site"

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    country: Mapped[str | None]  # ISO 3166, of the calendar that its holidays were filled from
    subdivision: Mapped[str | None]


class SiteHoliday(Base):
    """A day on which a site does not work. Changes are in the audit trail."""

    __tablename__ = "site_holiday"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: Mapped[pk]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[day]
    name: Mapped[str]
    set_at: Mapped[moment]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Programme(Base):
    """The client account served."""

    __tablename__ = "programme"

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str] = mapped_column(unique=True)


class Job(Base):
    """A job; key customer-related jobs are those whose people must be verified before they take contacts."""

    __tablename__ = "job"

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str] = mapped_column(unique=True)
    key_customer_related: Mapped[bool]


class Person(Base):
    """A human being known to the company. Deactivated, never deleted."""

    __tablename__ = "person"

    id: Mapped[pk]
    code: Mapped[code]
    employee_number: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)  # stored in lower case
    locale: Mapped[str | None]  # the language that the person chose; None: as the browser says
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[moment]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Employment(Base):
    """From hire to leave; coming back is a second employment. `left_on` is the last day employed."""

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on >= hired_on", name="order"),
        UniqueConstraint("person_id", "hired_on"),
        Index(
            "uq_employment_current",
            "person_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    hired_on: Mapped[day]
    left_on: Mapped[date | None]
    leave_reason: Mapped[str | None]
    voluntary: Mapped[bool | None]
    temporary: Mapped[bool] = mapped_column(default=False)


class Placement(Base):
    """Site, programme, job and supervisor from a day to a day (None: until further notice).

    Exactly one *primary* placement a day, for headcount and hours; the others are permissions to work on a programme.
    """

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="order"),
        CheckConstraint("supervisor_id IS NULL OR supervisor_id <> person_id", name="own_supervisor"),
        Index(
            "uq_placement_primary",
            "person_id",
            unique=True,
            sqlite_where=text("is_primary AND to_day IS NULL"),
            postgresql_where=text("is_primary AND to_day IS NULL"),
        ),
        Index("ix_placement_person", "person_id", "from_day"),
        Index("ix_placement_supervisor", "supervisor_id"),
        Index("ix_placement_place", "site_id", "programme_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_day: Mapped[day]
    to_day: Mapped[date | None]
    is_primary: Mapped[bool] = mapped_column(default=True)

    site: Mapped[Site] = relationship()
    programme: Mapped[Programme] = relationship()
    job: Mapped[Job] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    supervisor: Mapped[Person | None] = relationship(foreign_keys=[supervisor_id])


class AccessGrant(Base):
    """A role held by a person, in a site or a programme where those are given, until revoked or `until`."""

    __tablename__ = "access_grant"
    __table_args__ = (Index("ix_access_grant_person", "person_id"),)

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    granted_at: Mapped[moment]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    site: Mapped[Site | None] = relationship()
    programme: Mapped[Programme | None] = relationship()


class UserSession(Base):
    """A signed-in browser. The cookie holds a secret, the row its hash; ending the row signs out."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_person", "person_id"),)

    id: Mapped[pk]
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[moment]
    expires_at: Mapped[moment]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str]

    person: Mapped[Person] = relationship()


class OneTimeCode(Base):
    """A code that lets a person set a password once: the first one, or a forgotten one."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_person", "person_id"),)

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str]
    issued_at: Mapped[moment]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[moment]
    used_at: Mapped[datetime | None]


class SignInFailure(AppendOnly, Base):
    """A failed sign-in, counted on what was typed (existing or not; its digest is stored) and on the address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_identifier", "identifier_hash", "at"),
        Index("ix_sign_in_failure_address", "address", "at"),
    )

    id: Mapped[pk]
    identifier_hash: Mapped[str]
    address: Mapped[str]
    at: Mapped[moment]
