"""Tables of the road to live contacts: profiles, verifications, OJT, sign-offs, action plans, live-contact periods."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kit.db import AppendOnly, Base, BigKey, code, day, json_doc, moment, pk
from lms.kit.files import StoredFile
from lms.people.models import Job, Person, Programme


class Skill(Base):
    """A skill or a piece of knowledge that can be verified."""

    __tablename__ = "skill"

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # skill | knowledge
    description: Mapped[str] = mapped_column(default="")


class JobProfileVersion(AppendOnly, Base):
    """What a job asks of its people, from a day on; approved by somebody. The latest in force counts."""

    __tablename__ = "job_profile_version"
    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        CheckConstraint("pre_ojt_num > 0 AND pre_ojt_num <= pre_ojt_den", name="pre_ojt"),
        CheckConstraint("min_ojt_days >= 0 AND min_ojt_minutes >= 0", name="ojt"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    number: Mapped[int]
    from_day: Mapped[day]
    courses: Mapped[json_doc]  # course ids whose certificate proves the knowledge
    min_ojt_days: Mapped[int]
    min_ojt_minutes: Mapped[int]
    pre_ojt_num: Mapped[int]  # threshold of the pre-OJT verification
    pre_ojt_den: Mapped[int]
    sign_roles: Mapped[json_doc]  # who must sign a verification, in order: ["evaluator", "witness", "manager"]
    ojt_sign_roles: Mapped[json_doc]  # who must sign an OJT record, in order
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[moment]

    requirements: Mapped[list[ProfileRequirement]] = relationship(order_by="ProfileRequirement.id")
    job: Mapped[Job] = relationship()
    approver: Mapped[Person | None] = relationship()


class ProfileRequirement(AppendOnly, Base):
    """A skill that a profile asks for, with how it is verified and from which score on."""

    __tablename__ = "profile_requirement"
    __table_args__ = (
        UniqueConstraint("profile_id", "skill_id"),
        CheckConstraint("threshold_num > 0 AND threshold_num <= threshold_den", name="threshold"),
    )

    id: Mapped[pk]
    profile_id: Mapped[int] = mapped_column(ForeignKey("job_profile_version.id"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    required: Mapped[bool]  # False: desirable, no part of the gate
    method: Mapped[str]  # test | observation | role_play | monitored_contacts
    threshold_num: Mapped[int]
    threshold_den: Mapped[int]
    valid_days: Mapped[int | None]

    skill: Mapped[Skill] = relationship()


class Verification(AppendOnly, Base):
    """That a person was verified: before OJT (no skill) or in one skill, with the threshold then in force."""

    __tablename__ = "verification"
    __table_args__ = (
        UniqueConstraint("id", "person_id"),  # what a sign-off refers to: nobody can sign under another subject
        CheckConstraint("evaluator_id <> person_id", name="own"),
        CheckConstraint("kind IN ('pre_ojt', 'skill') AND (kind = 'pre_ojt') = (skill_id IS NULL)", name="kind"),
        CheckConstraint("score_den > 0 AND score_num >= 0 AND score_num <= score_den", name="score"),
        CheckConstraint("threshold_num > 0 AND threshold_num <= threshold_den", name="threshold"),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="reason"),
        CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name="withdrawn"),
        CheckConstraint(
            "passed = (score_num * threshold_den >= threshold_num * score_den)", name="passed"
        ),  # exact, and nobody can write another verdict
        Index("ix_verification_person", "person_id", "programme_id"),
        Index("ix_verification_observed", "observed_on"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # pre_ojt | skill
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("job_profile_version.id"))
    method: Mapped[str]
    score_num: Mapped[int]
    score_den: Mapped[int]
    threshold_num: Mapped[int]
    threshold_den: Mapped[int]
    passed: Mapped[bool]
    observed_on: Mapped[day]
    valid_until: Mapped[date | None]
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment: Mapped[str] = mapped_column(default="")
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    recorded_at: Mapped[moment]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("verification.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)  # a correction that takes the verification back altogether
    reason: Mapped[str] = mapped_column(default="")

    skill: Mapped[Skill | None] = relationship()
    profile: Mapped[JobProfileVersion] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    evaluator: Mapped[Person] = relationship(foreign_keys=[evaluator_id])
    programme: Mapped[Programme] = relationship()


class OjtRecord(AppendOnly, Base):
    """A day of on-the-job training on live contacts under structured supervision, as observed."""

    __tablename__ = "ojt_record"
    __table_args__ = (
        UniqueConstraint("id", "person_id"),
        CheckConstraint("observer_id <> person_id", name="own"),
        CheckConstraint("minutes > 0 AND minutes <= 720", name="minutes"),
        CheckConstraint("contacts >= 0", name="contacts"),
        CheckConstraint(
            "(score_num IS NULL) = (score_den IS NULL) AND "
            "(score_num IS NULL OR (score_den > 0 AND score_num >= 0 AND score_num <= score_den))",
            name="score",
        ),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="reason"),
        CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name="withdrawn"),
        Index("ix_ojt_record_person", "person_id", "programme_id"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[day]
    minutes: Mapped[int]
    contacts: Mapped[int]
    score_num: Mapped[int | None]
    score_den: Mapped[int | None]
    criteria: Mapped[json_doc]  # [{"text", "met": bool, "comment"}]
    profile_id: Mapped[int] = mapped_column(ForeignKey("job_profile_version.id"))
    observer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment: Mapped[str] = mapped_column(default="")
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    recorded_at: Mapped[moment]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ojt_record.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)  # a correction that takes the record back altogether
    reason: Mapped[str] = mapped_column(default="")

    profile: Mapped[JobProfileVersion] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    observer: Mapped[Person] = relationship(foreign_keys=[observer_id])
    programme: Mapped[Programme] = relationship()


class SignOff(AppendOnly, Base):
    """One person's signature, in one role, under one verification or OJT record: separate acts by separate people."""

    __tablename__ = "sign_off"
    __table_args__ = (
        CheckConstraint("signer_id <> subject_id", name="own"),
        CheckConstraint("(verification_id IS NULL) <> (ojt_id IS NULL)", name="one_record"),
        CheckConstraint("role IN ('evaluator', 'witness', 'manager')", name="role"),
        UniqueConstraint("verification_id", "role"),
        UniqueConstraint("verification_id", "signer_id"),
        UniqueConstraint("ojt_id", "role"),
        UniqueConstraint("ojt_id", "signer_id"),
        # The subject is the record's own person, so that "nobody signs for themselves" cannot be got round.
        ForeignKeyConstraint(["verification_id", "subject_id"], ["verification.id", "verification.person_id"]),
        ForeignKeyConstraint(["ojt_id", "subject_id"], ["ojt_record.id", "ojt_record.person_id"]),
        Index("ix_sign_off_subject", "subject_id"),
    )

    id: Mapped[pk]
    verification_id: Mapped[int | None] = mapped_column(BigKey)
    ojt_id: Mapped[int | None] = mapped_column(BigKey)
    subject_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    signer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[moment]

    signer: Mapped[Person] = relationship(foreign_keys=[signer_id])


