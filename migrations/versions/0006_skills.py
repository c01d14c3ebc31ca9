"""The road to live contacts."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:

    op.create_table(
        "skill",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_code")),
        sa.UniqueConstraint("name", name=op.f("uq_skill_name")),
    )
    op.create_table(
        "job_profile_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("courses", JsonDoc, nullable=False),
        sa.Column("min_ojt_days", sa.Integer(), nullable=False),
        sa.Column("min_ojt_minutes", sa.Integer(), nullable=False),
        sa.Column("pre_ojt_num", sa.Integer(), nullable=False),
        sa.Column("pre_ojt_den", sa.Integer(), nullable=False),
        sa.Column("sign_roles", JsonDoc, nullable=False),
        sa.Column("ojt_sign_roles", JsonDoc, nullable=False),
        sa.Column("approved_by", BigKey, nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "pre_ojt_num > 0 AND pre_ojt_num <= pre_ojt_den", name=op.f("ck_job_profile_version_pre_ojt")
        ),
        sa.CheckConstraint("min_ojt_days >= 0 AND min_ojt_minutes >= 0", name=op.f("ck_job_profile_version_ojt")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_job_profile_version_approved_by")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_profile_version_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_profile_version")),
        sa.UniqueConstraint("code", name=op.f("uq_job_profile_version_code")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_job_profile_version_job_id_number")),
    )
    op.create_table(
        "live_contact_period",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("under_ojt", sa.Boolean(), nullable=False),
        sa.Column("gate_at_start", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", BigKey, nullable=True),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("corrects_id IS NULL OR reason <> ''", name=op.f("ck_live_contact_period_reason")),
        sa.CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name=op.f("ck_live_contact_period_withdrawn")),
        sa.CheckConstraint(
            "gate_at_start IN ('closed', 'supervised', 'open')", name=op.f("ck_live_contact_period_gate")
        ),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name=op.f("ck_live_contact_period_order")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["live_contact_period.id"], name=op.f("fk_live_contact_period_corrects_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_live_contact_period_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_live_contact_period_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_live_contact_period_programme_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_live_contact_period_recorded_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_live_contact_period_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_contact_period")),
        sa.UniqueConstraint("code", name=op.f("uq_live_contact_period_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_live_contact_period_corrects_id")),
    )
    op.create_index("ix_live_contact_period_from", "live_contact_period", ["from_day"], unique=False)
    op.create_index("ix_live_contact_period_person", "live_contact_period", ["person_id"], unique=False)
    op.create_table(
        "ojt_record",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("score_num", sa.Integer(), nullable=True),
        sa.Column("score_den", sa.Integer(), nullable=True),
        sa.Column("criteria", JsonDoc, nullable=False),
        sa.Column("profile_id", BigKey, nullable=False),
        sa.Column("observer_id", BigKey, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("contacts >= 0", name=op.f("ck_ojt_record_contacts")),
        sa.CheckConstraint(
            "(score_num IS NULL) = (score_den IS NULL) AND "
            "(score_num IS NULL OR (score_den > 0 AND score_num >= 0 AND score_num <= score_den))",
            name=op.f("ck_ojt_record_score"),
        ),
        sa.CheckConstraint("corrects_id IS NULL OR reason <> ''", name=op.f("ck_ojt_record_reason")),
        sa.CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name=op.f("ck_ojt_record_withdrawn")),
        sa.CheckConstraint("minutes > 0 AND minutes <= 720", name=op.f("ck_ojt_record_minutes")),
        sa.CheckConstraint("observer_id <> person_id", name=op.f("ck_ojt_record_own")),
        sa.ForeignKeyConstraint(["corrects_id"], ["ojt_record.id"], name=op.f("fk_ojt_record_corrects_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_ojt_record_job_id")),
        sa.ForeignKeyConstraint(["observer_id"], ["person.id"], name=op.f("fk_ojt_record_observer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ojt_record_person_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["job_profile_version.id"], name=op.f("fk_ojt_record_profile_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_ojt_record_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ojt_record_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ojt_record")),
        sa.UniqueConstraint("code", name=op.f("uq_ojt_record_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_ojt_record_corrects_id")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_ojt_record_id_person_id")),
    )
    op.create_index("ix_ojt_record_person", "ojt_record", ["person_id", "programme_id"], unique=False)
    op.create_table(
        "profile_requirement",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("profile_id", BigKey, nullable=False),
        sa.Column("skill_id", BigKey, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("threshold_num", sa.Integer(), nullable=False),
        sa.Column("threshold_den", sa.Integer(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "threshold_num > 0 AND threshold_num <= threshold_den", name=op.f("ck_profile_requirement_threshold")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["job_profile_version.id"], name=op.f("fk_profile_requirement_profile_id")
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_profile_requirement_skill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_requirement")),
        sa.UniqueConstraint("profile_id", "skill_id", name=op.f("uq_profile_requirement_profile_id_skill_id")),
    )
    op.create_table(
        "verification",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("skill_id", BigKey, nullable=True),
        sa.Column("profile_id", BigKey, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("score_num", sa.Integer(), nullable=False),
        sa.Column("score_den", sa.Integer(), nullable=False),
        sa.Column("threshold_num", sa.Integer(), nullable=False),
        sa.Column("threshold_den", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("evaluator_id", BigKey, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("corrects_id IS NULL OR reason <> ''", name=op.f("ck_verification_reason")),
        sa.CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name=op.f("ck_verification_withdrawn")),
        sa.CheckConstraint(
            "threshold_num > 0 AND threshold_num <= threshold_den", name=op.f("ck_verification_threshold")
        ),
        sa.CheckConstraint(
            "kind IN ('pre_ojt', 'skill') AND (kind = 'pre_ojt') = (skill_id IS NULL)",
            name=op.f("ck_verification_kind"),
        ),
        sa.CheckConstraint("evaluator_id <> person_id", name=op.f("ck_verification_own")),
        sa.CheckConstraint(
            "passed = (score_num * threshold_den >= threshold_num * score_den)", name=op.f("ck_verification_passed")
        ),
        sa.CheckConstraint(
            "score_den > 0 AND score_num >= 0 AND score_num <= score_den", name=op.f("ck_verification_score")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["verification.id"], name=op.f("fk_verification_corrects_id")),
        sa.ForeignKeyConstraint(["evaluator_id"], ["person.id"], name=op.f("fk_verification_evaluator_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_verification_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_verification_person_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["job_profile_version.id"], name=op.f("fk_verification_profile_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_verification_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_verification_site_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_verification_skill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
        sa.UniqueConstraint("code", name=op.f("uq_verification_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_verification_corrects_id")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_verification_id_person_id")),
    )
    op.create_index("ix_verification_observed", "verification", ["observed_on"], unique=False)
    op.create_index("ix_verification_person", "verification", ["person_id", "programme_id"], unique=False)
    op.create_table(
        "action_plan",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("verification_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("owner_id", BigKey, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_action_plan_job_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_action_plan_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_action_plan_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_action_plan_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_action_plan_site_id")),
        sa.ForeignKeyConstraint(["verification_id"], ["verification.id"], name=op.f("fk_action_plan_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_action_plan_code")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_action_plan_verification_id")),
    )
    op.create_index("ix_action_plan_due", "action_plan", ["due_on"], unique=False)
    op.create_index("ix_action_plan_person", "action_plan", ["person_id"], unique=False)
    op.create_table(
        "sign_off",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("verification_id", BigKey, nullable=True),
        sa.Column("ojt_id", BigKey, nullable=True),
        sa.Column("subject_id", BigKey, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("signer_id", BigKey, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('evaluator', 'witness', 'manager')", name=op.f("ck_sign_off_role")),
        sa.CheckConstraint("(verification_id IS NULL) <> (ojt_id IS NULL)", name=op.f("ck_sign_off_one_record")),
        sa.CheckConstraint("signer_id <> subject_id", name=op.f("ck_sign_off_own")),
        sa.ForeignKeyConstraint(
            ["ojt_id", "subject_id"], ["ojt_record.id", "ojt_record.person_id"], name=op.f("fk_sign_off_ojt_id")
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name=op.f("fk_sign_off_signer_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_sign_off_subject_id")),
        sa.ForeignKeyConstraint(
            ["verification_id", "subject_id"],
            ["verification.id", "verification.person_id"],
            name=op.f("fk_sign_off_verification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("ojt_id", "role", name=op.f("uq_sign_off_ojt_id_role")),
        sa.UniqueConstraint("ojt_id", "signer_id", name=op.f("uq_sign_off_ojt_id_signer_id")),
        sa.UniqueConstraint("verification_id", "role", name=op.f("uq_sign_off_verification_id_role")),
        sa.UniqueConstraint("verification_id", "signer_id", name=op.f("uq_sign_off_verification_id_signer_id")),
    )
    op.create_index("ix_sign_off_subject", "sign_off", ["subject_id"], unique=False)
    op.create_table(
        "action_plan_close",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("plan_id", BigKey, nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("closed_by", BigKey, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_action_plan_close_closed_by")),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"], name=op.f("fk_action_plan_close_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan_close")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_action_plan_close_plan_id")),
    )

    append_only(op, "job_profile_version")
    append_only(op, "profile_requirement")
    append_only(op, "verification")
    append_only(op, "ojt_record")
    append_only(op, "sign_off")
    append_only(op, "action_plan")
    append_only(op, "action_plan_close")
    append_only(op, "live_contact_period")


def downgrade() -> None:

    op.drop_table("action_plan_close")
    op.drop_table("sign_off")
    op.drop_table("action_plan")
    op.drop_table("verification")
    op.drop_table("profile_requirement")
    op.drop_table("ojt_record")
    op.drop_table("live_contact_period")
    op.drop_table("job_profile_version")
    op.drop_table("skill")
