"""What was brought along from earlier systems, and the text of modules as it is searched."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("counts", JsonDoc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("code", name=op.f("uq_import_batch_code")),
    )
    op.create_table(
        "import_row",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("batch_id", BigKey, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_code", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.CheckConstraint("evidence <> ''", name=op.f("ck_import_row_evidence")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_import_row")),
        sa.UniqueConstraint("record_code", name=op.f("uq_import_row_record_code")),
    )
    op.create_index("ix_import_row_batch", "import_row", ["batch_id"], unique=False)
    op.create_table(
        "import_withdrawal",
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason <> ''",
            name=op.f("ck_import_withdrawal_reason"),
        ),
        sa.ForeignKeyConstraint(["row_key"], ["import_row.key"], name=op.f("fk_import_withdrawal_row_key")),
        sa.PrimaryKeyConstraint("row_key", name=op.f("pk_import_withdrawal")),
    )
    op.create_table(
        "prior_certificate",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("course_id", BigKey, nullable=False),
        sa.Column("course_title", sa.String(), nullable=False),
        sa.Column("training_type", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("approver_id", BigKey, nullable=True),
        sa.Column("approver_name", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "approver_name <> ''",
            name=op.f("ck_prior_certificate_approver"),
        ),
        sa.CheckConstraint(
            "expires_on IS NULL OR expires_on > issued_on",
            name=op.f("ck_prior_certificate_order"),
        ),
        sa.CheckConstraint(
            "approver_id IS NULL OR approver_id <> person_id",
            name=op.f("ck_prior_certificate_own"),
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_prior_certificate_approver_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_prior_certificate_course_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_prior_certificate_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_prior_certificate_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_prior_certificate_programme_id")),
        sa.ForeignKeyConstraint(["row_key"], ["import_row.key"], name=op.f("fk_prior_certificate_row_key")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_prior_certificate_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_prior_certificate_code")),
        sa.UniqueConstraint("row_key", name=op.f("uq_prior_certificate_row_key")),
    )
    op.create_index("ix_prior_certificate_person", "prior_certificate", ["person_id"], unique=False)
    op.create_table(
        "prior_verification",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("skill_id", BigKey, nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("score_num", sa.Integer(), nullable=False),
        sa.Column("score_den", sa.Integer(), nullable=False),
        sa.Column("threshold_num", sa.Integer(), nullable=False),
        sa.Column("threshold_den", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("evaluator_id", BigKey, nullable=True),
        sa.Column("evaluator_name", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "evaluator_name <> ''",
            name=op.f("ck_prior_verification_evaluator"),
        ),
        sa.CheckConstraint(
            "kind IN ('pre_ojt', 'skill') AND (kind = 'pre_ojt') = (skill_id IS NULL)",
            name=op.f("ck_prior_verification_kind"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= observed_on",
            name=op.f("ck_prior_verification_order"),
        ),
        sa.CheckConstraint(
            "evaluator_id IS NULL OR evaluator_id <> person_id",
            name=op.f("ck_prior_verification_own"),
        ),
        sa.CheckConstraint(
            "passed = (score_num * threshold_den >= threshold_num * score_den)",
            name=op.f("ck_prior_verification_passed"),
        ),
        sa.CheckConstraint(
            "score_den > 0 AND score_num >= 0 AND score_num <= score_den",
            name=op.f("ck_prior_verification_score"),
        ),
        sa.CheckConstraint(
            "threshold_num > 0 AND threshold_num <= threshold_den",
            name=op.f("ck_prior_verification_threshold"),
        ),
        sa.ForeignKeyConstraint(["evaluator_id"], ["person.id"], name=op.f("fk_prior_verification_evaluator_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_prior_verification_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_prior_verification_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_prior_verification_programme_id")),
        sa.ForeignKeyConstraint(["row_key"], ["import_row.key"], name=op.f("fk_prior_verification_row_key")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_prior_verification_site_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_prior_verification_skill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_verification")),
        sa.UniqueConstraint("code", name=op.f("uq_prior_verification_code")),
        sa.UniqueConstraint("row_key", name=op.f("uq_prior_verification_row_key")),
    )
    op.create_index("ix_prior_verification_person", "prior_verification", ["person_id", "programme_id"], unique=False)
    op.create_index("ix_prior_verification_until", "prior_verification", ["valid_until"], unique=False)
    op.create_table(
        "search_entry",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("module_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_search_entry_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_index("ix_search_entry_version", "search_entry", ["version_id"], unique=False)
    append_only(op, "import_batch")
    append_only(op, "import_row")
    append_only(op, "import_withdrawal")
    append_only(op, "prior_certificate")
    append_only(op, "prior_verification")


def downgrade() -> None:
    op.drop_table("search_entry")
    op.drop_table("prior_verification")
    op.drop_table("prior_certificate")
    op.drop_table("import_withdrawal")
    op.drop_table("import_row")
    op.drop_table("import_batch")