class EvidenceFile(AppendOnly, Base):
    """A file that shows what a verification or an OJT record says, given with it."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        CheckConstraint("(verification_id IS NULL) <> (ojt_id IS NULL)", name="one_record"),
        Index("ix_evidence_file_verification_id", "verification_id"),
        Index("ix_evidence_file_ojt_id", "ojt_id"),
    )

    id: Mapped[pk]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    verification_id: Mapped[int | None] = mapped_column(ForeignKey("verification.id"))
    ojt_id: Mapped[int | None] = mapped_column(ForeignKey("ojt_record.id"))

    file: Mapped[StoredFile] = relationship()


class ActionPlan(AppendOnly, Base):
    """What is to be done after a failed verification: what, who, by when."""

    __tablename__ = "action_plan"
    __table_args__ = (Index("ix_action_plan_due", "due_on"), Index("ix_action_plan_person", "person_id"))

    id: Mapped[pk]
    code: Mapped[code]
    verification_id: Mapped[int] = mapped_column(ForeignKey("verification.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str]
    opened_at: Mapped[moment]
    due_on: Mapped[day]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))

    verification: Mapped[Verification] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])


class ActionPlanClose(AppendOnly, Base):
    """That an action plan was carried out."""

    __tablename__ = "action_plan_close"

    id: Mapped[pk]
    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), unique=True)
    closed_at: Mapped[moment]
    closed_on: Mapped[day]
    closed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str]


class LiveContactPeriod(AppendOnly, Base):
    """That a person really took contacts of a programme, from a day to a day (None: still does).

    Ending or correcting a period adds a row that supersedes the earlier one (`corrects_id`); the row nobody corrects counts.
    """

    __tablename__ = "live_contact_period"
    __table_args__ = (
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="order"),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="reason"),
        CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name="withdrawn"),
        CheckConstraint("gate_at_start IN ('closed', 'supervised', 'open')", name="gate"),
        Index("ix_live_contact_period_person", "person_id"),
        Index("ix_live_contact_period_from", "from_day"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    from_day: Mapped[day]
    to_day: Mapped[date | None]
    source: Mapped[str]  # roster | telephony | coordinator
    under_ojt: Mapped[bool]  # entered as supervised practice
    gate_at_start: Mapped[str]  # closed | supervised | open, on the first day, as known when entered
    recorded_at: Mapped[moment]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("live_contact_period.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)  # a correction that takes the period back altogether
    reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    programme: Mapped[Programme] = relationship()


class PriorVerification(AppendOnly, Base):
    """A verification made before this site kept records: imported, with its evidence. Signatures are on that evidence."""

    __tablename__ = "prior_verification"
    __table_args__ = (
        CheckConstraint("evaluator_id IS NULL OR evaluator_id <> person_id", name="own"),
        CheckConstraint("evaluator_name <> ''", name="evaluator"),
        CheckConstraint("kind IN ('pre_ojt', 'skill') AND (kind = 'pre_ojt') = (skill_id IS NULL)", name="kind"),
        CheckConstraint("score_den > 0 AND score_num >= 0 AND score_num <= score_den", name="score"),
        CheckConstraint("threshold_num > 0 AND threshold_num <= threshold_den", name="threshold"),
        CheckConstraint("passed = (score_num * threshold_den >= threshold_num * score_den)", name="passed"),
        CheckConstraint("valid_until IS NULL OR valid_until >= observed_on", name="order"),
        Index("ix_prior_verification_person", "person_id", "programme_id"),
        Index("ix_prior_verification_until", "valid_until"),
    )

    id: Mapped[pk]
    code: Mapped[code]
    row_key: Mapped[str] = mapped_column(ForeignKey("import_row.key"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # pre_ojt | skill
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))
    method: Mapped[str]
    score_num: Mapped[int]
    score_den: Mapped[int]
    threshold_num: Mapped[int]
    threshold_den: Mapped[int]
    passed: Mapped[bool]
    observed_on: Mapped[day]
    valid_until: Mapped[date | None]
    evaluator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evaluator_name: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    recorded_at: Mapped[moment]

    skill: Mapped[Skill | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    programme: Mapped[Programme] = relationship()
